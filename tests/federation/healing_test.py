#!/usr/bin/python3
"""A short history each on two and three nodes that fail; the long form is healing.py."""
import unittest

import healing


class Healing(unittest.TestCase):
    def test_two_nodes_agree_after_their_faults(self):
        healing.play(seed=1, actions=150, node_count=2, people_a_node=3, round_actions=75, rate=20)

    def test_three_nodes_agree_after_their_faults(self):
        healing.play(seed=2, actions=150, node_count=3, people_a_node=2, round_actions=75, rate=20)


if __name__ == "__main__":
    unittest.main()
