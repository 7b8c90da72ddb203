#!/usr/bin/python3
"""What other nodes did not send is fetched: after an absence, after a follow, for a profile or a thread that is looked at."""
import sqlite3
import sys
import time
import unittest

import nodes
from nodes import eventually


ACTIVITY = {"Accept": "application/activity+json"}


def database(node):
    """Of a node that is stopped."""
    return sqlite3.connect(node.data / "dunlin.db", isolation_level=None)


def forget_deliveries(node):
    """As after every try: what was to be delivered is given up."""
    node.stop()
    with database(node) as db:
        given_up = db.execute("SELECT count(*) FROM delivery").fetchone()[0]
        db.execute("DELETE FROM delivery")
        db.execute("DELETE FROM notice")
    node.start()
    return given_up


def pages(person, path, **fields):
    """All statuses of a list, page by page, as a client walks."""
    found = []
    while True:
        page = person.get(path, limit=40, **fields)
        if not page:
            return found
        found += page
        fields["max_id"] = page[-1]["id"]


def uris(statuses):
    return [s["uri"] for s in statuses]


class CatchUp(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def people(self, *names):
        """New ones: those with a name that ends in 1 on the first node, the others on the second."""
        CatchUp.count += 1
        return [(self.here if n.endswith("1") else self.there).person(f"{n[:-1]}{self.count}") for n in names]

    def setUp(self):
        self.there.settings["federation.catch_up_after"] = "0"

    def home_of(self, reader, *authors):
        return [s for s in pages(reader, "/api/v1/timelines/home") if s["account"]["acct"] in [a.handle for a in authors]]

    def awaits_all(self, reader, authors, posts, in_order=True):
        """Exactly these, each once, by their time."""
        wanted = sorted(p["uri"] for p in posts)
        eventually(lambda: sorted(uris(self.home_of(reader, *authors))) == wanted,
                   f"{reader.handle} has all {len(wanted)} posts, each once")
        if not in_order:
            return
        shown = self.home_of(reader, *authors)
        self.assertEqual(uris(shown), uris(sorted(posts, key=lambda p: int(p["id"]), reverse=True)))

    # --- absence ---

    def test_after_a_long_absence_all_that_was_published_meanwhile_is_there(self):
        ann, carl, dora, bob, eve = self.people("ann1", "carl1", "dora1", "bob2", "eve2")
        for reader, author in ((bob, ann), (bob, carl), (eve, carl)):
            reader.follow(author)
        bob.post(f"/api/v1/accounts/{bob.find(ann)}/follow", notify="true")
        before = [ann.say("before: stays"), ann.say("before: will be edited"), ann.say("before: will be deleted")]
        for post in before:
            bob.awaits(post)
        eventually(lambda: len(bob.notifications("status")) == len(before), "the bell rings for each new post")

        self.there.stop()
        by_ann, by_carl = [], []
        for i in range(65):
            by_ann.append(ann.say(f"meanwhile {i}", visibility="unlisted" if i % 3 else "public"))
        by_ann.append(ann.say("for my followers alone", visibility="private"))
        mention = ann.say(f"@{bob.handle} are you there?")
        by_ann += [mention, ann.say("more on that", in_reply_to_id=by_ann[-1]["id"])]
        unknown = dora.say("nobody there follows me")
        for i in range(30):
            by_carl.append(carl.say(f"also {i}"))
        by_carl.append(carl.post(f"/api/v1/statuses/{by_ann[2]['id']}/reblog"))
        by_carl.append(carl.post(f"/api/v1/statuses/{unknown['id']}/reblog"))
        answer = ann._session.put(ann.node.url + f"/api/v1/statuses/{before[1]['id']}", data={"status": "before: edited"}, timeout=60)
        answer.raise_for_status()
        ann.call("DELETE", f"/api/v1/statuses/{before[2]['id']}")
        self.assertGreater(forget_deliveries(self.here), 90)
        self.there.start()

        self.awaits_all(bob, [ann], before[:2] + by_ann)
        self.awaits_all(eve, [carl], by_carl)
        edited = bob.sees(before[1]) or next(s for s in self.home_of(bob, ann) if s["uri"] == before[1]["uri"])
        self.assertIn("before: edited", edited["content"])
        boosts = [s["reblog"]["uri"] for s in self.home_of(eve, carl) if s["reblog"]]
        self.assertEqual(sorted(boosts), sorted([by_ann[2]["uri"], unknown["uri"]]))
        # Only who is named is told.
        self.assertEqual([n["status"]["uri"] for n in bob.notifications("mention")], [mention["uri"]])
        self.assertEqual(uris(n["status"] for n in bob.notifications("status")), uris(reversed(before[:2])))

    def test_what_arrives_by_itself_as_well_is_there_once(self):
        ann, bob = self.people("ann1", "bob2")
        bob.follow(ann)
        self.there.stop()
        posts = [ann.say(f"both ways {i}") for i in range(25)]
        self.there.start()
        posts.append(ann.say("and afterwards"))
        self.awaits_all(bob, [ann], posts, in_order=False)  # what is sent within a minute stands where it arrives

    def test_a_walk_goes_on_after_a_restart_and_after_a_host_that_was_down(self):
        ann, bob = self.people("ann1", "bob2")
        bob.follow(ann)
        self.there.stop()
        posts = [ann.say(f"while both are down {i}") for i in range(25)]
        forget_deliveries(self.here)
        self.here.stop()
        self.there.start()  # finds the gap, and nobody who answers
        log = lambda: self.there.log_path.read_text().splitlines()
        failed = lambda: [line for line in log() if "event=outbox_missed" in line and ann.uri in line]
        eventually(failed, "the outbox is asked for in vain")
        self.there.stop()
        self.there.settings["federation.catch_up_after"] = "1000000"  # the gap is known already
        self.here.start()
        self.there.start()
        self.awaits_all(bob, [ann], posts)

    def test_a_long_silence_is_looked_into(self):
        ann, bob = self.people("ann1", "bob2")
        bob.follow(ann)
        first = ann.say("arrives")
        bob.awaits(first)
        self.there.stop()
        lost = ann.say("was given up")
        forget_deliveries(self.here)
        with database(self.there) as db:
            db.execute("UPDATE outbox SET checked_at = 1, next_at = NULL")
            db.execute("UPDATE account SET last_status_at = 1 WHERE domain <> ''")
            db.execute("UPDATE sign_of_life SET alive_at = ?", (int(time.time() * 1000),))
        self.there.settings["federation.catch_up_after"] = "1000000"
        self.there.start()
        self.awaits_all(bob, [ann], [first, lost])

    def test_what_is_for_followers_is_shown_to_servers_of_followers_alone(self):
        ann, eve = self.people("ann1", "eve2")
        ann.say("for my followers alone", visibility="private")
        said = ann.say("for all")
        path = f"/api/v1/accounts/{eve.find(ann)}/statuses"
        eventually(lambda: uris(eve.get(path)) == [said["uri"]], "the profile is there")
        outbox = self.here.http_session().get(f"{ann.uri}/outbox?page=true", headers=ACTIVITY, timeout=60).json()
        self.assertEqual([item["object"]["id"] for item in outbox["orderedItems"]], [said["uri"]])

    # --- both sides of a follow ---

    def lost(self, node, follower, author):
        """One side forgets a follow; the other's is old enough to be certain."""
        for each in (self.here, self.there):
            each.stop()
            with database(each) as db:
                ids = [db.execute("SELECT id FROM account WHERE username = ?", (p.name,)).fetchone()[0] for p in (follower, author)]
                if each is node:
                    db.execute("DELETE FROM follow WHERE account_id = ? AND target_id = ?", ids)
                    db.execute("DELETE FROM notification WHERE type = 'follow' AND from_account_id = ? AND account_id = ?", ids)
                    db.execute("UPDATE account SET following_count = following_count - 1 WHERE id = ?", ids[:1])
                    db.execute("UPDATE account SET followers_count = followers_count - 1 WHERE id = ?", ids[1:])
                else:
                    db.execute("UPDATE follow SET id = id - (600000 << 16) WHERE account_id = ? AND target_id = ?", ids)
        self.here.start()
        self.there.start()

    def test_a_follow_that_its_author_lost_ends(self):
        ann, bob, eve = self.people("ann1", "bob2", "eve2")
        bob.follow(ann)
        eve.follow(ann)
        self.lost(self.here, bob, ann)
        self.assertTrue(bob.relationship(ann)["following"])
        eve.awaits(ann.say("news for my followers"))
        eventually(lambda: not bob.relationship(ann)["following"], "the follow ends")
        self.assertTrue(eve.relationship(ann)["following"])

    def test_a_follow_that_its_follower_lost_ends(self):
        ann, bob, eve = self.people("ann1", "bob2", "eve2")
        bob.follow(ann)
        eve.follow(ann)
        self.lost(self.there, bob, ann)
        followers = lambda: sorted(f["acct"] for f in ann.get(f"/api/v1/accounts/{ann.find(ann)}/followers"))
        self.assertEqual(followers(), sorted([bob.handle, eve.handle]))
        eve.awaits(ann.say("news for my followers"))
        eventually(lambda: followers() == [eve.handle], "the follow ends")

    def test_followers_are_told_to_their_own_server_alone(self):
        ann, bob = self.people("ann1", "bob2")
        bob.follow(ann)
        answer = self.here.http_session().get(f"{ann.uri}/followers_synchronization", headers=ACTIVITY, timeout=60)
        self.assertEqual(answer.status_code, 401, answer.text)
        self.assertNotIn(bob.name, answer.text)

    # --- looking at others ---

    def test_a_follow_brings_recent_posts_in_their_time(self):
        ann, bob = self.people("ann1", "bob2")
        by_ann = [ann.say(f"long ago {i}") for i in range(30)]
        own = bob.say("in between")
        by_ann += [ann.say(f"lately {i}") for i in range(5)]
        bob.follow(ann)
        self.awaits_all(bob, [ann], by_ann)
        shown = uris(s for s in bob.home() if s["uri"] == own["uri"] or s["account"]["acct"] == ann.handle)
        self.assertEqual(shown.index(own["uri"]), 5)
        self.assertEqual(bob.notifications("status"), [])

    def test_scrolling_a_profile_reads_its_outbox_to_the_end(self):
        ann, eve = self.people("ann1", "eve2")
        posts = [ann.say(f"post {i}") for i in range(95)]
        path = f"/api/v1/accounts/{eve.find(ann)}/statuses"
        eventually(lambda: len(eve.get(path, limit=20)) == 20, "the first page is there")
        found = pages(eve, path)
        self.assertEqual(uris(found), uris(reversed(posts)))

    def test_opening_a_thread_brings_answers_that_were_not_sent(self):
        ann, dora, bob = self.people("ann1", "dora1", "bob2")
        bob.follow(ann)
        post = ann.say("who knows?")
        seen = bob.awaits(post)
        answer = dora.say("I do", in_reply_to_id=post["id"])
        deeper = ann.say("do you?", in_reply_to_id=answer["id"])
        deepest = dora.say("yes", in_reply_to_id=deeper["id"])
        path = f"/api/v1/statuses/{seen['id']}/context"
        first = bob._session.get(self.there.url + path, timeout=60)
        self.assertIn(f'id="{seen["id"]}"', first.headers["Mastodon-Async-Refresh"])
        wanted = uris([answer, deeper, deepest])
        eventually(lambda: uris(bob.get(path)["descendants"]) == wanted, "the answers are there")
        state = lambda: bob.get(f"/api/v1_alpha/async_refreshes/{seen['id']}")["async_refresh"]["status"]
        eventually(lambda: state() == "finished", "the refresh ends")

    # --- counts ---

    def test_counts_are_those_of_the_origin(self):
        ann, dora, bob = self.people("ann1", "dora1", "bob2")
        bob.follow(ann)
        dora.post(f"/api/v1/accounts/{dora.find(ann)}/follow")
        post = ann.say("count me")
        seen = bob.awaits(post)
        dora.post(f"/api/v1/statuses/{post['id']}/favourite")
        dora.post(f"/api/v1/statuses/{post['id']}/reblog")
        dora.say("one answer", in_reply_to_id=post["id"])
        bob.get(f"/api/v1/statuses/{seen['id']}/context")
        counts = lambda: [bob.get(f"/api/v1/statuses/{seen['id']}")[f"{c}_count"] for c in ("favourites", "reblogs", "replies")]
        eventually(lambda: counts() == [1, 1, 1], "the origin's counts are shown")
        known = bob.find(ann)
        self.assertEqual(bob.get(f"/api/v1/accounts/{known}")["followers_count"], 1)
        bob.get(f"/api/v1/accounts/{known}/statuses")
        eventually(lambda: bob.get(f"/api/v1/accounts/{known}")["followers_count"] == 2, "all followers are counted")


if __name__ == "__main__":
    with nodes.two_nodes() as (CatchUp.here, CatchUp.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        CatchUp.here.failed = CatchUp.there.failed = failed
    sys.exit(1 if failed else 0)
