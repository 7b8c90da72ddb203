#!/usr/bin/python3
"""Lists that people take from one server to another: what is written, what is read back, and what becomes of each line."""
import sys
import unittest

import nodes
from nodes import eventually


class Lists(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def people(self, *names):
        Lists.count += 1
        return [getattr(self, where).person(f"{name}{self.count}") for name, _, where in (n.partition("@") for n in names)]

    def exported(self, person, kind):
        answer = person._session.get(f"{person.node.url}/api/dunlin/v1/exports/{kind}", timeout=60)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/csv"))
        return answer.text

    def imported(self, person, kind, text):
        """The import's end; sent as the file that a browser would send."""
        answer = person._session.post(f"{person.node.url}/api/dunlin/v1/imports", data={"kind": kind},
                                      files={"data": ("list.csv", text, "text/csv")}, timeout=60)
        self.assertEqual(answer.status_code, 200, answer.text)
        return self.ended(person, answer.json()["id"])

    def ended(self, person, number):
        now = lambda: person.get(f"/api/dunlin/v1/imports/{number}")
        return eventually(lambda: now() if now()["finished"] else None, "the import ends")

    def test_follows_go_over_with_their_options(self):
        ann, bob, carl, new = self.people("ann@here", "bob@there", "carl@here", "new@here")
        ann.follow(bob)
        ann.post(f"/api/v1/accounts/{ann.find(bob)}/follow", reblogs="false", notify="true", **{"languages[]": ["en", "de"]})
        ann.follow(carl)
        text = self.exported(ann, "following")
        self.assertEqual(sorted(text.splitlines()), sorted([
            "Account address,Show boosts,Notify on new posts,Languages",
            f'{bob.handle},false,true,"en, de"', f"{carl.handle},true,false,"]))
        done = self.imported(new, "following", text)
        self.assertEqual((done["total"], done["done"], done["failed"]), (2, 2, 0))
        eventually(lambda: new.relationship(bob)["following"], "the follow is accepted")
        kept = new.relationship(bob)
        self.assertEqual((kept["showing_reblogs"], kept["notifying"], kept["languages"]), (False, True, ["en", "de"]))
        self.assertTrue(new.relationship(carl)["following"])

    def test_mutes_blocks_and_bookmarks_go_over(self):
        ann, bob, carl, new = self.people("ann@here", "bob@there", "carl@there", "new@here")
        post = bob.say("worth keeping")
        ann.post(f"/api/v1/accounts/{ann.find(bob)}/mute", notifications="false")
        ann.post(f"/api/v1/accounts/{ann.find(carl)}/block")
        self.assertEqual(self.exported(ann, "mutes"), f"Account address,Hide notifications\n{bob.handle},false\n")
        self.assertEqual(self.exported(ann, "blocks"), f"{carl.handle}\n")
        self.imported(new, "mutes", self.exported(ann, "mutes"))
        self.imported(new, "blocks", self.exported(ann, "blocks"))
        self.assertEqual((new.relationship(bob)["muting"], new.relationship(bob)["muting_notifications"]), (True, False))
        self.assertTrue(new.relationship(carl)["blocking"])
        done = self.imported(new, "bookmarks", post["uri"] + "\n")
        self.assertEqual(done["problems"], [])
        self.assertEqual([s["uri"] for s in new.get("/api/v1/bookmarks")], [post["uri"]])
        self.assertEqual(self.exported(new, "bookmarks"), post["uri"] + "\n")

    def test_each_line_that_failed_is_told_with_its_reason(self):
        ann, bob = self.people("ann@here", "bob@there")
        self.here.command("domain", "block", "bad.example")
        done = self.imported(ann, "following", "\n".join([
            "Account address,Show boosts", bob.handle + ",true", "not an account,true",
            f"nobody@{self.there.domain},true", f"nobody@{self.here.domain},true", "eve@bad.example,true", ann.handle + ",true"]))
        self.assertEqual((done["total"], done["done"], done["failed"]), (6, 1, 5))
        problems = {p["line"]: p["error"] for p in done["problems"]}
        self.assertEqual(sorted(problems), [3, 4, 5, 6, 7])
        self.assertIn("not an account", problems[3])
        self.assertIn("not there", problems[4])
        self.assertIn("no such account", problems[5])
        self.assertIn("does not deal with", problems[6])
        self.assertIn("own account", problems[7])
        for text in ("", "a\n" * 20001, '"open'):
            answer = ann._session.post(f"{self.here.url}/api/dunlin/v1/imports", data={"kind": "blocks", "data": text}, timeout=60)
            self.assertEqual(answer.status_code, 422, answer.text)
            self.assertNotIn("data", answer.json()["error"])
        as_text = ann.post("/api/dunlin/v1/imports", kind="blocks", data="nobody")
        self.assertEqual((as_text["total"], as_text["failed"], as_text["finished"]), (1, 1, True))

    def test_a_restart_goes_on_where_the_node_stopped(self):
        ann, bob = self.people("ann@here", "bob@there")
        names = [self.there.person(f"many{self.count}x{i}") for i in range(6)]
        self.here.stop()
        text = "".join(f"{p.handle},true,false,\n" for p in names)
        self.here.command("account", "import", ann.name, "following", "-", stdin=text)
        self.assertIn("following: 0 of 6 done, 0 failed, 6 waiting", self.here.command("account", "imports", ann.name))
        self.here.start()
        some = lambda: ann.get("/api/dunlin/v1/imports")[0]
        eventually(lambda: some()["done"] >= 1, "it began")
        self.here.stop()
        self.here.start()
        done = self.ended(ann, some()["id"])
        self.assertEqual((done["done"], done["failed"]), (6, 0))
        eventually(lambda: len(ann.get(f"/api/v1/accounts/{ann.get('/api/v1/accounts/verify_credentials')['id']}/following")) == 6,
                   "all are followed")
        self.assertEqual(len(self.here.command("account", "export", ann.name, "following", "-").splitlines()), 7)


if __name__ == "__main__":
    with nodes.two_nodes() as (Lists.here, Lists.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        Lists.here.failed = Lists.there.failed = failed
    sys.exit(1 if failed else 0)
