#!/usr/bin/python3
"""Classes B and C of the threats: what others answer when the node asks, and how much it asks at their word."""
import concurrent.futures
import gzip
import json
import time
import unittest

from hostile_peer import CONTEXT, PUBLIC, Actor, Answer, rsa_key
from hostile_world import Hostile
from nodes import eventually


class Fetches(Hostile):
    @classmethod
    def resolve(cls):
        return [f"h{n}.evil.test:{cls.web.port}:127.0.0.1" for n in range(220)]

    @staticmethod
    def endless(head, more):
        def write(out, closing):
            out.write(head)
            while more and not closing.is_set():
                out.write(more)
        return write

    def test_T_C6_redirects_end(self):
        at = lambda path: self.web.url("evil.test", path)
        loops = {
            "to itself": [("/loop", "/loop")],
            "two": [("/a", "/b"), ("/b", "/a")],
            "a chain of ten": [(f"/c{i}", f"/c{i + 1}") for i in range(10)],
            "between hosts": [("/d", self.web.url("h2.evil.test", "/d"))],
            "to an empty address": [("/e", "")],
        }
        self.web.serve(self.web.url("h2.evil.test", "/d"), Answer.redirect(at("/d")))
        for name, steps in loops.items():
            for step, to in steps:
                self.web.serve(at(step), Answer.redirect(to if to.startswith("https") or not to else at(to)))
            for path in ("search", "key", "boost"):
                with self.subTest(name=name, path=path), self.unchanged():
                    # Each way asks at an address of its own, so that what is remembered of one does not help the next.
                    start = at(steps[0][0] + f"-{path}")
                    self.web.serve(start, self.web.documents["evil.test", steps[0][0]])
                    self.web.requests.clear()
                    self.leads_to(path, start)
                    asked = len(self.web.asked("*.test", method="GET"))
                    self.assertIn(asked, range(1, 5))
                    self.leads_to(path, start)
                    self.assertEqual(len(self.web.asked("*.test", method="GET")), asked, "it was asked for again at once")

    def test_T_A9_documents_of_a_key_that_are_none(self):
        eve = Actor(self.web, "evil.test", f"eve{self.number()}")
        good = json.dumps(eve.document).encode()
        deep = lambda n: b'{"a":' * n + b"1" + b"}" * n
        answers = {
            "wrong type": Answer(body=good, content_type="application/json"),
            "a page": Answer(body=b"<html>" + good, content_type="text/html"),
            "no type": Answer(body=good, content_type=""),
            "two types": Answer(body=good, headers=[("Content-Type", "text/html")]),
            "nothing": Answer(body=b""),
            "no JSON": Answer(body=b"hello"),
            "an array": Answer(body=b"[" + good + b"]"),
            "cut": Answer(body=good[:-1]),
            "more behind it": Answer(body=good + b"{}"),
            "depth 65": Answer(body=deep(65)),
            "depth 100000": Answer(body=deep(100_000)),
            "100000 brackets": Answer(body=b"[" * 100_000),
            "10001 members": Answer(body=json.dumps({**eve.document, **{f"m{i}": i for i in range(10_001)}}).encode()),
            "10001 elements": Answer(body=json.dumps({**eve.document, "alsoKnownAs": ["x"] * 10_001}).encode()),
            "a key twice": Answer(body=good[:-1] + b',"id":"' + self.vera.uri.encode() + b'"}'),
            "no UTF-8": Answer(body=good.replace(b"Eve", b"\xff\xfe")),
            "a NUL": Answer(body=good.replace(b"Eve", b"\\u0000")),
            "a byte over 1 MiB": Answer(body=good + b" " * ((1 << 20) + 1 - len(good))),
            "gzip of 200 MiB": Answer(body=gzip.compress(good + b" " * (200 << 20), 1), headers=[("Content-Encoding", "gzip")]),
            "gzip in gzip": Answer(body=gzip.compress(gzip.compress(good)), headers=[("Content-Encoding", "gzip, gzip")]),
            "broken gzip": Answer(body=good, headers=[("Content-Encoding", "gzip")]),
            "201": Answer(201, good[:-1]), "404": Answer(404, good), "410": Answer(410, good), "500": Answer(500, good), "999": Answer(999, good),
            "a body that never ends": self.endless(b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n\r\n", b" " * 65536),
            "a head that never ends": self.endless(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n"),
            "a line that never ends": self.endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000),
            "no HTTP": self.endless(b"220 smtp ready\r\n", b""),
            "two lengths": self.endless(b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 5\r\n"
                                        b"Content-Length: 9\r\n\r\n" + good, b""),
        }
        for name, answer in answers.items():
            with self.subTest(name), self.unchanged():
                # Each on a host of its own: that one failed must not be why the next is refused.
                host = f"h{100 + list(answers).index(name)}.evil{0}.test".replace("evil0", "evil") if callable(answer) else "evil.test"
                key_id = self.web.serve(self.web.url(host, f"/keys/{self.number()}"), answer)
                began = time.monotonic()
                # 503: that server is unwell, so the sender may be as good as any; it is to come again.
                status = 503 if name in ("500", "999") else 401
                self.assertEqual(self.deliver(eve, eve.act("Follow", self.alice.uri), key_id=key_id), status)
                self.assertLess(time.monotonic() - began, 20)
                self.assertGreaterEqual(len(self.web.asked(host, method="GET")), 1, "it was not even asked for")

    def test_T_C7_one_notice_causes_few_requests(self):
        m = self.mallory
        hosts = [self.web.url(f"h{n}.evil.test", "/users/u") for n in range(200)]
        picture = lambda url: {"type": "Image", "mediaType": "image/png", "url": url}
        note = m.note(self.number(), "<p>to all</p>", to=[PUBLIC, *hosts], tag=[
            *({"type": "Mention", "href": h, "name": "@u"} for h in hosts),
            *({"type": "Emoji", "name": f":e{i}:", "icon": picture(h)} for i, h in enumerate(hosts)),
            *({"type": "Hashtag", "name": f"#t{i}", "href": h} for i, h in enumerate(hosts))],
            attachment=[{**picture(h), "type": "Document"} for h in hosts], quoteUri=hosts[0], context=hosts[1], replies=hosts[2])
        began = time.monotonic()
        self.assertEqual(self.deliver(m, m.create(note)), 202)
        self.assertLess(time.monotonic() - began, 20)
        seen = self.seen(note["id"])
        self.assertLessEqual(len(seen["tags"]), 100)
        self.assertLessEqual(len(seen["mentions"]), 100)
        self.assertLessEqual(len(seen["media_attachments"]), 16)
        asked = self.web.asked(method="GET")
        self.assertLessEqual(len(asked), 20)
        self.assertLessEqual(len({a.host for a in asked} - {"evil.test"}), 5)

    def test_T_C7_a_thread_without_end(self):
        """Each post answers one on the next host; each has an author there."""
        for n in range(60):
            author = Actor(self.web, f"h{n}.evil.test", "u", rsa_key("one for all"))
            note = author.note("t", inReplyTo=self.web.url(f"h{n + 1}.evil.test", "/users/u/notes/t"))
            self.web.serve(note["id"], {"@context": CONTEXT, **note})
        m = self.mallory
        first = m.note(self.number(), inReplyTo=self.web.url("h0.evil.test", "/users/u/notes/t"))
        self.assertEqual(self.deliver(m, m.create(first)), 202)
        self.assertIsNotNone(self.searched(first["id"])[0]["in_reply_to_id"])
        asked = self.web.asked(method="GET")
        self.assertLessEqual(len(asked), 20)
        self.assertLessEqual(len({a.host for a in asked}), 5)
        with self.subTest("on one host"):
            self.web.requests.clear()
            for n in range(60):
                note = self.vera.note(f"t{n}", inReplyTo=f"{self.vera.uri}/notes/t{n + 1}")
                self.web.serve(note["id"], {"@context": CONTEXT, **note})
            second = m.note(self.number(), inReplyTo=self.vera.uri + "/notes/t0")
            self.assertEqual(self.deliver(m, m.create(second)), 202)
            self.assertLessEqual(len(self.web.asked(method="GET")), 20)
        with self.subTest("in a circle"):
            self.web.requests.clear()
            for n in range(2):
                note = self.vera.note(f"circle{n}", inReplyTo=f"{self.vera.uri}/notes/circle{1 - n}")
                self.web.serve(note["id"], {"@context": CONTEXT, **note})
            self.assertEqual(self.deliver(m, m.create(m.note(self.number(), inReplyTo=self.vera.uri + "/notes/circle0"))), 202)
            self.assertLessEqual(len(self.web.asked(method="GET")), 20)

    def knock(self, addresses, times=1):
        """Deliveries with unknown keys at these addresses, many at once; answers their statuses when all are through."""
        m = self.mallory
        activity = m.act("Follow", self.alice.uri)
        return self.crowd.map(lambda address: self.deliver(m, activity, key_id=address), addresses * times)

    def setUp(self):
        super().setUp()
        self.crowd = concurrent.futures.ThreadPoolExecutor(24)
        self.addCleanup(self.crowd.shutdown)

    def others_get_through(self):
        """While strangers are waited for: those who are known at once, and who is new and honest as well."""
        took = []
        for _ in range(10):
            began = time.monotonic()
            self.post_of(self.pia, "meanwhile")
            took.append(time.monotonic() - began)
        self.assertLess(sorted(took)[len(took) // 2], 1, took)
        self.assertLess(max(took), 5, took)
        nora = Actor(self.web, "other.test", f"nora{self.number()}", rsa_key("nora"))
        self.assertEqual(self.deliver(nora, nora.act("Follow", self.alice.uri)), 202)

    def test_T_B7_keys_on_a_host_that_does_not_answer(self):
        self.web.documents["h150.evil.test", "*"] = lambda out, closing: closing.wait(60)
        keys = [self.web.url("h150.evil.test", f"/users/u{n}#main-key") for n in range(100)]
        knocking = self.knock(keys, 5)
        self.others_get_through()
        self.assertLessEqual(set(knocking), {401, 429, 503})
        self.assertIn(len(self.web.asked("h150.evil.test")), range(1, 9))
        before = len(self.web.asked("h150.evil.test"))
        self.assertEqual(set(self.knock(keys)), {503})
        self.assertEqual(len(self.web.asked("h150.evil.test")), before)

    def test_T_B7_keys_on_many_hosts_that_do_not_answer(self):
        hosts = [f"h{n}.evil.test" for n in range(160, 210)]
        for host in hosts:
            self.web.documents[host, "*"] = lambda out, closing: closing.wait(60)
        knocking = self.knock([self.web.url(host, "/users/u#main-key") for host in hosts], 3)
        self.others_get_through()
        self.assertLessEqual(set(knocking), {401, 429, 503})
        asked = [a.host for a in self.web.asked("*.evil.test") if a.host in hosts]
        self.assertIn(len(set(asked)), range(1, 21))
        self.assertLessEqual(max(map(asked.count, asked)), 4)

    def test_T_B7_keys_that_somebody_else_does_not_have(self):
        """The node is no way to send requests to a third party, however many keys are named there."""
        knocking = self.knock([self.web.url("victim.test", f"/users/nobody{n}#main-key") for n in range(300)])
        self.assertLessEqual(set(knocking), {401, 429, 503})
        self.assertIn(len(self.web.asked("victim.test", method="GET")), range(1, 70))
        self.post_of(self.vera, "I am known, and heard")

    def test_T_B7_one_key_is_fetched_once(self):
        nell = Actor(self.web, "other.test", f"nell{self.number()}", rsa_key("nell"))
        document = Answer.json(nell.document)

        def slowly(out, closing):
            closing.wait(0.5)
            document.write(out)

        self.web.serve(nell.uri, slowly)
        likes = [nell.act("Follow", self.alice.uri) for _ in range(20)]
        statuses = list(self.crowd.map(lambda like: self.deliver(nell, like), likes))
        self.assertLessEqual(set(statuses), {202, 429})
        self.assertIn(202, statuses)
        self.assertEqual(len(self.web.asked("other.test", path=f"/users/{nell.name}")), 1)

    def test_an_actor_whose_inbox_is_elsewhere(self):
        victim = self.web.url("victim.test", "/inbox")
        for name, changes in {"inbox": {"inbox": victim}, "both": {"inbox": victim, "endpoints": {"sharedInbox": victim}},
                              "ours": {"inbox": f"{self.node.url}/inbox"}}.items():
            trap = Actor(self.web, "evil.test", f"trap{self.number()}", **changes)
            with self.subTest(name), self.unchanged():
                self.assertEqual(self.searched(trap.uri, kind="accounts"), [])
                self.assertEqual(self.deliver(trap, trap.act("Follow", self.alice.uri)), 401)
        trap = Actor(self.web, "evil.test", f"trap{self.number()}", endpoints={"sharedInbox": victim})
        with self.subTest("shared inbox"):
            self.assertEqual(self.deliver(trap, trap.act("Follow", self.alice.uri)), 202)
            post = self.alice.say("to my followers")
            eventually(lambda: [a for a in self.web.asked("evil.test", method="POST") if post["uri"] in a.body.decode()], "it is sent")
            self.assertEqual([a for a in self.web.asked("victim.test", path="/inbox") if trap.uri in a.body.decode()], [])
        with self.subTest("moved there later"), self.unchanged():
            self.assertIn(self.deliver(trap, trap.act("Update", {**trap.document, "inbox": victim})), (202, 400, 422))


if __name__ == "__main__":
    unittest.main()
