#!/usr/bin/python3
"""Who may answer a post, as its author says (GoToSocial's interactionPolicy.canReply): ours kept against others, others' kept by us."""
import unittest

import nodes
from hostile_peer import CONTEXT, PUBLIC
from hostile_world import Hostile
from nodes import eventually

ACTIVITY = {"Accept": "application/activity+json"}
WHO = "interaction_policy[can_reply][automatic_approval][]"


class TwoNodes(unittest.TestCase):
    here = there = None

    def test_followers_may_answer_and_strangers_may_not(self):
        ann, bob, eve = self.here.person("ann"), self.there.person("bob"), self.there.person("eve")
        bob.follow(ann)
        post = ann.say("for those who follow", **{WHO: "followers"})
        seen = bob.awaits(post)
        self.assertEqual(seen["interaction_policy"]["can_reply"]["automatic_approval"], ["followers", "author"])
        answer = bob.say("me", in_reply_to_id=seen["id"])
        thread = lambda: [s["uri"] for s in ann.get(f"/api/v1/statuses/{post['id']}/context")["descendants"]]
        eventually(lambda: thread() == [answer["uri"]], "the answer arrives")
        refused = eve._session.post(eve.node.url + "/api/v1/statuses", data={"status": "and me", "in_reply_to_id": seen["id"]}, timeout=60)
        self.assertEqual(refused.status_code, 403, refused.text)
        self.assertTrue(refused.json()["error"].startswith("in_reply_to_id: "))
        # Opened again, she may.
        ann.call("PUT", f"/api/v1/statuses/{post['id']}/interaction_policy", **{WHO: "public"})
        eventually(lambda: "interaction_policy" not in bob.get(f"/api/v1/statuses/{seen['id']}"), "the policy arrives")
        second = eve.say(f"@{ann.handle} now me", in_reply_to_id=seen["id"])
        eventually(lambda: thread() == [answer["uri"], second["uri"]], "the second answer arrives")


