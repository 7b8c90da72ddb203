"""Ten times what the node can do is asked of it: what is still served, how the rest is refused, and when all is normal again."""
import os
import resource
import shutil
import sqlite3
import statistics
import time

import measure
import report
import servers
from common import HOME, Placement, database_of, say, start_load
from mastodon import Target
from posts import copy_data
from servers import Failed

FACTOR = 10
CONNECTIONS = {"reads": 4096, "posts": 10_000}  # each waits for one answer at a time, so so many requests are under way at most
NORMAL_CONNECTIONS = 64
BYSTANDERS_PER_SECOND = 200  # reads while posts are too many: they are never refused for that
TARGETS = {"served": 0.8, "p99_ms": 500, "recovery_s": 5}
RECOVERY_MAX_SECONDS = 30


def read_paths(target):
    """What a client's day is made of: mostly asking whether there is anything new."""
    token = target.tokens[0]
    newest = target.get(token, f"{HOME}?limit=1")[0]["id"]
    return [f"{HOME}?limit=20&since_id={newest}", f"{HOME}?limit=20", "/api/v1/notifications?limit=15", f"{HOME}?limit=20&since_id={newest}",
            "/api/v1/timelines/public?limit=20", f"{HOME}?limit=20&since_id={newest}", f"/api/v1/statuses/{newest}", f"{HOME}?limit=20"]


def connections_of(name):
    """Half of what this machine lets a program open, at most: the node and the generator both have to."""
    return min(CONNECTIONS[name], resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2)


class Kind:
    """Reads or posts, as arguments of the load generator."""

    def __init__(self, o, name, node):
        self.o, self.name, self.runs = o, name, 0
        self.target = Target("dunlin-node", f"http://127.0.0.1:{node.port}", os.path.join(o.tokens, {"reads": "reader", "posts": "posters"}[name]),
                             node.process.pid)
        self.paths = read_paths(self.target) if name == "reads" else ["/api/v1/statuses"]
        self.accepted = 0

    def arguments(self, connections, seconds, rate=None, overload=False):
        self.runs += 1
        words = ["--connections", str(connections), "--seconds", f"{seconds:.2f}", "--token-file", self.target.tokens_file]
        for path in self.paths:
            words += ["--path", path]
        if self.name == "posts":
            words += ["--post-file", os.path.join(self.o.work, "post.json"), "--key-prefix", f"over-{os.getpid()}-{self.runs}-"]
        if rate:
            words += ["--rate", f"{rate:.1f}"]
        return words + (["--overload", "yes"] if overload else [])

    def run(self, place, *arguments, **named):
        r = self.target.load(self.o.programs, *self.arguments(*arguments, **named), cores=place.load)
        self.accepted += r["requests"]
        return r


def capacity(o, kind, place):
    rounds = []
    for _ in range(o.rounds):
        measure.await_quiet(o.wait_quiet)
        rounds.append(kind.run(place, NORMAL_CONNECTIONS, o.seconds))
        if rounds[-1]["errors"]:
            raise Failed(f"{kind.name} at capacity: {rounds[-1]['error_kinds']}")
    return statistics.median(r["requests_per_second"] for r in rounds), rounds


def bystanders(o, kind, place, seconds):
    """Reads at an easy rate beside the overload: a second generator, started and not awaited."""
    return start_load(o, place, kind.target.port, "--path", f"{HOME}?limit=20", "--token-file", os.path.join(o.tokens, "reader"),
                      "--rate", BYSTANDERS_PER_SECOND, "--seconds", seconds, "--overload", "yes", connections=16)


def recover(kind, place, rate, normal_p99_us, since):
    """Seconds from `since` until half load is answered as before for half a second; None when that never comes."""
    limit = max(2 * normal_p99_us, normal_p99_us + 5000)
    first_good = None
    while time.monotonic() < since + RECOVERY_MAX_SECONDS:
        start = time.monotonic()
        r = kind.run(place, NORMAL_CONNECTIONS, 0.25, rate=rate, overload=True)
        if r["errors"] or r["refused"] or r["latency_us"]["p99"] > limit:
            first_good = None
        elif first_good is None:
            first_good = start
        else:
            return round(first_good - since, 2)
    return None


def overload(o, kind, place, full_rate, seconds):
    """The flood itself, and what others met meanwhile."""
    others = bystanders(o, kind, place, seconds) if kind.name == "posts" else None
    r = kind.run(place, connections_of(kind.name), seconds, rate=FACTOR * full_rate, overload=True)
    end = time.monotonic() - max(0.0, r["seconds"] - seconds)
    if others is not None:
        said = others.finish(may_fail=True)
        r["bystanders"] = {"good": said["requests"], "refused": said["refused"], "errors": said["errors"], "unsent": said["unsent"],
                           "p99_ms": round(said["latency_us"]["p99"] / 1000, 1)}
    return r, end


