#!/usr/bin/python3
"""People on two nodes: what one does, the other's node learns, and nobody learns what is not for them."""
import pathlib
import sys
import unittest

import nodes
from nodes import eventually
from pictures import png

ACTIVITY = {"Accept": "application/activity+json"}


class TwoNodes(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def pair(self):
        """Two who do not know each other yet, one on each node."""
        TwoNodes.count += 1
        return self.here.person(f"ann{self.count}"), self.there.person(f"bob{self.count}")

    def friends(self):
        """The second follows the first."""
        ann, bob = self.pair()
        bob.follow(ann)
        return ann, bob

    # --- following and posting ---

    def test_a_post_is_pushed_to_a_follower(self):
        ann, bob = self.friends()
        post = ann.say("hello <b>from</b> afar #news", spoiler_text="a greeting", language="en")
        seen = bob.awaits(post)
        self.assertEqual(seen["content"], post["content"].replace('rel="tag"', 'rel="tag nofollow noopener noreferrer"'))
        self.assertEqual(seen["spoiler_text"], "a greeting")
        self.assertEqual(seen["language"], "en")
        self.assertEqual(seen["url"], post["url"])
        self.assertEqual(seen["account"]["acct"], ann.handle)
        self.assertEqual([t["name"] for t in seen["tags"]], ["news"])
        self.assertEqual(ann.notifications("follow")[0]["account"]["acct"], bob.handle)

    def test_an_emoji_of_one_node_is_shown_by_the_other_from_its_own_address(self):
        ann, bob = self.friends()
        picture = pathlib.Path(self.here.folder) / "emoji.png"
        picture.write_bytes(png(16, 16, (200, 100, 0)))
        self.here.command("emoji", "add", "heron", str(picture), "--category", "Birds")
        eventually(lambda: ann.get("/api/v1/custom_emojis"), "the emoji is there")
        ann._session.patch(ann.node.url + "/api/v1/accounts/update_credentials", data={"display_name": "Ann :heron:"}, timeout=60).raise_for_status()
        post = ann.say("look, a :heron:")
        seen = bob.awaits(post)
        self.assertEqual([e["shortcode"] for e in seen["emojis"]], ["heron"])
        url = seen["emojis"][0]["url"]
        self.assertTrue(url.startswith(self.there.url + "/media/"), url)
        self.assertNotEqual(url, post["emojis"][0]["url"])
        with self.there.http_session() as session:
            answer = session.get(url, timeout=60)
        self.assertEqual((answer.status_code, answer.content), (200, picture.read_bytes()))
        eventually(lambda: bob.sees(post)["account"]["emojis"] == seen["emojis"], "the profile has it too")
        self.assertEqual(bob.get("/api/v1/custom_emojis"), [])
        self.here.command("emoji", "remove", "heron")

    def test_public_feeds_tell_here_from_elsewhere(self):
        writer, reader = self.friends()
        far = writer.say("From elsewhere, about #herons")
        near = reader.say("From here, about #herons")
        reader.awaits(far)
        for path in ("/api/v1/timelines/public", "/api/v1/timelines/tag/herons"):
            for wanted, shown in (({}, {near["uri"], far["uri"]}), ({"local": "true"}, {near["uri"]}), ({"remote": "true"}, {far["uri"]})):
                with self.subTest(path=path, **wanted):
                    found = {s["uri"] for s in reader.get(path, limit=40, **wanted)}
                    self.assertEqual(found & {near["uri"], far["uri"]}, shown)

    def test_an_edit_and_a_deletion_follow_the_post(self):
        ann, bob = self.friends()
        post = ann.say("frist")
        seen = bob.awaits(post)
        ann.edit(post, "first")
        eventually(lambda: "first" in bob.get(f"/api/v1/statuses/{seen['id']}")["content"], "the edit arrives")
        ann.call("DELETE", f"/api/v1/statuses/{post['id']}")
        eventually(lambda: bob.sees(post) is None, "the deletion arrives")
        bob.call("GET", f"/api/v1/statuses/{seen['id']}", status=404)

    def test_posts_after_the_end_of_a_follow_do_not_arrive(self):
        ann, bob = self.friends()
        carl = self.there.person(f"carl{self.count}")
        carl.follow(ann)
        bob.post(f"/api/v1/accounts/{bob.find(ann)}/unfollow")
        eventually(lambda: ann.get("/api/v1/accounts/verify_credentials")["followers_count"] == 1, "the unfollow arrives")
        post = ann.say("for those who stayed")
        carl.awaits(post)
        self.assertIsNone(bob.sees(post))

    def test_a_locked_account_decides(self):
        ann, bob = self.pair()
        ann._session.patch(ann.node.url + "/api/v1/accounts/update_credentials", data={"locked": "true"}, timeout=60).raise_for_status()
        bob.post(f"/api/v1/accounts/{bob.find(ann)}/follow")
        asked = eventually(lambda: ann.get("/api/v1/follow_requests"), "the request arrives")
        self.assertFalse(bob.relationship(ann)["following"])
        self.assertEqual(asked[0]["acct"], bob.handle)
        ann.post(f"/api/v1/follow_requests/{asked[0]['id']}/authorize")
        eventually(lambda: bob.relationship(ann)["following"], "the answer arrives")
        bob.awaits(ann.say("to my followers", visibility="private"))

    def test_a_refused_request_is_none_any_more(self):
        ann, bob = self.pair()
        ann._session.patch(ann.node.url + "/api/v1/accounts/update_credentials", data={"locked": "true"}, timeout=60).raise_for_status()
        bob.post(f"/api/v1/accounts/{bob.find(ann)}/follow")
        asked = eventually(lambda: ann.get("/api/v1/follow_requests"), "the request arrives")
        ann.post(f"/api/v1/follow_requests/{asked[0]['id']}/reject")
        eventually(lambda: not bob.relationship(ann)["requested"], "the answer arrives")
        self.assertFalse(bob.relationship(ann)["following"])

    # --- replies, boosts, favourites ---

    def test_an_answer_reaches_its_author_and_stands_in_the_thread(self):
        ann, bob = self.friends()
        post = ann.say("a question")
        seen = bob.awaits(post)
        answer = bob.say(f"@{ann.handle} an answer", in_reply_to_id=seen["id"])
        told = eventually(lambda: ann.notifications("mention"), "the answer arrives")[0]["status"]
        self.assertEqual(told["uri"], answer["uri"])
        self.assertEqual(told["in_reply_to_id"], post["id"])
        thread = ann.get(f"/api/v1/statuses/{post['id']}/context")
        self.assertEqual([s["uri"] for s in thread["descendants"]], [answer["uri"]])

    def test_favourites_and_boosts_are_told_and_taken_back(self):
        ann, bob = self.friends()
        post = ann.say("likeable")
        seen = bob.awaits(post)
        counts = lambda: ann.get(f"/api/v1/statuses/{post['id']}")
        bob.post(f"/api/v1/statuses/{seen['id']}/favourite")
        bob.post(f"/api/v1/statuses/{seen['id']}/reblog")
        eventually(lambda: (counts()["favourites_count"], counts()["reblogs_count"]) == (1, 1), "both arrive")
        self.assertEqual(ann.notifications("favourite")[0]["account"]["acct"], bob.handle)
        self.assertEqual(ann.notifications("reblog")[0]["account"]["acct"], bob.handle)
        bob.post(f"/api/v1/statuses/{seen['id']}/unfavourite")
        bob.post(f"/api/v1/statuses/{seen['id']}/unreblog")
        eventually(lambda: (counts()["favourites_count"], counts()["reblogs_count"]) == (0, 0), "both are taken back")

    def test_a_boost_brings_a_post_that_the_node_did_not_know(self):
        ann, bob = self.friends()
        dora = self.here.person(f"dora{self.count}")
        post = dora.say("nobody there follows me")
        boost = ann.post(f"/api/v1/statuses/{post['id']}/reblog")
        seen = bob.awaits(boost)
        self.assertEqual(seen["reblog"]["uri"], post["uri"])
        self.assertEqual(seen["reblog"]["account"]["acct"], dora.handle)

    # --- who may read what ---

    def test_what_is_not_for_someone_does_not_reach_them(self):
        ann, bob = self.friends()
        eve = self.there.person(f"eve{self.count}")
        eve.find(ann)
        private = bob.awaits(ann.say("for followers", visibility="private"))
        direct = bob.awaits(ann.say(f"@{bob.handle} for you alone", visibility="direct"))
        for post in (private, direct):
            eve.call("GET", f"/api/v1/statuses/{post['id']}", status=404)
            answer = self.here.http_session().get(post["uri"], headers=ACTIVITY, timeout=60)
            self.assertEqual(answer.status_code, 404)
        listed = self.there.http_session().get(f"{self.there.url}/api/v1/timelines/public", timeout=60).json()
        self.assertFalse([s for s in listed if s["uri"] in (private["uri"], direct["uri"])])
        outbox = self.here.http_session().get(f"{ann.uri}/outbox?page=true", headers=ACTIVITY, timeout=60).json()
        self.assertEqual(outbox["orderedItems"], [])

    def test_a_post_that_stays_on_its_node_is_not_sent(self):
        ann, bob = self.friends()
        secret = ann.say("within the family", local_only="true")
        bob.awaits(ann.say("for all"))  # told later, so the other would have come before
        self.assertIsNone(bob.sees(secret))
        answer = self.here.http_session().get(secret["uri"], headers=ACTIVITY, timeout=60)
        self.assertEqual(answer.status_code, 404)

    def test_a_block_ends_the_follow_on_both_sides(self):
        ann, bob = self.friends()
        known = bob.find(ann)
        ann.post(f"/api/v1/accounts/{ann.find(bob)}/block")
        following = lambda: bob.get("/api/v1/accounts/relationships", **{"id[]": known})[0]["following"]
        eventually(lambda: not following(), "the block arrives")
        self.assertFalse(ann.relationship(bob)["followed_by"])

    # --- nothing is lost ---

    def test_what_was_posted_while_a_node_was_down_arrives_afterwards_in_order(self):
        ann, bob = self.friends()
        self.there.stop()
        posts = [ann.say(f"meanwhile {i}") for i in range(3)]
        self.there.start()
        for post in posts:
            bob.awaits(post)
        order = [s["uri"] for s in bob.home()]
        self.assertEqual([u for u in order if u in [p["uri"] for p in posts]], [p["uri"] for p in reversed(posts)])

    def test_a_node_that_stops_goes_on_with_its_deliveries(self):
        ann, bob = self.friends()
        self.there.stop()
        post = ann.say("not yet delivered")
        self.here.stop()
        self.there.start()
        self.here.start()
        bob.awaits(post)

    # --- bad input ---

    def test_a_notice_without_a_signature_is_refused(self):
        ann, bob = self.pair()
        forged = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{ann.uri}#forged", "type": "Delete",
                  "actor": ann.uri, "object": ann.uri}
        answer = self.there.http_session().post(f"{self.there.url}/inbox", json=forged, timeout=60,
                                                headers={"Content-Type": "application/activity+json"})
        self.assertEqual(answer.status_code, 401, answer.text)


if __name__ == "__main__":
    with nodes.two_nodes() as (TwoNodes.here, TwoNodes.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        TwoNodes.here.failed = TwoNodes.there.failed = failed
    sys.exit(1 if failed else 0)
