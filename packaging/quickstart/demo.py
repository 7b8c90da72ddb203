#!/usr/bin/env python3
"""What ./quickstart shows: makes the demo accounts and posts on two nodes, pushes a post from one to the other and prints
the reader's home feed.

Everything but making the accounts goes through the HTTP API, as any client would. Standard library only.
"""

import argparse
import html.parser
import http.client
import json
import os
import pathlib
import secrets
import shutil
import ssl
import subprocess
import sys
import time
import unicodedata
import urllib.parse
from datetime import datetime

SCOPES = "read write follow push"
HOME, NEIGHBOUR = "node", "neighbour"  # the nodes, by their folders
READER = "ada"  # whose home feed is shown
WRITER = "noor"  # on the other node; the reader follows her
PUSH_PATIENCE_SECONDS = 20

# name, display name, about
NEIGHBOURS = [
    ("noor", "Noor Haddad", "Keeps the lighthouse on the far shore."),
]
PEOPLE = [
    ("ada", "Ada Marsh", "Tide tables, tea, and a boat that leaks less than it used to."),
    ("bo", "Bo Lindqvist", "Repairs radios. Collects #birdsong on tape."),
    ("carmen", "Carmen Ríos", "Panadera. Escribo sobre #bread en dos idiomas."),
    ("dai", "大 Dai", "写真と散歩。 Photographs of harbours."),
    ("esi", "Esi Boateng", "Teaches mathematics, runs slowly."),
]

# who follows whom
FOLLOWS = {
    "ada": ["bo", "carmen", "dai"],
    "bo": ["ada", "esi"],
    "carmen": ["ada", "dai"],
    "dai": ["ada", "bo"],
    "esi": ["ada", "bo", "carmen"],
}

# name of the post, author, fields of POST /api/v1/statuses; `reply` names an earlier post
POSTS = [
    ("fog", "dai", {"status": "The harbour before the fog lifted. Nobody about but the gulls. #harbour"}),
    ("bread", "carmen", {"status": "Pan de centeno, 36 horas de fermentación. Huele a nueces. 🍞 #bread", "language": "es"}),
    ("radio", "bo", {"status": "Found a 1958 valve set in a shed. It hums, it glows, and on a good night it finds Tallinn."}),
    ("primes", "esi", {"status": "A pupil asked today whether the primes ever stop. Best question of the term."}),
    ("tide", "ada", {"status": "Spring tide on Thursday, 5.9 m. @bo, bring the long rope this time."}),
    ("rope", "bo", {"status": "@ada The long rope is the one you lent to @dai.", "reply": "tide"}),
    ("soup", "carmen", {"status": "Second rise done. The loaf that split is the best one, as ever.",
                        "spoiler_text": "Food, at length"}),
    ("dawn", "bo", {"status": "Dawn chorus, 4:40: blackbird, robin, then everyone at once. Recording tomorrow. #birdsong"}),
    ("steps", "dai", {"status": "二百段の石段。上で飲むお茶は特別。 Two hundred stone steps; the tea at the top is worth each.",
                      "language": "ja"}),
    ("leak", "ada", {"status": "Found the leak. It was the other plank.", "visibility": "unlisted"}),
]
BOOSTS = [("bo", "primes"), ("carmen", "fog"), ("esi", "bread")]
FAVOURITES = [("ada", "radio"), ("ada", "dawn"), ("bo", "tide"), ("carmen", "steps"), ("dai", "bread"),
              ("esi", "radio"), ("esi", "bread"), ("dai", "tide")]


def fail(message):
    sys.exit(f"quickstart: {message}")


class Api:
    """One kept-alive connection to the node, trusting only the throwaway CA."""

    def __init__(self, url, ca):
        parts = urllib.parse.urlsplit(url)
        self.host = parts.netloc
        # By address, so that a resolver without localhost does no harm; the certificate names both.
        self.connection = http.client.HTTPSConnection(
            "127.0.0.1", parts.port, timeout=20, context=ssl.create_default_context(cafile=str(ca)))

    def connect(self):
        """What would take its time at the first call."""
        if self.connection.sock is None:
            self.connection.connect()

    def call(self, method, path, token, **fields):
        headers = {"Authorization": f"Bearer {token}", "Host": self.host}
        body = None
        key = fields.pop("idempotency_key", None)
        if key:
            headers["Idempotency-Key"] = key
        if method != "GET":
            headers["Content-Type"] = "application/json"
            body = json.dumps(fields)
        elif fields:
            path += "?" + urllib.parse.urlencode(fields)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            fail(f"{method} {path} answered {response.status}: {text[:300]}")
        return json.loads(text)