def measure_kind(o, kind, place):
    full, rounds = capacity(o, kind, place)
    normal = [kind.run(place, NORMAL_CONNECTIONS, o.seconds, rate=full / 2) for _ in range(o.rounds)]
    normal_p99 = statistics.median(r["latency_us"]["p99"] for r in normal)
    seconds = max(5.0, o.seconds)
    measure.await_quiet(o.wait_quiet)
    r, end = overload(o, kind, place, full, seconds)
    recovery = recover(kind, place, full / 2, normal_p99, end)
    sent = r["requests"] + r["refused"] + r["errors"]
    result = {
        "capacity_per_second": round(full), "connections": connections_of(kind.name), "seconds": seconds,
        "sent_factor": round(sent / r["seconds"] / full, 2), "asked_factor": round((sent + r["unsent"]) / seconds / full, 2),
        "served": round(r["requests"] / r["seconds"] / full, 3), "refused": r["refused"], "refused_with_retry_after": r["refused_with_retry_after"],
        "errors": r["errors"], "error_kinds": r["error_kinds"], "accepted_p50_ms": round(r["latency_us"]["p50"] / 1000, 1),
        "accepted_p99_ms": round(r["latency_us"]["p99"] / 1000, 1), "refusal_p99_ms": round(r["refusal_p99_us"] / 1000, 1),
        "load_cores": round(r["load_cpu_seconds"] / r["seconds"], 2), "foreign_cores": r["foreign_cores"],
        "normal_p99_ms": round(normal_p99 / 1000, 2), "recovery_s": recovery, "raw": {"capacity": rounds, "normal": normal, "overload": r},
    }
    if "bystanders" in r:
        result["bystanders"] = r["bystanders"]
    say(f"overload of {kind.name}: served {result['served']:.2f} of {full:,.0f}/s, {r['refused']:,} refused, p99 {result['accepted_p99_ms']} ms, "
        f"normal after {recovery} s")
    return result


def count_posts(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM status").fetchone()[0]


def measure_overload(o, mode):
    place, data, result = Placement(mode), copy_data(o, "data-node"), {}
    database = database_of(data)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))  # the node inherits it, as a service would have it set
    before = count_posts(database)
    with servers.start_node(o.node, data, o.work, place.loops, place.server, o.set) as node:
        node.await_ready()
        for name in ("reads", "posts"):
            kind = Kind(o, name, node)
            result[name] = measure_kind(o, kind, place)
        kept = count_posts(database) - before
        if kept != kind.accepted:
            raise Failed(f"{kind.accepted} posts acknowledged, {kept} in the database")
        result["memory_mib"] = round(measure.memory_kib(node.process.pid)["VmRSS"] / 1024, 1)
    shutil.rmtree(data)
    return result


# --- the report ---

def reached(r):
    return (r["served"] >= TARGETS["served"] and r["accepted_p99_ms"] < TARGETS["p99_ms"] and not r["errors"]
            and r["refused"] == r["refused_with_retry_after"] and r["recovery_s"] is not None and r["recovery_s"] <= TARGETS["recovery_s"])


def written(mode, overloads):
    rows, notes = [], []
    for name in ("reads", "posts"):
        r = overloads[name]
        rows.append((name, f"{r['capacity_per_second']:,}", f"{r['asked_factor']:g} ×", f"{r['sent_factor']:g} ×", f"{r['served']:.2f}", f"{r['refused']:,}",
                     f"{r['accepted_p50_ms']:g} / {r['accepted_p99_ms']:g}", f"{r['refusal_p99_ms']:g}",
                     "never" if r["recovery_s"] is None else f"{r['recovery_s']:g}", f"{r['load_cores']:g}", f"{r['foreign_cores']:g}", report.verdict(reached(r))))
        if r["errors"]:
            notes.append(f"Errors of {name}: {r['error_kinds']}.")
        if r["refused"] != r["refused_with_retry_after"]:
            notes.append(f"{r['refused'] - r['refused_with_retry_after']:,} refusals of {name} did not say when to come again.")
        if "bystanders" in r:
            b = r["bystanders"]
            notes.append(f"Meanwhile {BYSTANDERS_PER_SECOND} home pages a second were asked for: {b['good']:,} served, {b['refused']} refused, "
                         f"{b['unsent']} found their connections busy, p99 {b['p99_ms']:g} ms.")
    head = ("", "capacity/s", "due", "sent", "served, of capacity", "refused", "accepted p50 / p99 ms", "refusals' p99 ms", "normal again, s",
            "generator, cores", "foreign load, cores", f"≥ {TARGETS['served']}, < {TARGETS['p99_ms']} ms, ≤ {TARGETS['recovery_s']} s")
    return (f"## Ten times too much, {mode}\n\n{report.table(head, rows)}\n\nDue is what the open loop's schedule asked for; a request that finds all of "
            f"{overloads['reads']['connections']:,} or {overloads['posts']['connections']:,} connections waiting is not sent. " + " ".join(notes))
