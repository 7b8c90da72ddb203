#!/usr/bin/python3
"""`toot`, the Debian package, unchanged, against a real node: each test runs the command as a person would and reads its output.

toot (0.34) has traps of its own that a server must survive: it asks /oauth/authorize/ with a slash, sends booleans as `True`,
repeats query parameters when it follows a Link, and finds rel="next" only where it stands first.
"""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import time
import unittest

from browser import Browser, query_of, shown_code
from node_process import run_tests

TOOT_SECONDS_MAX = 60


class Person:
    """Somebody with a home folder of her own, in which toot keeps its configuration."""

    def __init__(self, node, account):
        self.node = node
        self.account = account
        self.home = node.folder / f"home-{account.name}"
        self.home.mkdir()
        self.environment = {**node.client_environment(), "HOME": str(self.home), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1",
                            "TERM": "dumb", "TZ": "UTC"}
        self.environment.pop("XDG_CONFIG_HOME", None)

    def run(self, *words, stdin="", succeeds=True):
        """stdout of `toot WORDS`; its stderr when the command is expected to fail."""
        done = subprocess.run(["toot", *words], env=self.environment, input=stdin, capture_output=True, text=True,
                              timeout=TOOT_SECONDS_MAX, check=False)
        said = f"toot {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        if succeeds:
            # toot prints some errors and exits with 0 all the same: whatever is on stderr is one.
            assert done.returncode == 0 and not done.stderr, said
            return done.stdout
        assert done.returncode == 1 and "Traceback" not in done.stderr, said
        return done.stderr

    def log_in_by_password(self):
        out = self.run("login_cli", "-i", self.node.domain, "-e", self.account.email, stdin=self.account.password)
        assert "Successfully logged in" in out, out

    def post(self, *words, stdin=""):
        """Posts and answers the new status' id, which is the end of the address that toot prints."""
        out = self.run("post", *words, stdin=stdin)
        found = re.search(r"Toot posted: (\S+)", out)
        assert found, out
        self.url = found[1]
        number = re.fullmatch(re.escape(self.node.url) + f"/@{self.account.name}/([0-9]+)", self.url)
        assert number, f"a post's address ends in its id: {self.url}"
        return number[1]

    def timeline(self, *words):
        return ids_in(self.run("timeline", *words))


def ids_in(output):
    """The posts that toot printed, in its order."""
    return re.findall(r"^ID (\S+)", output, re.MULTILINE)


