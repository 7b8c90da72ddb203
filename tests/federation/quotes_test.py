#!/usr/bin/python3
"""Quotes with the consent of who is quoted (FEP-044f): between two nodes, and among servers that lie about it."""
import json
import unittest

import nodes
from hostile_peer import CONTEXT, Answer
from hostile_world import Hostile
from nodes import eventually

ACTIVITY = {"Accept": "application/activity+json"}


def quote_in(person, status):
    """The quote of a status, as this person is shown it."""
    return person.get(f"/api/v1/statuses/{status['id']}")["quote"]


class TwoNodes(unittest.TestCase):
    here = there = None
    count = 0

    def friends(self):
        """The second follows the first."""
        TwoNodes.count += 1
        ann, bob = self.here.person(f"ann{self.count}"), self.there.person(f"bob{self.count}")
        bob.follow(ann)
        return ann, bob

    def state(self, person, status, wanted):
        return eventually(lambda: (q := quote_in(person, status)) and q["state"] == wanted and q, f"the quote is {wanted}")

    def document(self, node, uri):
        answer = node.http_session().get(uri, headers=ACTIVITY, timeout=60)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def test_a_quote_is_agreed_to_and_shown_on_both_sides(self):
        ann, bob = self.friends()
        ann.follow(bob)
        post = ann.say("worth repeating")
        seen = bob.awaits(post)
        self.assertEqual(seen["quote_approval"], {"automatic": ["public"], "manual": [], "current_user": "automatic"})
        quoting = bob.say("look at this", quoted_status_id=seen["id"])
        self.assertIn(quoting["quote"]["state"], ("pending", "accepted"))
        mine = self.state(bob, quoting, "accepted")
        self.assertEqual(mine["quoted_status"]["uri"], post["uri"])
        told = eventually(lambda: ann.notifications("quote"), "the quoted author learns of it")[0]
        self.assertEqual(told["status"]["uri"], quoting["uri"])
        self.assertEqual(told["status"]["quote"]["quoted_status"]["id"], post["id"])
        self.assertEqual(ann.get(f"/api/v1/statuses/{post['id']}")["quotes_count"], 1)
        self.assertEqual([s["uri"] for s in ann.get(f"/api/v1/statuses/{post['id']}/quotes")], [quoting["uri"]])

        note = self.document(bob.node, quoting["uri"])
        self.assertEqual(note["quote"], post["uri"])
        self.assertIn('<p class="quote-inline">RE: <a href="' + post["url"], note["content"])
        stamp = self.document(ann.node, note["quoteAuthorization"])
        self.assertEqual((stamp["type"], stamp["attributedTo"], stamp["interactingObject"], stamp["interactionTarget"]),
                         ("QuoteAuthorization", ann.uri, quoting["uri"], post["uri"]))

    def test_who_follows_the_quoting_author_alone_checks_the_stamp(self):
        ann, bob = self.friends()
        reader = self.here.person(f"carl{self.count}")
        third = self.there.person(f"dora{self.count}")
        reader.follow(third)
        post = ann.say("from the first node")
        seen = eventually(lambda: third.get("/api/v2/search", q=post["uri"], resolve="true", type="statuses")["statuses"], "it is found")[0]
        quoting = third.say("second hand", quoted_status_id=seen["id"])
        shown = eventually(lambda: (s := reader.sees(quoting)) and s["quote"] and s["quote"]["state"] == "accepted" and s, "it is shown")
        self.assertEqual(shown["quote"]["quoted_status"]["uri"], post["uri"])

    def test_an_author_who_allows_nobody_is_not_quoted(self):
        ann, bob = self.friends()
        post = ann.say("for followers to quote", quote_approval_policy="followers")
        seen = bob.awaits(post)
        self.assertEqual(seen["quote_approval"], {"automatic": ["followers"], "manual": [], "current_user": "automatic"})
        ann.call("PUT", f"/api/v1/statuses/{post['id']}/interaction_policy", quote_approval_policy="nobody")
        eventually(lambda: bob.get(f"/api/v1/statuses/{seen['id']}")["quote_approval"]["current_user"] == "denied", "the policy arrives")
        answer = bob._session.post(bob.node.url + "/api/v1/statuses", data={"status": "no", "quoted_status_id": seen["id"]}, timeout=60)
        self.assertEqual(answer.status_code, 403, answer.text)
        self.assertIn("quoted_status_id", answer.json()["error"])

    def test_a_request_that_the_policy_refuses_is_refused(self):
        # Bob's node does not know yet that the policy changed.
        ann, bob = self.friends()
        post = ann.say("quote me")
        seen = bob.awaits(post)
        bob.node.stop()
        ann.call("PUT", f"/api/v1/statuses/{post['id']}/interaction_policy", quote_approval_policy="nobody")
        bob.node.start()
        quoting = bob.say("too late", quoted_status_id=seen["id"])
        refused = self.state(bob, quoting, "rejected")
        self.assertIsNone(refused["quoted_status"])
        self.assertEqual(ann.get(f"/api/v1/statuses/{post['id']}")["quotes_count"], 0)

    def test_a_consent_is_taken_back(self):
        ann, bob = self.friends()
        post = ann.say("regretted")
        quoting = bob.say("quoted", quoted_status_id=bob.awaits(post)["id"])
        self.state(bob, quoting, "accepted")
        stamp = eventually(lambda: self.document(bob.node, quoting["uri"]).get("quoteAuthorization"), "the stamp is shown")
        theirs = ann.get(f"/api/v1/statuses/{post['id']}/quotes")[0]
        revoked = ann.post(f"/api/v1/statuses/{post['id']}/quotes/{theirs['id']}/revoke")
        self.assertEqual(revoked["quote"], {"state": "revoked", "quoted_status": None})
        self.assertIsNone(self.state(bob, quoting, "revoked")["quoted_status"])
        eventually(lambda: "quoteAuthorization" not in self.document(bob.node, quoting["uri"]), "the stamp is gone from the post")
        self.assertEqual(ann.node.http_session().get(stamp, headers=ACTIVITY, timeout=60).status_code, 404)
        self.assertEqual(ann.get(f"/api/v1/statuses/{post['id']}")["quotes_count"], 0)

    def test_what_is_quoted_is_deleted(self):
        ann, bob = self.friends()
        post = ann.say("short-lived")
        quoting = bob.say("quoted", quoted_status_id=bob.awaits(post)["id"])
        self.state(bob, quoting, "accepted")
        ann.call("DELETE", f"/api/v1/statuses/{post['id']}")
        self.assertIsNone(self.state(bob, quoting, "deleted")["quoted_status"])

    def test_an_own_private_post_in_a_quote_is_shown_to_followers_alone(self):
        ann, bob = self.friends()
        stranger = self.there.person(f"eve{self.count}")
        secret = ann.say("for my followers", visibility="private")
        quoting = ann.say("more of it", quoted_status_id=secret["id"], visibility="public")
        self.assertEqual(quoting["visibility"], "private")
        shown = bob.awaits(quoting)
        self.assertEqual(shown["quote"]["state"], "accepted")
        self.assertIn("for my followers", shown["quote"]["quoted_status"]["content"])
        stranger.call("GET", f"/api/v1/statuses/{shown['id']}", status=404)

    def test_quoters_learn_of_an_edit(self):
        ann, bob = self.friends()
        post = ann.say("frist")
        quoting = bob.say("quoted", quoted_status_id=bob.awaits(post)["id"])
        self.state(bob, quoting, "accepted")
        ann._session.put(ann.node.url + f"/api/v1/statuses/{post['id']}", data={"status": "first"}, timeout=60).raise_for_status()
        told = eventually(lambda: bob.notifications("quoted_update"), "the edit is told")[0]
        self.assertEqual(told["status"]["id"], quoting["id"])
        self.assertIn("first", told["status"]["quote"]["quoted_status"]["content"])


