#!/usr/bin/python3
"""Nodes that are killed, stopped, cut off from each other and started again while people use them: in the end all agree.

    healing.py --seeds 20 --actions 10000      # DUNLIN_NODE_BINARY and PYTHONPATH as for the other tests of this folder

A history has rounds: people act at once on all nodes while things break; then everything is mended, and within 60 s each node must
know what the model (healing_model.py) says: who follows whom on both sides, each post once in each home feed where it belongs and
nowhere else, in its last version, and how often it was boosted and favourited. The seed decides what people want and what breaks;
what happens first is up to the machine.
"""
import argparse
import concurrent.futures
import contextlib
import pathlib
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time

import requests

import faults
import nodes
from healing_model import OPEN, Model, Post

HEALING_SECONDS_MAX = 60
ACTIONS_A_ROUND = 1000
ACTIONS_A_SECOND = 120
NUMBER = re.compile(r"\bp(\d+) v(\d+)\b")
LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class Node(nodes.Peer):
    """May be killed, and says whether it can be asked."""

    def __init__(self, certificates):
        self.is_up = threading.Event()
        super().__init__(certificates)

    def __str__(self):
        return self.domain

    def untold(self):
        """How many notices wait here. Two changes that cancel each other would look like none while they are on their way."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/dunlin.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM notice)").fetchone()[0]

    def start(self):
        super().start()
        self.is_up.set()

    def stop(self):
        self.is_up.clear()
        self._stop()

    def kill(self):
        self.is_up.clear()
        process, self._process = self._process, None
        process.kill()
        process.wait()
        self._reader.join()
        process.stdout.close()


class Actor:
    """One person, who does one thing after the other, and again what was cut short."""

    def __init__(self, person, history, seed):
        self.person, self.history, self.model = person, history, history.model
        self.name = person.name
        self.random = random.Random(f"{seed} {self.name}")
        self.own = []    # posts and their ids, not deleted
        self.seen = []   # (uri, id here)
        self.done = 0

    def call(self, method, path, gone=(), **fields):
        """The answer; None for a status in `gone`. Asks again while the node is not there."""
        where = {"params": fields} if method == "GET" else {"data": fields}
        headers = {"Idempotency-Key": f"{self.name}-{fields['status']}"} if path == "/api/v1/statuses" else {}
        ends = time.monotonic() + 120
        while True:
            self.person.node.is_up.wait(timeout=60)
            try:
                answer = self.person._session.request(method, self.person.node.url + path, timeout=60, headers=headers, **where)
            except LOST:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                return answer.json()
            if answer.status_code in gone:
                return None
            if answer.status_code != 503 or time.monotonic() > ends:
                raise AssertionError(f"{self.name}: {method} {path}: {answer.status_code} {answer.text[:300]}")
            time.sleep(0.1)

    def id_of(self, name):
        return self.history.ids[self.person.node][name]

    # --- what people do; True when it was done ---

    def act(self):
        self.done += 1
        if self.done % 10 == 1:
            self.look()
        what = self.random.choices((self.say, self.edit, self.delete, self.answer, self.boost, self.unboost, self.favourite,
                                    self.unfavourite, self.relate), (30, 9, 6, 10, 10, 4, 13, 4, 14))[0]
        return what()

    def look(self):
        home = self.call("GET", "/api/v1/timelines/home", limit=40)
        self.seen = [((s["reblog"] or s)["uri"], (s["reblog"] or s)["id"]) for s in home]

    def say(self):
        visibility = self.random.choices(("public", "unlisted", "private", "direct"), (60, 14, 20, 6))[0]
        mentions = []
        if visibility == "direct":
            friends = [n for n in self.model.home_of if n != self.name and self.model.may_meet(self.name, n)]
            if not friends:
                return False
            mentions = [self.random.choice(friends)]
        return self.publish(visibility, mentions)

    def publish(self, visibility, mentions=(), answers=None, answered_id=None):
        number = self.history.next_number()
        fields = {"in_reply_to_id": answered_id} if answers else {}
        names = "".join(f" @{self.history.people[n].handle}" for n in mentions)
        status = self.call("POST", "/api/v1/statuses", gone=(404,) if answers else (), status=f"p{number} v0{names}",
                           visibility=visibility, **fields)
        if status is None:
            return False
        post = Post(status["uri"], self.name, visibility, number, mentions=frozenset(mentions), answers=answers)
        with self.model.lock:
            self.model.publish(post)
        self.own.append((post, status["id"]))
        return True

    def pick_own(self):
        self.own = [(post, i) for post, i in self.own if not post.is_deleted]
        return self.random.choice(self.own[-30:]) if self.own else (None, None)

    def edit(self):
        post, number = self.pick_own()
        if post is None:
            return False
        names = "".join(f" @{self.history.people[n].handle}" for n in sorted(post.mentions))
        self.call("PUT", f"/api/v1/statuses/{number}", status=f"p{post.number} v{post.version + 1}{names}")
        with self.model.lock:
            self.model.edit(post)
        return True

    def delete(self):
        post, number = self.pick_own()
        if post is None:
            return False
        self.call("DELETE", f"/api/v1/statuses/{number}", gone=(404,))  # it was, and the answer was lost
        with self.model.lock:
            self.model.delete(post)
        return True

    def pick_seen(self, is_fit):
        """A post of someone with whom it is certain how it ends."""
        with self.model.lock:
            fit = []
            for uri, number in self.seen:
                post = self.model.posts.get(uri)
                if post and not post.is_deleted and self.model.may_meet(self.name, post.author) and is_fit(post):
                    fit.append((post, number))
        return self.random.choice(fit) if fit else (None, None)

    def answer(self):
        post, number = self.pick_seen(lambda p: p.visibility in OPEN)
        if post is None:
            return False
        mentions = [] if post.author == self.name else [post.author]
        return self.publish(self.random.choice(OPEN), mentions, post, number)

    def mark(self, verb, pick, change):
        post, number = self.pick_seen(pick)
        if post is None:
            return False
        status = self.call("POST", f"/api/v1/statuses/{number}/{verb}", gone=(404,))
        if status is None:
            if not post.is_deleted:
                self.history.surprises.append(f"{self.name} cannot {verb} {post.uri}")
            return False
        with self.model.lock:
            change(post, status)
        return True

    def boost(self):
        def change(post, status):
            self.model.publish(Post(status["uri"], self.name, post.visibility, of=post))
        return self.mark("reblog", lambda p: p.visibility in OPEN and self.name not in p.boosts and p.author != self.name, change)

    def unboost(self):
        def change(post, _):
            if self.name in post.boosts:  # else the post was deleted meanwhile, and the boost with it
                self.model.delete(post.boosts[self.name])
        return self.mark("unreblog", lambda p: self.name in p.boosts, change)

    def favourite(self):
        return self.mark("favourite", lambda p: self.name not in p.favourites, lambda p, _: p.favourites.add(self.name))

    def unfavourite(self):
        return self.mark("unfavourite", lambda p: self.name in p.favourites, lambda p, _: p.favourites.discard(self.name))

    def relate(self):
        mine = sorted(next(iter(pair - {self.name})) for pair, owner in self.model.unstable.items() if owner == self.name)
        if not mine:
            return False
        other = self.random.choice(mine)
        if (self.name, other) in self.model.blocks:
            verb = "unblock"
        elif (self.name, other) in self.model.follows:
            verb = self.random.choice(("unfollow", "unfollow", "block"))
        elif (other, self.name) in self.model.blocks:
            verb = "block"  # both may block
        else:
            verb = self.random.choice(("follow", "follow", "follow", "block"))
        self.call("POST", f"/api/v1/accounts/{self.id_of(other)}/{verb}")
        with self.model.lock:
            getattr(self.model, verb)(self.name, other)
        return True

    # --- what people see ---

    def pages(self, path, **fields):
        """All entries of a list, by its Link headers."""
        url, params = self.person.node.url + path, {"limit": 40, **fields}
        while url:
            answer = self.person._session.get(url, params=params, timeout=60)
            if answer.status_code != 200:
                raise AssertionError(f"{self.name}: {url}: {answer.status_code} {answer.text[:300]}")
            yield from answer.json()
            url, params = answer.links.get("next", {}).get("url"), {}

    def home(self):
        lines = []
        for status in self.pages("/api/v1/timelines/home"):
            shown = status["reblog"] or status
            number, version = NUMBER.search(shown["content"]).groups()
            lines.append((status["uri"], shown["uri"] if status["reblog"] else None, int(number), int(version),
                          shown["favourites_count"], shown["reblogs_count"]))
        return lines

    def differences(self, history):
        """Of the relationships, and of the feed once the rest is right."""
        model = self.model
        wrong = []
        own = self.person.node.domain
        full = lambda account: account["acct"] if "@" in account["acct"] else f"{account['acct']}@{own}"
        handles = {person.handle: name for name, person in history.people.items()}
        for what, wanted in (("following", {b for a, b in model.follows if a == self.name}),
                             ("followers", {a for a, b in model.follows if b == self.name})):
            found = [handles[full(a)] for a in self.pages(f"/api/v1/accounts/{self.id_of(self.name)}/{what}")]
            if sorted(found) != sorted(wanted):
                wrong.append(f"{what}: {sorted(found)} instead of {sorted(wanted)}")
        names = {self.id_of(name): name for name in history.people if name != self.name}
        blocks = model.blocks
        for relation in self.pages("/api/v1/accounts/relationships", **{"id[]": list(names)}):
            name = names[relation["id"]]
            found = relation["blocking"], relation["blocked_by"], relation["requested"]
            if found != ((self.name, name) in blocks, (name, self.name) in blocks, False):
                wrong.append(f"{name}: blocks, is blocked by, is asked: {found}")
        lines = self.home()
        history.feeds[self.name] = {line[0] for line in lines}
        model.settle({self.name: history.feeds[self.name]})
        return wrong + model.differences(self.name, lines)


class History:
    """A seed's people on some nodes."""

    def __init__(self, all_nodes, seed, people_a_node):
        self.random = random.Random(f"history {seed}")
        self.seed, self.nodes = seed, all_nodes
        self.people = {}
        for i, node in enumerate(all_nodes):
            for j in range(people_a_node):
                name = f"n{i}p{j}"
                self.people[name] = node.person(name)
        self.model = Model({name: person.node for name, person in self.people.items()})
        self.actors = [Actor(person, self, seed) for person in self.people.values()]
        self.ids = {}  # node: name: id there
        self.feeds = {}
        self.surprises = []
        self._numbers = iter(range(1, 10**9))
        self._lock = threading.Lock()
        for node in all_nodes:
            finder = next(p for p in self.people.values() if p.node is node)
            self.ids[node] = {name: finder.find(person) for name, person in self.people.items()}

    def next_number(self):
        with self._lock:
            return next(self._numbers)

    def meet(self):
        """Some follow each other before the first round."""
        for actor in self.actors:
            for name in self.people:
                if name != actor.name and self.random.random() < 0.4:
                    actor.call("POST", f"/api/v1/accounts/{actor.id_of(name)}/follow")
                    self.model.follow(actor.name, name)

    def begin_round(self):
        names = sorted(self.people)
        pairs = [(a, b) for a in names for b in names if a < b]
        changing = self.random.sample(pairs, -(-len(pairs) // 6))
        self.model.begin_round({frozenset(pair): self.random.choice(pair) for pair in changing})

    def act(self, actions, rate):
        """`rate`: a second, of all people together, so that there is time for things to break."""
        left = [actions]
        pause = 2 * len(self.actors) / rate

        def work(actor):
            while True:
                with self._lock:
                    if left[0] <= 0:
                        return
                    left[0] -= 1
                time.sleep(actor.random.uniform(0, pause))
                while not actor.act():
                    pass

        self.in_parallel(work, self.actors)

    def in_parallel(self, work, actors):
        with concurrent.futures.ThreadPoolExecutor(max(1, len(actors))) as pool:
            return list(pool.map(work, actors))

    def agree(self):
        """Seconds until all nodes agree with the model; raises with the differences when they do not."""
        begun = time.monotonic()
        # Twice: the first look at one node may be older than what another told it.
        while any(node.untold() for node in self.nodes * 2):
            if time.monotonic() - begun > HEALING_SECONDS_MAX:
                raise AssertionError("not told: " + ", ".join(f"{node}: {node.untold()}" for node in self.nodes))
            time.sleep(0.1)
        waiting = self.actors
        while True:
            found = self.in_parallel(lambda actor: actor.differences(self), waiting)
            wrong = [(actor, texts) for actor, texts in zip(waiting, found) if texts]
            if not wrong and len(waiting) == len(self.actors):
                return time.monotonic() - begun
            if wrong and time.monotonic() - begun > HEALING_SECONDS_MAX:
                texts = [f"{actor.name}: {text}" for actor, some in wrong for text in some]
                raise AssertionError(f"{len(texts)} differences:\n  " + "\n  ".join(texts[:40]))
            waiting = [actor for actor, _ in wrong] or self.actors
            time.sleep(0.1 if wrong else 0)


@contextlib.contextmanager
def running_nodes(count, between):
    with tempfile.TemporaryDirectory(prefix="dunlin-healing-") as folder, contextlib.ExitStack() as stack:
        certificates = pathlib.Path(folder) / "certificates"
        all_nodes = [stack.enter_context(Node(certificates)) for _ in range(count)]
        for node in all_nodes:
            node.stop()
        lines = between(all_nodes)
        try:
            for node in all_nodes:
                node.start()
            yield all_nodes, lines
        except BaseException:
            for node in all_nodes:
                node.failed = True
            raise
        finally:
            lines.close()


def play(seed, actions, node_count, people_a_node=4, round_actions=ACTIONS_A_ROUND, rate=ACTIONS_A_SECOND, between=faults.Lines,
         say=print):
    with running_nodes(node_count, between) as (all_nodes, lines):
        history = History(all_nodes, seed, people_a_node)
        history.meet()
        history.agree()
        done = 0
        slowest = 0
        begun = time.monotonic()
        broken = {}
        while done < actions:
            history.begin_round()
            chaos = faults.Chaos(all_nodes, lines, f"{seed} {done}")
            chaos.start()
            history.act(min(round_actions, actions - done), rate)
            done += min(round_actions, actions - done)
            chaos.heal()
            for what, count in chaos.counts.items():
                broken[what] = broken.get(what, 0) + count
            slowest = max(slowest, history.agree())
        posts = history.model.posts.values()
        ends = [how for post in posts for how in post.reach.values()]
        say(f"seed {seed}: {node_count} nodes of {people_a_node}, {done} actions in {time.monotonic() - begun:.0f} s, "
            f"{', '.join(f'{count} {what}' for what, count in broken.items())}; agreed after {slowest:.1f} s at most; "
            f"{len(history.model.by_number)} posts, {len(posts) - len(history.model.by_number)} boosts, "
            f"{ends.count('may')} of {len(ends)} arrivals left open, {len(history.surprises)} surprises")
        for surprise in history.surprises[:5]:
            say("  " + surprise)
        return slowest


def main():
    parser = argparse.ArgumentParser(description="random histories on nodes that fail; all must agree in the end")
    parser.add_argument("--seeds", type=int, default=20, help="how many histories")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--actions", type=int, default=10_000, help="of each history")
    parser.add_argument("--nodes", type=int, choices=(2, 3), help="default: 2 and 3 in turn")
    parser.add_argument("--people", type=int, help="on each node; default: 1 to 4")
    parser.add_argument("--round", type=int, default=ACTIONS_A_ROUND, help="actions until everything is mended and compared")
    parser.add_argument("--namespaces", action="store_true", help="partition by network namespaces (for root), not by forwarders")
    options = parser.parse_args()
    failed = []
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        try:
            play(seed, options.actions, options.nodes or 2 + seed % 2, options.people or 1 + seed // 2 % 4, options.round,
                 between=faults.Namespaces if options.namespaces else faults.Lines,
                 say=lambda text: print(text, flush=True))
        except Exception as fault:  # pylint: disable=broad-except
            failed.append(seed)
            print(f"seed {seed} FAILED: {type(fault).__name__}: {fault}", flush=True)
    print(f"{options.seeds - len(failed)} of {options.seeds} histories without a difference" + (f"; failed: {failed}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
