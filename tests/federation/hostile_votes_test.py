#!/usr/bin/python3
"""Votes that others send: what counts, and what changes nothing."""
import unittest

from hostile_world import Hostile
from nodes import Person, eventually


class Votes(Hostile):
    def asked(self, visibility="public", **fields):
        self.node.create_account(f"asker{self.number()}")
        asker = Person(self.node, f"asker{Hostile._count}")
        self.node.sessions.append(asker._session)
        fields = {"poll[options][]": ["heron", "gull"], "poll[expires_in]": 3600, **fields}
        return asker, asker.say("Which?", visibility=visibility, **fields)

    def vote(self, actor, status, option, **changes):
        note = {"id": f"{actor.uri}#votes/{self.number()}", "type": "Note", "attributedTo": actor.uri, "name": option,
                "inReplyTo": status["uri"], "to": [status["account"]["uri"]], **changes}
        return actor.create(note)

    def counted(self, person, status):
        poll = person.get(f"/api/v1/polls/{status['id']}")
        return [o["votes_count"] for o in poll["options"]], poll["voters_count"]

    def test_a_vote_counts_once_whatever_is_sent_again(self):
        asker, status = self.asked()
        vote = self.vote(self.vera, status, "gull")
        for again in (vote, {**vote, "id": vote["id"] + "/again"}, self.vote(self.vera, status, "gull"), self.vote(self.vera, status, "heron")):
            self.assertEqual(self.deliver(self.vera, again), 202)
        self.assertEqual(self.counted(asker, status), ([0, 1], 1))
        self.assertEqual(asker.get(f"/api/v1/statuses/{status['id']}")["replies_count"], 0)

    def test_both_choices_at_once_count_where_both_may_be_chosen(self):
        asker, status = self.asked(**{"poll[multiple]": "true"})
        both = self.vote(self.vera, status, "gull")
        both["object"] = [both["object"], {**both["object"], "id": both["object"]["id"] + "b", "name": "heron"}]
        self.assertEqual(self.deliver(self.vera, both), 202)
        self.assertEqual(self.counted(asker, status), ([1, 1], 1))

    def test_what_is_no_option_changes_nothing(self):
        _, status = self.asked()
        for option in ("tern", "HERON", "heron ", "0", "<b>heron</b>", "x" * 100_000):
            with self.subTest(option[:20]), self.unchanged():
                self.assertEqual(self.deliver(self.mallory, self.vote(self.mallory, status, option)), 202)

    def test_a_vote_for_another_is_none(self):
        _, status = self.asked()
        vote = self.vote(self.mallory, status, "gull", attributedTo=self.vera.uri)
        theirs = self.vote(self.mallory, status, "gull", id=f"{self.vera.uri}#votes/1")
        for lie in (vote, theirs, {**self.vote(self.vera, status, "gull"), "actor": self.mallory.uri}):
            with self.unchanged():
                self.assertIn(self.deliver(self.mallory, lie), (202, 400, 401, 403, 422))

    def test_who_may_not_see_the_poll_does_not_vote(self):
        for visibility in ("private", "direct"):
            _, status = self.asked(visibility)
            with self.subTest(visibility), self.unchanged():
                self.assertEqual(self.deliver(self.mallory, self.vote(self.mallory, status, "gull")), 202)
        asker, status = self.asked()
        asker.post(f"/api/v1/accounts/{self.find(self.mallory, asker)}/block")
        with self.unchanged():
            self.assertEqual(self.deliver(self.mallory, self.vote(self.mallory, status, "gull")), 202)

    def test_a_vote_after_the_end_is_none(self):
        asker, status = self.asked()
        with self.node.database("rw") as db, db:
            db.execute("UPDATE poll SET expires_at = 1, due_at = 1 WHERE status_id = ?", (int(status["id"]),))
        eventually(lambda: asker.notifications("poll"), "the end is told")
        with self.unchanged():
            self.assertEqual(self.deliver(self.vera, self.vote(self.vera, status, "gull")), 202)

    def test_the_count_of_a_poll_is_its_authors_to_say(self):
        question = self.vera.note(self.number(), "<p>Which?</p>", type="Question", endTime="2126-01-01T00:00:00Z",
                                  oneOf=[{"type": "Note", "name": n, "replies": {"type": "Collection", "totalItems": 0}} for n in ("a", "b")])
        self.assertEqual(self.deliver(self.vera, self.vera.create(question)), 202)
        seen = self.seen(question["id"])
        self.assertEqual([o["title"] for o in seen["poll"]["options"]], ["a", "b"])
        bent = {**question, "oneOf": [{"type": "Note", "name": n, "replies": {"type": "Collection", "totalItems": 99}} for n in ("a", "b")]}
        with self.unchanged():
            self.assertIn(self.deliver(self.mallory, self.mallory.act("Update", bent)), (202, 401, 403, 422))
        self.assertEqual(self.deliver(self.vera, self.vera.act("Update", bent)), 202)
        self.assertEqual(self.counted(self.alice, seen), ([99, 99], 198))

    def test_odd_polls_are_shown_or_left_out(self):
        def option(name, votes=0):
            return {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}
        odd = {
            "no options": [], "one": [option("a")], "no names": [option(""), option(" ")],
            "less than none": [option("a", -5), option("b", -1)],
            "a thousand": [option(str(n)) for n in range(1000)],
            "markup and lines": [option("<script>alert(1)</script>\nx"), option("b\n\n\nc")],
            "the same": [option("a"), option("a")],
            "no list": {"name": "a"}, "numbers": [1, 2], "too many votes": [option("a", 2**63 - 1), option("b", 2**63 - 1)],
        }
        for what, options in odd.items():
            with self.subTest(what):
                question = self.vera.note(self.number(), f"<p>{what}</p>", type="Question", oneOf=options, endTime="soon")
                self.assertEqual(self.deliver(self.vera, self.vera.create(question)), 202)
                seen = self.seen(question["id"])
                self.assertIn(what, seen["content"])
                if seen["poll"]:
                    self.assertGreaterEqual(min(o["votes_count"] for o in seen["poll"]["options"]), 0)
                    self.assertGreaterEqual(seen["poll"]["votes_count"], 0)
                    self.assertLessEqual(len(seen["poll"]["options"]), 20)


if __name__ == "__main__":
    unittest.main()
