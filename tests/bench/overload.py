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
# What is asked, and through how many connections: each waits for one answer at a time, so so many requests are under way at most. Reads twice:
# four thousand sockets that all have work are more than the caches hold, and the generator pays for its ends of them on the same cores.
KINDS = (("reads", 1024), ("reads", 4096), ("posts", 10_000))
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


def label(name, connections):
    return f"{name}, {connections:,} connections"


class Kind:
    """Reads or posts, as arguments of the load generator."""

    def __init__(self, o, name, connections, node):
        # Half of what this machine lets a program open, at most: the node and the generator both have to.
        self.o, self.name, self.runs = o, name, 0
        self.connections = min(connections, resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2)
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


def flood(o, kind, place, full_rate, seconds):
    """Far too much, and what others met meanwhile. Also when it ended."""
    others = bystanders(o, kind, place, seconds) if kind.name == "posts" else None
    r = kind.run(place, kind.connections, seconds, rate=FACTOR * full_rate, overload=True)
    end = time.monotonic() - max(0.0, r["seconds"] - seconds)
    if others is not None:
        r["bystanders"] = others.finish(may_fail=True)
    return r, end


def measure_round(o, kind, place, seconds):
    """Capacity, half of it, ten times as much, half of it again: one after the other, so that a noisy neighbour hits all of them."""
    measure.await_quiet(o.wait_quiet)
    full = kind.run(place, NORMAL_CONNECTIONS, o.seconds)
    if full["errors"]:
        raise Failed(f"{kind.name} at capacity: {full['error_kinds']}")
    rate = full["requests_per_second"]
    normal = kind.run(place, NORMAL_CONNECTIONS, o.seconds, rate=rate / 2)
    r, end = flood(o, kind, place, rate, seconds)
    recovery = recover(kind, place, rate / 2, normal["latency_us"]["p99"], end)
    sent = r["requests"] + r["refused"] + r["errors"]
    return {"capacity": full, "normal": normal, "flood": r, "recovery_s": recovery, "served": r["requests"] / r["seconds"] / rate,
            "sent_factor": sent / r["seconds"] / rate, "asked_factor": (sent + r["unsent"]) / seconds / rate}


def bystanders_of(floods):
    said = [r["bystanders"] for r in floods]
    return {"good": sum(b["requests"] for b in said), "refused": sum(b["refused"] for b in said), "errors": sum(b["errors"] for b in said),
            "unsent": sum(b["unsent"] for b in said), "p99_ms": round(statistics.median(b["latency_us"]["p99"] for b in said) / 1000, 1)}


def measure_kind(o, kind, place):
    seconds = max(5.0, o.seconds)
    rounds = [measure_round(o, kind, place, seconds) for _ in range(o.rounds)]
    floods = [r["flood"] for r in rounds]

    def middle(of, digits=2):
        return round(statistics.median(of), digits)

    recoveries = [r["recovery_s"] for r in rounds]
    served = [round(r["served"], 3) for r in rounds]
    result = {
        "capacity_per_second": middle((r["capacity"]["requests_per_second"] for r in rounds), None), "connections": kind.connections,
        "seconds": seconds, "rounds": o.rounds, "sent_factor": middle(r["sent_factor"] for r in rounds),
        "asked_factor": middle(r["asked_factor"] for r in rounds), "served": middle(served, 3), "served_range": [min(served), max(served)],
        "refused": sum(r["refused"] for r in floods), "refused_with_retry_after": sum(r["refused_with_retry_after"] for r in floods),
        "errors": sum(r["errors"] for r in floods), "error_kinds": [r["error_kinds"] for r in floods if r["errors"]],
        "accepted_p50_ms": middle((r["latency_us"]["p50"] / 1000 for r in floods), 1),
        "accepted_p99_ms": middle((r["latency_us"]["p99"] / 1000 for r in floods), 1),
        "refusal_p99_ms": middle((r["refusal_p99_us"] / 1000 for r in floods), 1),
        "load_cores": middle(r["load_cpu_seconds"] / r["seconds"] for r in floods), "foreign_cores": middle(r["foreign_cores"] for r in floods),
        "normal_p99_ms": middle(r["normal"]["latency_us"]["p99"] / 1000 for r in rounds),
        "recovery_s": None if None in recoveries else max(recoveries), "raw": rounds,
    }
    if kind.name == "posts":
        result["bystanders"] = bystanders_of(floods)
    low, high = result["served_range"]
    say(f"overload, {label(kind.name, kind.connections)}: served {result['served']:.2f} ({low:.2f}-{high:.2f}) of {result['capacity_per_second']:,}/s, {result['refused']:,} refused, "
        f"p99 {result['accepted_p99_ms']} ms, normal after {result['recovery_s']} s")
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
        for name, connections in KINDS:
            kind = Kind(o, name, connections, node)
            result[label(name, connections)] = measure_kind(o, kind, place)
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


def kinds_of(overloads):
    """Each kind's label and figures, in the order of KINDS."""
    return [(label(*kind), overloads[label(*kind)]) for kind in KINDS]


def written(mode, overloads):
    rows, notes = [], []
    for name, r in kinds_of(overloads):
        rows.append((name, f"{r['capacity_per_second']:,}", f"{r['asked_factor']:g} ×", f"{r['sent_factor']:g} ×",
                     "{:.2f} ({:.2f}–{:.2f})".format(r["served"], *r["served_range"]), f"{r['refused']:,}",
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
    head = ("", "capacity/s", "due", "sent", "served, of capacity", "refused", "accepted p50 / p99 ms", "refusals' p99 ms", "normal again, s at most",
            "generator, cores", "foreign load, cores", f"≥ {TARGETS['served']}, < {TARGETS['p99_ms']} ms, ≤ {TARGETS['recovery_s']} s")
    return (f"## Ten times too much, {mode}\n\n{report.table(head, rows)}\n\nDue is what the open loop's schedule asked for; a request that finds every "
            f"connection waiting is not sent. Medians of {r['rounds']} rounds, each beside its own capacity, with {NORMAL_CONNECTIONS} connections. " + " ".join(notes))
