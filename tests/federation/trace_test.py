#!/usr/bin/python3
"""`dunlin-node trace` on both sides of a post's way."""
import json
import sys
import unittest

import nodes
from nodes import eventually


class Trace(unittest.TestCase):
    here = there = None  # nodes

    @staticmethod
    def trace(node, status):
        return json.loads(node.command("trace", status, "--json"))

    @staticmethod
    def stages(trace):
        return [stage["stage"] for stage in trace["stages"]]

    def pushed(self, author, reader):
        """A status that came by its delivery, as the author and the reader see it, and its trace there. After a follow the
        other node looks into the outbox: what is posted until then may come that way, and then no request brought it."""
        def attempt():
            status = author.say("from here to there")
            seen = reader.awaits(status)
            trace = eventually(lambda: next((t for t in [self.trace(self.there, status["uri"])] if "fan_out" in t), None), "it is fanned out there")
            return (status, seen, trace) if "received" in self.stages(trace) else None
        return eventually(attempt, "a status is delivered")

    def test_a_post_is_followed_to_the_other_node_and_into_it(self):
        ann, bob = self.here.person("ann"), self.there.person("bob")
        bob.follow(ann)
        status, seen, there = self.pushed(ann, bob)

        def sent():
            found = self.trace(self.here, status["id"])
            return found if found["deliveries"] and found["deliveries"][0]["state"] == "delivered" else None
        here = eventually(sent, "the delivery is noted")
        self.assertEqual(self.stages(here)[:3], ["received", "queued", "committed"])
        self.assertEqual(len(here["deliveries"]), 1)
        told = here["deliveries"][0]
        self.assertEqual((told["host"], told["attempts"], told["status"]), (self.there.url, 1, 202))

        self.assertEqual((there["id"], there["remote"], there["account"]), (seen["id"], True, ann.handle))
        self.assertEqual(self.stages(there)[:3], ["received", "queued", "committed"])
        self.assertIn(there["fan_out"]["followers"], (0, 1))  # walked only when somebody has a ring
        self.assertEqual(there["deliveries"], [])
        # It cannot have come before it went.
        self.assertLess(here["stages"][2]["at"][:19], there["stages"][2]["at"])
        self.assertEqual(self.trace(self.there, status["url"])["id"], seen["id"])

    def test_what_waits_for_a_node_that_is_down_is_told(self):
        cleo, dan = self.here.person("cleo"), self.there.person("dan")
        dan.follow(cleo)
        self.there.stop()
        try:
            status = cleo.say("nobody is there")
            found = eventually(lambda: next((d for d in self.trace(self.here, status["id"])["deliveries"] if d["attempts"]), None), "it was tried")
            self.assertEqual((found["state"], found["status"], found["host"]), ("postponed", 0, self.there.url))
            self.assertTrue(found["failure"])
        finally:
            self.there.start()
        eventually(lambda: self.trace(self.here, status["id"])["deliveries"][0]["state"] == "delivered", "it is delivered")


if __name__ == "__main__":
    with nodes.two_nodes() as (Trace.here, Trace.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        Trace.here.failed = Trace.there.failed = failed
    sys.exit(1 if failed else 0)
