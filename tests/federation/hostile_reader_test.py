#!/usr/bin/python3
"""Class G of the threats as seen from other servers: what is not for someone reaches them neither by asking nor by telling."""
import json
import unittest

from hostile_peer import ACTIVITY_JSON, CONTEXT, PUBLIC, Actor, Request, cavage, http_date, send
from hostile_world import Hostile
from nodes import Person, eventually

ACCEPTS = [ACTIVITY_JSON, 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "application/json", "text/html", "*/*"]


class Readers(Hostile):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node.create_account("bob")
        cls.bob = Person(cls.node, "bob")
        # Pia follows Alice, Mallory does not.
        if cls.deliver(cls.pia, cls.pia.act("Follow", cls.alice.uri)) != 202:
            raise AssertionError("Pia cannot follow Alice")

    def read(self, actor, path, accept=ACTIVITY_JSON):
        """A signed GET; None: unsigned."""
        request = Request(b"", self.node.domain, path, "GET", [("Host", self.node.domain), ("Date", http_date()), ("Accept", accept)])
        if actor:
            cavage(request, actor.key, actor.key_id, covered=("(request-target)", "host", "date"))
        status, headers, body = send(request, self.node.port, self.tls)
        self.assertLess(status, 500)
        return status, headers, body.decode()

    def told_to(self, host):
        return [a.body.decode() for a in self.web.asked(host, method="POST")]

    def hidden_posts(self):
        word = f"secret{self.number()}"
        private = self.alice.say(f"{word} for followers #{word}", visibility="private")
        direct = self.alice.say(f"{word} @bob for you", visibility="direct")
        return word, private, direct

    def test_T_G1_hidden_posts_in_no_document(self):
        word, private, direct = self.hidden_posts()
        own = "/users/alice"
        paths = [own, own + "/outbox", own + "/outbox?page=true", own + "/featured", own + "/followers", "/@alice", "/.well-known/webfinger?resource=acct:alice@"
                 + self.node.domain, "/api/v1/timelines/public", f"/api/v1/timelines/tag/{word}", f"/api/v2/search?q={word}", "/nodeinfo/2.0"]
        for post in (private, direct):
            at = post["uri"].removeprefix(self.node.url)
            paths += [at, at + "/activity", at + "/replies", f"/@alice/{post['id']}", f"/api/v1/statuses/{post['id']}",
                      f"/api/v1/statuses/{post['id']}/context", f"/api/oembed?url={post['uri']}"]
        for actor in (None, self.mallory, self.vera):
            for path in paths:
                for accept in ACCEPTS:
                    with self.subTest(path=path, accept=accept, actor=actor and actor.name):
                        self.assertNotIn(word, self.read(actor, path, accept)[2])
        eventually(self.quiet, "all is told")
        self.assertEqual([b for host in ("evil.test", "victim.test") for b in self.told_to(host) if word in b], [])

    def test_T_G2_hidden_and_never_written_look_the_same(self):
        _, private, direct = self.hidden_posts()
        never = str(int(private["id"]) + 12345)
        same = ("Content-Type", "Cache-Control", "Vary", "Content-Length", "X-Content-Type-Options", "Location")
        for post in (private, direct):
            for form in ("/users/alice/statuses/{}", "/users/alice/statuses/{}/activity", "/users/alice/statuses/{}/replies", "/@alice/{}",
                         "/api/v1/statuses/{}", "/api/v1/statuses/{}/context", "/users/bob/statuses/{}"):
                for accept in ACCEPTS:
                    for actor in (None, self.mallory):
                        with self.subTest(form=form, accept=accept, actor=actor and actor.name):
                            answers = []
                            for number in (post["id"], never):
                                status, headers, body = self.read(actor, form.format(number), accept)
                                headers = {n: headers.get(n, "").replace(number, "N") for n in same}
                                answers.append((status, headers, body.replace(number, "N")))
                            self.assertEqual(*answers)

    def test_T_G3_nobody_elses_boost_shows_a_hidden_post(self):
        word, private, direct = self.hidden_posts()
        before = len(self.alice.notifications("reblog"))
        for post in (private, direct):
            for actor in (self.mallory, self.pia):
                whole = {"id": post["uri"], "type": "Note", "attributedTo": self.alice.uri, "content": "known", "to": [PUBLIC]}
                for kind in ("Announce", "Like") if actor is self.mallory else ("Announce",):
                    for thing in (post["uri"], post["uri"] + "/activity", whole):
                        with self.subTest(kind=kind, actor=actor.name, thing=str(thing)[-30:]), self.unchanged():
                            self.assertIn(self.deliver(actor, actor.act(kind, thing)), (202, 403, 404, 422))
        self.assertEqual(len(self.alice.notifications("reblog")), before)
        with self.subTest("a remote one, boosted here and by others"):
            hidden = self.pia.note(self.number(), "<p>for friends of Pia</p>", to=[self.pia.uri + "/followers"], cc=[])
            self.assertEqual(self.deliver(self.pia, self.pia.create(hidden)), 202)
            seen = self.seen(hidden["id"])
            self.assertEqual(seen["visibility"], "private")
            self.alice.call("POST", f"/api/v1/statuses/{seen['id']}/reblog", status=404)
            with self.unchanged():
                self.assertEqual(self.deliver(self.mallory, self.mallory.act("Announce", hidden["id"])), 202)
            self.unseen_by(self.bob, seen, hidden)

    def unseen_by(self, person, seen, note):
        """No way of the client API shows it."""
        person.call("GET", f"/api/v1/statuses/{seen['id']}", status=404)
        person.call("GET", f"/api/v1/statuses/{seen['id']}/context", status=404)
        self.assertIsNone(self.seen(note["id"], person))
        self.assertEqual(self.searched(note["id"], person), [])
        for path in ("/api/v1/timelines/public", f"/api/v1/accounts/{seen['account']['id']}/statuses", "/api/v1/notifications"):
            self.assertNotIn(note["id"], json.dumps(person.get(path)))

    def test_T_G4_what_is_for_some_reaches_those_alone(self):
        followers = self.node.url + "/users/alice/followers"
        pia, bob, alice = self.pia, self.bob, self.alice
        cases = {
            "for followers": ({"to": [pia.uri + "/followers"], "cc": []}, alice, bob),
            "for Bob": ({"to": [bob.uri], "cc": [], "tag": [{"type": "Mention", "href": bob.uri, "name": "@bob"}]}, bob, alice),
            "for Bob, by bto": ({"to": [bob.uri], "cc": [], "bto": [bob.uri], "bcc": ["https://evil.test/hidden-reader"]}, bob, alice),
            "for Alice, and Bob is named in the text": ({"to": [alice.uri], "cc": [], "content": f'<a href="{bob.uri}">@bob</a>'}, alice, bob),
            "for Alice and her followers, says Pia": ({"to": [alice.uri, followers], "cc": []}, alice, bob),
            "for followers of Vera, says Pia": ({"to": [alice.uri, self.vera.uri + "/followers"], "cc": []}, alice, bob),
        }
        # Bob follows Alice, which gives Pia no way to him.
        bob.post(f"/api/v1/accounts/{alice.get('/api/v1/accounts/verify_credentials')['id']}/follow")
        for name, (changes, reader, other) in cases.items():
            with self.subTest(name):
                note = pia.note(self.number(), **changes)
                for inbox in ("/inbox", f"/users/{other.name}/inbox"):
                    request = self.request(pia.create(note, to=note["to"], cc=note["cc"]), target=inbox)
                    self.assertEqual(self.sent(cavage(request, pia.key, pia.key_id)), 202)
                found = self.searched(note["id"], reader)
                self.assertEqual(len(found), 1)
                self.unseen_by(other, found[0], note)
                self.assertNotIn("hidden-reader", json.dumps(found))
                status, _, _ = self.read(None, f"/api/v1/statuses/{found[0]['id']}", "application/json")
                self.assertIn(status, (401, 404))

    def test_T_G5_no_hidden_addressees_in_what_we_send(self):
        post = self.alice.say(f"@{self.pia.handle} hello")
        eventually(lambda: [b for b in self.told_to("peer.test") if post["uri"] in b], "it is told")
        for body in self.told_to("peer.test"):
            self.assertNotIn('"bto"', body)
            self.assertNotIn('"bcc"', body)

    def test_T_G6_who_is_not_let_in(self):
        self.node.create_account(name := f"lock{self.number()}")
        lock = Person(self.node, name)
        lock._session.patch(self.node.url + "/api/v1/accounts/update_credentials", data={"locked": "true"}, timeout=60).raise_for_status()
        paul = Actor(self.web, "peer.test", f"paul{self.number()}")
        follow = paul.act("Follow", lock.uri)
        self.assertEqual(self.deliver(paul, follow), 202)
        asked = eventually(lambda: lock.get("/api/v1/follow_requests"), "Paul asks")

        def reaches(word):
            post = lock.say(word, visibility="private")
            eventually(self.quiet, "all is told")
            self.assertEqual(self.read(paul, post["uri"].removeprefix(self.node.url))[0], 404)
            return any(word in b for b in self.told_to("peer.test"))

        self.assertFalse(reaches("while he waits"))
        with self.subTest("he says himself that he may"):
            for lie in (paul.act("Accept", follow), paul.act("Accept", {**follow, "actor": lock.uri, "object": paul.uri})):
                with self.unchanged():
                    self.assertIn(self.deliver(paul, lie), (202, 403))
            self.assertFalse(reaches("still waiting"))
        lock.post(f"/api/v1/follow_requests/{asked[0]['id']}/reject")
        self.assertFalse(reaches("after the refusal"))
        self.assertEqual(self.deliver(paul, paul.act("Follow", lock.uri)), 202)
        asked = eventually(lambda: lock.get("/api/v1/follow_requests"), "Paul asks again")
        lock.post(f"/api/v1/follow_requests/{asked[0]['id']}/authorize")
        self.assertTrue(reaches("let in"))
        self.assertEqual(self.deliver(paul, paul.act("Undo", paul.act("Follow", lock.uri))), 202)
        self.assertFalse(reaches("after he went"))

    def test_T_G7_caches_keep_answers_apart(self):
        post = self.alice.say("for all")
        at = post["uri"].removeprefix(self.node.url)
        for path in (at, "/users/alice", "/@alice", f"/@alice/{post['id']}"):
            for accept in ACCEPTS:
                for actor in (None, self.mallory):
                    with self.subTest(path=path, accept=accept, actor=actor and actor.name):
                        _, headers, _ = self.read(actor, path, accept)
                        if "no-store" not in headers.get("Cache-Control", ""):
                            self.assertIn("accept", headers.get("Vary", "").lower())

    def test_T_G8_what_was_deleted_stays_deleted(self):
        vera, m = self.vera, self.mallory
        seen, note = self.post_of(vera, "for a moment")
        boost = m.act("Announce", note["id"])
        self.web.serve(note["id"], {"@context": CONTEXT, **note})
        self.assertEqual(self.deliver(vera, vera.act("Delete", {"id": note["id"], "type": "Tombstone"})), 202)
        later = {**note, "content": "<p>again</p>", "updated": "2030-01-01T00:00:00Z"}
        for actor, activity in ((vera, vera.act("Update", later)), (vera, vera.create(note)), (m, boost), (m, m.act("Like", note["id"])),
                                (m, m.create(m.note(self.number(), inReplyTo=note["id"])))):
            with self.subTest(activity["type"]):
                self.assertEqual(self.deliver(actor, activity), 202)
                self.alice.call("GET", f"/api/v1/statuses/{seen['id']}", status=404)
                self.assertEqual(self.searched(note["id"]), [])
        with self.subTest("a Delete that overtakes its Create"):
            early = vera.note(self.number())
            self.assertEqual(self.deliver(vera, vera.act("Delete", early["id"])), 202)
            self.assertEqual(self.deliver(vera, vera.create(early)), 202)
            self.assertEqual(self.searched(early["id"]), [])
        with self.subTest("one of ours"):
            post = self.alice.say("a slip")
            self.alice.call("DELETE", f"/api/v1/statuses/{post['id']}")
            at = post["uri"].removeprefix(self.node.url)
            for path in (at, at + "/activity", at + "/replies"):
                self.assertIn(self.read(self.pia, path)[0], (404, 410))
            for activity in (m.act("Announce", post["uri"]), m.act("Like", post["uri"])):
                with self.unchanged():
                    self.assertEqual(self.deliver(m, activity), 202)

    def test_T_G9_whom_alice_blocks_does_not_reach_her(self):
        bea = Actor(self.web, "evil.test", f"bea{self.number()}")
        found = self.followed(bea)
        seen, _ = self.post_of(bea, "before")
        post = self.alice.say("say something")
        self.alice.post(f"/api/v1/accounts/{found}/block")
        before = self.alice.get("/api/v1/notifications")
        mention = [{"type": "Mention", "href": self.alice.uri, "name": "@alice"}]
        for activity in (bea.create(bea.note(900, inReplyTo=post["uri"], tag=mention)), bea.create(bea.note(901, to=[self.alice.uri], cc=[], tag=mention)),
                         bea.act("Like", post["uri"]), bea.act("Announce", post["uri"]), bea.act("Follow", self.alice.uri)):
            with self.subTest(activity["type"]):
                self.assertIn(self.deliver(bea, activity), (202, 403))
                self.assertEqual(self.alice.get("/api/v1/notifications"), before)
                self.assertNotIn(bea.uri, json.dumps(self.alice.home()))
                thread = self.alice.get(f"/api/v1/statuses/{post['id']}/context")
                self.assertNotIn(bea.uri, json.dumps(thread))
        now = self.alice.get(f"/api/v1/statuses/{post['id']}")
        self.assertEqual((now["favourites_count"], now["reblogs_count"]), (0, 0))
        self.assertFalse(self.alice.get("/api/v1/accounts/relationships", **{"id[]": found})[0]["followed_by"])


if __name__ == "__main__":
    unittest.main()
