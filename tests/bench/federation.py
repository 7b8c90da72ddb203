"""Notices of other nodes, in and out, beside what they cannot do without: RSA and SQLite."""
import base64
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import time
from datetime import datetime, timezone
from email.utils import format_datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

AUTHORS = 20  # elsewhere; each followed by somebody here
SINKS = 64  # servers that take what they are sent, each with one follower


def rsa_rates(seconds=1):
    """Signatures and verifications of RSA-2048 a second, on one core while the others make as many: so busy they are when notices go out."""
    cores = len(os.sched_getaffinity(0))
    said = subprocess.run(["openssl", "speed", "-seconds", str(seconds), "-multi", str(cores), "rsa2048"], capture_output=True, text=True, check=True)
    found = re.search(r"rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)", said.stdout)
    return {"sign": float(found[1]) / cores, "verify": float(found[2]) / cores}


class Author:
    """Someone elsewhere who writes."""

    def __init__(self, number):
        self.uri = f"https://peer{number}.example/users/writer"
        self._key = rsa.generate_private_key(65537, 2048)

    def row(self):
        """Name and domain for the table of accounts, and the rest for that of actors."""
        pem = self._key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return self.uri.split("/")[2], (self.uri + "/inbox", "", "", self.uri + "/followers", "", self.uri + "#main-key", pem.decode())

    def request(self, host, number):
        """A signed Create of a post such as people write, as bytes on the wire."""
        now = datetime.now(timezone.utc)
        post = f"{self.uri}/statuses/{number}"
        audience = {"to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [self.uri + "/followers"]}
        published = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        note = {"id": post, "type": "Note", "summary": None, "inReplyTo": None, "published": published, "url": post.replace("/users/", "/@"),
                "attributedTo": self.uri, **audience, "sensitive": False, "conversation": f"tag:peer.example,2026:{number}", "content":
                f"<p>Number {number}: the quick brown fox jumps over the lazy dog, and then it rests a while in the shade of an old "
                "<em>tree</em> beside the <a href=\"https://river.example/slow\" rel=\"nofollow\">slow river</a>.</p>",
                "attachment": [], "tag": [], "replies": {"id": post + "/replies", "type": "Collection"}}
        body = json.dumps({"@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}], "id": post + "/activity",
                           "type": "Create", "actor": self.uri, "published": published, **audience, "object": note}).encode()
        head = {"(request-target)": "post /inbox", "host": host, "date": format_datetime(now, usegmt=True),
                "digest": "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode(), "content-type": "application/activity+json"}
        text = "\n".join(f"{name}: {value}" for name, value in head.items())
        signature = base64.b64encode(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        fields = "".join(f"{name}: {value}\r\n" for name, value in list(head.items())[1:])
        return (f"POST /inbox HTTP/1.1\r\n{fields}Signature: keyId=\"{self.uri}#main-key\",algorithm=\"rsa-sha256\","
                f"headers=\"{' '.join(head)}\",signature=\"{signature}\"\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def add_authors(database, authors):
    with sqlite3.connect(database) as db:
        (follower,) = db.execute("SELECT id FROM account WHERE domain = '' ORDER BY id LIMIT 1").fetchone()
        (top,) = db.execute("SELECT max(max(id), max(public_id)) FROM account").fetchone()
        for number, author in enumerate(authors, 1):
            domain, actor = author.row()
            account = db.execute(
                "INSERT INTO account (public_id, username, username_key, domain, uri, url, created_at) VALUES (?, 'writer', 'writer', ?, ?, ?, 0) "
                "RETURNING id", (top + number, domain, author.uri, author.uri)).fetchone()[0]
            db.execute("INSERT INTO actor (account_id, inbox, shared_inbox, outbox, followers, featured, key_id, public_key, proof_key_id, "
                       "proof_key, fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', ?)", (account, *actor, int(time.time() * 1000)))
            db.execute("INSERT INTO follow (account_id, target_id, id) VALUES (?, ?, ?)", (follower, account, top + number))


def write_requests(file, authors, host, first, count):
    with open(file, "wb") as out:
        for number in range(first, first + count):
            request = authors[number % len(authors)].request(host, number)
            out.write(str(len(request)).encode() + b"\n" + request)


def add_followers(database, name, inboxes):
    """One follower of a local account behind each inbox."""
    with sqlite3.connect(database) as db:
        (target,) = db.execute("SELECT id FROM account WHERE username_key = ? AND domain = ''", (name,)).fetchone()
        (top,) = db.execute("SELECT max(max(id), max(public_id)) FROM account").fetchone()
        for number, inbox in enumerate(inboxes, 1):
            uri = f"https://sink{number}.example/users/reader"
            account = db.execute(
                "INSERT INTO account (public_id, username, username_key, domain, uri, url, created_at) VALUES (?, 'reader', 'reader', ?, ?, ?, 0) "
                "RETURNING id", (top + number, f"sink{number}.example", uri, uri)).fetchone()[0]
            db.execute("INSERT INTO actor (account_id, inbox, shared_inbox, outbox, followers, featured, key_id, public_key, proof_key_id, "
                       "proof_key, fetched_at) VALUES (?, ?, '', '', '', '', '', '', '', '', 0)", (account, inbox))
            db.execute("INSERT INTO follow (account_id, target_id, id, uri) VALUES (?, ?, ?, ?)", (account, target, top + number, uri + "#follow"))


def waiting(database):
    """Notices and deliveries that are not done."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        return db.execute("SELECT (SELECT count(*) FROM notice) + (SELECT count(*) FROM delivery)").fetchone()[0]


def waiting_at(database, ports):
    """Notices that are not planned, and deliveries to these ports that are not done."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        (unplanned,) = db.execute("SELECT count(*) FROM notice WHERE body = ''").fetchone()
        inboxes = {inbox for (inbox,) in db.execute("SELECT inbox FROM delivery")}
    return unplanned + sum(f"https://localhost:{port}/inbox" in inboxes for port in ports)
