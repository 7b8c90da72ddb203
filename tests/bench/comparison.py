"""The work that servers of the Mastodon API are compared by: intake with fan-out, warm pages, polls, growth, a restart."""
import json
import os
import shlex
import statistics
import subprocess
import time

import measure
import report
from common import HOME, say
from servers import Failed

FOLLOWS = 20
PAGE = f"{HOME}?limit=20"
LATER = "home, 64 connections, later"


# --- the graph ---

def followed_by(target, reader):
    """The accounts that one follows, by number: the next ones in the ring."""
    return [(reader + step) % len(target.tokens) for step in range(1, FOLLOWS + 1)]


def make_graph(target):
    if len(target.tokens) <= FOLLOWS:
        raise Failed(f"{target.name}: {FOLLOWS + 1} accounts at least are needed")
    for token in target.tokens:
        account = target.get(token, "/api/v1/accounts/verify_credentials")
        target.accounts.append(account["id"])
        if account["locked"] and not target.graph_given:
            target.get(token, "/api/v1/accounts/update_credentials", "PATCH", {"locked": False})
    if target.graph_given:
        return
    for reader, token in enumerate(target.tokens):
        for author in followed_by(target, reader):
            target.get(token, f"/api/v1/accounts/{target.accounts[author]}/follow", "POST", {})
    deadline = time.monotonic() + 60
    for reader, token in enumerate(target.tokens):
        query = "&".join(f"id[]={target.accounts[author]}" for author in followed_by(target, reader))
        while not all(r["following"] for r in target.get(token, f"/api/v1/accounts/relationships?{query}")):
            if time.monotonic() > deadline:
                raise Failed(f"{target.name}: account {reader} does not follow whom it asked to follow")
            time.sleep(0.1)


# --- intake ---

def missing_in_home(target, token, wanted):
    """Those of the texts that the newest 400 posts of the home do not have: some put posts where they arrive, or in any order."""
    path = f"{HOME}?limit=40"
    for _ in range(10):
        status, page = target.ask(token, "GET", path)
        if status != 200:
            break
        wanted = [text for text in wanted if text not in page]
        if not wanted or not (posts := json.loads(page)):
            break
        path = f"{HOME}?limit=40&max_id={posts[-1]['id']}"
    return wanted


def await_fan_out(o, target):
    """Waits until each account's home has the last post of everyone it follows."""
    last = {number % len(target.tokens): number for number in range(target.posted - len(target.tokens), target.posted)}
    deadline = time.monotonic() + o.patience
    for reader, token in enumerate(target.tokens):
        wanted = [f"Post {last[author]:010d}:".encode() for author in followed_by(target, reader)]
        pause = 0.002
        while True:
            asked = time.monotonic()
            missing = missing_in_home(target, token, wanted)
            if not missing:
                break
            if time.monotonic() > deadline:
                raise Failed(f"{target.name}: {len(missing)} of {FOLLOWS} last posts are not in the home of account {reader} after {o.patience:.0f} s")
            time.sleep(max(pause, 4 * (time.monotonic() - asked)))  # asking must not be what keeps it busy
            pause = min(0.2, pause * 1.5)


def take_posts(o, target, count):
    file = os.path.join(o.work, "peer-posts")
    target.write_posts(file, count)
    measure.await_quiet(o.wait_quiet)
    window = measure.Window(target.pids())
    start = time.monotonic()
    r = target.load(o.programs, "--requests-file", file, "--connections", "64", "--seconds", "86400")
    if r["errors"]:
        raise Failed(f"{target.name} took {r['requests']} of {count} posts: {r['error_kinds']}")
    acknowledged = time.monotonic() - start
    await_fan_out(o, target)
    visible = time.monotonic() - start
    os.unlink(file)
    r.update(window.end(r["load_cpu_seconds"]))
    result = {"posts": count, "acknowledged_per_second": count / r["seconds"], "visible_per_second": count / visible,
              "fan_out_seconds_after": visible - acknowledged, "cpu_s_per_1000": r["server_cpu_seconds"] * 1000 / count if target.pid else None,
              "latency_us": r["latency_us"], "foreign_cores": r["foreign_cores"], "memory_mib": target.memory_mib()}
    say(f"{target.name}: {count} posts, {result['acknowledged_per_second']:,.0f}/s acknowledged, {result['visible_per_second']:,.0f}/s in all homes")
    return result


