#!/usr/bin/python3
"""Nodes that show their documents only to servers that say who they are: they deal with each other as ever, strangers learn nothing."""
import sys
import unittest

import nodes

ACTIVITY = {"Accept": "application/activity+json"}
SETTING = "federation.authorized_fetch"


class AuthorizedFetch(unittest.TestCase):
    here = there = None  # nodes, both with the setting

    def test_nodes_that_sign_deal_with_each_other(self):
        ann, bob = self.here.person("ann"), self.there.person("bob")
        old = ann.say("From before anyone followed")
        bob.follow(ann)
        bob.awaits(old)  # fetched, not pushed
        bob.awaits(ann.say("Pushed"))
        ann.follow(bob)
        answer = bob.say("An answer", in_reply_to_id=bob.sees(old)["id"])
        self.assertEqual(ann.awaits(answer)["in_reply_to_id"], old["id"])

    def test_a_stranger_gets_no_document_and_the_pages_for_people(self):
        eve = self.here.person("eve")
        post = eve.say("For people")
        with self.here.http_session() as stranger:
            for path in ("", "/outbox?page=true", "/followers", "/following", "/featured", f"/statuses/{post['id']}",
                         f"/statuses/{post['id']}/activity", f"/statuses/{post['id']}/replies"):
                with self.subTest(path=path):
                    answer = stranger.get(eve.uri + path, headers=ACTIVITY)
                    self.assertEqual(answer.status_code, 401, answer.text)
                    self.assertIn("Sign the request", answer.json()["error"])
                    self.assertNotIn("For people", answer.text)
            for address in (f"{self.here.url}/@eve", post["url"]):
                self.assertEqual(stranger.get(address, headers=ACTIVITY).status_code, 401)
                self.assertIn("For people", stranger.get(address).text)
            forged = stranger.get(eve.uri, headers={**ACTIVITY, "Signature": f'keyId="{self.there.url}/actor#main-key",'
                                  'algorithm="rsa-sha256",headers="(request-target) host date",signature="AAAA"'})
            self.assertEqual(forged.status_code, 401)
            self.assertEqual(stranger.get(f"{self.here.url}/actor", headers=ACTIVITY).json()["type"], "Application")
            self.assertEqual(stranger.get(f"{self.here.url}/.well-known/webfinger", params={"resource": f"acct:eve@{self.here.domain}"})
                             .json()["links"][0]["href"], eve.uri)


if __name__ == "__main__":
    with nodes.two_nodes() as (AuthorizedFetch.here, AuthorizedFetch.there):
        for node in (AuthorizedFetch.here, AuthorizedFetch.there):
            node.stop()
            node.settings[SETTING] = "true"
            node.start()
        program = unittest.main(exit=False)
    sys.exit(not program.result.wasSuccessful())
