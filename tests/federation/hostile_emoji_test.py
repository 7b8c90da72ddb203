#!/usr/bin/python3
"""Custom emoji of others: whose they are, where they count, and how their pictures come here without a reader's client asking a
stranger."""
import concurrent.futures
import datetime
import pathlib
import threading
import unittest

from hostile_peer import PUBLIC, Actor, Answer, Canary
from hostile_world import Hostile
from nodes import eventually
from pictures import png

RED, GREEN, BLUE = (png(8, 8, colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255)))


def picture(body, **rest):
    return Answer(body=body, content_type=rest.pop("content_type", "image/png"), **rest)


def tag(name, url, **changes):
    return {"id": None, "type": "Emoji", "name": f":{name}:", "icon": {"type": "Image", "mediaType": "image/png", "url": url}, **changes}


def at(minutes):
    return (datetime.datetime.utcnow() + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Emoji(Hostile):
    canary = None

    @classmethod
    def resolve(cls):
        cls.canary = Canary()
        cls.addClassCleanup(cls.canary.close)
        hosts = [f"h{n}.evil.test:{cls.web.port}:127.0.0.1" for n in range(10)]
        return hosts + [f"private.test:{cls.canary.port}:127.0.0.1"]

    # --- saying and looking ---

    def hears(self, actor, text, *tags, **changes):
        """A post of `actor` as Alice sees it."""
        note = actor.note(self.number(), f"<p>{text}</p>", tag=list(tags), **changes)
        self.assertEqual(self.deliver(actor, actor.create(note)), 202)
        seen = self.seen(note["id"])
        self.assertIsNotNone(seen)
        return seen

    def fetched(self, url):
        """The answer of the node to a stranger without a token."""
        self.assertTrue(url.startswith(self.node.url + "/media/"), url)
        with self.node.http_session() as session:
            return session.get(url, timeout=60, allow_redirects=False)

    def shows(self, emoji, bytes_):
        answer = self.fetched(emoji["url"])
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "image/png"))
        self.assertEqual(answer.content, bytes_)
        self.assertEqual(emoji["static_url"], emoji["url"])

    def shows_nothing(self, emoji):
        answer = self.fetched(emoji["url"])
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn("Location", answer.headers)

    def row(self, host, name):
        with self.node.database() as db:
            db.row_factory = lambda cursor, row: dict(zip([c[0] for c in cursor.description], row))
            return db.execute("SELECT * FROM emoji WHERE host = ? AND shortcode = ?", (f"{host}:{self.web.port}" if host else "", name)).fetchone()

    def add_own(self, name, bytes_):
        file = pathlib.Path(self.node.folder) / "own.png"
        file.write_bytes(bytes_)
        self.node.command("emoji", "add", name, str(file))
        eventually(lambda: name in [e["shortcode"] for e in self.alice.get("/api/v1/custom_emojis")], "the emoji is there")

    def forget_failures(self):
        def now():
            with self.node.database("rw") as db:
                db.execute("UPDATE emoji SET next_at = NULL")
                db.commit()
        self.node.restart(now)

    # --- pictures ---

    def test_a_picture_is_fetched_once_and_served_from_here(self):
        where = self.web.serve(self.web.url("peer.test", "/e/party.png"), picture(RED))
        self.pia.document["name"] = "Pia :party:"
        self.pia.document["tag"] = [tag("party", where)]
        self.assertEqual(self.deliver(self.pia, self.pia.act("Update", self.pia.document)), 202)
        seen = self.hears(self.pia, "hi :party: :other:", tag("party", where), summary="careful :party:")
        self.assertEqual([e["shortcode"] for e in seen["emojis"]], ["party"])
        self.assertEqual(seen["account"]["emojis"], seen["emojis"])
        self.assertEqual((seen["content"], seen["spoiler_text"]), ("<p>hi :party: :other:</p>", "careful :party:"))
        self.assertEqual(self.web.asked(path="/e/party.png"), [], "nobody has looked yet")
        for _ in range(3):
            self.shows(seen["emojis"][0], RED)
        asked = self.web.asked(path="/e/party.png")
        self.assertEqual(len(asked), 1)
        for name in ("signature", "authorization", "cookie", "x-forwarded-for"):
            self.assertNotIn(name, asked[0].headers)
        answer = self.fetched(seen["emojis"][0]["url"])
        self.assertEqual(answer.headers["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        with self.subTest("in a poll"):
            asked = self.hears(self.pia, "which?", tag("party", where), type="Question",
                               oneOf=[{"type": "Note", "name": n} for n in ("more :party:", "less")])
            self.assertEqual((asked["emojis"], asked["poll"]["emojis"]), (seen["emojis"], seen["emojis"]))
        with self.subTest("after a restart, and where its host is gone"):
            self.web.forget(where)
            self.node.restart()
            self.shows(seen["emojis"][0], RED)
        with self.subTest("when the kept file is lost"):
            self.web.serve(where, picture(GREEN))
            for file in (pathlib.Path(self.node.data) / "media" / "remote").iterdir():
                file.unlink()
            self.shows(seen["emojis"][0], GREEN)

    def test_many_readers_are_one_request(self):
        """And a host that lets us wait holds up nobody else's pictures."""
        go = threading.Event()

        def slow(out, closing):
            go.wait(30)
            picture(BLUE).write(out)
        hosts = [self.web.url("h1.evil.test", f"/slow{n}.png") for n in range(20)]
        for where in hosts:
            self.web.serve(where, slow)
        quick = self.web.serve(self.web.url("peer.test", "/e/quick.png"), picture(RED))
        seen = self.hears(self.mallory, " ".join(f":slow{n}:" for n in range(20)), *(tag(f"slow{n}", w) for n, w in enumerate(hosts)))
        one = self.hears(self.pia, ":quick:", tag("quick", quick))["emojis"][0]
        urls = [e["url"] for e in seen["emojis"]]
        self.assertEqual(len(urls), 20)
        with concurrent.futures.ThreadPoolExecutor(60) as crowd:
            readers = [crowd.submit(self.fetched, url) for url in urls * 3]
            eventually(lambda: len(self.web.asked("h1.evil.test")) >= 4, "they are asked for")
            self.shows(one, RED)
            self.post_of(self.pia, "meanwhile")  # keys and posts do not wait for pictures either
            self.assertEqual(len(self.web.asked("h1.evil.test")), 4)
            go.set()
            for reader in readers:
                self.assertEqual((reader.result().status_code, reader.result().content), (200, BLUE))
        self.assertEqual(len(self.web.asked("h1.evil.test")), 20)

    def test_what_is_no_picture_is_refused_and_left_alone(self):
        large = png(1, 1, (0, 0, 0))[:-12]  # without its end
        padding = b"\0\0\0\4tEXtaaaa\0\0\0\0" * 20_000
        wrong = {
            "html": picture(b"<html><script>alert(1)</script>"), "svg": picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"),
            "post": Answer.json(self.pia.note(self.number())), "cut": picture(RED[:-20]), "empty": picture(b""),
            "large": picture(large + padding + RED[-12:]), "pixels": picture(png(3000, 3000, (1, 2, 3))),
            "gone": picture(RED, status=404), "error": picture(RED, status=500), "loop": Answer.redirect(self.web.url("peer.test", "/e/loop")),
            "endless": lambda out, closing: self.endless(out, closing)}
        for name, answer in wrong.items():
            with self.subTest(name):
                where = self.web.serve(self.web.url("peer.test", f"/e/{name}"), answer)
                emoji = self.hears(self.pia, f":no_{name}:", tag(f"no_{name}", where))["emojis"][0]
                self.shows_nothing(emoji)
                asked = len(self.web.asked(path=f"/e/{name}"))
                self.assertGreater(asked, 0)
                for _ in range(3):
                    self.shows_nothing(emoji)
                self.assertEqual(len(self.web.asked(path=f"/e/{name}")), asked, "it is left alone")
                row = self.row("peer.test", f"no_{name}")
                self.assertEqual((row["file"], row["attempts"]), ("", 1))
                self.assertIsNotNone(row["next_at"])
        with self.subTest("what is appended to a picture does not come along"):
            where = self.web.serve(self.web.url("peer.test", "/e/both"), picture(RED + b"<script>alert(1)</script>", content_type="text/html"))
            self.shows(self.hears(self.pia, ":both:", tag("both", where))["emojis"][0], RED)
        with self.subTest("it is asked for again later"):
            where = self.web.serve(self.web.url("peer.test", "/e/html"), picture(RED))
            emoji = self.hears(self.pia, ":no_html:", tag("no_html", where))["emojis"][0]
            self.shows_nothing(emoji)
            self.forget_failures()
            self.shows(emoji, RED)
            self.assertEqual(self.row("peer.test", "no_html")["attempts"], 0)

    @staticmethod
    def endless(out, closing):
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
        while not closing.is_set():
            out.write(b"x" * 65536)

    def test_a_later_picture_takes_the_place(self):
        red = self.web.serve(self.web.url("peer.test", "/e/red"), picture(RED))
        green = self.web.serve(self.web.url("peer.test", "/e/green"), picture(GREEN))
        first = self.hears(self.pia, ":turn:", tag("turn", red, updated=at(-60)))["emojis"][0]
        self.shows(first, RED)
        second = self.hears(self.pia, ":turn: again", tag("turn", green, updated=at(-30)))["emojis"][0]
        self.assertNotEqual(second["url"], first["url"])
        self.fetched(second["url"])  # shows the former one until the later is here
        eventually(lambda: self.fetched(second["url"]).content == GREEN, "the later picture is here")
        third = self.hears(self.pia, ":turn: an old post", tag("turn", red, updated=at(-60)))["emojis"][0]
        self.assertEqual(third["url"], second["url"])
        self.shows(third, GREEN)
        with self.subTest("in an edit of nothing else"):
            note = self.pia.note(self.number(), "<p>:later:</p>")
            self.assertEqual(self.deliver(self.pia, self.pia.create(note)), 202)
            self.assertEqual(self.seen(note["id"])["emojis"], [])
            edited = {**note, "updated": at(1), "tag": [tag("later", red)]}
            self.assertEqual(self.deliver(self.pia, self.pia.act("Update", edited)), 202)
            self.shows(self.seen(note["id"])["emojis"][0], RED)

    def test_what_is_kept_has_an_end(self):
        """The picture that was shown to nobody for longest goes first; it comes again when somebody looks."""
        self.node.settings["media.remote_budget"] = str(2 * len(RED))
        self.node.restart()
        self.addCleanup(self.node.restart)
        self.addCleanup(self.node.settings.pop, "media.remote_budget")
        names = ["kept0", "kept1", "kept2"]
        where = [self.web.serve(self.web.url("peer.test", f"/e/{n}"), picture(RED)) for n in names]
        emojis = self.hears(self.pia, ":kept0: :kept1: :kept2:", *map(tag, names, where))["emojis"]
        for emoji in emojis:
            self.shows(emoji, RED)
        folder = pathlib.Path(self.node.data) / "media" / "remote"
        eventually(lambda: len(list(folder.iterdir())) == 2, "two are kept")
        self.assertEqual(self.row("peer.test", "kept0")["file"], "")
        self.shows(emojis[0], RED)
        self.assertEqual(len(self.web.asked(path="/e/kept0")), 2)

    # --- whose they are ---

    def test_T_A14_nobody_changes_the_emoji_of_others(self):
        self.add_own("blob", RED)
        own = self.alice.say("mine :blob:")
        theirs = self.web.serve(self.web.url("peer.test", "/e/blob"), picture(GREEN))
        of_pia = self.hears(self.pia, "hers :blob:", tag("blob", theirs, id=self.web.url("peer.test", "/emojis/blob"), updated=at(-5)))
        self.shows(own["emojis"][0], RED)
        self.shows(of_pia["emojis"][0], GREEN)
        evil = self.web.serve(self.web.url("evil.test", "/e/blob"), picture(BLUE))
        for id_ in (None, f"{self.node.url}/emojis/blob", self.web.url("peer.test", "/emojis/blob")):
            with self.subTest(id=id_):
                seen = self.hears(self.mallory, "E says :blob:", tag("blob", evil, id=id_, updated=at(5)))
                self.shows(seen["emojis"][0], BLUE)
                self.mallory.document["tag"] = [tag("blob", evil, id=id_, updated=at(6))]
                self.assertEqual(self.deliver(self.mallory, self.mallory.act("Update", self.mallory.document)), 202)
                self.shows(self.seen(of_pia["uri"])["emojis"][0], GREEN)
                self.shows(self.seen(own["uri"])["emojis"][0], RED)
                self.shows(self.alice.get("/api/v1/custom_emojis")[0], RED)
        urls = {self.seen(uri)["emojis"][0]["url"] for uri in (own["uri"], of_pia["uri"], seen["uri"])}
        self.assertEqual(len(urls), 3)
        self.assertEqual([e["name"] for e in self.told_emojis(own)], [":blob:"])
        with self.subTest("E alone has none of the others' names"):
            self.add_own("only_here", RED)
            self.assertEqual(self.hears(self.mallory, ":only_here: :party:")["emojis"], [])

    def told_emojis(self, status):
        with self.node.http_session() as session:
            document = session.get(status["uri"], headers={"Accept": "application/activity+json"}, timeout=60).json()
        return [t for t in document["tag"] if t["type"] == "Emoji"]

    def test_T_C7_many_of_them(self):
        hosts = [self.web.url(f"h{n % 10}.evil.test", f"/many{n}.png") for n in range(200)]
        seen = self.hears(self.mallory, " ".join(f":many{n}:" for n in range(200)), *(tag(f"many{n}", h) for n, h in enumerate(hosts)))
        self.assertEqual(len(seen["emojis"]), 100)
        self.assertEqual(self.web.asked("*.evil.test", method="GET"), [])

    # --- where pictures may not be ---

    def test_T_C1_pictures_at_addresses_that_are_not_everyones(self):
        port = self.canary.port
        places = [f"https://{name}:{port}/x.png" for name in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "private.test", "2130706433")]
        places += [self.web.serve(self.web.url("evil.test", f"/to{n}"), Answer.redirect(p)) for n, p in enumerate(places)]
        places += [self.node.url + "/assets/avatar.png", f"{self.node.url}/media/emoji/1/1", "https://10.0.0.1/x.png"]
        others = ["http://evil.test/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "javascript:alert(1)", "//evil.test/x", "", "x"]
        for number, place in enumerate(places + others):
            with self.subTest(place):
                name = f"trap{number}"
                for emoji in self.hears(self.mallory, f":{name}:", tag(name, place))["emojis"]:
                    self.shows_nothing(emoji)
                self.assertEqual(self.canary.connections(), 0)
        self.assertEqual(list(pathlib.Path(self.node.data).glob("media/remote/*.part")), [])
        self.assertFalse(any(self.row("evil.test", f"trap{n}")["file"] for n in range(len(places))))
        with self.subTest("an address that is no emoji's"):
            for path in ("0/1", "99999999/1", "x/1", "1/x", "1", "1/1/https://evil.test/x.png"):
                self.assertEqual(self.fetched(f"{self.node.url}/media/emoji/{path}").status_code, 404)

    def test_a_server_whose_media_are_rejected(self):
        where = self.web.serve(self.web.url("other.test", "/e/ad"), picture(RED))
        olga = Actor(self.web, "other.test", "olga")
        self.followed(olga)
        before = self.hears(olga, ":ad:", tag("ad", where))
        self.node.command("domain", "block", "other.test", "--severity", "none", "--reject-media")
        self.addCleanup(self.node.command, "domain", "unblock", "other.test")
        eventually(lambda: self.seen(before["uri"])["emojis"] == [], "the rule holds")
        self.shows_nothing(before["emojis"][0])
        self.assertEqual(self.hears(olga, ":ad:", tag("ad", where))["emojis"], [])
        with self.subTest("a picture that is there, used by another"):
            self.shows_nothing(self.hears(self.pia, ":ad:", tag("ad", where))["emojis"][0])
        self.assertEqual(self.web.asked(path="/e/ad"), [])

    def test_of_a_server_whose_media_are_rejected_nothing_is_kept(self):
        where = self.web.serve(self.web.url("other.test", "/e/kept"), picture(RED))
        otto = Actor(self.web, "other.test", "otto")
        self.followed(otto)
        emoji = self.hears(otto, ":kept:", tag("kept", where))["emojis"][0]
        self.shows(emoji, RED)
        file = pathlib.Path(self.node.data) / "media" / self.row("other.test", "kept")["file"]
        self.assertTrue(file.exists())
        self.node.command("domain", "block", "other.test", "--severity", "none", "--reject-media")
        eventually(lambda: not file.exists(), "the copy is gone")
        self.shows_nothing(emoji)
        self.node.command("domain", "unblock", "other.test")
        eventually(lambda: self.fetched(emoji["url"]).content == RED, "it is back")

    # --- where names count ---

    def test_T_E6_names_count_in_text_alone(self):
        where = self.web.serve(self.web.url("evil.test", "/e/e6"), picture(RED))
        e6 = tag("e6", where)
        quiet = ["<a href=\"https://x.test/:e6:/\">x</a>", "<a href=\"https://x.test/\">https://x.test/ :e6:</a>", "<span class=\":e6:\">x</span>",
                 "<p title=\":e6:\">x</p>", "<code>:e6:</code>", "<pre>a :e6: b</pre>", "a:e6:b"]
        for content in quiet:
            with self.subTest(content):
                self.assertEqual(self.hears(self.mallory, content, e6)["emojis"], [])
        with self.subTest("beside them it does, and the markup stays as it was"):
            seen = self.hears(self.mallory, "<a href=\"https://x.test/:e6:/\">x</a> :e6:", e6)
            self.assertEqual([e["shortcode"] for e in seen["emojis"]], ["e6"])
            self.assertIn('href="https://x.test/:e6:/"', seen["content"])
            self.assertNotIn("<img", seen["content"])
            self.assertNotIn("/media/emoji", seen["content"])
        with self.subTest("in a name"):
            self.mallory.document.update(name="<b>M</b> :e6: <img src=x onerror=alert(1)>", tag=[e6],
                                         attachment=[{"type": "PropertyValue", "name": ":e6:", "value": "<a href=\"https://x.test/:e6:\">y</a>"}])
            self.assertEqual(self.deliver(self.mallory, self.mallory.act("Update", self.mallory.document)), 202)
            account = self.hears(self.mallory, "x")["account"]
            self.assertEqual([e["shortcode"] for e in account["emojis"]], ["e6"])
            self.assertNotIn("<", account["display_name"])
            self.assertNotIn("/media/emoji", account["display_name"] + str(account["fields"]))
        with self.subTest("names that are none"):
            for name in ('"><img src=x>', "a b", "../x", "x", "<b>", "é6", "a:b", "x" * 200, ""):
                seen = self.hears(self.mallory, f"x :{'' if '<' in name else name}:", tag(name, where), to=[PUBLIC])
                self.assertEqual(seen["emojis"], [])
        with self.node.database() as db:
            wrong = db.execute("SELECT shortcode FROM emoji WHERE shortcode GLOB '*[^a-zA-Z0-9_]*' OR length(shortcode) < 2").fetchall()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