def node_command(options, node, *arguments, text=None):
    command = [options.node, *arguments, "--data", str(options.data / node)]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


def make_people(options, apis):
    people = {}
    for node, persons in ((HOME, PEOPLE), (NEIGHBOUR, NEIGHBOURS)):
        for name, display_name, note in persons:
            password = secrets.token_urlsafe(9)
            email = f"{name}@example.org"
            role = ["--role", "admin"] if name in (READER, WRITER) else []
            node_command(options, node, "account", "create", name, "--email", email, "--password-stdin", "--confirmed",
                         *role, text=password + "\n")
            token = node_command(options, node, "account", "token", name, "--scopes", SCOPES)
            api = apis[node]
            api.call("PATCH", "/api/v1/accounts/update_credentials", token, display_name=display_name, note=note)
            account = api.call("GET", "/api/v1/accounts/verify_credentials", token)
            people[name] = {"node": node, "email": email, "password": password, "token": token, "id": account["id"]}
    return people


def follow_across(apis, people, follower, followed):
    """Finds someone of the other node as any client would, follows, and waits until that node has agreed."""
    api, token = apis[people[follower]["node"]], people[follower]["token"]
    handle = f"@{followed}@{apis[people[followed]['node']].host}"
    found = api.call("GET", "/api/v2/search", token, q=handle, resolve="true", type="accounts")["accounts"]
    if not found:
        fail(f"{follower} does not find {handle}; the nodes' log says why")
    api.call("POST", f"/api/v1/accounts/{found[0]['id']}/follow", token)
    until(lambda: api.call("GET", "/api/v1/accounts/relationships", token, **{"id[]": found[0]["id"]})[0]["following"],
          f"{handle} did not accept that {follower} follows; the nodes' log says why")


def until(condition, complaint):
    ends = time.monotonic() + PUSH_PATIENCE_SECONDS
    while not (answer := condition()):
        if time.monotonic() > ends:
            fail(complaint)
        time.sleep(0.002)
    return answer


def make(options, apis):
    people = make_people(options, apis)
    api = apis[HOME]

    def act(name, path):
        return api.call("POST", path, people[name]["token"])

    for name, targets in FOLLOWS.items():
        for target in targets:
            act(name, f"/api/v1/accounts/{people[target]['id']}/follow")
    posts = {}
    for key, author, fields in POSTS:
        fields = dict(fields)
        reply = fields.pop("reply", None)
        if reply:
            fields["in_reply_to_id"] = posts[reply]
        answer = api.call("POST", "/api/v1/statuses", people[author]["token"], idempotency_key=f"demo-{key}", **fields)
        posts[key] = answer["id"]
    for name, post in BOOSTS:
        act(name, f"/api/v1/statuses/{posts[post]}/reblog")
    for name, post in FAVOURITES:
        act(name, f"/api/v1/statuses/{posts[post]}/favourite")
    follow_across(apis, people, READER, WRITER)
    follow_across(apis, people, WRITER, READER)
    accounts_file(options).write_text(json.dumps(people, indent=1))
    print(f"Made {len(people)} demo accounts on two nodes, and {len(posts)} posts.")


def push(apis, people):
    """Someone writes on one node; how long until a reader of the other has it, in milliseconds."""
    reader, token = apis[HOME], people[READER]["token"]
    newest = reader.call("GET", "/api/v1/timelines/home", token, limit=1)
    text = datetime.now().astimezone().strftime("Lamp lit at %H:%M:%S. Wind from the west, and a dunlin on the rail.")
    apis[NEIGHBOUR].connect()
    began = time.monotonic()
    post = apis[NEIGHBOUR].call("POST", "/api/v1/statuses", people[WRITER]["token"], status=text)
    until(lambda: any(s["uri"] == post["uri"] for s in reader.call(
        "GET", "/api/v1/timelines/home", token, limit=5, **({"min_id": newest[0]["id"]} if newest else {}))),
        "the post did not arrive; the nodes' log says why")
    return (time.monotonic() - began) * 1000


def accounts_file(options):
    return options.data / "accounts.json"


class Text(html.parser.HTMLParser):
    """The words of a post's HTML, paragraphs apart."""

    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_starttag(self, tag, attrs):
        if tag in ("p", "br", "li", "blockquote", "pre") and self.parts:
            self.parts.append("\n")

    def handle_data(self, data):
        self.parts.append(data)

    @staticmethod
    def of(markup):
        parser = Text()
        parser.feed(markup)
        parser.close()
        return "".join(parser.parts).strip()