# --- reads ---

def check_pages(target):
    """Every account's home is full: what is measured is a page of 20. Its mean length."""
    lengths = []
    for token in target.tokens:
        status, page = target.ask(token, "GET", PAGE)
        if status != 200 or page.count(b"Post 0") < 20:
            raise Failed(f"{target.name}: a home page is not 20 posts but {page.count(b'Post 0')} (status {status})")
        lengths.append(len(page))
    return round(statistics.mean(lengths))


def read(o, target, path, connections, extra=()):
    """Pages of all accounts in turn; a poll is that of the first account, for what is newest differs."""
    measure.await_quiet(o.wait_quiet)
    tokens = os.path.join(o.work, "peer-tokens")
    with open(tokens, "w") as f:
        f.write("\n".join(target.tokens[:1] if path != PAGE or extra else target.tokens) + "\n")
    r = target.load(o.programs, "--path", path, "--token-file", tokens, "--connections", str(connections), "--seconds", str(o.seconds), *extra)
    if not r["requests"]:
        raise Failed(f"{target.name} answered no {path}: {r['error_kinds']}")
    r["cpu_s_per_1000"] = r["server_cpu_seconds"] * 1000 / r["requests"] if target.pid else None
    return r


def empty_poll(target):
    """The path by which the first account asks for what is newer than all it has, and how much that finds."""
    token = target.tokens[0]
    path = f"{PAGE}&since_id={target.get(token, f'{HOME}?limit=1')[0]['id']}"
    return path, len(target.get(token, path))


def known_page(target):
    """What the first account says to get its page only if that has changed; nothing where the server gives pages no version."""
    target.get(target.tokens[0], PAGE)
    return ("--header", f"If-None-Match: {target.etag}", "--status", "304") if target.etag else ("--status", "200")


def reads(o, targets, kinds):
    """`kinds`: name -> (path of a target, connections, other arguments of a target). All servers in turn, round by round."""
    rounds = {t.name: {kind: [] for kind in kinds} for t in targets}
    for number in range(o.rounds):
        for kind, (path_of, connections, extra_of) in kinds.items():
            for t in targets:
                attempt(t, rounds[t.name], lambda t=t: {kind: rounds[t.name][kind] + [read(o, t, path_of(t), connections, extra_of(t))]})
            say(f"{kind}, round {number + 1}: " + ", ".join(
                f"{t.name} {rounds[t.name][kind][-1]['requests_per_second']:,.0f}/s" for t in targets if rounds[t.name][kind]))
    return rounds


def read_summary(rounds):
    summary = {"requests_per_second": report.spread([r["requests_per_second"] for r in rounds]),
               "latency_us": {q: report.spread([r["latency_us"][q] for r in rounds]) for q in ("p50", "p99")},
               "wrong_answers": sum(r["errors"] for r in rounds), "foreign_cores": report.spread([r["foreign_cores"] for r in rounds], 2)}
    if rounds[0]["cpu_s_per_1000"] is not None:
        summary["cpu_s_per_1000"] = report.spread([r["cpu_s_per_1000"] for r in rounds], 4)
    return summary


# --- restart ---

