"""A real node among hostile servers: what its tests share.

The node may connect to two ports of loopback: where every host of a Web is, and its own. All else of loopback stays closed to
it, so that a request to where it must not go cannot succeed by the test's own leave.
"""
import contextlib
import json
import pathlib
import sqlite3
import ssl
import tempfile
import unittest

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

import hostile_peer
from hostile_peer import Actor, Answer, Web, cavage, request_of, send
from nodes import Person, eventually
from node_process import NodeProcess

# Written whenever someone reads, and by what is ignored.
ASKED_ANEW = ("actor", "fetched_at")  # when, not what
ALWAYS_CHANGING = {"token", "received", "sign_of_life", "outbox", "origin_status", "origin_account"}


class Node(NodeProcess):
    def __init__(self, web, resolve):
        self.sessions = []
        self._web = web
        names = [f"{host}:{web.port}:127.0.0.1" for host in hostile_peer.NAMES] + resolve
        super().__init__({"outgoing.resolve": json.dumps(names)})

    def _start(self):
        # It could ask itself: that it does not is its own choice.
        both = self.folder / "authorities.pem"
        both.write_text(pathlib.Path(self._web.ca).read_text() + pathlib.Path(self.ca).read_text())
        self.settings["outgoing.ca_file"] = str(both)
        self.settings["outgoing.allow"] = f"127.0.0.1:{self._web.port},127.0.0.1:{self.port}"
        return super()._start()

    def restart(self, between=lambda: None):
        self._stop()
        between()
        if not self._start():
            raise RuntimeError("another program took the node's port")

    def database(self, mode="ro"):
        return contextlib.closing(sqlite3.connect(f"file:{self.data}/dunlin.db?mode={mode}", uri=True, timeout=30))

    def state(self):
        """Every row of every table, but for those that change by being read."""
        with self.database() as db:
            tables = [t for (t,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            columns = {t: [c for (_, c, *_) in db.execute(f"PRAGMA table_info({t})") if (t, c) != ASKED_ANEW] for t in tables}
            return {t: sorted(map(repr, db.execute(f'SELECT {", ".join(columns[t])} FROM "{t}"')))
                    for t in tables if t not in ALWAYS_CHANGING}


class Hostile(unittest.TestCase):
    """Alice is on the node and follows Pia on peer.test, an honest server. Mallory is on evil.test, Vera on victim.test; the
    node knows both, and Alice follows both, so that nothing is ignored for want of a reader."""
    node = web = alice = pia = mallory = vera = None
    _count = 0

    @classmethod
    def resolve(cls):
        """More names that the node's name server knows: host:port:address. `web` is there already."""
        return []

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dunlin-hostile-")))
        cls.web = Web(folder / "web")
        stack.callback(cls.web.close)
        cls.node = stack.enter_context(Node(cls.web, cls.resolve()))
        stack.callback(lambda: [session.close() for session in cls.node.sessions])
        cls.tls = ssl.create_default_context(cafile=cls.node.ca)
        cls.node.create_account("alice")
        cls.alice = Person(cls.node, "alice")
        cls.pia = Actor(cls.web, "peer.test", "pia")
        cls.mallory = Actor(cls.web, "evil.test", "mallory")
        cls.vera = Actor(cls.web, "victim.test", "vera")
        for actor in (cls.pia, cls.mallory, cls.vera):
            cls.followed(actor)

    def setUp(self):
        self.web.requests.clear()

    def tearDown(self):
        """Whatever happened: an honest server's news arrives."""
        if self.node.failed:
            return
        try:
            self.post_of(self.pia, "an honest word")
        except BaseException:
            self.node.failed = True
            raise

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            type(self).node.failed = True  # its folder and log are kept
        return result

    # --- sending ---

    @classmethod
    def number(cls):
        Hostile._count += 1
        return Hostile._count

    @classmethod
    def request(cls, activity, **changes):
        return request_of(activity, cls.node.domain, **changes)

    @classmethod
    def sent(cls, request):
        """The status; an error of the node itself is never an answer. 503 is: the node cannot reach whom it must ask."""
        status, _, body = send(request, cls.node.port, cls.tls)
        if status >= 500 and status != 503:
            raise AssertionError(f"the node answers {status}: {body[:300]}")
        return status

    @classmethod
    def deliver(cls, actor, activity, **how):
        """Sends what `actor` says, rightly signed unless `how` says otherwise; answers the status."""
        key = how.pop("key", actor.key)
        if not isinstance(key, RSAPrivateKey):
            how.setdefault("algorithm", "hs2019")
        return cls.sent(cavage(cls.request(activity), key, how.pop("key_id", actor.key_id), **how))

    @classmethod
    def followed(cls, actor, person=None):
        """`person` (Alice) follows `actor`, who accepts."""
        person = person or cls.alice
        found = cls.find(actor, person)
        person.post(f"/api/v1/accounts/{found}/follow")
        follow = eventually(lambda: cls.told(actor, "Follow", person), f"the Follow reaches {actor.uri}")
        if cls.deliver(actor, actor.act("Accept", follow)) != 202:
            raise AssertionError("the Accept was refused")
        return found

    @classmethod
    def find(cls, actor, person=None):
        accounts = (person or cls.alice).get("/api/v2/search", q="@" + actor.handle, resolve="true", type="accounts")["accounts"]
        if len(accounts) != 1:
            raise AssertionError(f"{actor.handle} is not found: {accounts}")
        return accounts[0]["id"]

    @classmethod
    def told(cls, actor, kind, person=None):
        """The last activity of that kind that the node told the actor's host."""
        bodies = [json.loads(a.body) for a in cls.web.asked(actor.host, method="POST")]
        sender = (person or cls.alice).uri
        return next((b for b in reversed(bodies) if b["type"] == kind and b["actor"] == sender and actor.uri in json.dumps(b)), None)

    def post_of(self, actor, text):
        """A public post that arrives, as Alice sees it, and its document."""
        note = actor.note(self.number(), f"<p>{text}</p>")
        self.assertEqual(self.deliver(actor, actor.create(note)), 202)
        seen = self.seen(note["id"])
        self.assertIsNotNone(seen, "the post is not in the feed")
        return seen, note

    @classmethod
    def age_actors(cls):
        """As if what the node knows of others were a day old, and nothing had failed just now."""
        def back(day=24 * 3600 * 1000):
            with cls.node.database("rw") as db:
                db.execute("UPDATE actor SET fetched_at = fetched_at - ?", (day,))
                db.commit()
        cls.node.restart(back)

    def leads_to(self, path, address):
        """Makes the node want what is at `address`, in the way that `path` names. Whatever it says: not an error, and no change."""
        m = self.mallory
        if path == "search":
            self.assertEqual(self.searched(address), [])
        elif path == "key":
            self.assertIn(self.deliver(m, m.act("Follow", self.alice.uri), key_id=address), (400, 401, 429))
        elif path == "reply":
            # The reply itself is honest: it stays, with no thread above it.
            note = m.note(self.number(), inReplyTo=address)
            self.assertEqual(self.deliver(m, m.create(note)), 202)
            self.assertIsNone(self.seen(note["id"])["in_reply_to_id"])
            self.assertEqual(self.deliver(m, m.act("Delete", note["id"])), 202)
        elif path == "boost":
            self.assertEqual(self.deliver(m, m.act("Announce", address)), 202)
        elif path == "redirect":
            here = self.web.url("evil.test", f"/to/{self.number()}")
            self.web.serve(here, Answer.redirect(address, status=(301, 302, 303, 307, 308)[self.number() % 5]))
            self.assertEqual(self.searched(here), [])
        elif path == "follow":
            trap = Actor(self.web, "evil.test", f"trap{self.number()}")
            trap.document["inbox"] = trap.document["endpoints"]["sharedInbox"] = address
            trap.publish()
            self.assertEqual(self.searched(trap.uri, kind="accounts"), [])

    # --- looking ---

    def seen(self, uri, person=None):
        """The post as it stands in the home feed."""
        return next((s for s in (person or self.alice).home() if uri in (s["uri"], (s["reblog"] or {}).get("uri"))), None)

    def searched(self, what, person=None, kind="statuses"):
        return (person or self.alice).get("/api/v2/search", q=what, resolve="true", type=kind)[kind]

    def holds(self, text):
        """Whether that text stands anywhere in the database."""
        return any(text in row for rows in self.node.state().values() for row in rows)

    def quiet(self):
        """Whether all that the node has to tell others is told."""
        with self.node.database() as db:
            return not any(db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in ("notice", "delivery"))

    @contextlib.contextmanager
    def unchanged(self):
        eventually(self.quiet, "what is to be told is told")
        before = self.node.state()
        yield
        after = self.node.state()
        for table in before.keys() | after.keys():
            was, now = set(before.get(table, [])), set(after.get(table, []))
            self.assertEqual(sorted(now - was), [], f"new in {table}")
            self.assertEqual(sorted(was - now), [], f"gone from {table}")

    def log_records(self, words):
        return [line for line in self.node.log_path.read_text(errors="replace").splitlines() if words in line]