def clean(text):
    """Anyone's text, safe for a terminal: without the control characters that would command it."""
    return "".join(c for c in text if c.isprintable())


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def wrapped(text, width):
    """Lines of at most `width` columns; words are split only where one alone is wider (as text without spaces is)."""
    for paragraph in text.splitlines():
        line = ""
        for word in map(clean, paragraph.split()):
            if line and columns(line) + 1 + columns(word) <= width:
                line += " " + word
                continue
            if line:
                yield line
            line = ""
            for character in word:
                if columns(line + character) > width:
                    yield line
                    line = ""
                line += character
        yield line


class Style:
    """Colours on a terminal only, and not where NO_COLOR asks for none."""

    def __init__(self):
        self.on = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def __call__(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.on else text


def name_of(account):
    return clean(account["display_name"] or account["username"])


def print_status(status, style, width):
    shown = status["reblog"] or status
    author, booster = shown["account"], status["account"]
    # Any server could say this time; the terminal's reader wants the local one.
    when = datetime.fromisoformat(shown["created_at"].replace("Z", "+00:00")).astimezone().strftime("%d %b %H:%M")
    head = style("1", name_of(author)) + style("2", f"  @{clean(author['acct'])}  {when}")
    if status["reblog"]:
        head += style("32", f"  boosted by {name_of(booster)}")
    print("  " + head)
    if shown["spoiler_text"]:
        print("    " + style("33", f"[{clean(shown['spoiler_text'])}]"))
    for line in wrapped(Text.of(shown["content"]), width - 4):
        print("    " + line)
    counts = [(shown["replies_count"], "reply", "replies"), (shown["reblogs_count"], "boost", "boosts"),
              (shown["favourites_count"], "favourite", "favourites")]
    line = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)
    if line:
        print("    " + style("2", line))
    print()


def show(options, apis):
    people = json.loads(accounts_file(options).read_text())
    api = apis[HOME]
    style = Style()
    width = min(shutil.get_terminal_size().columns, 100)
    took = push(apis, people)
    feed = api.call("GET", "/api/v1/timelines/home", people[READER]["token"], limit=20)
    if not feed:
        fail("the home feed is empty; make the demo data anew with ./quickstart --reset")
    print()
    print(style("1;36", f"@{WRITER} on {apis[NEIGHBOUR].host} posted; {took:.0f} ms later it stood in the feed of @{READER} on "
                        f"{api.host}") + style("2", "   signed, over HTTPS"))
    print()
    print(style("1;36", f"Home feed of @{READER}") + style("2", "   GET /api/v1/timelines/home"))
    print()
    for status in feed:
        print_status(status, style, width)
    print_how_to_sign_in(options, apis, people, style)


def print_how_to_sign_in(options, apis, people, style):
    server = apis[HOME].host
    url = "https://" + server
    ca = os.path.relpath(options.data / "tls" / "ca.pem")
    print(style("1;36", f"Your nodes: {url} and https://{apis[NEIGHBOUR].host}"))
    print()
    print("  DEMO DATA: these people, their posts and their passwords were made up by ./quickstart.")
    print("  The nodes listen on this machine only, with a throwaway certificate.")
    print()
    print(f"    {'sign in with':24} {'password':14} on")
    for person in people.values():
        print(f"    {person['email']:24} {person['password']:14} {apis[person['node']].host}")
    print()
    print(style("1", "  In a browser") + f"   {url}/ or {url}/@{READER}")
    print(f"     It will warn of the certificate: go on, or import {ca} as an authority first.")
    print(style("1", "  In a client") + f"    any Mastodon client on this machine that trusts that authority: the server is {server}")
    print(f"     In the terminal:  REQUESTS_CA_BUNDLE={ca} toot login -i {server}")
    print(style("1", "  By hand") + f"        curl --cacert {ca} -H 'Authorization: Bearer {people[READER]['token']}' \\")
    print(f"                   {url}/api/v1/timelines/home")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["make", "show"])
    parser.add_argument("--node", required=True, help="the dunlin-node program")
    parser.add_argument("--data", required=True, type=pathlib.Path, help="the folder of ./quickstart")
    options = parser.parse_args()
    ca = options.data / "tls" / "ca.pem"
    apis = {name: Api(f"https://localhost:{(options.data / f'{name}.port').read_text().strip()}", ca) for name in (HOME, NEIGHBOUR)}
    {"make": make, "show": show}[options.action](options, apis)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, http.client.HTTPException) as error:
        fail(f"the node did not answer: {error}")
