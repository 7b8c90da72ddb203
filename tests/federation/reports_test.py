#!/usr/bin/python3
"""What people report to the moderators here, and what their node tells the moderators elsewhere."""
import sys
import unittest

import nodes
from nodes import eventually


class Reports(unittest.TestCase):
    here = there = None  # nodes
    count = 0

    def setUp(self):
        Reports.count += 1
        self.ann = self.here.person(f"ann{self.count}")
        self.bob = self.there.person(f"bob{self.count}")
        self.staff = {node: self.staff_of(node, "moderator") for node in (self.here, self.there)}

    def staff_of(self, node, role):
        name = f"{role}{self.count}"
        node.create_account(name, "--role", role)
        person = nodes.Person(node, name)
        person._session.headers["Authorization"] = "Bearer " + node.create_token(name, "read admin:read admin:write")
        return person

    def about(self, node, comment):
        """The open reports with this comment."""
        return [r for r in self.staff[node].get("/api/v1/admin/reports") if r["comment"] == comment]

    def report(self, comment, **fields):
        return self.ann.post("/api/v1/reports", account_id=self.ann.find(self.bob), comment=comment, **fields)

    def test_a_forwarded_report_is_told_by_the_node_and_names_nobody(self):
        self.ann.follow(self.bob)
        post = self.bob.say("offending")
        seen = self.ann.awaits(post)
        comment = f"look at <this> {self.count}"
        made = self.report(comment, forward="true", category="spam", **{"status_ids[]": seen["id"]})
        self.assertEqual((made["category"], made["forwarded"], made["action_taken"]), ("spam", True, False))
        self.assertEqual(made["status_ids"], [seen["id"]])
        self.assertEqual(made["target_account"]["acct"], self.bob.handle)
        own = self.about(self.here, comment)[0]
        self.assertEqual(own["account"]["username"], self.ann.name)
        told = eventually(lambda: self.about(self.there, comment), "the report arrives")[0]
        self.assertEqual(told["account"]["username"], self.here.domain)
        self.assertEqual(told["target_account"]["username"], self.bob.name)
        self.assertEqual([s["uri"] for s in told["statuses"]], [post["uri"]])
        self.assertNotIn(self.ann.name, str(told))

    def test_a_report_stays_here_unless_it_is_forwarded(self):
        self.report(f"for us {self.count}")
        self.report(f"for you {self.count}", forward="true")
        eventually(lambda: self.about(self.there, f"for you {self.count}"), "the second arrives")
        self.assertEqual(self.about(self.there, f"for us {self.count}"), [])
        self.assertEqual(len(self.about(self.here, f"for us {self.count}")), 1)

    def test_reports_of_a_server_can_be_rejected(self):
        admin = self.staff_of(self.there, "admin")
        rule = admin.post("/api/v1/admin/domain_blocks", domain=self.here.domain, severity="noop", reject_reports="true")
        try:
            self.report(f"unheard {self.count}", forward="true")
            # A notice to the same server that is told later, so the report came before it.
            self.ann.say(f"@{self.bob.handle} after the report")
            eventually(lambda: self.bob.notifications("mention"), "what was told later arrives")
        finally:
            admin.call("DELETE", f"/api/v1/admin/domain_blocks/{rule['id']}")
        self.report(f"heard {self.count}", forward="true")
        eventually(lambda: self.about(self.there, f"heard {self.count}"), "the next one arrives")
        self.assertEqual(self.about(self.there, f"unheard {self.count}"), [])

    def test_moderators_resolve_reports_and_open_them_again(self):
        self.report(f"settle this {self.count}")
        number = self.about(self.here, f"settle this {self.count}")[0]["id"]
        staff = self.staff[self.here]
        self.assertTrue(staff.post(f"/api/v1/admin/reports/{number}/resolve")["action_taken"])
        self.assertEqual(self.about(self.here, f"settle this {self.count}"), [])
        self.assertIn(number, [r["id"] for r in staff.get("/api/v1/admin/reports", resolved="true")])
        self.assertFalse(staff.post(f"/api/v1/admin/reports/{number}/reopen")["action_taken"])
        self.assertEqual(staff.get(f"/api/v1/admin/reports/{number}")["id"], number)
        self.ann._session.headers["Authorization"] = "Bearer " + self.here.create_token(self.ann.name, "admin:read")
        self.ann.call("GET", "/api/v1/admin/reports", status=403)
        self.ann.call("GET", f"/api/v1/admin/reports/{number}", status=403)

    def test_wrong_reports_are_refused(self):
        own = self.ann.get("/api/v1/accounts/verify_credentials")["id"]
        known = self.ann.find(self.bob)
        post = self.ann.say("mine")["id"]
        for status, fields in ((422, {}), (404, {"account_id": "1"}), (422, {"account_id": own}),
                               (422, {"account_id": known, "category": "dislike"}),
                               (422, {"account_id": known, "comment": "x" * 1001}),
                               (422, {"account_id": known, "status_ids[]": post}),
                               (404, {"account_id": known, "status_ids[]": "1"})):
            self.ann.call("POST", "/api/v1/reports", status=status, **fields)


if __name__ == "__main__":
    with nodes.two_nodes() as (Reports.here, Reports.there):
        program = unittest.main(exit=False)
        failed = not program.result.wasSuccessful()
        Reports.here.failed = Reports.there.failed = failed
    sys.exit(1 if failed else 0)
