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
    r = target.must_load(o.programs, "--requests-file", file, "--connections", "64", "--seconds", "86400")
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


def read(o, target, path, connections):
    measure.await_quiet(o.wait_quiet)
    r = target.must_load(o.programs, "--path", path, "--token-file", target.tokens_file, "--connections", str(connections), "--seconds", str(o.seconds))
    r["cpu_s_per_1000"] = r["server_cpu_seconds"] * 1000 / r["requests"] if target.pid else None
    return r


def empty_poll(target):
    """The path that asks for what is newer than all there is."""
    newest = max((page[0]["id"] for page in (target.get(token, f"{HOME}?limit=1") for token in target.tokens) if page), key=lambda i: (len(i), i))
    path = f"{PAGE}&since_id={newest}"
    found = max(len(target.get(token, path)) for token in target.tokens)
    return path, found


def reads(o, targets, kinds):
    """`kinds`: name -> (path of a target, connections). All servers in turn, round by round."""
    rounds = {t.name: {kind: [] for kind in kinds} for t in targets}
    for number in range(o.rounds):
        for kind, (path_of, connections) in kinds.items():
            for t in targets:
                rounds[t.name][kind].append(read(o, t, path_of(t), connections))
            say(f"{kind}, round {number + 1}: " + ", ".join(f"{t.name} {rounds[t.name][kind][-1]['requests_per_second']:,.0f}/s" for t in targets))
    return rounds


def read_summary(rounds):
    summary = {"requests_per_second": report.spread([r["requests_per_second"] for r in rounds]),
               "latency_us": {q: report.spread([r["latency_us"][q] for r in rounds]) for q in ("p50", "p99")},
               "foreign_cores": report.spread([r["foreign_cores"] for r in rounds], 2)}
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


def compare(o, targets):
    result = {t.name: {"note": t.note, "accounts": len(t.tokens)} for t in targets}
    for t in targets:
        say(f"{t.name}: the graph")
        make_graph(t)
        result[t.name]["idle_memory_mib"] = t.memory_mib()
    for t in targets:
        result[t.name]["intake"] = take_posts(o, t, o.posts)
        result[t.name]["page_bytes"] = check_pages(t)
    polls = {}
    for t in targets:
        polls[t.name], result[t.name]["empty_poll_finds"] = empty_poll(t)
    kinds = {"home, 4 connections": (lambda _: PAGE, 4), "home, 64 connections": (lambda _: PAGE, 64),
             "empty poll, 64 connections": (lambda t: polls[t.name], 64)}
    before = reads(o, targets, kinds)
    for t in targets:
        result[t.name]["growth"] = take_posts(o, t, o.more)
        check_pages(t)
    after = reads(o, targets, {"home, 64 connections, later": (lambda _: PAGE, 64)})
    for t in targets:
        result[t.name]["reads"] = {kind: read_summary(r) for kind, r in {**before[t.name], **after[t.name]}.items()}
        late = [r["requests_per_second"] for r in after[t.name]["home, 64 connections, later"]]
        result[t.name]["late_to_early"] = report.ratios(late, [r["requests_per_second"] for r in before[t.name]["home, 64 connections"]])
        result[t.name]["memory_mib"] = t.memory_mib()
        if t.restart:
            result[t.name]["restart"] = restart(t)
    return {"follows": FOLLOWS, "posts": o.posts, "more": o.more, "servers": result,
            "raw": {t.name: {**before[t.name], **after[t.name]} for t in targets}}


# --- the report ---

def written(_mode, c):
    names = list(c["servers"])
    rows = []

    def row(title, value, better=None):
        cells = [value(c["servers"][name]) for name in names]
        texts = ["–" if v is None else f"{v:,.3g}" if abs(v) < 100 else f"{v:,.0f}" for v in cells]
        times = []
        for other in cells[1:]:
            usable = better and cells[0] and other
            times.append(f"{(cells[0] / other if better == 'more' else other / cells[0]):,.1f}" if usable else "")
        rows.append((title, *texts, *times))

    def median(*path):
        def value(s):
            for key in path:
                s = s.get(key) if s else None
            return s["median"] if s else None
        return value

    for kind in c["servers"][names[0]]["reads"]:
        row(f"{kind}: requests/s", median("reads", kind, "requests_per_second"), "more")
        row(f"{kind}: CPU s/1000", median("reads", kind, "cpu_s_per_1000"), "less")
        for q in ("p50", "p99"):
            row(f"{kind}: {q} µs", median("reads", kind, "latency_us", q), "less")
    row(f"home rate after {c['more']:,} more posts / before", median("late_to_early"))
    for part, title in (("intake", f"{c['posts']:,} posts"), ("growth", f"{c['more']:,} more posts")):
        row(f"{title}: acknowledged/s", lambda s, p=part: s[p]["acknowledged_per_second"], "more")
        row(f"{title}: in all homes, posts/s", lambda s, p=part: s[p]["visible_per_second"], "more")
        row(f"{title}: CPU s/1000", lambda s, p=part: s[p]["cpu_s_per_1000"], "less")
        row(f"{title}: p99 µs", lambda s, p=part: s[p]["latency_us"]["p99"], "less")
    row("first page after a restart, ms", lambda s: s.get("restart", {}).get("first_ms"), "less")
    row("others' first pages, ms", median("restart", "others_ms"), "less")
    row("resident at the end, MiB", lambda s: s["memory_mib"], "less")
    row("bytes of a page", lambda s: s["page_bytes"])
    head = ("", *names, *(f"{names[0]} better than {name}, times" for name in names[1:]))
    notes = "\n".join(f"- {name}: {s['note']}" for name, s in c["servers"].items() if s["note"])
    polls = [f"{name} answers {s['empty_poll_finds']} posts" for name, s in c["servers"].items() if s["empty_poll_finds"]]
    return (f"## Servers of the Mastodon API, {c['servers'][names[0]]['accounts']} accounts that follow {c['follows']} others each\n\n"
            f"{report.table(head, rows)}\n\nClosed loop, medians. " + (f"Of the poll that should be empty {', '.join(polls)}. " if polls else "")
            + (f"\n\n{notes}" if notes else ""))
