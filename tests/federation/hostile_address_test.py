#!/usr/bin/python3
"""Class C of the threats: addresses that the node must not ask, in every spelling and on every way that leads to a request."""
import time
import unittest

from hostile_peer import Actor, Canary, cavage
from hostile_world import Hostile

# Every way to write this machine's own addresses that some resolver or library understands.
LOOPBACK = ["127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
            "%31%32%37.0.0.1", "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021", "localhost", "LOCALHOST",
            "localhost.", "0.0.0.0", "0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
            "[64:ff9b::7f00:1]", "[::1%25lo]", "private.test", "mixed.test", "mapped.test"]
# No listener of ours can be there; that the address itself is refused stands in the log.
ELSEWHERE = ["10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
             "255.255.255.255", "0xa9fea9fe", "[fc00::1]", "[fe80::1]", "[ff02::1]", "[2001:db8::1]", "[2002:7f00:1::]", "[::ffff:10.0.0.1]",
             "[64:ff9b::a00:1]", "metadata.test"]
OTHER_SCHEMES = ["file:///etc/passwd", "ftp://evil.test/x", "gopher://evil.test/x", "dict://evil.test/x", "data:application/activity+json,{}",
                 "javascript:alert(1)", "ws://evil.test/", "//evil.test/x", "https:evil.test/x", "https:///x", "https://"]
PATHS = ["search", "key", "reply", "boost", "redirect", "follow"]  # the ways that lead to a request; each has a listener of its own


class Addresses(Hostile):
    canaries = {}

    @classmethod
    def resolve(cls):
        cls.canaries = {path: Canary() for path in PATHS}
        for canary in cls.canaries.values():
            cls.addClassCleanup(canary.close)
        names = []
        for canary in cls.canaries.values():
            names += [f"private.test:{canary.port}:127.0.0.1", f"mapped.test:{canary.port}:[::ffff:127.0.0.1]",
                      f"mixed.test:{canary.port}:127.0.0.1,10.0.0.1", f"metadata.test:{canary.port}:169.254.169.254"]
        return names + [f"h1.evil.test:{cls.web.port}:127.0.0.1"]

    def test_T_C1_to_C4_no_spelling_leads_to_this_machine(self):
        for path, canary in self.canaries.items():
            for name in LOOPBACK:
                with self.subTest(path=path, name=name):
                    self.leads_to(path, f"https://{name}:{canary.port}/users/x")
                    self.assertEqual(canary.connections(), 0)

    def test_T_C1_to_C4_no_address_that_is_not_everyones(self):
        for path, canary in self.canaries.items():
            for name in ELSEWHERE:
                with self.subTest(path=path, name=name):
                    address = f"https://{name}:{canary.port}/users/y"
                    began = time.monotonic()
                    self.leads_to(path, address)
                    if path in ("follow", "redirect"):
                        continue  # refused before, or logged under the address that redirected
                    told = " ".join(self.log_records(f"/users/y"))
                    self.assertTrue("refused_address" in told, told[-500:])
                    self.assertLess(time.monotonic() - began, 5)  # nobody waited for an answer
        refused = [line for line in self.log_records("refused_address") if "/to/" in line]
        self.assertGreaterEqual(len(refused), len(ELSEWHERE) - 2, "redirects")

    def test_T_C1_pictures_and_links_are_not_asked_for(self):
        canary = self.canaries["search"]
        where = [f"https://127.0.0.1:{canary.port}/x.png", self.web.url("h1.evil.test", "/x.png")]
        pictures = [{"type": "Image", "mediaType": "image/png", "url": w} for w in where]
        emoji = [{"type": "Emoji", "name": f":e{i}:", "icon": p, "id": p["url"]} for i, p in enumerate(pictures)]
        links = "".join(f'<a href="{w}">x</a><img src="{w}">' for w in where)
        iris = Actor(self.web, "evil.test", f"iris{self.number()}", icon=pictures, image=pictures, tag=emoji, url=where[0], summary=links)
        self.followed(iris)
        note = iris.note(1, links, attachment=[{**p, "type": "Document"} for p in pictures], tag=emoji, url=where[0], image=pictures)
        self.assertEqual(self.deliver(iris, iris.create(note)), 202)
        self.assertIsNotNone(self.seen(note["id"]))
        self.assertEqual(canary.connections(), 0)
        self.assertEqual(self.web.asked("h1.evil.test"), [])

    def test_T_C5_other_schemes(self):
        for address in OTHER_SCHEMES:
            for path in PATHS:
                with self.subTest(path=path, address=address):
                    before = len(self.web.asked(method="GET", path="/x"))
                    self.leads_to(path, address)
                    self.assertEqual(len(self.web.asked(method="GET", path="/x")), before)

    def test_T_C5_addresses_that_readers_disagree_about(self):
        port = self.canaries["key"].port
        for address in (f"https://evil.test:{self.web.port}@127.0.0.1:{port}/x", f"https://127.0.0.1:{port}\\@evil.test/x",
                        f"https://evil.test:{self.web.port}#@127.0.0.1:{port}/", f"https://evil.test:{self.web.port}\t@127.0.0.1:{port}/",
                        f"http://127.0.0.1:{port}/x", f"https://evil.test:{port}%2f@127.0.0.1:{port}/x", f"https://[::1]:{port}:80/x",
                        f"https://127.0.0.1:{port + 65536}/x", "https://evil.test:99999/x", "https://evil.test:-1/x", "https://" + "a" * 5000 + "/",
                        "https://" + "a." * 3000 + "test/", "", " ", "x"):
            with self.subTest(address), self.unchanged():
                m = self.mallory
                request = self.request(m.act("Follow", self.alice.uri))
                try:
                    status = self.sent(cavage(request, m.key, address))
                except ValueError:
                    continue  # Python itself does not send such a header
                self.assertIn(status, (400, 401, 431))
        self.assertEqual(self.canaries["key"].connections(), 0)

    def test_we_do_not_ask_ourselves(self):
        own = self.alice.uri
        upper = own.replace("localhost", "LOCALHOST")
        for path in ("search", "key", "reply", "boost", "redirect"):
            for address in (own, upper, own + "?x=1", self.node.url + "//users/alice", f"https://127.0.0.1:{self.node.port}/users/alice"):
                with self.subTest(path=path, address=address):
                    accounts = self.node.state()["account"]
                    if path == "search" and address == own:  # known, and found
                        self.assertEqual([a["uri"] for a in self.searched(address, kind="accounts")], [own])
                    else:
                        self.leads_to(path, address)
                    self.assertEqual(len(self.node.state()["account"]), len(accounts))


if __name__ == "__main__":
    unittest.main()
