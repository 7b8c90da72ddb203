"""A node with a large database is killed while people post: how soon is it back, and is everything there?"""
import itertools
import os
import random
import sqlite3
import time

import measure
import network
import report
from common import HOME, Client, Placement, database_of, say, start_load
from servers import Failed

TARGETS = {"ready_ms": 1_000, "first_ms": 50}
PAGES = 20  # first pages of either kind of accounts, after the very first
CHECKED = 200  # acknowledged posts that are asked for; all are looked for in the database


def add_options(p):
    g = p.add_argument_group("restart")
    g.add_argument("--restart-rounds", type=int, default=3)
    g.add_argument("--restart-seconds", type=float, default=5, help="of posting before the node is killed")


def drop_page_cache(data):
    """Nothing of the database is in memory any more; says how."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as f:
            f.write("3")
        return "the page cache of the machine was dropped"
    except OSError:
        for name in os.listdir(data):
            path = os.path.join(data, name)
            if os.path.isfile(path):
                fd = os.open(path, os.O_RDONLY)
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(fd)
        return "the pages of the data folder were dropped from the page cache (the machine's must not be)"


def post_until_killed(o, accounts):
    """Ids of the posts that were acknowledged before the node was killed; these accounts read their feeds until then."""
    file = os.path.join(o.work, "acknowledged")
    arguments = network.posting(o, 1, o.network_accounts, None, 3_600, "restart")
    with network.start_node(o) as node:
        node.await_ready()
        with start_load(o, Placement("unpinned"), node.port, *arguments, "--ids-file", file) as running:
            ends, client = time.monotonic() + o.restart_seconds, Client(node.port)
            for account in itertools.cycle(accounts):
                first_page(client, account)
                if time.monotonic() > ends:
                    break
            node.kill()
            running.finish(may_fail=True)
    with open(file) as f:
        ids = [int(line) for line in f if line.strip()]
    if not ids:
        raise Failed("no post was acknowledged before the node was killed")
    return ids


def first_page(client, account):
    start = time.monotonic()
    page = client.ask(account, "GET", f"{HOME}?limit=20")
    ms = (time.monotonic() - start) * 1000
    if len(page) != 20:
        raise Failed(f"the first page of account {account} has {len(page)} posts")
    return ms


def look_for(node, ids, data):
    """All of them are in the database, and the node shows the newest."""
    with sqlite3.connect(f"file:{database_of(data)}?mode=ro", uri=True) as db:
        lost = [i for i in ids if not db.execute("SELECT 1 FROM status WHERE id = ? AND deleted_at IS NULL", (i,)).fetchone()]
    if lost:
        raise Failed(f"{len(lost)} of {len(ids)} acknowledged posts are lost: {lost[:10]}")
    client = Client(node.port)
    for i in sorted(ids)[-CHECKED:]:
        if int(client.ask(network.STAR, "GET", f"/api/v1/statuses/{i}")["id"]) != i:
            raise Failed(f"post {i} is another one")


def started(o, readers, others):
    """A start of the node, and then each one's first page; the node is killed at the end."""
    with network.start_node(o) as node:
        window = measure.Window([os.getpid()])
        ready = node.await_ready() * 1000
        client = Client(node.port)
        many = [first_page(client, account) for account in readers]
        few = [first_page(client, account) for account in others]
        foreign = window.end(measure.cpu_seconds(node.pids()))["foreign_cores"]
        node.kill()
    return {"ready_ms": ready, "first_ms": many[0], "many_ms": many[1:], "few_ms": few, "foreign_cores": foreign}


def measure_restart(o):
    rounds, dice = [], random.Random(3)
    for number in range(o.restart_rounds):
        readers = dice.sample(range(o.network_accounts - o.readers + 1, o.network_accounts + 1), 1 + min(PAGES, o.readers - 1))
        others = dice.sample(range(network.last_author(o) + 1, o.network_accounts - o.readers + 1), PAGES)
        ids = post_until_killed(o, readers + others)
        log = sum(os.path.getsize(os.path.join(network.folder(o), n)) for n in os.listdir(network.folder(o)) if n.endswith("-wal"))
        killed = started(o, readers, others)
        how = drop_page_cache(network.folder(o))
        cold = started(o, readers, others)
        with network.start_node(o) as node:
            node.await_ready()
            look_for(node, ids, network.folder(o))
        rounds.append({"acknowledged": len(ids), "log_mib": round(log / 2**20, 1), "killed": killed, "cold": cold, "dropped": how})
        say(f"restart {number + 1}: ready after {killed['ready_ms']:.0f} ms, first page {killed['first_ms']:.1f} ms, with nothing in the page cache "
            f"{cold['ready_ms']:.0f} and {cold['first_ms']:.1f} ms; {len(ids):,} posts are there")

    def spread(kind):
        of = [r[kind] for r in rounds]
        return {"ready_ms": report.spread([r["ready_ms"] for r in of]), "first_ms": report.spread([r["first_ms"] for r in of], 1),
                "many_ms": report.spread([ms for r in of for ms in r["many_ms"]], 1), "few_ms": report.spread([ms for r in of for ms in r["few_ms"]], 1),
                "foreign_cores": report.spread([r["foreign_cores"] for r in of], 2)}
    return {"accounts": o.network_accounts, "posts": o.network_posts, "rounds": rounds, "dropped": rounds[-1]["dropped"],
            **spread("killed"), "cold": spread("cold"), "acknowledged": sum(r["acknowledged"] for r in rounds),
            "log_mib": report.spread([r["log_mib"] for r in rounds], 1)}


def text(r):
    cold = r["cold"]
    rows = [
        ("start to `ready`", report.text(r["ready_ms"]) + " ms", report.text(cold["ready_ms"]) + " ms", f"< {TARGETS['ready_ms']:,} ms"),
        ("the first home page of all, of a reader who follows more than 200", report.text(r["first_ms"], 1) + " ms",
         report.text(cold["first_ms"], 1) + " ms", f"< {TARGETS['first_ms']} ms"),
        ("first home pages of more such readers", report.text(r["many_ms"], 1) + " ms", report.text(cold["many_ms"], 1) + " ms", ""),
        ("first home pages of others", report.text(r["few_ms"], 1) + " ms", report.text(cold["few_ms"], 1) + " ms", ""),
        (f"acknowledged posts that are lost, of {r['acknowledged']:,}", "0", "0", "0"),
    ]
    return (
        f"## Killed while people post, {r['accounts']:,} accounts, {r['posts']:,} posts\n\n"
        f"{report.table(('median (min–max)', 'killed', 'killed, and the page cache dropped', 'target'), rows)}\n\n"
        f"{len(r['rounds'])} times; the accounts read their feeds until the node was killed. The second column is what a power cut leaves behind: {r['dropped']}. The write-ahead log that was read again had "
        f"{report.text(r['log_mib'], 1)} MiB. Others used {report.text(r['foreign_cores'], 2)} cores."
    )