class AmongLiars(Hostile):
    """Mallory and Pia are followed; Vera is quoted, and did not agree unless her host says so."""

    def vera_post(self, text="mine", **changes):
        note = self.vera.note(self.number(), f"<p>{text}</p>", **changes)
        self.web.serve(note["id"], {"@context": CONTEXT, **note})
        return note

    def stamp(self, at, quoting, quoted, by):
        return self.web.serve(at, {"@context": CONTEXT, "id": at, "type": "QuoteAuthorization", "attributedTo": by,
                                   "interactingObject": quoting, "interactionTarget": quoted})

    def quoting(self, actor, quoted, stamp=None, **changes):
        return actor.note(self.number(), "<p>look</p>", quote=quoted, **({"quoteAuthorization": stamp} if stamp else {}), **changes)

    def delivered(self, actor, note):
        self.assertEqual(self.deliver(actor, actor.create(note)), 202)
        seen = self.seen(note["id"])
        self.assertIsNotNone(seen)
        return seen

    def test_a_stamp_of_the_quoted_author_is_consent(self):
        quoted = self.vera_post("with my consent")
        note = self.quoting(self.pia, quoted["id"])
        note["quoteAuthorization"] = self.stamp(f"{self.vera.uri}/stamps/{self.number()}", note["id"], quoted["id"], self.vera.uri)
        quote = self.delivered(self.pia, note)["quote"]
        self.assertEqual(quote["state"], "accepted")
        self.assertEqual(quote["quoted_status"]["uri"], quoted["id"])
        # Taken back by another it stays, by her it goes.
        gone = {"id": note["quoteAuthorization"], "type": "QuoteAuthorization"}
        self.assertEqual(self.deliver(self.mallory, self.mallory.act("Delete", gone)), 403)
        other = self.vera.__class__(self.web, self.vera.host, "victor")
        self.assertEqual(self.deliver(other, other.act("Delete", gone)), 202)
        self.assertEqual(self.seen(note["id"])["quote"]["state"], "accepted")
        self.assertEqual(self.deliver(self.vera, self.vera.act("Delete", gone)), 202)
        self.assertEqual(self.seen(note["id"])["quote"], {"state": "revoked", "quoted_status": None})
        # An Update that names it again does not bring it back.
        self.assertEqual(self.deliver(self.pia, self.pia.act("Update", note)), 202)
        self.assertEqual(self.seen(note["id"])["quote"]["state"], "revoked")

    def test_no_forged_stamp_is_consent(self):
        quoted = self.vera_post("without my consent")
        another = self.vera_post("another")
        at_home = lambda: f"{self.vera.uri}/stamps/{self.number()}"
        at_mallorys = lambda: f"{self.mallory.uri}/stamps/{self.number()}"
        forgeries = {
            "none": lambda note: None,
            "another host": lambda note: self.stamp(at_mallorys(), note["id"], quoted["id"], self.vera.uri),
            "attributed to the quoting author": lambda note: self.stamp(at_home(), note["id"], quoted["id"], self.mallory.uri),
            "another target": lambda note: self.stamp(at_home(), note["id"], another["id"], self.vera.uri),
            "another quoting post": lambda note: self.stamp(at_home(), note["id"] + "0", quoted["id"], self.vera.uri),
            "nothing there": lambda note: at_home(),
            "an id elsewhere": lambda note: self.web.serve(at_home(), {
                "@context": CONTEXT, "id": at_mallorys(), "type": "QuoteAuthorization", "attributedTo": self.vera.uri,
                "interactingObject": note["id"], "interactionTarget": quoted["id"]}),
            "another type": lambda note: self.web.serve(at := at_home(), {
                "@context": CONTEXT, "id": at, "type": "Note", "attributedTo": self.vera.uri, "content": "x",
                "interactingObject": note["id"], "interactionTarget": quoted["id"]}),
            "a redirect to another host": lambda note: self.web.serve(at_home(), Answer.redirect(
                self.stamp(at_mallorys(), note["id"], quoted["id"], self.vera.uri))),
        }
        for how, forge in forgeries.items():
            with self.subTest(how):
                note = self.quoting(self.mallory, quoted["id"])
                if stamp := forge(note):
                    note["quoteAuthorization"] = stamp
                seen = self.delivered(self.mallory, note)
                self.assertIn(seen["quote"]["state"], ("pending", "unauthorized"))
                self.assertIsNone(seen["quote"]["quoted_status"])
                # The same by asking for it, and by an Update.
                again = {**self.quoting(self.mallory, quoted["id"]), "quoteAuthorization": note.get("quoteAuthorization", "")}
                self.web.serve(again["id"], {"@context": CONTEXT, **again})
                for found in self.searched(again["id"]):
                    self.assertIsNone(found["quote"]["quoted_status"])
                self.assertEqual(self.deliver(self.mallory, self.mallory.act("Update", note)), 202)
                self.assertIsNone(self.seen(note["id"])["quote"]["quoted_status"])

    def test_quotes_found_in_an_outbox_are_settled_when_they_are_read(self):
        quoted = self.vera_post("quoted before anyone followed")
        olga = self.pia.__class__(self.web, "peer.test", "olga")
        good, forged = self.quoting(olga, quoted["id"]), self.quoting(olga, quoted["id"])
        good["quoteAuthorization"] = self.stamp(f"{self.vera.uri}/stamps/{self.number()}", good["id"], quoted["id"], self.vera.uri)
        forged["quoteAuthorization"] = self.stamp(f"{olga.uri}/stamps/{self.number()}", forged["id"], quoted["id"], self.vera.uri)
        for note in (good, forged):
            self.web.serve(note["id"], {"@context": CONTEXT, **note})
        self.web.serve(olga.document["outbox"], {"@context": CONTEXT, "id": olga.document["outbox"], "type": "OrderedCollection",
                                                 "totalItems": 2, "orderedItems": [olga.create(good), olga.create(forged)]})
        # Somebody whose feed holds nothing else: these posts stand where their date says, and that may be below a page.
        self.node.create_account("ruth")
        ruth = nodes.Person(self.node, "ruth")
        self.followed(olga, ruth)
        state = lambda note: (self.seen(note["id"], ruth) or {"quote": {"state": "not there"}})["quote"]["state"]
        eventually(lambda: state(good) == "accepted", "the consent is found")
        eventually(lambda: state(forged) == "unauthorized", "the forgery is found")
        self.assertEqual(self.seen(good["id"], ruth)["quote"]["quoted_status"]["uri"], quoted["id"])

    def test_our_posts_need_our_own_stamp(self):
        post = self.alice.say("mine")
        note = self.quoting(self.mallory, post["uri"])
        note["quoteAuthorization"] = self.stamp(f"{self.mallory.uri}/stamps/{self.number()}", note["id"], post["uri"], self.alice.uri)
        self.assertIsNone(self.delivered(self.mallory, note)["quote"]["quoted_status"])
        other = self.quoting(self.mallory, post["uri"], f"{self.alice.uri}/quote_authorizations/{'0' * 32}")
        self.assertEqual(self.delivered(self.mallory, other)["quote"]["state"], "unauthorized")
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{post['id']}")["quotes_count"], 0)

    def request_for(self, actor, post, note, **changes):
        return actor.act("QuoteRequest", post["uri"], instrument=note, **changes)

    def test_a_request_is_answered(self):
        post = self.alice.say("you may")
        note = self.quoting(self.pia, post["uri"])
        request = self.request_for(self.pia, post, note)
        self.assertEqual(self.deliver(self.pia, request), 202)
        answer = eventually(lambda: self.told(self.pia, "Accept") if (self.told(self.pia, "Accept") or {}).get("object", {}).get("id")
                            == request["id"] else None, "the answer comes")
        self.assertEqual(answer["object"]["instrument"], note["id"])
        stamp = self.node.http_session().get(answer["result"], headers=ACTIVITY, timeout=60).json()
        self.assertEqual((stamp["attributedTo"], stamp["interactingObject"], stamp["interactionTarget"]),
                         (self.alice.uri, note["id"], post["uri"]))
        self.assertEqual(self.seen(note["id"])["quote"]["state"], "accepted")
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{post['id']}")["quotes_count"], 1)
        # Another's wish to have it taken back is none.
        gone = {"id": answer["result"], "type": "QuoteAuthorization"}
        self.assertEqual(self.deliver(self.mallory, self.mallory.act("Delete", gone)), 403)
        self.assertEqual(self.seen(note["id"])["quote"]["state"], "accepted")

    def test_requests_that_are_refused(self):
        private = self.alice.say("for few", visibility="private")
        closed = self.alice.say("not to be quoted", quote_approval_policy="nobody")
        open_post = self.alice.say("to be quoted")
        never = {**open_post, "uri": open_post["uri"][:-3] + "000"}
        self.alice.post(f"/api/v1/accounts/{self.find(self.mallory)}/block")
        try:
            for how, actor, post in (("private", self.pia, private), ("policy", self.pia, closed), ("never written", self.pia, never),
                                     ("blocked", self.mallory, open_post)):
                with self.subTest(how):
                    note = self.quoting(actor, post["uri"])
                    request = self.request_for(actor, post, note)
                    self.assertEqual(self.deliver(actor, request), 202)
                    answer = eventually(lambda: self.told(actor, "Reject") if (self.told(actor, "Reject") or {}).get("object", {}).get("id")
                                        == request["id"] else None, "the refusal comes")
                    self.assertNotIn("result", answer)
                    eventually(self.quiet, "all is told")
                    self.assertFalse(self.holds(note["id"]))
        finally:
            self.alice.post(f"/api/v1/accounts/{self.find(self.mallory)}/unblock")
            self.followed(self.mallory)

    def test_a_request_for_another_persons_post_is_none(self):
        post = self.alice.say("mine")
        note = self.quoting(self.pia, post["uri"])
        request = self.request_for(self.mallory, post, note)
        self.assertEqual(self.deliver(self.mallory, request), 403)
        mine = self.quoting(self.mallory, self.vera_post()["id"])  # it quotes something else
        self.assertEqual(self.deliver(self.mallory, self.request_for(self.mallory, post, mine)), 202)
        self.assertEqual(self.alice.get(f"/api/v1/statuses/{post['id']}")["quotes_count"], 0)

    def asked(self, actor, quoted):
        """Alice quotes a post of another server; its author's server is asked."""
        found = eventually(lambda: self.searched(quoted["id"]), "the post is found")[0]
        mine = self.alice.say("what do you say", quoted_status_id=found["id"])
        request = eventually(lambda: (r := self.told(actor, "QuoteRequest")) and r["object"] == quoted["id"] and r, "the request comes")
        self.assertEqual(request["instrument"]["id"], mine["uri"])
        self.assertEqual(mine["quote"], {"state": "pending", "quoted_status": None})
        return mine, request

    def test_only_a_good_answer_of_the_right_one_counts(self):
        public = {"interactionPolicy": {"canQuote": {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}}}
        quoted = self.vera_post("ask me", **public)
        mine, request = self.asked(self.vera, quoted)
        state = lambda: quote_in(self.alice, mine)["state"]
        good = self.stamp(f"{self.vera.uri}/stamps/{self.number()}", mine["uri"], quoted["id"], self.vera.uri)
        wrong = self.stamp(f"{self.vera.uri}/stamps/{self.number()}", mine["uri"], quoted["id"] + "1", self.vera.uri)
        forged = self.stamp(f"{self.mallory.uri}/stamps/{self.number()}", mine["uri"], quoted["id"], self.vera.uri)
        asked = {k: v for k, v in request.items() if k not in ("@context", "proof")}
        for actor, stamp in ((self.mallory, good), (self.mallory, forged), (self.vera, wrong), (self.vera, forged)):
            self.assertEqual(self.deliver(actor, actor.act("Accept", asked, result=stamp)), 202)
            self.assertEqual(state(), "pending")
        self.assertEqual(self.deliver(self.vera, self.vera.act("Accept", request["id"], result=good)), 202)
        self.assertEqual(state(), "accepted")
        document = self.node.http_session().get(mine["uri"], headers=ACTIVITY, timeout=60).json()
        self.assertEqual(document["quoteAuthorization"], good)
        update = eventually(lambda: (u := self.told(self.vera, "Update")) and u["object"]["id"] == mine["uri"] and u, "the Update comes")
        self.assertEqual(update["object"]["quoteAuthorization"], good)
        self.assertEqual(self.deliver(self.vera, self.vera.act("Delete", {"id": good, "type": "QuoteAuthorization"})), 202)
        self.assertEqual(state(), "revoked")

    def test_a_refusal_is_kept(self):
        public = {"interactionPolicy": {"canQuote": {"manualApproval": ["https://www.w3.org/ns/activitystreams#Public"]}}}
        mine, request = self.asked(self.vera, self.vera_post("ask me", **public))
        self.assertEqual(self.deliver(self.mallory, self.mallory.act("Reject", request["id"])), 202)
        self.assertEqual(quote_in(self.alice, mine)["state"], "pending")
        self.assertEqual(self.deliver(self.vera, self.vera.act("Reject", request["id"])), 202)
        self.assertEqual(quote_in(self.alice, mine)["state"], "rejected")

    def test_a_private_post_does_not_leak_through_a_quote(self):
        self.node.create_account("boris")
        boris = nodes.Person(self.node, "boris")
        secret = self.pia.note(self.number(), "<p>hush</p>", to=[self.pia.uri + "/followers"], cc=[])
        self.assertEqual(self.deliver(self.pia, self.pia.create(secret)), 202)
        self.assertIn("hush", self.seen(secret["id"])["content"])
        note = self.pia.note(self.number(), "<p>open</p>", quote=secret["id"])  # of oneself: accepted
        seen = self.delivered(self.pia, note)
        self.assertEqual(seen["quote"]["state"], "accepted")
        self.assertIn("hush", seen["quote"]["quoted_status"]["content"])
        for shown in (boris.get(f"/api/v1/statuses/{seen['id']}"),
                      self.node.http_session().get(f"{self.node.url}/api/v1/statuses/{seen['id']}", timeout=60).json()):
            self.assertEqual(shown["quote"], {"state": "unauthorized", "quoted_status": None})
            self.assertNotIn("hush", json.dumps(shown))


def main():
    with nodes.two_nodes() as (TwoNodes.here, TwoNodes.there):
        done = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(TwoNodes))
    liars = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(AmongLiars))
    return 0 if done.wasSuccessful() and liars.wasSuccessful() else 1


if __name__ == "__main__":
    raise SystemExit(main())
