#!/usr/bin/python3
"""Polls over two nodes: asked on one, answered on the other, counted where they were asked."""
import contextlib
import sqlite3
import sys
import time
import unittest

import nodes
from nodes import eventually


def votes(poll):
    return [option["votes_count"] for option in poll["options"]]


class Polls(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def asked(self, options=("heron", "gull"), **fields):
        """A poll of Ann here, and as Bob there sees it in his feed."""
        Polls.count += 1
        ann, bob = self.here.person(f"ann{self.count}"), self.there.person(f"bob{self.count}")
        bob.follow(ann)
        fields = {"poll[options][]": options, "poll[expires_in]": 3600, **fields}
        status = ann.say("Which of them?", **fields)
        return ann, bob, status, bob.awaits(status)

    @staticmethod
    def poll(person, status):
        return person.get(f"/api/v1/polls/{status['id']}")

    @staticmethod
    def vote(person, status, *choices):
        return person.post(f"/api/v1/polls/{status['id']}/votes", **{"choices[]": choices})

    @staticmethod
    def hasten(node, column, status):
        """As if the time of it had come."""
        with contextlib.closing(sqlite3.connect(node.data / "dunlin.db", timeout=30)) as db, db:
            changed = db.execute(f"UPDATE poll SET {column} = ? WHERE status_id = ?", (int(time.time() * 1000) - 1, int(status["id"])))
            assert changed.rowcount == 1

    def test_a_poll_arrives_as_it_was_asked(self):
        ann, _, status, seen = self.asked(**{"poll[multiple]": "true"})
        poll = seen["poll"]
        self.assertEqual([o["title"] for o in poll["options"]], ["heron", "gull"])
        self.assertEqual(poll["multiple"], True)
        self.assertEqual(poll["expires_at"][:19], status["poll"]["expires_at"][:19])
        self.assertEqual((poll["voted"], poll["own_votes"], votes(poll)), (False, [], [0, 0]))
        self.assertEqual(seen["content"], status["content"])

    def test_a_vote_is_counted_where_it_was_asked_and_nobody_is_told_of_a_reply(self):
        ann, bob, status, seen = self.asked()
        self.assertEqual(self.vote(bob, seen, 1)["own_votes"], [1])
        eventually(lambda: votes(self.poll(ann, status)) == [0, 1], "the vote arrives")
        self.assertEqual(self.poll(ann, status)["voters_count"], 1)
        bob.call("POST", f"/api/v1/polls/{seen['id']}/votes", status=422, **{"choices[]": [0]})
        self.assertEqual(ann.get(f"/api/v1/statuses/{status['id']}")["replies_count"], 0)
        self.assertEqual(ann.notifications("mention"), [])

    def test_several_choices_are_one_voter(self):
        ann, bob, status, seen = self.asked(("heron", "gull", "tern"), **{"poll[multiple]": "true"})
        self.vote(bob, seen, 0, 2)
        eventually(lambda: votes(self.poll(ann, status)) == [1, 0, 1], "both arrive")
        self.assertEqual(self.poll(ann, status)["voters_count"], 1)

    def test_other_servers_hear_of_votes(self):
        ann, bob, status, seen = self.asked()
        self.vote(self.here.person(f"carl{self.count}"), status, 0)
        self.hasten(self.here, "due_at", status)
        eventually(lambda: votes(self.poll(bob, seen)) == [1, 0], "the count arrives")
        self.assertIsNone(bob.get(f"/api/v1/statuses/{seen['id']}")["edited_at"])

    def test_the_end_is_told_to_who_took_part_on_both_sides(self):
        ann, bob, status, seen = self.asked()
        self.vote(bob, seen, 1)
        eventually(lambda: votes(self.poll(ann, status)) == [0, 1], "the vote arrives")
        for node, column in ((self.here, "expires_at"), (self.here, "due_at")):
            self.hasten(node, column, status)
        told = eventually(lambda: ann.notifications("poll"), "the author is told")
        self.assertEqual(told[0]["status"]["id"], status["id"])
        eventually(lambda: self.poll(bob, seen)["expired"], "the end arrives")
        told = eventually(lambda: bob.notifications("poll"), "the voter is told")
        self.assertEqual((told[0]["status"]["id"], told[0]["account"]["acct"]), (seen["id"], ann.handle))
        self.assertEqual(votes(told[0]["status"]["poll"]), [0, 1])

    def test_totals_that_are_hidden_stay_so_elsewhere(self):
        ann, bob, status, seen = self.asked(**{"poll[hide_totals]": "true"})
        self.vote(self.here.person(f"dan{self.count}"), status, 0)
        self.hasten(self.here, "due_at", status)
        eventually(lambda: self.poll(bob, seen)["voters_count"] == 1, "the count of voters arrives")
        self.assertEqual(votes(self.poll(bob, seen)), [0, 0])

    def test_other_options_are_another_poll(self):
        ann, bob, status, seen = self.asked()
        self.vote(bob, seen, 1)
        eventually(lambda: votes(self.poll(ann, status)) == [0, 1], "the vote arrives")
        ann.edit(status, "Which of these?", **{"poll[options][]": ["heron", "tern"], "poll[expires_in]": 3600})
        eventually(lambda: self.poll(bob, seen)["options"][1]["title"] == "tern", "the edit arrives")
        self.assertEqual(self.poll(bob, seen)["voted"], False)
        self.vote(bob, seen, 0)
        eventually(lambda: votes(self.poll(ann, status)) == [1, 0], "the new vote arrives")


if __name__ == "__main__":
    with nodes.two_nodes() as (Polls.here, Polls.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        Polls.here.failed = Polls.there.failed = failed
    sys.exit(1 if failed else 0)
