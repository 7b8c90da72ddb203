#!/usr/bin/python3
"""What a node's history counts of federation equals what was sent and received."""
import contextlib
import sqlite3
import sys
import unittest

import nodes
from nodes import eventually


class History(unittest.TestCase):
    here = there = None  # nodes

    @staticmethod
    def day(node):
        """What the node wrote down when it stopped; its days are the sum of all."""
        with contextlib.closing(sqlite3.connect(node.data / "dunlin.db", timeout=30)) as db:
            columns = ("posts", "posts_elsewhere", "readers", "feed_reads", "deliveries", "received")
            sums = ", ".join(f"sum({c})" for c in columns)
            return dict(zip(columns, db.execute(f"SELECT {sums} FROM history WHERE step = 86400").fetchone()))

    def test_posts_and_boosts_of_others_are_theirs(self):
        ann, bob = self.here.person("ann"), self.there.person("bob")
        bob.follow(ann)  # Follow there, Accept here
        statuses = [ann.say(f"number {i}") for i in range(3)]
        own = bob.say("of bob")
        for status in statuses:
            bob.awaits(status)
        ann.post(f"/api/v1/statuses/{statuses[0]['id']}/reblog")
        profile = f"/api/v1/accounts/{bob.find(ann)}/statuses"  # his home hides a boost of what stands there
        eventually(lambda: any(s["reblog"] for s in bob.get(profile)), "the boost arrives")
        self.assertTrue(own)

        eventually(lambda: '"table":"delivery"' not in self.here.command("dump"), "nothing is left to send")
        self.here.stop()
        self.there.stop()
        here, there = self.day(self.here), self.day(self.there)
        self.assertEqual((here["posts"], here["posts_elsewhere"]), (4, 0))
        self.assertEqual((there["posts"], there["posts_elsewhere"]), (1, 4))
        self.assertEqual((here["deliveries"], here["received"]), (5, 1))
        self.assertEqual((there["deliveries"], there["received"]), (1, 5))
        self.assertEqual((here["readers"], here["feed_reads"]), (0, 0))
        self.assertEqual(there["readers"], 1)
        self.assertGreaterEqual(there["feed_reads"], len(statuses))
        self.here.start()
        self.there.start()


if __name__ == "__main__":
    with nodes.two_nodes() as (History.here, History.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        History.here.failed = History.there.failed = failed
    sys.exit(1 if failed else 0)
