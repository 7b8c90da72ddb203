#!/usr/bin/python3
"""People on a node and people on a Fedify server. Each case looks at both sides: what one did, the other's server learned."""
import pathlib
import sys
import tempfile
import unittest

import nodes
from fedify import Fedify
from nodes import eventually

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def mention(person):
    return {"uri": person.uri, "handle": person.handle}


class FedifyTest(unittest.TestCase):
    node = fedify = None
    count = 0

    def pair(self, **fields):
        """Two who do not know each other yet: one on the node, one on the Fedify server."""
        FedifyTest.count += 1
        return self.node.person(f"ann{self.count}"), self.fedify.person(f"bob{self.count}", **fields)

    def reader(self, **fields):
        """The one on the node follows the other."""
        ann, bob = self.pair(**fields)
        ann.follow(bob)
        return ann, bob

    def listener(self):
        """The one on the Fedify server follows the other."""
        ann, bob = self.pair()
        bob.follow(ann)
        return ann, bob

    def lock(self, person):
        self.change_profile(person, locked="true")

    def change_profile(self, person, **fields):
        answer = person._session.patch(person.node.url + "/api/v1/accounts/update_credentials", data=fields, timeout=60)
        self.assertEqual(answer.status_code, 200, answer.text)

    def counts(self, person, post):
        status = person.get(f"/api/v1/statuses/{post['id']}")
        return status["favourites_count"], status["reblogs_count"]

    def followers_count(self, person):
        return person.get("/api/v1/accounts/verify_credentials")["followers_count"]

    def assert_from(self, person, activity):
        """Fedify took the signature of the request that brought it and the proof inside, and both were this person's."""
        self.assertEqual(activity["actor"], person.uri)
        self.assertEqual(activity["key"], person.uri + "#main-key")
        self.assertIs(activity["proof"], True)

    def assert_taken(self, sent, signature="rfc9421"):
        """The node took what Fedify sent at the first knock, signed so, with a proof inside of the document."""
        self.assertEqual(sent["knocks"], [{"signature": signature, "proof": True, "status": 202}])

    # --- finding each other ---

    def test_each_finds_the_other(self):
        ann, bob = self.pair()
        for name in (f"@{ann.handle}", f"acct:{ann.handle}", ann.uri, f"{self.node.url}/@{ann.name}"):
            found = self.fedify.do("lookup", uri=name)
            self.assertEqual((found["type"], found["id"], found["username"]), ("Person", ann.uri, ann.name))
        self.assertEqual(found["url"], f"{self.node.url}/@{ann.name}")
        self.assertEqual(found["sharedInbox"], f"{self.node.url}/inbox")
        self.assertIn({"id": ann.uri + "#main-key", "owner": ann.uri, "kind": "RSASSA-PKCS1-v1_5"}, found["keys"])
        self.assertEqual(self.fedify.do("nodeinfo", url=self.node.url), {"software": "dunlin", "protocols": ["activitypub"]})
        jrd = self.fedify.do("webfinger", resource=f"acct:{ann.handle}")
        self.assertEqual(jrd["subject"], f"acct:{ann.handle}")
        self.assertIn(ann.uri, [link.get("href") for link in jrd["links"] if link["rel"] == "self"])

        account = ann.get(f"/api/v1/accounts/{ann.find(bob)}")
        self.assertEqual((account["acct"], account["display_name"], account["uri"]), (bob.handle, bob.name, bob.uri))
        self.assertFalse(account["locked"])
        by_address = ann.get("/api/v2/search", q=bob.uri, resolve="true", type="accounts")["accounts"]
        self.assertEqual([a["id"] for a in by_address], [account["id"]])

    # --- following ---

    def test_a_follow_from_there_is_accepted(self):
        ann, bob = self.pair()
        sent = bob.follow(ann)
        self.assert_taken(sent)
        accept = self.fedify.awaits(actor=ann.uri, type="Accept")
        self.assert_from(ann, accept)
        self.assertEqual(accept["object"]["id"], sent["activity"])
        self.assertEqual(self.followers_count(ann), 1)
        self.assertEqual([n["account"]["acct"] for n in ann.notifications("follow")], [bob.handle])

    def test_a_follow_from_here_is_accepted(self):
        ann, bob = self.reader()
        follow = self.fedify.awaits(actor=ann.uri, type="Follow")
        self.assert_from(ann, follow)
        self.assertEqual(follow["object"]["id"], bob.uri)
        self.assertEqual(bob.state["followers"], [ann.uri])

    def test_a_locked_account_here_decides(self):
        for word, answer in (("authorize", "Accept"), ("reject", "Reject")):
            ann, bob = self.pair()
            self.lock(ann)
            sent = bob.do("follow", whom=ann.uri)
            asked = ann.get("/api/v1/follow_requests")
            self.assertEqual([a["acct"] for a in asked], [bob.handle])
            self.assertEqual(self.followers_count(ann), 0)
            ann.post(f"/api/v1/follow_requests/{asked[0]['id']}/{word}")
            told = self.fedify.awaits(actor=ann.uri)  # nothing but the answer
            self.assert_from(ann, told)
            self.assertEqual((told["type"], told["object"]["id"]), (answer, sent["activity"]))
            self.assertEqual(self.followers_count(ann), 1 if answer == "Accept" else 0)
            self.assertEqual(bob.state["following"], {ann.uri: True} if answer == "Accept" else {})

    def test_a_locked_account_there_decides(self):
        for accepts in (True, False):
            ann, bob = self.pair(locked=True)
            known = ann.find(bob)
            self.assertTrue(ann.get(f"/api/v1/accounts/{known}")["locked"])
            ann.post(f"/api/v1/accounts/{known}/follow")
            eventually(lambda: bob.state["requests"], "the request arrives")
            self.assertEqual((ann.relationship(bob)["requested"], ann.relationship(bob)["following"]), (True, False))
            bob.do("decide", whom=ann.uri, accepts=accepts)
            self.assertEqual((ann.relationship(bob)["requested"], ann.relationship(bob)["following"]), (False, accepts))
            self.assertEqual(bob.state["followers"], [ann.uri] if accepts else [])

    def test_the_end_of_a_follow_from_there_is_known_here(self):
        ann, bob = self.listener()
        self.assert_taken(bob.do("unfollow", whom=ann.uri))
        self.assertEqual(self.followers_count(ann), 0)
        ann.say("for nobody")
        bob.follow(ann)
        post = ann.say("for bob")
        self.fedify.awaits(actor=ann.uri, type="Create", object_id=post["uri"])
        self.assertEqual(len(self.fedify.received(actor=ann.uri, type="Create")), 1)

    def test_the_end_of_a_follow_from_here_is_known_there(self):
        ann, bob = self.reader()
        ann.post(f"/api/v1/accounts/{ann.find(bob)}/unfollow")
        undo = self.fedify.awaits(actor=ann.uri, type="Undo")
        self.assert_from(ann, undo)
        follow = self.fedify.awaits(actor=ann.uri, type="Follow")
        self.assertEqual((undo["object"]["type"], undo["object"]["id"]), ("Follow", follow["id"]))
        self.assertEqual(bob.state["followers"], [])
        self.assertFalse(ann.relationship(bob)["following"])

    def test_a_block_from_here_ends_both_follows(self):
        ann, bob = self.reader()
        bob.follow(ann)
        post = ann.say("likeable")
        ann.post(f"/api/v1/accounts/{ann.find(bob)}/block")
        block = self.fedify.awaits(actor=ann.uri, type="Block")
        self.assert_from(ann, block)
        self.assertEqual(block["object"]["id"], bob.uri)
        eventually(lambda: not bob.state["followers"], "the follow of the one who blocks ends")
        self.assertEqual(bob.state["following"], {})
        relationship = ann.relationship(bob)
        self.assertEqual((relationship["blocking"], relationship["following"], relationship["followed_by"]), (True, False, False))
        bob.do("like", what=post["uri"], author=ann.uri)
        self.assertEqual(self.counts(ann, post), (0, 0))
        ann.post(f"/api/v1/accounts/{ann.find(bob)}/unblock")
        undo = self.fedify.awaits(actor=ann.uri, type="Undo", object_type="Block")
        self.assert_from(ann, undo)
        self.assertEqual((undo["object"]["actor"], undo["object"]["object"]["id"]), (ann.uri, bob.uri))
        bob.do("like", what=post["uri"], author=ann.uri)
        self.assertEqual(self.counts(ann, post), (1, 0))

    def test_a_block_from_there_ends_both_follows(self):
        ann, bob = self.reader()
        bob.follow(ann)
        known = ann.find(bob)  # who blocks is not found any more
        self.assert_taken(bob.do("block", whom=ann.uri))
        relationship = ann.get("/api/v1/accounts/relationships", **{"id[]": known})[0]
        self.assertEqual((relationship["following"], relationship["followed_by"]), (False, False))

    # --- posting ---

    def test_a_post_from_here_arrives_there(self):
        ann, bob = self.listener()
        post = ann.say("hello <b>Fedify</b> #news", spoiler_text="a greeting", language="en")
        create = self.fedify.awaits(actor=ann.uri, type="Create")
        self.assert_from(ann, create)
        note = create["object"]
        self.assertEqual((note["type"], note["id"], note["author"]), ("Note", post["uri"], ann.uri))
        self.assertEqual((note["content"], note["warning"], note["sensitive"]), (post["content"], "a greeting", True))
        self.assertEqual((note["url"], note["tags"]), (post["url"], [f"{self.node.url}/tags/news"]))
        for part in (create, note):
            self.assertEqual((part["to"], part["cc"]), ([PUBLIC], [ann.uri + "/followers"]))
        self.assertEqual(self.fedify.do("lookup", uri=post["uri"])["content"], post["content"])

    def test_a_post_from_there_stands_in_the_feed_once(self):
        ann, bob = self.reader()
        # To the shared inbox for the followers, to the own inbox of whom it names, and then in an activity of another id.
        post = bob.do("post", content="<p>hello <script>alert(1)</script><b>Dunlin</b></p>", warning="a greeting",
                      mentions=[mention(ann)])
        for sent in post["sent"]:
            self.assert_taken(sent)
        self.assertEqual(len(post["sent"]), 2)
        self.assert_taken(bob.do("repeat", number=post["number"], to=ann.uri))
        seen = ann.awaits(post)  # fails when it stands there more than once
        self.assertEqual(seen["content"], "<p>hello <b>Dunlin</b></p>")
        self.assertEqual((seen["spoiler_text"], seen["sensitive"], seen["visibility"]), ("a greeting", True, "public"))
        self.assertEqual((seen["account"]["acct"], [m["acct"] for m in seen["mentions"]]), (bob.handle, [ann.name]))
        self.assertEqual(len(ann.notifications("mention")), 1)

    def test_an_edit_and_a_deletion_from_here_arrive_there(self):
        ann, bob = self.listener()
        post = ann.say("frist")
        created = self.fedify.awaits(actor=ann.uri, type="Create")["object"]
        self.assertIsNone(created["updated"])
        answer = ann._session.put(ann.node.url + f"/api/v1/statuses/{post['id']}", data={"status": "first"}, timeout=60)
        self.assertEqual(answer.status_code, 200, answer.text)
        update = self.fedify.awaits(actor=ann.uri, type="Update")
        self.assert_from(ann, update)
        note = update["object"]
        self.assertEqual((note["id"], note["published"]), (post["uri"], created["published"]))
        self.assertIn("first", note["content"])
        self.assertGreater(note["updated"], note["published"])
        ann.call("DELETE", f"/api/v1/statuses/{post['id']}")
        delete = self.fedify.awaits(actor=ann.uri, type="Delete")
        self.assert_from(ann, delete)
        self.assertEqual((delete["object"]["type"], delete["object"]["id"]), ("Tombstone", post["uri"]))
        with self.assertRaisesRegex(AssertionError, "finds nothing"):
            self.fedify.do("lookup", uri=post["uri"])

    def test_an_edit_and_a_deletion_from_there_arrive_here(self):
        ann, bob = self.reader()
        post = bob.do("post", content="<p>frist</p>")
        seen = ann.awaits(post)
        bob.do("edit", number=post["number"], content="<p>first</p>")
        edited = ann.get(f"/api/v1/statuses/{seen['id']}")
        self.assertEqual(edited["content"], "<p>first</p>")
        self.assertIsNotNone(edited["edited_at"])
        history = ann.get(f"/api/v1/statuses/{seen['id']}/history")
        self.assertEqual([e["content"] for e in history], ["<p>frist</p>", "<p>first</p>"])
        bob.do("remove", number=post["number"])
        self.assertIsNone(ann.sees(post))
        ann.call("GET", f"/api/v1/statuses/{seen['id']}", status=404)

    def test_what_is_for_followers_or_one_reader_says_so_there(self):
        ann, bob = self.listener()
        private = ann.say("for my followers", visibility="private")
        direct = ann.say(f"@{bob.handle} for you alone", visibility="direct")
        told = self.fedify.awaits(actor=ann.uri, type="Create", object_id=private["uri"])
        self.assertEqual((told["to"], told["cc"]), ([ann.uri + "/followers"], []))
        told = self.fedify.awaits(actor=ann.uri, type="Create", object_id=direct["uri"])
        self.assert_from(ann, told)
        self.assertEqual((told["to"], told["cc"], told["object"]["mentions"]), ([bob.uri], [], [bob.uri]))

    def test_what_is_for_followers_or_one_reader_stays_with_them_here(self):
        ann, bob = self.reader()
        eve = self.node.person(f"eve{self.count}")
        eve.find(bob)
        private = ann.awaits(bob.do("post", content="<p>for my followers</p>", audience="followers"))
        direct = ann.awaits(bob.do("post", content="<p>for you alone</p>", audience="direct",
                                   mentions=[mention(ann)]))
        self.assertEqual((private["visibility"], direct["visibility"]), ("private", "direct"))
        self.assertEqual(ann.notifications("mention")[0]["status"]["id"], direct["id"])
        for post in (private, direct):
            eve.call("GET", f"/api/v1/statuses/{post['id']}", status=404)

    # --- replies, marks ---

    def test_an_answer_from_here_arrives_there(self):
        ann, bob = self.reader()
        question = bob.do("post", content="<p>a question</p>")
        seen = ann.awaits(question)
        post = ann.say(f"@{bob.handle} an answer", in_reply_to_id=seen["id"])
        create = self.fedify.awaits(actor=ann.uri, type="Create")
        self.assert_from(ann, create)
        self.assertEqual(create["object"]["id"], post["uri"])
        self.assertEqual((create["object"]["answers"], create["object"]["mentions"]), (question["uri"], [bob.uri]))
        self.assertIn(bob.uri, create["to"] + create["cc"])

    def test_an_answer_from_there_stands_in_the_thread(self):
        ann, bob = self.pair()
        question = ann.say("a question")
        answer = bob.do("post", content="<p>an answer</p>", answers=question["uri"], mentions=[mention(ann)])
        told = ann.notifications("mention")[0]["status"]
        self.assertEqual((told["uri"], told["in_reply_to_id"]), (answer["uri"], question["id"]))
        thread = ann.get(f"/api/v1/statuses/{question['id']}/context")
        self.assertEqual([s["uri"] for s in thread["descendants"]], [answer["uri"]])
        replies = self.fedify.do("traverse", uri=question["uri"] + "/replies")
        self.assertEqual([item["id"] for item in replies["items"]], [answer["uri"]])

    def test_a_poll_from_here_is_answered_there(self):
        ann, bob = self.listener()
        asked = ann.say("Which?", **{"poll[options][]": ["heron", "gull"], "poll[expires_in]": 3600})
        question = self.fedify.awaits(actor=ann.uri, type="Create")["object"]
        self.assertEqual((question["type"], question["options"]), ("Question", [["heron", 0], ["gull", 0]]))
        for _ in range(2):
            bob.do("post", chosen="gull", answers=asked["uri"], audience="direct", mentions=[mention(ann)])
        poll = ann.get(f"/api/v1/polls/{asked['id']}")
        self.assertEqual(([o["votes_count"] for o in poll["options"]], poll["voters_count"]), ([0, 1], 1))
        self.assertEqual(self.fedify.do("lookup", uri=asked["uri"])["options"], [["heron", 0], ["gull", 1]])
        self.assertEqual(ann.notifications("mention"), [])

    def test_a_poll_from_there_is_answered_here(self):
        ann, bob = self.reader()
        asked = bob.do("post", content="<p>Which?</p>", options=[["heron", 3], ["gull", 4]])
        seen = ann.awaits(asked)
        self.assertEqual([o["votes_count"] for o in seen["poll"]["options"]], [3, 4])
        ann.post(f"/api/v1/polls/{seen['id']}/votes", **{"choices[]": [0]})
        vote = self.fedify.awaits(actor=ann.uri, type="Create")
        self.assert_from(ann, vote)
        self.assertEqual((vote["object"]["name"], vote["object"]["answers"], vote["object"].get("content")), ("heron", asked["uri"], None))
        self.assertEqual((vote["to"], vote["cc"]), ([bob.uri], []))
        bob.do("edit", number=asked["number"], options=[["heron", 10], ["gull", 4]])
        poll = ann.get(f"/api/v1/polls/{seen['id']}")
        self.assertEqual(([o["votes_count"] for o in poll["options"]], poll["own_votes"]), ([10, 4], [0]))

    def test_favourites_and_boosts_from_here_arrive_there(self):
        ann, bob = self.reader()
        post = bob.do("post", content="<p>likeable</p>")
        seen = ann.awaits(post)
        for verb, undone, kind in (("favourite", "unfavourite", "Like"), ("reblog", "unreblog", "Announce")):
            ann.post(f"/api/v1/statuses/{seen['id']}/{verb}")
            told = self.fedify.awaits(actor=ann.uri, type=kind)
            self.assert_from(ann, told)
            self.assertEqual(told["object"]["id"], post["uri"])
            ann.post(f"/api/v1/statuses/{seen['id']}/{undone}")
            undo = self.fedify.awaits(actor=ann.uri, type="Undo", object_type=kind)
            self.assert_from(ann, undo)
            self.assertEqual(undo["object"]["object"]["id"], post["uri"])
            self.assertEqual(undo["object"]["actor"], ann.uri)

    def test_favourites_and_boosts_from_there_count_here(self):
        ann, bob = self.pair()
        post = ann.say("likeable")
        like = bob.do("like", what=post["uri"], author=ann.uri)
        boost = bob.do("boost", what=post["uri"], author=ann.uri)
        self.assertEqual(self.counts(ann, post), (1, 1))
        for kind in ("favourite", "reblog"):
            self.assertEqual([n["account"]["acct"] for n in ann.notifications(kind)], [bob.handle])
        bob.do("unlike", what=post["uri"], author=ann.uri, undone=like["activity"])
        bob.do("unboost", what=post["uri"], author=ann.uri, undone=boost["activity"])
        self.assertEqual(self.counts(ann, post), (0, 0))

    def test_a_boost_from_there_brings_a_post_that_the_node_did_not_know(self):
        ann, bob = self.reader()
        dora = self.fedify.person(f"dora{self.count}")
        post = dora.do("post", content="<p>nobody on the node follows me</p>")
        boost = bob.do("boost", what=post["uri"])
        seen = ann.awaits({"uri": boost["activity"]})
        self.assertEqual((seen["reblog"]["uri"], seen["reblog"]["account"]["acct"]), (post["uri"], dora.handle))

    # --- profiles ---

    def test_a_changed_profile_from_here_arrives_there(self):
        ann, bob = self.listener()
        self.change_profile(ann, display_name="Ann the First", note="hello")
        update = self.fedify.awaits(actor=ann.uri, type="Update")
        self.assert_from(ann, update)
        profile = update["object"]
        self.assertEqual((profile["type"], profile["id"], profile["name"]), ("Person", ann.uri, "Ann the First"))
        self.assertIn("hello", profile["summary"])

    def test_a_changed_profile_from_there_is_shown_here(self):
        ann, bob = self.reader()
        bob.do("rename", title="Bob the Second", summary="<p>hello <script>x</script></p>")
        account = ann.get(f"/api/v1/accounts/{ann.find(bob)}")
        self.assertEqual((account["display_name"], account["note"]), ("Bob the Second", "<p>hello </p>"))

    # --- signatures ---

    def test_each_kind_of_signature_from_there_is_taken_at_the_first_knock(self):
        ann, bob = self.pair()
        for signature in ("rfc9421", "cavage"):
            post = ann.say("signed")
            self.assert_taken(bob.do("like", what=post["uri"], author=ann.uri, signature=signature), signature)
            self.assertEqual(self.counts(ann, post), (1, 0))

    def test_documents_without_a_proof_of_their_own_are_taken(self):
        ann, bob = self.pair()
        bob.do("sign_documents", on=False)
        post = ann.say("signed by the request alone")
        sent = bob.do("like", what=post["uri"], author=ann.uri)
        self.assertEqual(sent["knocks"], [{"signature": "rfc9421", "proof": False, "status": 202}])
        self.assertEqual(self.counts(ann, post), (1, 0))

    def test_a_server_that_knows_one_kind_of_signature_is_told_in_that_kind(self):
        ann, bob = self.listener()
        self.addCleanup(self.fedify.do, "refuse", signature=None)
        for refused, taken in (("cavage", "rfc9421"), ("rfc9421", "cavage")):
            self.fedify.do("refuse", signature=refused)
            for text, kinds in (("first", {taken, refused}), ("second", {taken})):  # the second in the right kind at once
                before = len(self.fedify.do("arrived"))
                post = ann.say(text)
                create = self.fedify.awaits(actor=ann.uri, type="Create", object_id=post["uri"])
                self.assert_from(ann, create)
                self.assertEqual(create["signature"], taken)
                # A server that took its time is told again, so how often says nothing.
                knocks = {(a["signature"], a["status"]) for a in self.fedify.do("arrived", since=before)}
                self.assertIn((taken, 202), knocks)
                self.assertLessEqual({kind for kind, _ in knocks}, kinds)

    def test_what_is_said_in_the_name_of_another_changes_nothing(self):
        ann, bob = self.pair()
        eve = self.fedify.person(f"eve{self.count}")
        post = ann.say("likeable")
        eve.do("forge", **{"as": bob.name}, what=post["uri"], author=ann.uri)
        self.assertEqual(self.counts(ann, post), (0, 0))
        eve.do("like", what=post["uri"], author=ann.uri)
        self.assertEqual([n["account"]["acct"] for n in ann.notifications("favourite")], [eve.handle])

    def test_a_server_that_shows_nothing_to_the_nameless_is_asked_in_the_nodes_name(self):
        ann, bob = self.reader(guarded=True)
        with self.assertRaisesRegex(AssertionError, "finds nothing"):
            self.fedify.do("lookup", uri=bob.uri)
        post = bob.do("post", content="<p>hello</p>")
        self.assertEqual(ann.awaits(post)["content"], "<p>hello</p>")

    # --- collections ---

    def test_collections_are_read_there_to_their_end(self):
        ann, bob = self.listener()
        eve = self.fedify.person(f"eve{self.count}")
        ann.follow(eve)
        seen = ann.awaits(eve.do("post", content="<p>worth a boost</p>"))
        posts = [ann.say(f"number {i}") for i in range(22)]  # more than a page
        boost = ann.post(f"/api/v1/statuses/{seen['id']}/reblog")
        ann.post(f"/api/v1/statuses/{posts[3]['id']}/pin")

        outbox = self.fedify.do("traverse", uri=ann.uri + "/outbox")
        self.assertEqual((outbox["type"], outbox["total"]), ("OrderedCollection", 23))
        self.assertEqual([(i["type"], i["object"]["id"]) for i in outbox["items"]],
                         [("Announce", seen["uri"])] + [("Create", p["uri"]) for p in reversed(posts)])
        self.assertEqual(outbox["items"][0]["id"], boost["uri"])
        self.assertEqual({i["actor"] for i in outbox["items"]}, {ann.uri})
        for name, expected in (("followers", [bob.uri]), ("following", [eve.uri]), ("featured", [posts[3]["uri"]])):
            collection = self.fedify.do("traverse", uri=f"{ann.uri}/{name}")
            self.assertEqual((collection["total"], [i["id"] for i in collection["items"]]), (1, expected), name)
        self.assertEqual(collection["items"][0]["content"], posts[3]["content"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="dunlin-fedify-") as folder:
        certificates = pathlib.Path(folder) / "certificates"
        with nodes.Peer(certificates) as FedifyTest.node, Fedify(certificates) as FedifyTest.fedify:
            program = unittest.main(exit=False)
            failed = not program.result.wasSuccessful()
            FedifyTest.node.failed = failed
            if failed:
                FedifyTest.fedify.show_log()
    sys.exit(1 if failed else 0)
