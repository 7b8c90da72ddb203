#!/usr/bin/python3
"""Two nodes of which one does not deal with the other any more: nothing in, nothing out, nothing fetched, nothing shown."""
import contextlib
import pathlib
import re
import sqlite3
import sys
import tempfile
import unittest

import nodes
from nodes import eventually


def waiting_inboxes(node):
    with contextlib.closing(sqlite3.connect(f"file:{node.data / 'dunlin.db'}?mode=ro", uri=True)) as database:
        return [inbox for (inbox,) in database.execute("SELECT inbox FROM delivery")]


class DomainBlocks(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def friends(self):
        """Each follows the other."""
        DomainBlocks.count += 1
        ann, bob = self.here.person(f"ann{self.count}"), self.there.person(f"bob{self.count}")
        bob.follow(ann)
        ann.follow(bob)
        return ann, bob

    def tearDown(self):
        listed = self.here.command("domain", "list")
        for name in re.findall(r"^(\S+)\t(?:suspend|silence|none)", listed, re.MULTILINE):
            self.here.command("domain", "unblock", name)

    def block(self, node, **options):
        words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.here.command("domain", "block", node.domain, *words)

    def is_hidden(self, ann, account_id):
        return ann._session.get(f"{self.here.url}/api/v1/accounts/{account_id}", timeout=60).status_code == 404

    def test_a_blocked_node_is_cut_off_in_every_direction(self):
        ann, bob = self.friends()
        known = ann.find(bob)
        seen = ann.awaits(bob.say("before"))
        self.block(self.there)
        eventually(lambda: self.is_hidden(ann, known), "the rule holds")
        # Hidden, and the follows ended on this side without a word.
        ann.call("GET", f"/api/v1/statuses/{seen['id']}", status=404)
        self.assertEqual(ann.home(), [])
        me = ann.get("/api/v1/accounts/verify_credentials")
        self.assertEqual((me["followers_count"], me["following_count"]), (0, 0))
        # Nothing fetched.
        found = ann.get("/api/v2/search", q="@" + bob.handle, resolve="true")
        self.assertEqual((found["accounts"], found["statuses"]), ([], []))
        carl = self.there.person(f"carl{self.count}")
        self.assertEqual(ann.get("/api/v2/search", q="@" + carl.handle, resolve="true")["accounts"], [])
        # Nothing in: bob's node still believes that ann follows.
        refused = bob.say("afterwards")
        # Nothing out.
        ann.say(f"@{bob.handle} can you hear me")
        eventually(lambda: any("delivery_refused" in line and "403" in line
                               for line in self.there.log_path.read_text().splitlines()), "the inbox says 403")
        self.assertEqual(bob.notifications("mention"), [])
        self.assertIsNone(ann.sees(refused))
        self.here.command("domain", "unblock", self.there.domain)
        eventually(lambda: not self.is_hidden(ann, known), "the rule is gone")
        ann.follow(bob)
        ann.awaits(bob.say("again"))
        ann.awaits(refused)  # who follows anew gets recent posts
        self.assertEqual(bob.notifications("mention"), [])

    def test_what_waits_for_a_node_is_dropped_when_it_is_blocked(self):
        ann, bob = self.friends()
        self.there.stop()
        try:
            ann.say("never to be told")
            waiting = lambda: self.there.domain in " ".join(waiting_inboxes(self.here))
            eventually(waiting, "a delivery waits")
            self.block(self.there)
            self.assertFalse(waiting())
        finally:
            self.there.start()
        self.assertEqual([s for s in bob.home() if "never" in s["content"]], [])

    def test_a_silenced_node_is_shown_to_followers_only(self):
        ann, bob = self.friends()
        dora = self.here.person(f"dora{self.count}")
        dora.find(bob)
        self.block(self.there, severity="silence")
        account = lambda: dora.get(f"/api/v1/accounts/{dora.find(bob)}")
        eventually(lambda: account().get("limited"), "the rule holds")
        post = bob.say(f"@{dora.handle} @{ann.handle} #loud")
        ann.awaits(post)
        eventually(lambda: [n for n in ann.notifications("mention") if n["status"]["uri"] == post["uri"]], "ann is told")
        self.assertEqual(dora.notifications("mention"), [])
        for path in ("/api/v1/timelines/public", "/api/v1/timelines/tag/loud"):
            self.assertEqual([s for s in dora.get(path) if s["uri"] == post["uri"]], [])

    def test_lists_go_out_and_come_in(self):
        self.here.command("domain", "block", "bad.example", "--public-comment=spam, and more", "--reject-reports")
        self.here.command("domain", "block", "loud.example", "--severity=silence", "--obfuscate")
        exported = self.here.command("domain", "export", "-")
        self.assertEqual(exported.splitlines(), [
            "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate",
            'bad.example,suspend,false,true,"spam, and more",false',
            "loud.example,silence,false,false,,true"])
        self.here.command("domain", "unblock", "bad.example")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "blocks.csv"
            path.write_text(exported)
            told = self.here.command("domain", "import", str(path))
            self.assertIn("1 added, 0 changed, 1 had a rule", told)
        self.assertEqual(self.here.command("domain", "export", "-"), exported)
        with self.assertRaises(Exception) as refused:
            self.here.command("domain", "import", "-", stdin="#domain,#severity\nfine.example,noop\nb*d.example,suspend\n")
        self.assertIn("line 3: b*d.example: the name is starred out", str(refused.exception))
        self.assertIn("fine.example", self.here.command("domain", "list"))

    def test_a_node_with_an_allow_list_deals_with_nobody_else(self):
        ann, bob = self.friends()
        known = ann.find(bob)
        self.here.stop()
        self.here.settings["federation.mode"] = "allow_list"
        self.here.start()
        try:
            self.assertTrue(self.is_hidden(ann, known))
            self.assertEqual(ann.get("/api/v1/accounts/verify_credentials")["followers_count"], 0)
            self.assertEqual(ann.get("/api/v2/search", q="@" + bob.handle, resolve="true")["accounts"], [])
            self.here.command("domain", "allow", self.there.domain)
            eventually(lambda: not self.is_hidden(ann, known), "the server is let in")
            ann.follow(bob)
            ann.awaits(bob.say("let in"))
        finally:
            self.here.command("domain", "disallow", self.there.domain)
            self.here.stop()
            del self.here.settings["federation.mode"]
            self.here.start()


if __name__ == "__main__":
    with nodes.two_nodes() as (DomainBlocks.here, DomainBlocks.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        DomainBlocks.here.failed = DomainBlocks.there.failed = failed
    sys.exit(1 if failed else 0)
