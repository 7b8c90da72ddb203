#!/usr/bin/python3
"""Class E of the threats, and documents that are too much: what others write arrives harmless in every output that shows it."""
import html.parser
import json
import time
import unittest

from hostile_peer import PUBLIC, Actor, Answer
from hostile_world import Hostile

# What protocol/html/README.md allows.
TAGS = {"p", "br", "span", "a", "b", "strong", "i", "em", "u", "del", "s", "ins", "sub", "sup", "code", "pre", "blockquote", "ul", "ol", "li",
        "ruby", "rt", "rp", "abbr", "small", "cite", "q", "mark"}
ATTRIBUTES = {"href", "class", "rel", "translate", "target", "start", "reversed", "value", "title", "lang", "dir", "cite"}
CLASSES = {"h-card", "mention", "hashtag", "u-url", "p-name", "invisible", "ellipsis", "quote-inline"}

MARKUP = [
    "<script>alert(1)</script>", "<ScRiPt\n>alert(1)</sCrIpT x>", "<scr<script>ipt>alert(1)</script>", "<script src=//evil.test/x>",
    "<img src=x onerror=alert(1)>", "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">", "<img/src=x/onerror=alert(1)//", "<img src=x alt=\"<script>\">",
    "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=1 "
    "onerror=alert(1)>\">", "<svg><p><style><a id=\"</style><img src=1 onerror=alert(1)>\"></svg>", "<noscript><p title=\"</noscript><img src=x "
    "onerror=alert(1)>\">", "<template><script>alert(1)</script></template>", "<textarea></textarea><script>alert(1)</script>",
    "<style>*{background:url(//evil.test)}</style>", "<p style=\"position:fixed;inset:0\">", "<p onclick=alert(1)>x", "<p ONCLICK = 'alert(1)'>x",
    "<a href=\"javascript:alert(1)\">x</a>", "<a href=\"JaVaScRiPt:alert(1)\">x</a>", "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"java\tscript:alert(1)\">x</a>", "<a href=\"java&#10;script:alert(1)\">x</a>", "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href=\"\x01javascript:alert(1)\">x</a>", "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>", "<a href=\"vbscript:x\">x</a>",
    "<a href=\"file:///etc/passwd\">x</a>", "<a href=\"//evil.test\">x</a>", "<a href=\"https:evil.test\">x</a>", "<a href='x'>x</a>",
    "<a href=\"https://a.test\" onmouseover=alert(1) style=x id=y target=_self rel=opener>x</a>", "<a href=https://a.test/\"onx=1>x</a>",
    "<form action=//evil.test><input name=password><button>log in</button></form>", "<iframe src=//evil.test></iframe>",
    "<object data=//evil.test></object><embed src=//evil.test>", "<link rel=stylesheet href=//evil.test>", "<meta http-equiv=refresh content=0>",
    "<base href=//evil.test>", "<video src=//evil.test autoplay></video><audio src=x>", "<input type=image src=//evil.test>", "<select><option>x",
    "<!-- x --><!--><script>alert(1)</script>-->", "<![CDATA[<script>alert(1)</script>]]>", "<?xml x?><script>alert(1)</script>", "<!DOCTYPE x>",
    "<p", "</p", "<a href=\"", "<a href='https://a.test", "<p title=\"<b>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "&amp;lt;b",
    "<p class=\"modal navbar h-card mention\" id=main>x</p>", "<span class=\"invisible\">https://bank.test</span>x", "<xmp><script>alert(1)</script>",
    "<plaintext><script>alert(1)</script>", "<table><tr><td><script>alert(1)</script>", "<b><p><i></b>x</i>", "<p>\u202eevil</p>",
    "<marquee>x</marquee><blink>x", "<custom-element onfocus=alert(1) tabindex=0 autofocus>", "<p is=x contenteditable draggable=true>x",
    "]]><script>alert(1)</script>", "\"><script>alert(1)</script>", "'-alert(1)-'", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}",
]
NAUGHTY_SCHEMES = ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", " javascript:alert(1)",
                   "java\nscript:alert(1)", "https://a.test/\"onx=", "https://a.test/<script>", "//evil.test", "mailto:x", ""]


