#!/usr/bin/python3
"""People who move between two nodes and take their followers along, and what they pin."""
import sys
import unittest

import nodes
from nodes import eventually

ACTIVITY = {"Accept": "application/activity+json"}


class Moving(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def people(self, *names):
        """Each name with a node: `ann@here`."""
        Moving.count += 1
        return [getattr(self, where).person(f"{name}{self.count}") for name, _, where in (n.partition("@") for n in names)]

    def password(self, person):
        return f"correct horse {person.name} staple"

    def names(self, person, alias):
        """`alias` is the same person, says `person`."""
        person.post("/api/dunlin/v1/aliases", acct=alias.handle)

    def move(self, person, target, status=200):
        return person.call("POST", "/api/dunlin/v1/move", status=status, acct=target.handle, password=self.password(person))

    def followed(self, person):
        me = person.get("/api/v1/accounts/verify_credentials")
        return sorted(a["acct"] for a in person.get(f"/api/v1/accounts/{me['id']}/following"))

    def actor(self, person):
        return person.node.http_session().get(person.uri, headers=ACTIVITY, timeout=60).json()

    def test_followers_here_and_there_go_along(self):
        ann, new, bob, carl, dora = self.people("ann@here", "new@there", "bob@here", "carl@there", "dora@there")
        for follower in (bob, carl, dora):
            follower.follow(ann)
        carl.post(f"/api/v1/accounts/{carl.find(ann)}/follow", reblogs="false", notify="true")
        self.names(new, ann)
        self.assertEqual(self.actor(new)["alsoKnownAs"], [ann.uri])
        moved = self.move(ann, new)
        self.assertEqual(moved["moved"]["acct"], new.handle)
        self.assertEqual(self.actor(ann)["movedTo"], new.uri)
        eventually(lambda: self.followed(bob) == [new.handle], "the follower beside the old account follows the new one")
        for follower in (carl, dora):
            eventually(lambda: self.followed(follower) == [new.name], "the followers beside the new account follow it")
        kept = carl.relationship(new)
        self.assertEqual((kept["showing_reblogs"], kept["notifying"]), (False, True))
        self.assertEqual(dora.get(f"/api/v1/accounts/{dora.find(ann)}")["moved"]["acct"], new.name)
        post = new.say("arrived")
        for follower in (bob, carl, dora):
            follower.awaits(post)
        me = lambda: ann.get("/api/v1/accounts/verify_credentials")["followers_count"]
        eventually(lambda: me() == 0, "nobody follows the old account")

    def test_who_moved_does_not_post_until_they_come_back(self):
        ann, new = self.people("ann@here", "new@there")
        self.names(new, ann)
        self.move(ann, new)
        refused = ann._session.post(ann.node.url + "/api/v1/statuses", data={"status": "from the old place"}, timeout=60)
        self.assertEqual(refused.status_code, 403, refused.text)
        back = ann.call("DELETE", "/api/dunlin/v1/move")
        self.assertNotIn("moved", back)
        ann.say("back again")
        self.move(ann, new, status=422)  # too soon

    def test_a_move_that_the_new_account_does_not_confirm_is_refused(self):
        ann, stranger, bob = self.people("ann@here", "stranger@there", "bob@there")
        bob.follow(ann)
        self.move(ann, stranger, status=422)
        self.assertEqual(self.followed(bob), [ann.handle])
        self.assertNotIn("movedTo", self.actor(ann))

    def test_an_alias_that_was_taken_back_confirms_nothing(self):
        ann, new, bob = self.people("ann@here", "new@there", "bob@here")
        bob.follow(ann)
        self.names(new, ann)
        ann.find(new)  # known here with its alias
        new.call("DELETE", "/api/dunlin/v1/aliases", uri=ann.uri)
        self.move(ann, new, status=422)
        self.assertEqual(self.followed(bob), [ann.name])

    def test_a_token_alone_does_not_move_an_account(self):
        ann, new = self.people("ann@here", "new@there")
        self.names(new, ann)
        ann.call("POST", "/api/dunlin/v1/move", status=403, acct=new.handle, password="wrong horse")
        ann.call("POST", "/api/dunlin/v1/move", status=422, acct=new.handle)

    def test_pins_are_told_and_taken_back(self):
        ann, bob = self.people("ann@here", "bob@there")
        bob.follow(ann)
        post, other = ann.say("read this first"), ann.say("something else")
        bob.awaits(other)
        known = bob.find(ann)
        pinned = lambda: [s["uri"] for s in bob.get(f"/api/v1/accounts/{known}/statuses", pinned="true")]
        ann.post(f"/api/v1/statuses/{post['id']}/pin")
        eventually(lambda: pinned() == [post["uri"]], "the pin arrives")
        ann.post(f"/api/v1/statuses/{post['id']}/unpin")
        eventually(lambda: pinned() == [], "its end arrives")

    def test_a_pin_brings_a_post_that_the_node_did_not_know(self):
        ann, bob = self.people("ann@here", "bob@there")
        old = ann.say("from before anyone followed")
        bob.follow(ann)
        ann.post(f"/api/v1/statuses/{old['id']}/pin")
        known = bob.find(ann)
        pinned = lambda: [s["uri"] for s in bob.get(f"/api/v1/accounts/{known}/statuses", pinned="true")]
        eventually(lambda: pinned() == [old["uri"]], "the pin arrives with its post")

    def test_a_pin_for_followers_is_not_told(self):
        ann, bob = self.people("ann@here", "bob@there")
        bob.follow(ann)
        secret, open_ = ann.say("for followers", visibility="private"), ann.say("for all")
        bob.awaits(open_)
        for post in (secret, open_):
            ann.post(f"/api/v1/statuses/{post['id']}/pin")
        known = bob.find(ann)
        pinned = lambda: [s["uri"] for s in bob.get(f"/api/v1/accounts/{known}/statuses", pinned="true")]
        eventually(lambda: open_["uri"] in pinned(), "the open pin arrives, which was told later")
        self.assertEqual(pinned(), [open_["uri"]])


if __name__ == "__main__":
    with nodes.two_nodes() as (Moving.here, Moving.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        Moving.here.failed = Moving.there.failed = failed
    sys.exit(1 if failed else 0)
