#!/usr/bin/python3
"""Class B of the threats: deliveries that are not signed, not signed rightly, signed for others or long ago, and keys that are none."""
import base64
import concurrent.futures
import hashlib
import hmac
import time
import unittest

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from hostile_peer import (COVERED, Actor, cavage, digest_of, http_date, private_pem, public_pem, request_of,
                          rfc9421, rsa_key)
from hostile_world import Hostile

HOUR = 3600


class Signatures(Hostile):
    def fresh(self):
        """A Create that would be shown if it were believed."""
        return self.pia.create(self.pia.note(self.number(), "<p>forged</p>"))

    def table(self, cases, activity=None):
        """Each case makes a request; each is refused as it says and changes nothing."""
        for name, (expected, make) in cases.items():
            with self.subTest(name), self.unchanged():
                request = make(self.request(activity or self.fresh()))
                self.assertIn(self.sent(request), expected)

    def good(self, request, **how):
        return cavage(request, self.pia.key, self.pia.key_id, **how)

    def good_9421(self, request, **how):
        return rfc9421(request, self.pia.key, self.pia.key_id, **how)

    def test_every_right_way_to_sign_is_taken(self):
        ways = {
            "rsa-sha256": self.good,
            "hs2019": lambda r: self.good(r, algorithm="hs2019"),
            "no algorithm": lambda r: self.good(r, algorithm=None),
            "more is covered": lambda r: self.good(r, covered=(*COVERED, "content-type")),
            "created": lambda r: self.good(r, algorithm="hs2019", covered=("(request-target)", "host", "(created)", "digest"),
                                           created=int(time.time())),
            "rfc 9421": self.good_9421,
            "rfc 9421 in parts": lambda r: self.good_9421(r, covered=("@method", "@authority", "@path", "content-digest")),
            "T-B4 11 h old": lambda r: self.good(r.set("Date", http_date(-11 * HOUR))),
        }
        for name, make in ways.items():
            with self.subTest(name):
                note = self.pia.note(self.number())
                self.assertEqual(self.sent(make(self.request(self.pia.create(note)))), 202)
                self.assertIsNotNone(self.seen(note["id"]))

    def test_an_ed25519_key_counts(self):
        eddy = Actor(self.web, "peer.test", f"eddy{self.number()}", ed25519.Ed25519PrivateKey.generate())
        self.followed(eddy)
        with self.subTest("cavage"):
            self.assertEqual(self.deliver(eddy, eddy.create(eddy.note(1))), 202)
            self.assertIsNotNone(self.seen(eddy.uri + "/notes/1"))
        with self.subTest("rfc 9421"):
            request = rfc9421(self.request(eddy.create(eddy.note(2))), eddy.key, eddy.key_id, parameters=';alg="ed25519"')
            self.assertEqual(self.sent(request), 202)
        with self.subTest("under an RSA name"), self.unchanged():
            self.assertEqual(self.deliver(eddy, eddy.create(eddy.note(3)), algorithm="rsa-sha256"), 401)

    def test_T_B1_what_is_signed_is_what_is_read(self):
        def other_body(request):
            request.body = request.body.replace(b"forged", b"FORGED")
            return request

        def other_digest(request):
            return other_body(request).set("Digest", digest_of(request.body))

        no_digest = ("(request-target)", "host", "date")
        self.table({
            "unsigned": ((401,), lambda r: r),
            "an empty signature": ((400, 401), lambda r: r.set("Signature", "")),
            "one byte of the body": ((401,), lambda r: other_body(self.good(r))),
            "body and digest": ((401,), lambda r: other_digest(self.good(r))),
            "no digest at all": ((401,), lambda r: self.good(r.set("Digest", None), covered=no_digest)),
            "a digest that is not covered": ((401,), lambda r: self.good(r, covered=no_digest)),
            "covered and not there": ((401,), lambda r: self.good(r).set("Digest", None)),
            "a hash that is no digest any more": ((401,), lambda r: self.good(r.set("Digest", "MD5=" + base64.b64encode(hashlib.md5(r.body).digest()).decode()))),
            "two digests, one of another body": ((401,), lambda r: self.good(r.add("Digest", digest_of(b"another")))),
            "another key": ((401,), lambda r: cavage(r, self.mallory.key, self.pia.key_id)),
            "a signature of zeros": ((401,), lambda r: self.good(r, signature=lambda _: bytes(256))),
            "a signature without bytes": ((400, 401), lambda r: self.good(r, signature=lambda _: b"")),
            "no base64": ((400, 401), lambda r: self.good(r).set("Signature", r.get("Signature").replace('signature="', 'signature="!'))),
            "two signatures": ((400, 401), lambda r: self.good(r).add("Signature", r.get("Signature"))),
            "a parameter twice": ((400, 401), lambda r: self.good(r).set("Signature", r.get("Signature") + f',keyId="{self.mallory.key_id}"')),
            "a signature of 20 KiB": ((400, 401, 431), lambda r: self.good(r, signature=lambda _: bytes(12_000))),
            "9421: one byte of the body": ((401,), lambda r: other_body(self.good_9421(r))),
            "9421: no digest": ((401,), lambda r: self.good_9421(r, covered=("@method", "@target-uri"))),
            "9421: a digest of another body": ((401,), lambda r: self.good_9421(r.set("Content-Digest", "sha-256=:" + base64.b64encode(bytes(32)).decode() + ":"))),
            "9421: covered and not there": ((401,), lambda r: self.good_9421(r).set("Content-Digest", None)),
            "9421: another key": ((401,), lambda r: rfc9421(r, self.mallory.key, self.pia.key_id)),
            "9421: input alone": ((400, 401), lambda r: self.good_9421(r).set("Signature", None)),
            "9421: labels that do not match": ((400, 401), lambda r: self.good_9421(r).set("Signature", r.get("Signature").replace("sig1", "sig2"))),
            "9421: a cavage signature besides": ((400, 401), lambda r: self.good(self.good_9421(r)).set("Signature-Input", "sig1=()")),
        })

    def test_T_B2_a_signature_of_something_else(self):
        self.table({
            "of the date": ((401,), lambda r: self.good(r, covered=("date",))),
            "of the digest": ((401,), lambda r: self.good(r, covered=("digest",))),
            "without host": ((401,), lambda r: self.good(r, covered=("(request-target)", "date", "digest"))),
            "without target": ((401,), lambda r: self.good(r, covered=("host", "date", "digest"))),
            "without time": ((401,), lambda r: self.good(r, covered=("(request-target)", "host", "digest"))),
            "of a GET of the inbox": ((401,), lambda r: self.good(r, method="GET")),
            "of a GET of an actor": ((401,), lambda r: self.good(r, method="GET", target="/users/alice", covered=("(request-target)", "host", "date"))),
            "of another path": ((401,), lambda r: self.good(r, target="/users/alice/inbox")),
            "of a longer path": ((401,), lambda r: self.good(r, target="/inbox?x=1")),
            "9421: without method": ((401,), lambda r: self.good_9421(r, covered=("@target-uri", "content-digest"))),
            "9421: without target": ((401,), lambda r: self.good_9421(r, covered=("@method", "content-digest"))),
            "9421: of a path alone": ((401,), lambda r: self.good_9421(r, covered=("@method", "@path", "content-digest"))),
            "9421: without created": ((401,), lambda r: self.good_9421(r, created=None)),
            "9421: of another path": ((401,), lambda r: self.good_9421(r, target_uri=f"https://{r.authority}/users/alice/inbox")),
        })

    def test_T_B3_a_delivery_that_was_made_for_another(self):
        activity = self.fresh()
        replayed = cavage(request_of(activity, "other.test"), self.pia.key, self.pia.key_id)
        with self.subTest("byte for byte"), self.unchanged():
            self.assertIn(self.sent(replayed), (401, 421))
        with self.subTest("under our name"), self.unchanged():
            self.assertEqual(self.sent(replayed.set("Host", self.node.domain)), 401)
        replayed = rfc9421(request_of(activity, "other.test"), self.pia.key, self.pia.key_id)
        with self.subTest("9421"), self.unchanged():
            self.assertIn(self.sent(replayed), (401, 421))
        with self.subTest("9421 under our name"), self.unchanged():
            self.assertEqual(self.sent(replayed.set("Host", self.node.domain)), 401)
        with self.subTest("two hosts"), self.unchanged():
            both = cavage(request_of(activity, "other.test"), self.pia.key, self.pia.key_id).add("Host", self.node.domain)
            self.assertIn(self.sent(both), (400, 401, 421))

    def test_T_B4_times_that_are_not_now(self):
        created = ("(request-target)", "host", "(created)", "digest")
        at = lambda hours: int(time.time() + hours * HOUR)
        self.table({
            "13 h old": ((401,), lambda r: self.good(r.set("Date", http_date(-13 * HOUR)))),
            "2 h ahead": ((401,), lambda r: self.good(r.set("Date", http_date(2 * HOUR)))),
            "of 1970": ((401,), lambda r: self.good(r.set("Date", "Thu, 01 Jan 1970 00:00:00 GMT"))),
            "of the year 9999": ((401,), lambda r: self.good(r.set("Date", "Fri, 31 Dec 9999 23:59:59 GMT"))),
            "covered and absent": ((401,), lambda r: self.good(r).set("Date", None)),
            "absent": ((401,), lambda r: self.good(r.set("Date", None), covered=("(request-target)", "host", "digest"))),
            "unreadable": ((401,), lambda r: self.good(r.set("Date", "yesterday"))),
            "of another calendar": ((401,), lambda r: self.good(r.set("Date", "2026-11-21T12:00:00Z"))),
            "created 13 h ago": ((401,), lambda r: self.good(r, algorithm="hs2019", covered=created, created=at(-13))),
            "created in 2 h": ((401,), lambda r: self.good(r, algorithm="hs2019", covered=created, created=at(2))),
            "created in words": ((400, 401), lambda r: self.good(r, algorithm="hs2019", covered=created, created='"now"')),
            "fresh date, old created": ((401,), lambda r: self.good(r, algorithm="hs2019", covered=(*created, "date"), created=at(-13))),
            "expired": ((401,), lambda r: self.good(r, algorithm="hs2019", covered=(*created, "(expires)"), created=at(-3), expires=at(-2))),
            "9421: created 13 h ago": ((401,), lambda r: self.good_9421(r, created=-13 * HOUR)),
            "9421: created in 2 h": ((401,), lambda r: self.good_9421(r, created=2 * HOUR)),
            "9421: expired": ((401,), lambda r: self.good_9421(r, created=-3 * HOUR, parameters=f";expires={at(-2)}")),
        })

    def test_T_B5_the_key_says_the_algorithm(self):
        pem = self.pia.document["publicKey"]["publicKeyPem"].encode()
        mac = lambda text: hmac.new(pem, text.encode(), hashlib.sha256).digest()
        sha1 = lambda text: self.pia.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA1())
        self.table({
            "hmac-sha256 with the public key": ((401,), lambda r: self.good(r, algorithm="hmac-sha256", signature=mac)),
            "hs2019 with the public key": ((401,), lambda r: self.good(r, algorithm="hs2019", signature=mac)),
            "none": ((401,), lambda r: self.good(r, algorithm="none", signature=lambda _: b"x")),
            "rsa-sha1": ((401,), lambda r: self.good(r, algorithm="rsa-sha1", signature=sha1)),
            "sha1 that says rsa-sha256": ((401,), lambda r: self.good(r, signature=sha1)),
            "ed25519 of an RSA key": ((401,), lambda r: self.good(r, algorithm="ed25519")),
            "9421: hmac-sha256": ((401,), lambda r: self.good_9421(r, parameters=';alg="hmac-sha256"')),
            "9421: ed25519 of an RSA key": ((401,), lambda r: self.good_9421(r, parameters=';alg="ed25519"')),
        })

    def test_T_B6_keys_that_are_none(self):
        key = rsa_key("keys that are none")
        good = public_pem(key)
        elliptic = ec.generate_private_key(ec.SECP256R1())
        small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        pkcs1 = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        keys = {
            "garbage": ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", key),
            "no PEM": ("ssh-rsa AAAAB3NzaC1yc2E", key),
            "empty": ("", key),
            "a number": (17, key),
            "a private key": (private_pem(key), key),
            "a private key, PKCS 1": (pkcs1.decode(), key),
            "two in one block": (good + public_pem(self.mallory.key), key),
            "1 MiB": (good + "A" * (1 << 20), key),
            "1 MiB of lines": ("-----BEGIN PUBLIC KEY-----\n" + "A" * 64 * 1024 + "\n-----END PUBLIC KEY-----\n", key),
            "of 1024 bits": (public_pem(small), small),
            "cut": (good[: len(good) // 2], key),
        }
        for name, (pem, private) in keys.items():
            with self.subTest(name), self.unchanged():
                eve = Actor(self.web, "evil.test", f"eve{self.number()}", private)
                eve.document["publicKey"]["publicKeyPem"] = pem
                eve.publish()
                self.assertEqual(self.deliver(eve, eve.act("Follow", self.alice.uri)), 401)
        with self.subTest("an elliptic curve under an RSA name"), self.unchanged():
            eve = Actor(self.web, "evil.test", f"eve{self.number()}", key)
            eve.document["publicKey"]["publicKeyPem"] = public_pem(elliptic)
            eve.publish()
            self.assertEqual(self.deliver(eve, eve.act("Follow", self.alice.uri), key=elliptic,
                                          signature=lambda text: elliptic.sign(text.encode(), ec.ECDSA(hashes.SHA256()))), 401)

    def test_T_B8_the_same_delivery_many_times_counts_once(self):
        post = self.alice.say("like me")
        like = self.pia.act("Like", post["uri"])
        request = cavage(self.request(like), self.pia.key, self.pia.key_id)
        with concurrent.futures.ThreadPoolExecutor(20) as crowd:
            statuses = list(crowd.map(lambda _: self.sent(request), range(100)))
        self.assertEqual(set(statuses), {202})
        count = lambda: self.alice.get(f"/api/v1/statuses/{post['id']}")["favourites_count"]
        told = lambda: [n for n in self.alice.notifications("favourite") if n["status"]["id"] == post["id"]]
        self.assertEqual((count(), len(told())), (1, 1))
        with self.subTest("after a restart"):
            self.node.restart()
            with self.unchanged():
                self.assertEqual(self.sent(request), 202)
            self.assertEqual((count(), len(told())), (1, 1))
        with self.subTest("after it was taken back"):
            self.assertEqual(self.deliver(self.pia, self.pia.act("Undo", like)), 202)
            with self.unchanged():
                self.assertEqual(self.sent(request), 202)
            self.assertEqual(count(), 0)
        other = self.alice.say("do not like me")
        with self.subTest("its id with other contents"), self.unchanged():
            self.assertEqual(self.deliver(self.pia, {**like, "object": other["uri"]}), 202)
        with self.subTest("its signature with another body"), self.unchanged():
            moved = cavage(self.request(like), self.pia.key, self.pia.key_id)
            moved.body = moved.body.replace(b"Like", b"Ekil")
            self.assertEqual(self.sent(moved), 401)

    def test_T_B9_a_key_is_changed(self):
        rita = Actor(self.web, "peer.test", f"rita{self.number()}")
        self.followed(rita)
        old, rita.key = rita.key, rsa_key(f"rita's second {self.number()}")
        rita.document["publicKey"]["publicKeyPem"] = public_pem(rita.key)
        rita.publish()
        self.age_actors()
        self.web.requests.clear()
        note = rita.note(1)
        self.assertEqual(self.deliver(rita, rita.create(note)), 202)
        self.assertIsNotNone(self.seen(note["id"]))
        asked = len(self.web.asked("peer.test", method="GET"))
        self.assertLessEqual(asked, 2)
        with self.subTest("the old one counts no more"), self.unchanged():
            self.assertEqual(self.deliver(rita, rita.create(rita.note(2)), key=old), 401)
        with self.subTest("wrong ones cause no more requests"):
            for _ in range(20):
                self.assertEqual(self.deliver(rita, rita.create(rita.note(2)), key=old), 401)
            self.assertEqual(len(self.web.asked("peer.test", method="GET")), asked)


if __name__ == "__main__":
    unittest.main()