class Checker(html.parser.HTMLParser):
    """What is not on the lists. Cleaned HTML closes and quotes all, so that every parser reads the same."""

    def __init__(self, tags=TAGS, attributes=ATTRIBUTES, classes=CLASSES):
        super().__init__(convert_charrefs=False)
        self.lists, self.faults, self.open = (tags, attributes, classes), [], []

    def handle_starttag(self, tag, attributes):
        tags, names, classes = self.lists
        if tag not in tags:
            self.faults.append(f"<{tag}>")
        if tag not in ("br", "rp"):
            self.open.append(tag)
        found = dict(attributes)
        for name, value in attributes:
            if name not in names:
                self.faults.append(f"{tag} {name}={value!r}")
            if name in ("href", "cite") and not str(value).startswith(("https://", "http://")):
                self.faults.append(f"{tag} {name}={value!r}")
            if name == "class" and not set(str(value).split()) <= classes:
                self.faults.append(f"class {value!r}")
        if tag == "a" and not {"nofollow", "noopener", "noreferrer"} <= set((found.get("rel") or "").split()):
            self.faults.append(f"a link without rel: {attributes}")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of order")

    def handle_comment(self, data):
        self.faults.append(f"a comment: {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data):
        if "<" in data:
            self.faults.append(f"an open <: {data!r}")


def faults_in(cleaned):
    checker = Checker()
    checker.feed(cleaned)
    checker.close()
    return checker.faults + [f"<{tag}> is not closed" for tag in checker.open]


class Markup(Hostile):
    def shown(self, actor, note):
        self.assertEqual(self.deliver(actor, actor.create(note)), 202)
        seen = self.seen(note["id"])
        self.assertIsNotNone(seen)
        return seen

    def test_T_E1_E3_E4_content_is_clean_and_stays_so(self):
        m = self.mallory
        for markup in [*MARKUP, "".join(MARKUP), "".join(reversed(MARKUP))]:
            with self.subTest(markup[:80]):
                content = self.shown(m, m.note(self.number(), markup + "<p>tail</p>"))["content"]
                self.assertEqual(faults_in(content), [])
                self.assertNotIn("\x00", content)
                self.assertEqual(self.shown(m, m.note(self.number(), content))["content"], content)

    def test_the_checker_finds_what_is_not_clean(self):
        for markup in ("<script>x</script>", "<img>", "<p onclick=\"x\">x</p>", "<a href=\"javascript:x\">x</a>", "<a href=\"https://a\">x</a>",
                       "<p>", "</p>", "<!-- x -->", "<p class=\"modal\">x</p>", "<b><i></b></i>"):
            with self.subTest(markup):
                self.assertNotEqual(faults_in(markup), [])

    def test_T_E2_too_much_markup(self):
        m = self.mallory
        empty = "".join(f"<{tag}><{tag} href><{tag} href='' class rel=x start reversed value>" for tag in sorted(TAGS))
        cases = {
            "100000 elements in each other": "<p>" * 100_000, "divs": "<div>" * 100_000, "links": "<a href='https://a.test'>" * 30_000,
            "formatting never closed": "<b><i><u>" * 50_000, "100000 attributes": "<p " + "".join(f"a{i}=1 " for i in range(90_000)) + ">x</p>",
            "100000 times the same": "<p " + "a=1 " * 100_000 + ">x", "tables": "<table><tr><td>" * 40_000, "comments": "<!--" * 200_000,
            "entities": "&amp;" * 180_000, "open brackets": "<" * 900_000, "svg in svg": "<svg><math>" * 60_000, "empty": empty,
            "lists": "<ul><li>" * 100_000, "quotes": "<blockquote>" * 70_000, "brackets": "(" * 900_000, "tags": "#x " * 300_000,
            "names": "@a" * 450_000, "addresses": "http://" * 120_000}
        for name, markup in cases.items():
            with self.subTest(name):
                began = time.monotonic()
                status = self.deliver(m, m.create(m.note(self.number(), markup)))
                self.assertLess(time.monotonic() - began, 10)
                self.assertIn(status, (202, 400, 413))
                self.post_of(self.pia, "the next one goes through")

    def test_T_E7_every_field_in_every_output(self):
        """Mallory writes markup into everything, and Alice's node shows it in every way that it has."""
        evil = "<script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\" onclick=alert(1)>MARK</a>"
        mona = Actor(self.web, "evil.test", f"mona{self.number()}", summary=evil, icon={"type": "Image", "url": "javascript:alert(1)"},
                     url="javascript:alert(1)", attachment=[{"type": "PropertyValue", "name": evil, "value": evil}] * 3)
        mona.document |= {"name": evil, "preferredUsername": mona.name}
        mona.publish()
        self.followed(mona)
        post = self.alice.say("answer me")
        note = mona.note(1, evil, summary=evil, name=evil, url="javascript:alert(1)", inReplyTo=post["uri"], language=evil, contentMap={evil: evil},
                         tag=[{"type": "Hashtag", "name": "#" + evil, "href": "javascript:alert(1)"},
                              {"type": "Mention", "name": evil, "href": self.alice.uri},
                              {"type": "Emoji", "name": evil, "id": evil, "icon": {"type": "Image", "url": "https://evil.test/x.png"}},
                              {"type": "Emoji", "name": ":mark:", "id": evil, "icon": {"type": "Image", "url": "javascript:alert(1)"}}],
                         attachment=[{"type": "Document", "mediaType": evil, "url": "javascript:alert(1)", "name": evil}])
        self.assertEqual(self.deliver(mona, mona.create(note)), 202)
        status = self.searched(note["id"])[0]
        kinds = {}
        for number, kind in enumerate(("Article", "Page", "Video", "Image", "Event", "Question"), start=2):
            kinds[kind] = {**mona.note(number, evil, name=evil, url="https://evil.test/\"onx=<script>", context="<script>", oneOf=[{"type": "Note", "name": evil}]),
                           "type": kind}
            self.assertEqual(self.deliver(mona, mona.create(kinds[kind])), 202)
        for path in ("favourite", "reblog", "bookmark"):
            self.alice.post(f"/api/v1/statuses/{status['id']}/{path}")
        alice, account = self.alice, status["account"]["id"]
        outputs = [f"/api/v1/statuses/{status['id']}", f"/api/v1/statuses/{post['id']}/context", "/api/v1/timelines/home", "/api/v1/notifications",
                   "/api/v1/timelines/public", "/api/v1/favourites", "/api/v1/bookmarks", f"/api/v1/accounts/{account}",
                   f"/api/v1/accounts/{account}/statuses", f"/api/v1/statuses/{status['id']}/history", f"/api/v2/search?q=mona&type=accounts"]
        seen = 0
        for path in outputs:
            with self.subTest(path):
                seen += self.check_entities(alice.get(path), path)
        self.assertGreater(seen, 100)
        session = self.node.http_session()
        for path in ("/", "/@alice", f"/@alice/{post['id']}", f"/@{mona.handle}", f"/@{mona.handle}/{status['id']}", "/tags/mark"):
            with self.subTest(path):
                answer = session.get(self.node.url + path, timeout=60)
                self.assertIn(answer.status_code, (200, 404))
                self.check_page(answer.text)
        for path in ("/users/alice/outbox?page=true", f"/users/alice/statuses/{post['id']}", f"/users/alice/statuses/{post['id']}/replies"):
            with self.subTest(path):
                answer = session.get(self.node.url + path, headers={"Accept": "application/activity+json"}, timeout=60)
                self.assertEqual(answer.status_code, 200)
                self.assertTrue(answer.headers["Content-Type"].startswith("application/activity+json"))
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                self.assertNotIn("alert(1)\"", answer.text)
        session.close()

    def check_entities(self, value, where):
        """HTML fields are clean, addresses are of the web; answers how many strings there were."""
        if isinstance(value, list):
            return sum(self.check_entities(v, where) for v in value)
        if not isinstance(value, dict):
            return isinstance(value, str)
        count = 0
        for key, member in value.items():
            count += self.check_entities(member, where)
            if not isinstance(member, str) or not member:
                continue
            if key in ("content", "note", "value"):
                self.assertEqual(faults_in(member), [], f"{where}: {key}")
            elif key in ("url", "uri", "avatar", "header", "avatar_static", "header_static", "remote_url", "preview_url"):
                self.assertRegex(member, r"^https://[^\s\"'<>]+$", f"{where}: {key}")
            else:
                self.assertNotRegex(member, r"(?i)<script>|<img|onerror=", f"{where}: {key}")
        return count

    def check_page(self, text):
        class Page(html.parser.HTMLParser):
            found = []

            def handle_starttag(page, tag, attributes):
                for name, value in attributes:
                    if name.startswith("on") or name in ("href", "src", "action") and ":" in (value or "") and not value.startswith("https://"):
                        page.found.append((tag, name, value))
                if tag in ("script", "img") and not dict(attributes).get("src", "/").startswith(("/", self.node.url)):
                    page.found.append((tag, attributes))
        page = Page()
        page.found = []
        page.feed(text)
        self.assertEqual(page.found, [])
        self.assertNotIn("<script>alert", text)

    def test_T_E4_addresses_of_other_schemes(self):
        for address in NAUGHTY_SCHEMES:
            with self.subTest(address):
                nina = Actor(self.web, "evil.test", f"nina{self.number()}", url=address, icon={"type": "Image", "url": address},
                             image={"type": "Image", "url": address}, attachment=[{"type": "PropertyValue", "name": "x", "value": address}])
                self.followed(nina)
                note = nina.note(1, url=address, attachment=[{"type": "Image", "mediaType": "image/png", "url": address}],
                                 tag=[{"type": "Mention", "name": "@x", "href": address}, {"type": "Hashtag", "name": "#x", "href": address}])
                seen = self.shown(nina, note)
                self.check_entities(seen, "home")
                self.assertTrue(seen["url"].startswith("https://"))

    def test_T_E5_a_page_that_is_linked_to_brings_no_markup(self):
        """Pages that posts link to are not asked for, so that nothing of them can reach anybody."""
        trap = "<script>alert(1)</script>"
        names = ("og:title", "og:description", "og:site_name", "og:image", "og:video", "twitter:player", "article:author")
        page = "<html><head><title>" + trap + "</title>" + "".join(f"<meta property='{n}' content='{trap}'>" for n in names)
        page += f"<link rel='alternate' type='application/json+oembed' href='{self.web.url('evil.test', '/oembed')}'></head></html>"
        url = self.web.serve(self.web.url("evil.test", "/page"), Answer(body=page.encode(), content_type="text/html"))
        self.web.serve(self.web.url("evil.test", "/oembed"), {"type": "rich", "html": "<iframe src=//evil.test></iframe>" + trap})
        self.web.requests.clear()
        seen = self.shown(self.mallory, self.mallory.note(self.number(), f'<p>look: <a href="{url}">{url}</a></p>'))
        own = self.alice.say(f"look: {url}")
        for status in (seen, self.alice.get(f"/api/v1/statuses/{seen['id']}"), own, self.alice.get(f"/api/v1/statuses/{own['id']}")):
            self.assertIn(url, status["content"])
            self.assertIsNone(status["card"])
        self.alice.get(f"/api/v1/statuses/{seen['id']}/context")
        # Something that is asked for, so that what would have been asked before it was.
        self.searched(self.vera.handle, kind="accounts")
        self.assertEqual(self.web.asked("evil.test", "/page") + self.web.asked("evil.test", "/oembed"), [])

    def test_T_E10_one_domain_in_every_spelling(self):
        port = self.web.port
        vera = self.find(self.vera)
        for handle in (f"vera@VICTIM.test:{port}", f"@vera@victim.TEST:{port}", f"VERA@victim.test:{port}"):
            with self.subTest(handle):
                self.assertEqual([a["id"] for a in self.searched(handle, kind="accounts")], [vera])
        with self.subTest("no second account of another spelling"):
            for n, host in enumerate(("VICTIM.TEST", "victim.test.", "victim\u3002test", "v\u0131ctim.test", "vict%69m.test", "victim.test:0" + str(port))):
                twin = dict(self.vera.document)
                spelled = f"https://{host}/users/vera" if ":0" in host else f"https://{host}:{port}/users/vera"
                twin = json.loads(json.dumps(twin).replace(self.vera.uri, spelled))
                at = self.web.serve(self.web.url("victim.test", f"/twin{n}"), twin)
                accounts = self.node.state()["account"]
                self.searched(at, kind="accounts")
                self.searched(spelled, kind="accounts")
                self.assertEqual(self.node.state()["account"], accounts)

    # --- documents that are too much, rightly signed ---

    def test_T_D6_bodies_that_cannot_be_read(self):
        m = self.mallory
        good = json.dumps(m.create(m.note(self.number(), "<p>unread</p>"))).encode()
        members = lambda n: good[:-1] + b"".join(b',"m%d":1' % i for i in range(n)) + b"}"
        bodies = {
            "nothing": b"", "no JSON": b"x", "cut": good[:-1], "more behind it": good + b"{}", "an array": b"[" + good + b"]", "a string": b'"x"',
            "100000 brackets": b"[" * 100_000, "100000 objects": b'{"a":' * 100_000, "depth 65": good[:-1] + b',"x":' + b"[" * 65 + b"]" * 65 + b"}",
            "10001 members": members(10_001), "10001 elements": good[:-1] + b',"x":[' + b"1," * 10_000 + b"1]}",
            "a key twice": good[:-1] + b',"type":"Create"}', "an inner key twice": good.replace(b'"content"', b'"id":"x","content"'),
            "a key twice, once escaped": good[:-1] + b',"\\u0074ype":"Create"}', "no UTF-8": good.replace(b"unread", b"\xff\xfe"),
            "half a character": good.replace(b"unread", b"\xc3"), "a surrogate": good.replace(b"unread", b"\xed\xa0\x80"),
            "overlong": good.replace(b"unread", b"\xc0\xbc"), "a lone escape": good.replace(b"unread", b"\\ud800"), "a NUL": good.replace(b"unread", b"\x00"),
            "an escaped NUL": good.replace(b"unread", b"\\u0000"), "UTF-16": good.decode().encode("utf-16"), "a comment": b"/**/" + good,
            "NaN": good[:-1] + b',"x":NaN}', "a number too large": good[:-1] + b',"x":1e999999}', "a newline inside": good.replace(b"unread", b"\n"),
            "a byte over the limit": good + b" " * ((1 << 20) + 1 - len(good)),
        }
        for name, body in bodies.items():
            with self.subTest(name), self.unchanged():
                status = self.deliver(m, body)
                self.assertIn(status, (400, 413) if name != "a byte over the limit" else (413,))
        with self.subTest("just the limit"):
            note = m.note(self.number(), "<p>long</p>")
            body = json.dumps(m.create(note)).encode()
            self.assertEqual(self.deliver(m, body + b" " * ((1 << 20) - len(body))), 202)
            self.assertIsNotNone(self.seen(note["id"]))

    def test_T_I2_odd_members_never_fail_the_feed(self):
        m = self.mallory
        odd = [None, 0, -1, 1e300, True, [], {}, "", [[]], [None], {"id": None}, {"type": []}, ["x", {"y": [1]}], "\u0007", "x" * 10_000]
        for member in ("content", "summary", "published", "updated", "tag", "attachment", "to", "cc", "inReplyTo", "url", "sensitive", "contentMap",
                       "attributedTo", "id", "type", "replies", "language", "oneOf", "quote", "interactionPolicy", "mediaType", "name"):
            for value in odd:
                note = m.note(self.number())
                note[member] = value
                with self.subTest(member=member, value=str(value)[:40]):
                    self.assertIn(self.deliver(m, m.create(note)), (202, 400, 403, 422))
        for member in ("type", "actor", "object", "id", "to", "cc", "published", "target", "@context"):
            for value in odd:
                with self.subTest(activity=member, value=str(value)[:40]):
                    self.assertIn(self.deliver(m, {**m.create(m.note(self.number())), member: value}), (202, 400, 401, 403, 422))
        self.check_entities(self.alice.home(), "home")

    def test_T_D8_long_fields_and_lists_are_bounded(self):
        m = self.mallory
        many = m.note(self.number(), "<p>" + "x" * 250_000 + "</p>", summary="y" * 120_000, to=[PUBLIC] + [f"https://evil.test/u/{i}" for i in range(5000)],
                      tag=[{"type": "Hashtag", "name": f"#t{i}"} for i in range(3000)] +
                          [{"type": "Mention", "href": f"https://evil.test/u/{i}", "name": "@u"} for i in range(3000)])
        seen = self.shown(m, many)
        self.assertLessEqual(len(seen["content"]), 100 * 1024 + 100)
        self.assertLessEqual(len(seen["spoiler_text"]), 100 * 1024)
        self.assertLessEqual(len(seen["tags"]), 100)
        self.assertLessEqual(len(seen["mentions"]), 100)
        rich = Actor(self.web, "evil.test", f"rich{self.number()}", summary="<p>" + "s" * 200_000, alsoKnownAs=[f"https://x.test/{i}" for i in range(9000)],
                     attachment=[{"type": "PropertyValue", "name": "n" * 3000, "value": "v" * 3000}] * 60)
        rich.document["name"] = "n" * 200_000
        rich.publish()
        self.followed(rich)
        account = self.alice.get(f"/api/v1/accounts/{self.find(rich)}")
        self.assertLessEqual(len(account["display_name"]), 500)
        self.assertLessEqual(len(account["note"]), 20 * 1024 + 100)
        self.assertLessEqual(len(account["fields"]), 50)
        for entry in account["fields"]:
            self.assertLessEqual(max(len(entry["name"]), len(entry["value"])), 2 * 1024 + 100)
        for bad in ("a" * 3000, "a b", "a/b", "a@b", "<b>", "", "\u202e", "a\nb"):
            with self.subTest(name=bad[:10]):
                odd = Actor(self.web, "evil.test", f"odd{self.number()}", preferredUsername=bad)
                self.assertIn(self.deliver(odd, odd.act("Follow", self.alice.uri)), (202, 401))
                for account in self.alice.get(f"/api/v1/accounts/{self.alice.get('/api/v1/accounts/verify_credentials')['id']}/followers"):
                    self.assertRegex(account["acct"], r"^[^\s/@<>\u202e]{1,256}@[a-z0-9.:-]+$")

    def test_times_far_off_are_bounded(self):
        m = self.mallory
        now = time.time()
        for published in ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "-271821-04-20T00:00:00Z", "1969-12-31T23:59:59Z",
                          "9999-12-31T23:59:59Z", "+275760-09-13T00:00:00Z", "2262-04-12T00:00:00Z", "2038-01-19T03:14:08Z", "1999-02-30T00:00:00Z",
                          "now", "2026-11-21T24:61:61Z", "2026-11-21T00:00:00+99:99", 1700000000):
            note = m.note(self.number(), published=published, updated=published)
            with self.subTest(published=published):
                self.assertEqual(self.deliver(m, m.create(note)), 202)
                found = self.searched(note["id"])
                self.assertEqual(len(found), 1)
                year = int(found[0]["created_at"][:4])
                self.assertIn(year, range(1970, time.gmtime(now).tm_year + 1))
                self.assertEqual(self.deliver(m, m.act("Update", {**note, "content": "<p>edited</p>"})), 202)
        latest, _ = self.post_of(self.pia, "newer than all of them")
        self.assertEqual(self.alice.home()[0]["id"], latest["id"])


if __name__ == "__main__":
    unittest.main()