class TootTest(unittest.TestCase):
    node = None

    def person(self, name):
        """A signed-in person; each test names its own so that tests stay apart."""
        person = Person(self.node, self.node.create_account(name))
        person.log_in_by_password()
        return person

    def browser(self):
        session = self.node.http_session()
        self.addCleanup(session.close)
        return Browser(session)

    # --- signing in ---

    def test_logs_in_by_the_browser_and_acts_as_that_person(self):
        person = Person(self.node, self.node.create_account("lora"))
        toot = subprocess.Popen(["toot", "login", "-i", self.node.domain], env=person.environment, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with toot:
            said = read_until(toot.stdout, "[Y/n]")
            url = re.search(r"^https://\S+/oauth/authorize/\?\S+$", said, re.MULTILINE)
            self.assertTrue(url, said)
            page = self.browser().authorize(url[0], person.account.email, person.account.password)
            self.assertEqual(page.status, 200, page.text)
            rest, _ = toot.communicate(f"n\n{shown_code(page)}\n", timeout=TOOT_SECONDS_MAX)
        self.assertIn("Successfully logged in", rest)
        self.assertIn("@lora", person.run("whoami"))
        self.assertIn(f"lora@{self.node.domain} ACTIVE", person.run("auth"))

    def test_refuses_a_code_that_nobody_was_given(self):
        person = Person(self.node, self.node.create_account("mona"))
        done = subprocess.run(["toot", "login", "-i", self.node.domain], env=person.environment, text=True,
                              input="n\nnot-a-code-anyone-was-given\n", capture_output=True, timeout=TOOT_SECONDS_MAX, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertNotIn("Unknown error", done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_shows_nothing_to_copy_after_a_wrong_password(self):
        person = Person(self.node, self.node.create_account("nora"))
        person.log_in_by_password()  # registers the app
        config = (person.home / ".config/toot/config.json").read_text()
        client_id = re.search(r'"client_id": "([^"]+)"', config)[1]
        url = (f"{self.node.url}/oauth/authorize/?response_type=code&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob"
               f"&scope=read+write+follow&client_id={client_id}")
        page = self.browser().authorize(url, person.account.email, "wrong horse")
        self.assertIsNone(page.left_for)
        self.assertNotIn("code", query_of(page.url))
        self.assertTrue(page.sign_in_form(), "a wrong password leads back to the form")

    def test_logs_in_by_password_and_refuses_a_wrong_one(self):
        person = self.person("otto")
        self.assertIn("@otto", person.run("whoami"))
        stranger = Person(self.node, self.node.create_account("paul"))
        error = stranger.run("login_cli", "-i", self.node.domain, "-e", stranger.account.email, stdin="wrong horse", succeeds=False)
        self.assertIn("Login failed", error)

    def test_keeps_two_people_apart_in_one_configuration(self):
        person = self.person("quin")
        other = self.node.create_account("ruth")
        person.run("login_cli", "-i", self.node.domain, "-e", other.email, stdin=other.password)
        self.assertIn("@ruth", person.run("whoami"))
        self.assertIn("@quin", person.run("whoami", "-u", f"quin@{self.node.domain}"))
        person.run("activate", f"quin@{self.node.domain}")
        self.assertIn("@quin", person.run("whoami"))
        self.assertIn("logged out", person.run("logout", f"ruth@{self.node.domain}"))
        self.assertNotIn("ruth", person.run("auth"))

    # --- posting ---

    def test_posts_text_that_comes_back_as_it_was(self):
        person = self.person("anna")
        text = "Ein Gruß an alle & so weiter: \"Anführung\", 'einfach', 日本語 🦊 #dünen"
        number = person.post(text)
        out = person.run("thread", number)
        self.assertIn(text, " ".join(out.split()))
        self.assertEqual(ids_in(out), [number])
        self.assertIn("@anna", out)

    def test_posts_from_stdin_with_lines_and_paragraphs(self):
        person = self.person("bart")
        number = person.post(stdin="first line\nsecond line\n\nsecond paragraph\n")
        lines = [line.strip() for line in person.run("thread", number).splitlines()]
        start = lines.index("first line")
        self.assertEqual(lines[start:start + 4], ["first line", "second line", "", "second paragraph"])

    def test_posts_in_every_visibility_to_those_who_may_see_it(self):
        person, reader = self.person("cleo"), self.person("dora")
        numbers = {v: person.post(f"a {v} one", "-v", v) for v in ("public", "unlisted", "private", "direct")}
        self.assertEqual(person.timeline("-c", "20"), list(reversed(numbers.values())))
        for visibility in ("public", "unlisted"):
            self.assertIn(f"a {visibility} one", reader.run("thread", numbers[visibility]))
        for visibility in ("private", "direct"):
            self.assertNotIn("Unknown error", reader.run("thread", numbers[visibility], succeeds=False))
        shown = reader.timeline("--public", "-c", "20")
        self.assertIn(numbers["public"], shown)
        for visibility in ("unlisted", "private", "direct"):
            self.assertNotIn(numbers[visibility], shown)
        reader.run("follow", "cleo")
        self.assertIn("a private one", reader.run("thread", numbers["private"]))
        self.assertEqual(reader.timeline("-c", "20"), [numbers["private"], numbers["unlisted"], numbers["public"]])

    def test_posts_with_warning_language_and_content_type(self):
        person = self.person("emil")
        number = person.post("hidden words", "-p", "Achtung", "-s", "-l", "de")
        self.assertIn("hidden words", person.run("thread", number))
        number = person.post("written as **text**", "-t", "text/plain")
        self.assertIn("written as **text**", person.run("thread", number))

    def test_replies_make_a_thread_in_order(self):
        person, other = self.person("finn"), self.person("gwen")
        first = person.post("the beginning")
        second = other.post("@finn an answer", "-r", first)
        third = person.post("@gwen and back", "-r", second)
        out = person.run("thread", second)
        self.assertEqual(ids_in(out), [first, second, third])
        self.assertIn(f"In reply to {first}", out)
        self.assertIn(f"In reply to {second}", out)

    def test_refuses_an_empty_and_a_too_long_post(self):
        person = self.person("hugo")
        self.assertIn("either text or media", person.run("post", succeeds=False))
        error = person.run("post", "x" * 5001, succeeds=False)
        self.assertNotIn("Unknown error", error)
        self.assertEqual(person.timeline(), [])

    def test_deletes_a_post(self):
        person = self.person("iris")
        number = person.post("soon gone")
        self.assertIn("Status deleted", person.run("delete", number))
        self.assertNotIn("Unknown error", person.run("thread", number, succeeds=False))
        self.assertEqual(person.timeline(), [])

    def test_may_not_delete_what_somebody_else_wrote(self):
        person, other = self.person("jack"), self.person("kora")
        number = person.post("mine")
        self.assertNotIn("Unknown error", other.run("delete", number, succeeds=False))
        self.assertIn("mine", person.run("thread", number))

    # --- what a reader does with a post ---

    def test_favourites_boosts_bookmarks_and_pins_and_takes_it_back(self):
        person, reader = self.person("lisa"), self.person("mark")
        number = person.post("worth it")
        self.assertIn("Status favourited", reader.run("favourite", number))
        self.assertIn("Status reblogged", reader.run("reblog", number))
        self.assertIn("Status bookmarked", reader.run("bookmark", number))
        self.assertIn("Status pinned", person.run("pin", number))
        self.assertIn("@mark", person.run("reblogged_by", number))
        self.assertEqual(ids_in(reader.run("bookmarks")), [number])
        home = reader.run("timeline")
        self.assertIn("Reblogged @lisa", home)
        self.assertEqual(len(ids_in(home)), 1)

        self.assertIn("Status unfavourited", reader.run("unfavourite", number))
        self.assertIn("Status unreblogged", reader.run("unreblog", number))
        self.assertIn("Status unbookmarked", reader.run("unbookmark", number))
        self.assertIn("Status unpinned", person.run("unpin", number))
        self.assertEqual(person.run("reblogged_by", number), "")
        self.assertEqual(ids_in(reader.run("bookmarks")), [])
        self.assertEqual(reader.timeline(), [])

    # --- timelines ---

    def test_walks_the_home_feed_to_its_end_in_a_terminal(self):
        person = self.person("nina")
        numbers = [person.post(f"number {index}") for index in range(7)]
        said = type_into_terminal(["toot", "timeline", "-c", "3", "--no-color"], person.environment, "Continue? [Y/n]", "y\n")
        self.assertEqual(ids_in(said), list(reversed(numbers)), said)
        self.assertIn("That's all folks.", said)

    def test_reads_home_public_tag_and_anonymous_timelines(self):
        person, other = self.person("olaf"), self.person("pia")
        mine = person.post("olaf writes about #DunlinBirds")
        theirs = other.post("pia writes about #dunlinbirds too")
        plain = other.post("pia writes about nothing")
        self.assertEqual(person.timeline(), [mine])
        person.run("follow", "pia")
        self.assertEqual(person.timeline(), [plain, theirs, mine])
        self.assertEqual(person.timeline("-r"), [mine, theirs, plain])
        self.assertEqual(person.timeline("--tag", "dunlinbirds"), [theirs, mine])
        self.assertEqual(person.timeline("--tag", "dunlinbirds", "--local", "-c", "1"), [theirs])
        public = person.timeline("--public", "--local", "-c", "20")
        self.assertEqual([n for n in public if n in (mine, theirs, plain)], [plain, theirs, mine])
        anonymous = person.timeline("--tag", "dunlinbirds", "--instance", self.node.domain)
        self.assertEqual(anonymous, [theirs, mine])
        self.assertIn(plain, person.timeline("--public", "--instance", self.node.domain, "-c", "20"))

    # --- people ---

    def test_follows_and_unfollows_by_every_way_to_write_a_name(self):
        person = self.person("rosa")
        self.node.create_account("sven")
        for name in ("sven", "@sven", f"sven@{self.node.domain}", f"@Sven@{self.node.domain}"):
            with self.subTest(name):
                self.assertIn("You are now following", person.run("follow", name))
                self.assertIn("* @sven", person.run("following", "rosa"))
                self.assertIn("* @rosa", person.run("followers", "sven"))
                self.assertIn("no longer following", person.run("unfollow", name))
                self.assertEqual(person.run("following", "rosa"), "")

    def test_mutes_and_blocks_take_posts_away_and_bring_them_back(self):
        person, loud = self.person("tara"), self.person("ulli")
        person.run("follow", "ulli")
        number = loud.post("very loud")
        self.assertEqual(person.timeline(), [number])
        self.assertIn("You have muted", person.run("mute", "ulli"))
        self.assertEqual(person.timeline(), [])
        self.assertIn("no longer muted", person.run("unmute", "ulli"))
        self.assertEqual(person.timeline(), [number])
        self.assertIn("now blocking", person.run("block", "ulli"))
        self.assertEqual(person.timeline(), [])
        self.assertEqual(person.run("following", "tara"), "")
        self.assertNotIn("Unknown error", loud.run("follow", "tara", succeeds=False))
        self.assertIn("no longer blocked", person.run("unblock", "ulli"))
        self.assertIn("You are now following", loud.run("follow", "tara"))

    def test_finds_people_and_shows_them(self):
        person = self.person("vera")
        self.node.create_account("walter")
        self.assertIn("* @walter", person.run("search", "walt"))
        self.assertIn("* @walter", person.run("search", "-r", f"@walter@{self.node.domain}"))
        self.assertIn("Nothing found", person.run("search", "nobody-has-this-name"))
        self.assertIn("Account not found", person.run("whois", "nobody", succeeds=False))
        person.post("one post")
        out = person.run("whois", "vera")
        for line in ("@vera", "Followers: 0", "Following: 0", "Statuses: 1", f"{self.node.url}/@vera"):
            self.assertIn(line, out)
        self.assertRegex(out, r"ID: [0-9]+\nSince: \d{4}-\d\d-\d\d\n")
        self.assertIn("@vera", person.run("whoami"))

    # --- notifications ---

    def test_tells_of_follow_mention_favourite_and_boost_and_clears_them(self):
        person, fan = self.person("xena"), self.person("yuri")
        self.assertIn("No notification", person.run("notifications"))
        number = person.post("look here")
        fan.run("follow", "xena")
        fan.run("favourite", number)
        fan.run("reblog", number)
        answer = fan.post("@xena seen", "-r", number)
        out = person.run("notifications")
        told = [line.split("@yuri", 1)[1].strip() for line in out.splitlines() if "@yuri " in line and "  " not in line.strip()]
        self.assertEqual(told, ["mentioned you in", "reblogged your status", "favourited your status", "now follows you"], out)
        self.assertEqual(ids_in(out), [answer, number, number])
        mentions = person.run("notifications", "--mentions")
        self.assertIn("mentioned you in", mentions)
        self.assertNotIn("favourited", mentions)
        self.assertNotIn("now follows", mentions)
        backwards = person.run("notifications", "--reverse")
        self.assertLess(backwards.index("now follows you"), backwards.index("mentioned you in"))
        self.assertIn("Cleared", person.run("notifications", "--clear"))
        self.assertIn("No notification", person.run("notifications"))

    # --- the rest ---

    def test_shows_the_instance(self):
        person = self.person("zoe")
        for words in (["instance"], ["instance", self.node.domain]):
            out = person.run(*words)
            self.assertIn(f"\n{self.node.domain}\n", out)
            self.assertRegex(out, r"running Mastodon \d+\.\d+\.\d+ \(compatible; Dunlin [0-9.]+\)")

    def test_says_in_words_what_is_not_there(self):
        """Not built in this version, and told so: no HTML error page, no 5xx, no endless wait."""
        person = self.person("adam")
        self.assertIn("not following any hashtags", person.run("tags_followed"))
        picture = pathlib.Path(person.home / "picture.png")
        picture.write_bytes(b"\x89PNG\r\n\x1a\n")
        for words in (["upload", str(picture)], ["timeline", "--list", "1"], ["thread", "1"], ["favourite", "1"]):
            with self.subTest(words[0]):
                error = person.run(*words, succeeds=False)
                self.assertNotIn("Unknown error", error)
                self.assertNotIn("Request failed", error)


def read_until(stream, mark):
    said = ""
    while mark not in said:
        byte = stream.read(1)
        if not byte:
            break
        said += byte
    return said


def type_into_terminal(command, environment, prompt, answer):
    """Runs a command in a pseudo terminal, gives the same answer at each prompt, and returns all that it wrote."""
    main, inner = pty.openpty()
    process = subprocess.Popen(command, env=environment, stdin=inner, stdout=inner, stderr=inner, close_fds=True)
    os.close(inner)
    said, answered, deadline = "", 0, time.monotonic() + TOOT_SECONDS_MAX
    try:
        while time.monotonic() < deadline:
            if not select.select([main], [], [], deadline - time.monotonic())[0]:
                break
            try:
                said += os.read(main, 65536).decode(errors="replace")
            except OSError:  # the other end is closed: the command has ended
                break
            if said.count(prompt) > answered:
                answered += 1
                os.write(main, answer.encode())
    finally:
        os.close(main)
        if process.poll() is None:
            try:
                process.wait(timeout=TOOT_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
    assert process.wait() == 0, said
    return said.replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(run_tests(TootTest))
