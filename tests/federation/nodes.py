"""Nodes that know each other: one throwaway CA, and people on each of them."""
import contextlib
import pathlib
import shutil
import tempfile
import time

from node_process import NodeProcess

PATIENCE_SECONDS = 60  # until a condition holds; what is told to another node takes some milliseconds


class Peer(NodeProcess):
    """A node that trusts the CA of `certificates` and may contact loopback."""

    def __init__(self, certificates):
        self._certificates = certificates
        self.sessions = []  # closed with the node
        super().__init__({"outgoing.allow_private": "true"})

    def _make_certificate(self):
        if not self._certificates.exists():
            super()._make_certificate()
            shutil.copytree(self.folder / "certificates", self._certificates)
        else:
            shutil.copytree(self._certificates, self.folder / "certificates")
        self.settings["outgoing.ca_file"] = self.ca

    def stop(self):
        for session in self.sessions:
            session.close()
        self._stop()

    def start(self):
        if not self._start():
            raise RuntimeError("another program took the node's port")

    def person(self, name):
        self.create_account(name)
        return Person(self, name)


class Person:
    """Someone with an account, and what they do through the client API."""

    def __init__(self, node, name):
        self.node, self.name = node, name
        self._session = node.http_session()
        node.sessions.append(self._session)
        self._session.headers["Authorization"] = "Bearer " + node.create_token(name, "read write follow")

    @property
    def handle(self):
        return f"{self.name}@{self.node.domain}"

    @property
    def uri(self):
        return f"{self.node.url}/users/{self.name}"

    def call(self, method, path, status=200, **fields):
        where = {"params": fields} if method == "GET" else {"data": fields}
        answer = self._session.request(method, self.node.url + path, timeout=PATIENCE_SECONDS, **where)
        if answer.status_code != status:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def get(self, path, **fields):
        return self.call("GET", path, **fields)

    def post(self, path, **fields):
        return self.call("POST", path, **fields)

    # --- others, as this person's node knows them ---

    def find(self, other):
        """The id of someone anywhere."""
        accounts = self.get("/api/v2/search", q="@" + other.handle, resolve="true", type="accounts")["accounts"]
        if len(accounts) != 1:
            raise AssertionError(f"{self.handle} does not find {other.handle}")
        return accounts[0]["id"]

    def relationship(self, other):
        return self.get("/api/v1/accounts/relationships", **{"id[]": self.find(other)})[0]

    def follow(self, other):
        self.post(f"/api/v1/accounts/{self.find(other)}/follow")
        eventually(lambda: self.relationship(other)["following"], f"{self.handle} follows {other.handle}")

    def say(self, text, **fields):
        answer = self._session.post(self.node.url + "/api/v1/statuses", data={"status": text, **fields}, timeout=PATIENCE_SECONDS)
        if answer.status_code != 200:
            raise AssertionError(f"posting: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def edit(self, status, text, **fields):
        path = f"/api/v1/statuses/{status['id']}"
        self._session.put(self.node.url + path, data={"status": text, **fields}, timeout=PATIENCE_SECONDS).raise_for_status()

    def home(self):
        return self.get("/api/v1/timelines/home", limit=40)

    def sees(self, status):
        """The status as it stands in this person's home feed; None when it does not."""
        found = [s for s in self.home() if s["uri"] == status["uri"]]
        if len(found) > 1:
            raise AssertionError(f"{status['uri']} stands {len(found)} times in the feed of {self.handle}")
        return found[0] if found else None

    def awaits(self, status):
        return eventually(lambda: self.sees(status), f"{self.handle} sees {status['uri']}")

    def notifications(self, kind):
        return [n for n in self.get("/api/v1/notifications") if n["type"] == kind]


def eventually(condition, what):
    """The first true answer of `condition`."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")


@contextlib.contextmanager
def two_nodes():
    with tempfile.TemporaryDirectory(prefix="dunlin-federation-") as folder:
        certificates = pathlib.Path(folder) / "certificates"
        with Peer(certificates) as first, Peer(certificates) as second:
            try:
                yield first, second
            except BaseException:
                first.failed = second.failed = True
                raise