def restart(target):
    """The first pages after a start, each account's first one; milliseconds, a Python client's share (under 1 ms) included."""
    if callable(target.restart):
        target.pid = target.restart(target)
    else:
        said = subprocess.run(shlex.split(target.restart), capture_output=True, text=True)
        if said.returncode != 0:
            raise Failed(f"{target.name}: its restart failed: {said.stderr.strip()}")
        target.pid = int(said.stdout.split()[-1])
    times = []
    for token in target.tokens:
        start = time.monotonic()
        page = target.get(token, PAGE)
        times.append((time.monotonic() - start) * 1000)
        if len(page) != 20:
            raise Failed(f"{target.name}: the first page after a restart holds {len(page)} posts")
    return {"first_ms": round(times[0], 2), "others_ms": report.spread(times[1:], 2)}


# --- all of it ---

def attempt(target, result, work):
    """One step of one server, which adds to its result; another server's failure ends its part and nothing else, ours is one of the bench."""
    if target.failed:
        return
    try:
        result.update(work())
    except Failed as e:
        if callable(target.restart):
            raise
        target.failed = str(e)
        say(f"{target.name} goes no further: {e}")


def first_posts(o, t):
    return {"intake": take_posts(o, t, o.posts), "page_bytes": check_pages(t)}


def more_posts(o, t):
    taken = take_posts(o, t, o.more)
    check_pages(t)
    return {"growth": taken}


def nothing(_target):
    return ()


def early_reads(targets, result):
    polls, known = {}, {}

    def poll(t):
        polls[t.name], found = empty_poll(t)
        known[t.name] = known_page(t)
        return {"empty_poll_finds": found, "knows_versions": bool(t.etag)}

    for t in targets:
        attempt(t, result[t.name], lambda t=t: poll(t))
    return {"home, 4 connections": (lambda _: PAGE, 4, nothing), "home, 64 connections": (lambda _: PAGE, 64, nothing),
            "empty poll, 64 connections": (lambda t: polls[t.name], 64, nothing),
            "page that the client has, 64 connections": (lambda _: PAGE, 64, lambda t: known[t.name])}


def summarise(t, result, rounds):
    result["reads"] = {kind: read_summary(r) for kind, r in rounds.items() if r}
    early, late = rounds["home, 64 connections"], rounds[LATER]
    if early and late:
        result["late_to_early"] = report.ratios([r["requests_per_second"] for r in late], [r["requests_per_second"] for r in early[:len(late)]])
        if t.pid and "growth" in result:
            result["late_to_early_cpu"] = report.ratios([r["cpu_s_per_1000"] for r in early[:len(late)]], [r["cpu_s_per_1000"] for r in late])
    result["memory_mib"], result["failed"] = t.memory_mib() if not t.failed else None, t.failed


def compare(o, targets):
    result = {t.name: {"note": t.note, "accounts": len(t.tokens)} for t in targets}
    for t in targets:
        say(f"{t.name}: the graph")
        attempt(t, result[t.name], lambda t=t: make_graph(t) or {"idle_memory_mib": t.memory_mib()})
    for t in targets:
        attempt(t, result[t.name], lambda t=t: first_posts(o, t))
    rounds = reads(o, targets, early_reads(targets, result))
    for t in targets:
        attempt(t, result[t.name], lambda t=t: more_posts(o, t))
    for name, late in reads(o, targets, {LATER: (lambda _: PAGE, 64, nothing)}).items():
        rounds[name].update(late)
    for t in targets:
        summarise(t, result[t.name], rounds[t.name])
        if t.restart:
            attempt(t, result[t.name], lambda t=t: {"restart": restart(t)})
    return {"follows": FOLLOWS, "posts": o.posts, "more": o.more, "servers": result, "raw": rounds}


# --- the report ---

def at(*path):
    """What stands there in a server's results, or its median; None where nothing was measured."""
    def value(s):
        for key in path:
            s = s.get(key) if s else None
        return s["median"] if isinstance(s, dict) else s
    return value


def cell(value):
    return "–" if value is None else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def row(servers, title, value, better=None):
    """`better`: is more or less of it better; then how many times the first server is better than each other."""
    values = [value(s) for s in servers]
    times = [times_better(values[0], other, better) for other in values[1:]]
    return (title, *map(cell, values), *("" if n is None else f"{n:,.1f}" for n in times))


