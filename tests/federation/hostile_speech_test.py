#!/usr/bin/python3
"""Class A of the threats: who may speak for an object. Mallory's deliveries are rightly signed by Mallory; what they say is not hers."""
import unittest

from hostile_peer import ACTIVITY_JSON, CONTEXT, Actor, Answer, rsa_key
from hostile_world import Hostile
from nodes import eventually

LIE = "<p>a lie of Mallory</p>"


class Speech(Hostile):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carol = Actor(cls.web, "evil.test", "carol")
        cls.find(cls.carol)

    def ignored(self, actor, activity, statuses=(202, 400, 401, 403, 422)):
        with self.unchanged():
            self.assertIn(self.deliver(actor, activity), statuses)

    def tables(self, cases, actor=None):
        for name, activity in cases.items():
            with self.subTest(name):
                self.ignored(actor or self.mallory, activity)

    def veras_note(self, served=True):
        """A note of Vera that the node holds."""
        seen, note = self.post_of(self.vera, "what Vera said")
        if served:
            self.web.serve(note["id"], {"@context": CONTEXT, **note})
        return seen, note

    def test_T_A1_a_post_of_another_server(self):
        served = self.vera.note(self.number(), "<p>what Vera said</p>")
        self.web.serve(served["id"], {"@context": CONTEXT, **served})
        lie = {**served, "content": LIE}
        m = self.mallory
        # Passed on, as it seems: what Vera's own server says counts.
        self.assertEqual(self.deliver(m, {**m.create(lie), "actor": self.vera.uri}), 202)
        self.assertTrue(self.holds("what Vera said"))
        self.assertFalse(self.holds(LIE))
        self.tables({
            "id and author elsewhere": m.create(lie),
            "id elsewhere": m.create({**lie, "attributedTo": m.uri}),
            "author elsewhere": m.create(m.note(1, LIE, attributedTo=self.vera.uri)),
            "activity elsewhere": {**m.create(m.note(2, LIE)), "id": self.vera.uri + "#acts/1"},
            "all elsewhere": {**self.vera.create(lie)},
            "no author": m.create({k: v for k, v in lie.items() if k != "attributedTo"}),
            "an author in upper case": m.create(m.note(3, LIE, attributedTo=self.vera.uri.upper())),
            "a name before the host": m.create(m.note(4, LIE, id=f"https://evil.test:{self.web.port}@victim.test:{self.web.port}/n")),
            "another port": m.create(m.note(5, LIE, id="https://evil.test/n")),
            "without TLS": m.create(m.note(6, LIE, id=m.note(6)["id"].replace("https", "http"))),
            "two objects": m.act("Create", [m.note(7, LIE, attributedTo=self.vera.uri), m.note(8)]),
        })
        self.assertFalse(self.holds("a lie of Mallory"))
        found = self.searched(served["id"])
        self.assertEqual([s["content"] for s in found], [served["content"]])
        self.assertEqual(found[0]["account"]["acct"], self.vera.handle)

    def test_T_A1_a_post_of_ours(self):
        post = self.alice.say("what Alice said")
        m = self.mallory
        own = f"{self.node.url}/users/alice"
        self.tables({
            "author local": m.create(m.note(11, LIE, attributedTo=own)),
            "id local": m.create({**m.note(12, LIE), "id": post["uri"]}),
            "id and author local": m.create({**m.note(13, LIE), "id": post["uri"], "attributedTo": own}),
            "a new one": m.create({**m.note(13, LIE), "id": own + "/statuses/1", "attributedTo": own}),
            "actor local": {**m.create(m.note(14, LIE)), "actor": own},
            "an edit": m.act("Update", {**m.note(15, LIE), "id": post["uri"], "attributedTo": own, "updated": "2030-01-01T00:00:00Z"}),
            "a deletion": m.act("Delete", post["uri"]),
            "a deletion of Alice": m.act("Delete", own),
            "an edit of Alice": m.act("Update", {**m.document, "id": own}),
        })
        for key_id in (own + "#main-key", f"{self.node.url}/actor#main-key"):
            with self.subTest(key_id), self.unchanged():
                self.assertEqual(self.deliver(m, {**m.create(m.note(16, LIE)), "actor": own}, key_id=key_id), 401)
        self.assertIn("what Alice said", self.alice.get(f"/api/v1/statuses/{post['id']}")["content"])

    def test_T_A2_two_of_one_server(self):
        m, carol = self.mallory, self.carol
        self.tables({
            "attributed to Carol": m.create(m.note(21, LIE, attributedTo=carol.uri)),
            "attributed to both": m.create(m.note(22, LIE, attributedTo=[carol.uri, m.uri])),
            "attributed to both, Mallory first": m.create(m.note(23, LIE, attributedTo=[m.uri, carol.uri])),
            "attributed to both, Carol a Person": m.create(m.note(24, LIE, attributedTo=[m.uri, {"type": "Person", "id": carol.uri}])),
            "sent as Carol": {**m.create(m.note(25, LIE, attributedTo=carol.uri)), "actor": carol.uri},
            "actors": {**m.create(m.note(26, LIE)), "actor": [m.uri, carol.uri]},
        })
        self.assertFalse(self.holds("a lie of Mallory"))

    def test_T_A3_an_edit_of_somebody_elses(self):
        seen, note = self.veras_note()
        _, own = self.post_of(self.carol_followed(), "what Carol said")
        edit = {**note, "content": LIE, "updated": "2030-01-01T00:00:00Z"}
        m = self.mallory
        unknown = self.vera.note(self.number(), LIE, updated="2030-01-01T00:00:00Z")
        self.tables({
            "known": m.act("Update", edit),
            "known, taken over": m.act("Update", {**edit, "attributedTo": m.uri}),
            "unknown": m.act("Update", unknown),
            "of a neighbour": m.act("Update", {**own, "content": LIE, "updated": "2030-01-01T00:00:00Z"}),
            "of a neighbour, taken over": m.act("Update", {**own, "content": LIE, "attributedTo": m.uri, "updated": "2030-01-01T00:00:00Z"}),
            "a Create over a known one": m.create({**own, "content": LIE, "attributedTo": m.uri}),
            "of Vera herself": m.act("Update", {**self.vera.document, "name": "Mallory's"}),
            "of Carol herself": m.act("Update", {**self.carol.document, "name": "Mallory's"}),
            "sent as Vera": {**m.act("Update", edit), "actor": self.vera.uri},
        })
        now = self.alice.get(f"/api/v1/statuses/{seen['id']}")
        self.assertEqual((now["content"], now["edited_at"]), (note["content"], None))
        self.assertEqual(len(self.alice.get(f"/api/v1/statuses/{seen['id']}/history")), 1)
        self.assertEqual(self.deliver(self.vera, self.vera.act("Update", {**edit, "content": "<p>better</p>"})), 202)
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{seen['id']}")["content"], "<p>better</p>")

    def test_a_second_boost_that_comes_before_the_end_of_the_first(self):
        seen, note = self.veras_note()
        carol = self.carol_followed()
        act = lambda number, second: {**carol.act("Announce", note["id"]), "id": f"{carol.uri}/boosts/{self.number()}-{number}",
                                      "published": f"2026-11-01T10:00:0{second}Z"}
        first, second = act(1, 1), act(2, 2)
        shown = lambda: self.alice.get(f"/api/v1/accounts/{self.alice.find(carol)}/statuses")
        boosts = lambda: [s["uri"] for s in shown() if (s["reblog"] or {}).get("uri") == note["id"]]
        self.assertEqual(self.deliver(carol, second), 202)
        self.assertEqual(self.deliver(carol, first), 202)
        self.assertEqual(boosts(), [second["id"]])
        self.assertEqual(self.deliver(carol, carol.act("Undo", first)), 202)
        self.assertEqual(boosts(), [second["id"]])
        self.assertEqual(self.deliver(carol, second), 202)
        third = {**carol.act("Announce", note["id"]), "id": second["id"] + "#third"}
        self.assertEqual(self.deliver(carol, third), 202)
        self.assertEqual(self.deliver(carol, carol.act("Undo", third)), 202)
        self.assertEqual(boosts(), [])

    def test_an_edit_that_was_overtaken(self):
        seen, note = self.veras_note()
        edit = lambda text, time: self.deliver(self.vera, self.vera.act("Update", {**note, "content": f"<p>{text}</p>", "updated": time}))
        self.assertEqual(edit("second", "2026-11-01T10:00:02Z"), 202)
        self.assertEqual(edit("first", "2026-11-01T10:00:01Z"), 202)
        now = self.alice.get(f"/api/v1/statuses/{seen['id']}")
        self.assertEqual((now["content"], now["edited_at"]), ("<p>second</p>", "2026-11-01T10:00:02.000Z"))
        self.assertEqual(edit("third, in the same second", "2026-11-01T10:00:02Z"), 202)
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{seen['id']}")["content"], "<p>third, in the same second</p>")

    def test_an_edit_that_comes_before_the_post(self):
        self.veras_note()
        note = self.vera.note(self.number(), "<p>as it was published</p>", published="2026-11-01T10:00:00Z")
        edited = {**note, "content": "<p>as it was edited</p>", "updated": "2026-11-01T10:00:05Z"}
        self.assertEqual(self.deliver(self.vera, self.vera.act("Update", edited)), 202)
        self.assertEqual(self.deliver(self.vera, self.vera.create(note)), 202)
        found = [s for s in self.alice.home() if s["uri"] == note["id"]]
        self.assertEqual([(s["content"], s["edited_at"]) for s in found], [("<p>as it was edited</p>", "2026-11-01T10:00:05.000Z")])

    def carol_followed(self):
        if not self.alice.relationship(self.carol)["following"]:
            self.followed(self.carol)
        return self.carol

    def test_T_A4_a_deletion_of_somebody_elses(self):
        seen, note = self.veras_note()
        _, own = self.post_of(self.carol_followed(), "what Carol said")
        m = self.mallory
        tombstone = {"id": note["id"], "type": "Tombstone"}
        self.tables({
            "directly": m.act("Delete", note["id"]),
            "a Tombstone": m.act("Delete", tombstone),
            "an object of Mallory around it": m.act("Delete", {"id": m.uri + "/x", "object": tombstone}) | {"object": [note["id"]]},
            "in Vera's name": {**m.act("Delete", note["id"]), "actor": self.vera.uri},
            "in Vera's name with her id": {**self.vera.act("Delete", note["id"])},
            "of a neighbour": m.act("Delete", own["id"]),
            "of Carol herself": m.act("Delete", self.carol.uri),
            "an Undo of it": m.act("Undo", {"id": note["id"], "type": "Create", "actor": m.uri, "object": note["id"]}),
            "an Undo by its id": m.act("Undo", note["id"]),
            "a Remove": m.act("Remove", note["id"], target=self.vera.uri + "/featured"),
            "a Reject": m.act("Reject", note["id"]),
        })
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{seen['id']}")["content"], note["content"])
        self.assertEqual(self.deliver(self.vera, self.vera.act("Delete", tombstone)), 202)
        self.alice.call("GET", f"/api/v1/statuses/{seen['id']}", status=404)

    def test_T_A5_a_boost_that_carries_the_post(self):
        m = self.mallory
        vito = Actor(self.web, "victim.test", f"vito{self.number()}")
        note = vito.note(1, "<p>what Vito said</p>")
        with self.subTest("Vito's server does not have it"):
            self.ignored(m, m.act("Announce", {**note, "content": LIE}))
        answers = vito.note(2, "<p>what Vito said</p>")
        self.web.serve(answers["id"], {"@context": CONTEXT, **answers})
        self.assertEqual(self.deliver(m, m.act("Announce", {**answers, "content": LIE})), 202)
        seen = self.seen(answers["id"])
        self.assertEqual(seen["reblog"]["content"], answers["content"])
        self.assertEqual(seen["reblog"]["account"]["acct"], vito.handle)
        self.assertFalse(self.holds("a lie of Mallory"))

    def test_T_A6_a_document_of_another_server(self):
        note = self.vera.note(self.number(), LIE)
        document = {"@context": CONTEXT, **note}
        port = self.web.port
        lies = {
            "under Mallory's address": self.web.serve(self.web.url("evil.test", "/x"), document),
            "through Vera's open redirect": self.web.serve(self.web.url("victim.test", "/go"), Answer.redirect(self.web.url("evil.test", "/x"))),
            "an id that redirects to Mallory": self.web.serve(note["id"], Answer.redirect(self.web.url("evil.test", "/x"))),
        }
        for name, address in lies.items():
            with self.subTest(name), self.unchanged():
                self.assertEqual(self.searched(address), [])
        self.web.serve(self.web.url("victim.test", "/go2"), Answer.redirect(self.web.url("evil.test", "/z")))
        stranger = Actor(self.web, "victim.test", "stranger", rsa_key("carol@evil.test"))
        self.web.forget(stranger.uri)
        self.web.serve(self.web.url("evil.test", "/z"), stranger.document)
        for address in (self.web.url("evil.test", "/z"), self.web.url("victim.test", "/go2")):
            with self.subTest("an actor: " + address), self.unchanged():
                self.assertEqual(self.searched(address, kind="accounts"), [])
        self.assertEqual(port, self.web.port)

    def test_T_A6_an_answer_that_redirects_to_another_server(self):
        seen, note = self.veras_note(served=False)
        honest = self.vera.note(self.number(), "<p>an honest answer</p>", inReplyTo=note["id"])
        lie = self.vera.note(self.number(), LIE, inReplyTo=note["id"])
        self.web.serve(honest["id"], {"@context": CONTEXT, **honest})
        self.web.serve(lie["id"], Answer.redirect(self.web.serve(self.web.url("evil.test", f"/{self.number()}"), {"@context": CONTEXT, **lie})))
        replies = {"id": note["id"] + "/replies", "type": "Collection", "items": [lie["id"], honest["id"]]}
        self.web.serve(note["id"], {"@context": CONTEXT, **note, "replies": replies["id"]})
        self.web.serve(replies["id"], {"@context": CONTEXT, **replies})
        self.alice.get(f"/api/v1/statuses/{seen['id']}/context")
        eventually(lambda: self.holds("an honest answer"), "the thread is completed")
        eventually(lambda: self.alice.get(f"/api/v1_alpha/async_refreshes/{seen['id']}")["async_refresh"]["status"] == "finished", "all was tried")
        self.assertFalse(self.holds("a lie of Mallory"))

    def test_T_A7_an_upload_on_an_honest_server(self):
        for kind in ("application/octet-stream", "text/html", "application/json", "image/png", "", "application/ld+json", "text/plain",
                     'application/ld+json; profile="https://example.com"', "application/activity+jsonx"):
            note = {"@context": CONTEXT, **self.vera.note(self.number(), LIE)}
            note["id"] = self.web.url("victim.test", f"/uploads/{self.number()}.json")
            self.web.serve(note["id"], Answer.json(note, content_type=kind))
            with self.subTest(kind), self.unchanged():
                self.assertEqual(self.searched(note["id"]), [])
        note = {"@context": CONTEXT, **self.vera.note(self.number(), "<p>honest</p>")}
        self.web.serve(note["id"], Answer.json(note, content_type='application/ld+json; profile="https://www.w3.org/ns/activitystreams"'))
        self.assertEqual(len(self.searched(note["id"])), 1)

    def test_T_A9_a_key_that_is_not_the_actors(self):
        number = self.number()
        m = self.mallory
        new = lambda name, *key: Actor(self.web, "evil.test", f"{name}{number}", *key)

        def owner_elsewhere():
            actor = new("owned")
            actor.document["publicKey"]["owner"] = self.vera.uri
            return actor

        def key_elsewhere():
            actor = new("keyed")
            actor.key_id = actor.document["publicKey"]["id"] = self.web.url("victim.test", f"/users/keyed{number}") + "#main-key"
            return actor

        def not_listed():
            """A document of the key alone, which names an owner that does not know it."""
            actor = new("unlisted")
            actor.key_id = self.web.url("evil.test", f"/keys/{number}")
            self.web.serve(actor.key_id, {"@context": CONTEXT, "id": actor.key_id, "type": "Key", "owner": actor.uri,
                                          "publicKeyPem": actor.document["publicKey"]["publicKeyPem"]})
            return actor

        def document_of_vera():
            """Mallory's key in a copy of Vera's profile."""
            actor = new("copied", rsa_key("copied"))
            actor.document = {**self.vera.document, "publicKey": {**actor.document["publicKey"], "owner": self.vera.uri}}
            return actor

        for make in (owner_elsewhere, key_elsewhere, not_listed, document_of_vera):
            actor = make()
            actor.publish()
            for who in (actor.uri, self.vera.uri):
                with self.subTest(f"{make.__name__} as {who}"), self.unchanged():
                    self.assertEqual(self.deliver(actor, {**actor.act("Follow", self.alice.uri), "actor": who}), 401)
        with self.subTest("Mallory's key for Vera's words"):
            self.ignored(m, {**self.vera.create(self.vera.note(number, LIE))})
        with self.subTest("an Update that brings Vera's key"):
            self.ignored(m, m.act("Update", {**m.document, "publicKey": {**self.vera.document["publicKey"]}}))

    def test_T_A10_a_handle_of_another_server(self):
        fake = Actor(self.web, "evil.test", "vera", name="Vera", webfinger=self.vera.handle)
        self.assertEqual(self.deliver(fake, fake.act("Follow", self.alice.uri)), 202)
        account = self.searched(fake.uri, kind="accounts")[0]
        self.assertEqual(account["acct"], f"vera@evil.test:{self.web.port}")
        self.assertEqual(self.searched("@" + self.vera.handle, kind="accounts")[0]["uri"], self.vera.uri)
        with self.subTest("a handle of ours, on our pages"):
            post = self.alice.say("who answers?")
            twin = Actor(self.web, "evil.test", "alice")
            self.find(twin)
            note = twin.note(1, "<p>I am Alice</p>", inReplyTo=post["uri"])
            self.assertEqual(self.deliver(twin, twin.create(note)), 202)
            shown = self.alice.get(f"/api/v1/statuses/{post['id']}/context")["descendants"][0]
            self.assertEqual(shown["account"]["acct"], twin.handle)
            with self.node.http_session() as visitor:
                page = visitor.get(f"{self.node.url}/@alice/{post['id']}", timeout=60).text
                self.assertIn("I am Alice", page)
                self.assertIn(f'href="{note["id"]}"', page)
                self.assertNotIn(f"/@alice/{shown['id']}", page)
                for path in (f"/@alice/{shown['id']}", f"/users/alice/statuses/{shown['id']}"):
                    self.assertEqual(visitor.get(self.node.url + path, headers={"Accept": ACTIVITY_JSON}, timeout=60).status_code, 404)
        with self.subTest("a WebFinger answer about another"):
            resource = f"/.well-known/webfinger?resource=acct%3Aghost%40evil.test%3A{self.web.port}"
            links = [{"rel": "self", "type": ACTIVITY_JSON, "href": Actor(self.web, "evil.test", f"imp{self.number()}").uri}]
            self.web.serve(self.web.url("evil.test", resource), Answer.json({"subject": "acct:" + self.vera.handle, "links": links},
                                                                           content_type="application/jrd+json"))
            with self.unchanged():
                self.assertEqual(self.searched(f"@ghost@evil.test:{self.web.port}", kind="accounts"), [])
        with self.subTest("a WebFinger answer that names our own account"):
            resource = f"/.well-known/webfinger?resource=acct%3Aalias%40evil.test%3A{self.web.port}"
            links = [{"rel": "self", "type": ACTIVITY_JSON, "href": self.alice.uri}]
            self.web.serve(self.web.url("evil.test", resource), Answer.json({"subject": f"acct:alias@evil.test:{self.web.port}", "links": links},
                                                                           content_type="application/jrd+json"))
            with self.unchanged():
                self.assertEqual(self.searched(f"@alias@evil.test:{self.web.port}", kind="accounts"), [])
        with self.subTest("a name of another actor there"):
            twin = Actor(self.web, "evil.test", f"twin{self.number()}", preferredUsername="mallory")
            with self.unchanged():
                self.assertIn(self.deliver(twin, twin.act("Follow", self.alice.uri)), (401, 409))

    def test_T_A11_a_follow_that_was_not_accepted(self):
        lena = Actor(self.web, "peer.test", f"lena{self.number()}", manuallyApprovesFollowers=True)
        found = self.find(lena)
        self.alice.post(f"/api/v1/accounts/{found}/follow")
        follow = eventually(lambda: self.told(lena, "Follow"), "the Follow arrives")
        pia, m = self.pia, self.mallory
        cases = {
            "by another of that server": (pia, pia.act("Accept", follow)),
            "by another, in her name": (pia, {**pia.act("Accept", follow), "actor": lena.uri}),
            "by another server": (m, m.act("Accept", follow)),
            "by another, by the id alone": (m, m.act("Accept", follow["id"])),
            "of another Follow": (lena, lena.act("Accept", {**follow, "id": follow["id"] + "0"})),
            "of a Follow of another": (lena, lena.act("Accept", {**follow, "object": pia.uri})),
            "of a Follow by another": (lena, lena.act("Accept", {**follow, "actor": m.uri})),
            "of her own Follow": (lena, lena.act("Accept", lena.act("Follow", self.alice.uri))),
            "of none": (lena, lena.act("Accept", self.alice.uri)),
        }
        for name, (actor, activity) in cases.items():
            with self.subTest(name):
                self.ignored(actor, activity)
        self.assertFalse(self.alice.relationship(lena)["following"])
        secret = lena.note(1, "<p>for friends</p>", to=[lena.uri + "/followers"], cc=[])
        self.assertEqual(self.deliver(lena, lena.create(secret)), 202)
        self.assertIsNone(self.seen(secret["id"]))
        self.assertEqual(self.searched(secret["id"]), [])
        self.assertEqual(self.deliver(lena, lena.act("Accept", follow)), 202)
        self.assertTrue(self.alice.relationship(lena)["following"])
        with self.subTest("a Reject by another"):
            self.ignored(m, m.act("Reject", follow))
            self.ignored(pia, {**pia.act("Reject", follow), "actor": lena.uri})

    def test_an_accept_of_what_was_never_asked(self):
        m = self.mallory
        self.node.create_account(name := f"bob{self.number()}")
        bob = f"{self.node.url}/users/{name}"
        follow = {"id": f"{bob}#follows/1", "type": "Follow", "actor": bob, "object": m.uri}
        self.tables({
            "whole": m.act("Accept", follow),
            "by id": m.act("Accept", follow["id"]),
            "without id": m.act("Accept", {k: v for k, v in follow.items() if k != "id"}),
            "an Add to the followers": m.act("Add", m.uri, target=bob + "/following"),
        })

    def test_an_undo_of_somebody_elses(self):
        pia, m = self.pia, self.mallory
        post = self.alice.say("to be liked")
        follow, like, boost = pia.act("Follow", self.alice.uri), pia.act("Like", post["uri"]), pia.act("Announce", post["uri"])
        block = pia.act("Block", self.alice.uri)
        for activity in (follow, like, boost):
            self.assertEqual(self.deliver(pia, activity), 202)
        eventually(lambda: self.alice.relationship(pia)["followed_by"], "Pia follows")
        cases = {}
        for of in (follow, like, boost, block):
            cases |= {
                f"{of['type']}, whole": m.act("Undo", of),
                f"{of['type']}, by id": m.act("Undo", of["id"]),
                f"{of['type']}, in her name": {**m.act("Undo", of), "actor": pia.uri},
                f"{of['type']}, as if it were Mallory's": m.act("Undo", {**of, "actor": m.uri}),
                f"{of['type']}, without actor": m.act("Undo", {k: v for k, v in of.items() if k != "actor"}),
            }
        self.tables(cases)
        now = self.alice.get(f"/api/v1/statuses/{post['id']}")
        self.assertEqual((now["favourites_count"], now["reblogs_count"]), (1, 1))
        self.assertEqual(self.deliver(pia, pia.act("Undo", follow)), 202)
        self.assertFalse(self.alice.relationship(pia)["followed_by"])

    def test_T_A12_a_move_that_its_target_does_not_confirm(self):
        m, vera = self.mallory, self.vera
        self.carol_followed()
        self.tables({
            "to someone else": m.act("Move", m.uri, target=vera.uri),
            "to a neighbour": m.act("Move", m.uri, target=self.carol.uri),
            "to one of ours": m.act("Move", m.uri, target=self.alice.uri),
            "of somebody else": m.act("Move", vera.uri, target=m.uri),
            "of somebody else, in her name": {**vera.act("Move", vera.uri, target=m.uri)},
            "of one of ours": m.act("Move", self.alice.uri, target=m.uri),
            "to nobody": m.act("Move", m.uri, target=self.web.url("evil.test", "/users/nobody")),
        })
        for actor in (m, vera, self.carol):
            self.assertTrue(self.alice.relationship(actor)["following"])

    def test_T_A13_a_signature_inside_gives_no_authority(self):
        m = self.mallory
        lie = self.vera.create(self.vera.note(self.number(), LIE))
        ld = {"type": "RsaSignature2017", "creator": self.vera.key_id, "created": "2026-11-21T00:00:00Z", "signatureValue": "AAAA"}
        proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "verificationMethod": self.vera.uri + "#ed25519-key",
                 "proofPurpose": "assertionMethod", "created": "2026-11-21T00:00:00Z", "proofValue": "z3"}
        self.tables({
            "a Create": {**lie, "signature": ld},
            "a Create with a proof": {**lie, "proof": proof},
            "a proof by Mallory": {**lie, "proof": {**proof, "verificationMethod": m.uri + "#ed25519-key"}},
            "a Delete": {**self.vera.act("Delete", self.vera.uri), "signature": ld},
            "in the object": m.create({**lie["object"], "signature": ld, "proof": proof}),
        })

    def test_T_A15_the_end_of_somebody_else(self):
        m = self.mallory
        seen, _ = self.veras_note()
        end = {**self.vera.act("Delete", self.vera.uri)}
        with self.subTest("unsigned"), self.unchanged():
            self.assertEqual(self.sent(self.request(end)), 401)
        self.tables({
            "by Mallory": m.act("Delete", self.vera.uri),
            "by Mallory, in Vera's name": end,
            "by Mallory, as an object": m.act("Delete", {"id": self.vera.uri, "type": "Person"}),
        })
        with self.subTest("with Vera's key id"), self.unchanged():
            self.assertEqual(self.deliver(m, end, key_id=self.vera.key_id), 401)
        self.alice.get(f"/api/v1/statuses/{seen['id']}")
        wanda = Actor(self.web, "victim.test", f"wanda{self.number()}")
        self.followed(wanda)
        last, _ = self.post_of(wanda, "my last words")
        end = wanda.act("Delete", wanda.uri)
        self.age_actors()
        for name, answer, gone in (("is there", None, False), ("cannot be found", Answer(404), False), ("is gone", Answer(410), True)):
            if answer:
                self.web.serve(wanda.uri, answer)
            with self.subTest(f"her server is asked and says that she {name}"):
                self.assertEqual(self.deliver(wanda, end, key=self.mallory.key), 202 if gone else 401)
                self.alice.call("GET", f"/api/v1/statuses/{last['id']}", status=404 if gone else 200)
            self.age_actors()  # and what failed is asked for again
        walt = Actor(self.web, "victim.test", f"walt{self.number()}")
        self.followed(walt)
        last, _ = self.post_of(walt, "my last words")
        self.web.serve(walt.uri, Answer(410))
        with self.subTest("by himself"):
            self.assertEqual(self.deliver(walt, walt.act("Delete", walt.uri)), 202)
            self.alice.call("GET", f"/api/v1/statuses/{last['id']}", status=404)

    def test_what_goes_without_a_known_sender_asks_nobody(self):
        """The end of someone whom the node never knew: nothing to do, and nobody to ask."""
        ghost = Actor(self.web, "evil.test", f"ghost{self.number()}")
        with self.unchanged():
            self.assertIn(self.deliver(ghost, ghost.act("Delete", ghost.uri)), (202, 401))
        self.assertEqual(self.web.asked(method="GET"), [])


if __name__ == "__main__":
    unittest.main()