class AmongForeigners(Hostile):
    """Pia follows Alice, Mallory does not, Vera's posts ask for leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.deliver(cls.pia, cls.pia.act("Follow", cls.alice.uri)) != 202:
            raise AssertionError("Pia cannot follow Alice")

    def thread(self, post):
        return [s["uri"] for s in self.alice.get(f"/api/v1/statuses/{post['id']}/context")["descendants"]]

    def replies_count(self, post):
        return self.alice.get(f"/api/v1/statuses/{post['id']}")["replies_count"]

    def answer_to(self, actor, uri, **changes):
        tag = [{"type": "Mention", "href": self.alice.uri, "name": "@alice"}]
        return actor.note(self.number(), "<p>an answer</p>", inReplyTo=uri, tag=tag, **changes)

    def answered(self, actor, kind, request):
        """The answer to a request that the node was sent."""
        return eventually(lambda: (a := self.told(actor, kind)) and a["object"]["id"] == request["id"] and a, f"the {kind} comes")

    def test_an_answer_that_is_not_allowed_is_not_filed(self):
        post = self.alice.say("for followers to answer", **{WHO: "followers"})
        before = len(self.alice.notifications("mention"))
        refused = self.answer_to(self.mallory, post["uri"])
        self.assertEqual(self.deliver(self.mallory, self.mallory.create(refused)), 202)
        self.assertEqual(self.deliver(self.mallory, self.mallory.act("Update", {**refused, "updated": refused["published"]})), 202)
        self.web.serve(refused["id"], {"@context": CONTEXT, **refused})
        self.assertEqual(self.searched(refused["id"]), [])
        self.assertEqual((self.thread(post), self.replies_count(post)), ([], 0))
        self.assertEqual(len(self.alice.notifications("mention")), before)
        self.assertFalse(self.holds(refused["id"]))
        taken = self.answer_to(self.pia, post["uri"])
        self.assertEqual(self.deliver(self.pia, self.pia.create(taken)), 202)
        self.assertEqual((self.thread(post), self.replies_count(post)), ([taken["id"]], 1))

    def test_whom_the_post_names_may_answer(self):
        post = self.alice.say(f"@{self.mallory.handle} you alone", **{WHO: "mentioned"})
        for actor, allowed in ((self.pia, False), (self.mallory, True)):
            note = self.answer_to(actor, post["uri"])
            self.assertEqual(self.deliver(actor, actor.create(note)), 202)
            self.assertEqual(note["id"] in self.thread(post), allowed)
        document = self.node.http_session().get(post["uri"], headers=ACTIVITY, timeout=60).json()
        self.assertEqual(document["interactionPolicy"]["canReply"]["automaticApproval"], [self.mallory.uri])

    def test_requests_are_answered_by_the_policy(self):
        post = self.alice.say("ask me", **{WHO: "followers"})
        never = {**post, "uri": post["uri"][:-3] + "000"}
        for actor, of in ((self.mallory, post), (self.pia, never)):
            note = self.answer_to(actor, of["uri"])
            request = actor.act("ReplyRequest", of["uri"], instrument=note)
            self.assertEqual(self.deliver(actor, request), 202)
            self.assertNotIn("result", self.answered(actor, "Reject", request))
            eventually(self.quiet, "all is told")
            self.assertFalse(self.holds(note["id"]))
        self.assertEqual(self.thread(post), [])
        note = self.answer_to(self.pia, post["uri"])
        # Another cannot ask for her.
        self.assertEqual(self.deliver(self.mallory, self.mallory.act("ReplyRequest", post["uri"], instrument=note)), 403)
        request = self.pia.act("ReplyRequest", post["uri"], instrument=note)
        self.assertEqual(self.deliver(self.pia, request), 202)
        accept = self.answered(self.pia, "Accept", request)
        self.assertEqual(accept["object"]["type"], "ReplyRequest")
        stamp = self.node.http_session().get(accept["result"], headers=ACTIVITY, timeout=60).json()
        self.assertEqual((stamp["type"], stamp["attributedTo"], stamp["interactingObject"], stamp["interactionTarget"]),
                         ("ReplyAuthorization", self.alice.uri, note["id"], post["uri"]))
        self.assertEqual(self.thread(post), [note["id"]])

    def vera_post(self, automatic, manual=(), words=("automaticApproval", "manualApproval")):
        note = self.vera.note(self.number(), "<p>ask first</p>", interactionPolicy={"canReply": {
            words[0]: list(automatic), words[1]: list(manual)}})
        self.assertEqual(self.deliver(self.vera, self.vera.create(note)), 202)
        return note, self.seen(note["id"])

    def stamp(self, at, reply, answered, by, kind="ReplyAuthorization"):
        return self.web.serve(at, {"@context": CONTEXT, "id": at, "type": kind, "attributedTo": by,
                                   "interactingObject": reply, "interactionTarget": answered})

    def test_we_ask_where_leave_is_needed(self):
        for words in (("automaticApproval", "manualApproval"), ("always", "approvalRequired")):
            with self.subTest(words=words):
                note, seen = self.vera_post([self.vera.uri], [PUBLIC], words)
                mine = self.alice.say("may I", in_reply_to_id=seen["id"])
                request = eventually(lambda: (r := self.told(self.vera, "ReplyRequest")) and r["object"] == note["id"] and r, "the request comes")
                self.assertEqual((request["instrument"]["id"], request["to"]), (mine["uri"], [self.vera.uri]))
                document = lambda: self.node.http_session().get(mine["uri"], headers=ACTIVITY, timeout=60).json()
                at = lambda actor: f"{actor.uri}/stamps/{self.number()}"
                good = self.stamp(at(self.vera), mine["uri"], note["id"], self.vera.uri)
                for actor, result in ((self.mallory, good),
                                      (self.vera, self.stamp(at(self.mallory), mine["uri"], note["id"], self.vera.uri)),
                                      (self.vera, self.stamp(at(self.vera), mine["uri"], note["id"] + "1", self.vera.uri)),
                                      (self.vera, self.stamp(at(self.vera), mine["uri"], note["id"], self.vera.uri, "QuoteAuthorization"))):
                    self.assertEqual(self.deliver(actor, actor.act("Accept", request["id"], result=result)), 202)
                    self.assertNotIn("replyAuthorization", document())
                self.assertEqual(self.deliver(self.vera, self.vera.act("Accept", {k: request[k] for k in ("id", "type", "actor", "object")}
                                                                       | {"instrument": mine["uri"]}, result=good)), 202)
                self.assertEqual(document()["replyAuthorization"], good)
                update = eventually(lambda: (u := self.told(self.vera, "Update")) and u["object"]["id"] == mine["uri"] and u, "the Update comes")
                self.assertEqual(update["object"]["replyAuthorization"], good)

    def test_a_request_shows_nothing_that_is_not_for_the_author(self):
        _, seen = self.vera_post([self.vera.uri], [PUBLIC])
        word = f"hush{self.number()}"
        self.alice.say(f"{word} among us", in_reply_to_id=seen["id"], local_only="true")
        self.alice.say(f"{word} @{self.pia.handle} for you", in_reply_to_id=seen["id"], visibility="direct")
        eventually(self.quiet, "all is told")
        self.assertEqual([a for a in self.web.asked("victim.test", method="POST") if word in a.body.decode()], [])

    def test_nobody_is_asked_where_all_is_said(self):
        _, closed = self.vera_post([self.vera.uri])
        answer = self.alice._session.post(self.node.url + "/api/v1/statuses", data={"status": "no", "in_reply_to_id": closed["id"]}, timeout=60)
        self.assertEqual(answer.status_code, 403, answer.text)
        for automatic in ([PUBLIC], [self.alice.uri], [self.vera.uri + "/followers"]):
            _, seen = self.vera_post(automatic, [PUBLIC])
            mine = self.alice.say("gladly", in_reply_to_id=seen["id"])
            eventually(lambda: (c := self.told(self.vera, "Create")) and c["object"]["id"] == mine["uri"], "the answer comes")
        self.assertIsNone(self.told(self.vera, "ReplyRequest"))


def main():
    with nodes.two_nodes() as (TwoNodes.here, TwoNodes.there):
        done = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(TwoNodes))
    foreign = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(AmongForeigners))
    return 0 if done.wasSuccessful() and foreign.wasSuccessful() else 1


if __name__ == "__main__":
    raise SystemExit(main())