def times_better(ours, other, better):
    if not (better and ours and other):
        return None
    return ours / other if better == "more" else other / ours


def drawn(c):
    """What a picture shows: (label, how many times better the first server is, None, is it worse, both values)."""
    names, servers = list(c["servers"]), list(c["servers"].values())
    many = "home, 64 connections"
    chosen = (("home pages/s", at("reads", many, "requests_per_second"), "more"), ("CPU s of 1,000 home pages", at("reads", many, "cpu_s_per_1000"), "less"),
              ("empty polls/s", at("reads", "empty poll, 64 connections", "requests_per_second"), "more"),
              ("posts acknowledged/s", at("growth", "acknowledged_per_second"), "more"), ("posts/s in all homes", at("growth", "visible_per_second"), "more"),
              ("resident memory, MiB", at("memory_mib"), "less"))
    for title, value, better in chosen:
        for name, other in zip(names[1:], servers[1:]):
            n = times_better(value(servers[0]), value(other), better)
            if n is not None:
                yield f"{title}, to {name}", n, None, n < 1, f"{n:,.1f} × better: {cell(value(servers[0]))}, {name} {cell(value(other))}"


def rows_of(c, servers):
    for kind in servers[0]["reads"]:
        yield row(servers, f"{kind}: requests/s", at("reads", kind, "requests_per_second"), "more")
        yield row(servers, f"{kind}: CPU s/1000", at("reads", kind, "cpu_s_per_1000"), "less")
        for q in ("p50", "p99"):
            yield row(servers, f"{kind}: {q} µs", at("reads", kind, "latency_us", q), "less")
    yield row(servers, f"home rate after {c['more']:,} more posts / before", at("late_to_early"))
    yield row(servers, "the same, pages a CPU second", at("late_to_early_cpu"))
    for part, title in (("intake", f"{c['posts']:,} posts"), ("growth", f"{c['more']:,} more posts")):
        yield row(servers, f"{title}: acknowledged/s", at(part, "acknowledged_per_second"), "more")
        yield row(servers, f"{title}: in all homes, posts/s", at(part, "visible_per_second"), "more")
        yield row(servers, f"{title}: CPU s/1000", at(part, "cpu_s_per_1000"), "less")
        yield row(servers, f"{title}: p99 µs", at(part, "latency_us", "p99"), "less")
    yield row(servers, "first page after a restart, ms", at("restart", "first_ms"), "less")
    yield row(servers, "others' first pages, ms", at("restart", "others_ms"), "less")
    yield row(servers, "resident at the end, MiB", at("memory_mib"), "less")
    yield row(servers, "bytes of a page", at("page_bytes"))
    yield row(servers, "others on the machine at the reads, cores", at("reads", "home, 64 connections", "foreign_cores"))


def remarks(name, s):
    if s["note"]:
        yield f"- {name}: {s['note']}."
    if s.get("empty_poll_finds"):
        yield f"- {name} answers the poll that should find nothing with {s['empty_poll_finds']} posts."
    if s.get("knows_versions") is False:
        yield f"- {name} gives pages no ETag: the page that the client has is sent again."
    if wrong := sum(r["wrong_answers"] for r in s["reads"].values()):
        yield f"- {name} gave {wrong:,} wrong answers to reads."
    if s["failed"]:
        yield f"- {name} went no further: {s['failed']}."


def written(_mode, c):
    names, servers = list(c["servers"]), list(c["servers"].values())
    head = ("", *names, *(f"{names[0]} better than {name}, times" for name in names[1:]))
    notes = "\n".join(remark for name, s in c["servers"].items() for remark in remarks(name, s))
    return (f"## Servers of the Mastodon API, {servers[0]['accounts']} accounts that follow {c['follows']} others each\n\n"
            f"{report.table(head, rows_of(c, servers))}\n\nClosed loop, medians. \"In all homes\" counts until each follower's home shows its authors' last "
            f"posts.\n\n{notes}").rstrip()
