"""The large network that the parts star, day, restart and soak share: made once, warmed up, looked into."""
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time

import measure
import servers
from common import HOME, Placement, database_of, load, metrics, say
from servers import Failed

STAR = 1
FIRST_AUTHOR = 2
RING_BYTES = 2_080
VIEWER_BYTES = 3_000  # whom a reader follows, and more
WARM_PASSES = 6


def add_options(p):
    g = p.add_argument_group("the large network (star, day, restart, soak)")
    g.add_argument("--network-accounts", type=int, default=1_000_000)
    g.add_argument("--network-posts", type=int, default=10_000_000)
    g.add_argument("--network-follows", type=float, default=10, help="whom each account follows beside star and authors, mean")
    g.add_argument("--star-followers", type=int, default=1_000_000)
    g.add_argument("--authors", type=int, default=4_000, help="accounts that post while something is measured")
    g.add_argument("--author-followers", type=float, default=4_760, help="of each of them, mean")
    g.add_argument("--readers", type=int, default=1_000, help="accounts that follow 200 more than the others")


def folder(o):
    return os.path.join(o.work, "network")


def last_author(o):
    return FIRST_AUTHOR + o.authors - 1


def prepare(o):
    """Makes the network, or takes the one of the run before if it is kept and has the same size."""
    size = {"accounts": o.network_accounts, "posts": o.network_posts, "follows": o.network_follows, "star-followers": o.star_followers,
            "authors": o.authors, "author-followers": o.author_followers, "readers": o.readers}
    note = folder(o) + ".json"
    if o.keep_data and os.path.exists(note):
        with open(note) as f:
            if json.load(f) != size:
                raise Failed(f"{folder(o)} has another size; run without --keep-data")
        return
    for path in (folder(o), note):
        shutil.rmtree(path, ignore_errors=True)
    say(f"making {o.network_accounts:,} accounts and {o.network_posts:,} posts")
    commands = ([o.node, "init", "--data", folder(o), "--domain", "localhost:8443"],
                [os.path.join(o.programs, "dunlin-bench-network"), "--database", os.path.join(folder(o), "dunlin.db"),
                 *(word for name, value in size.items() for word in ("--" + name, str(value)))])
    for command in commands:
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            raise Failed(f"{os.path.basename(command[0])} failed")
    with open(note, "w") as f:
        json.dump(size, f)


def start_node(o, *settings):
    return servers.start_node(o.node, folder(o), o.work, Placement("unpinned").loops, settings=[*settings, *o.set])


def room_for_rings(o):
    """Settings under which every account is a frequent reader: its ring, and what it follows, stay in memory."""
    return (f"caches.rings_mib={o.network_accounts * RING_BYTES * 6 // 5 // 2**20 + 8}", "caches.followers_mib=512",
            f"caches.viewers_mib={o.network_accounts * VIEWER_BYTES // 2**20 + 16}")


def warm_up(o, node, last):
    """Every account up to `last` reads its home feed until nearly all have a ring; what that took, and what memory."""
    place, before = Placement("unpinned"), measure.memory_kib(node.process.pid)["VmRSS"]
    start, passes = time.monotonic(), 0
    while passes < WARM_PASSES:
        load(o, place, node.port, "--path", f"{HOME}?limit=1", "--accounts", f"1-{last}", "--pick", "once", "--seconds", 36_000)
        passes += 1
        now = _settled(node)
        say(f"pass {passes}: {now['dunlin_rings']:,.0f} rings after {time.monotonic() - start:.0f} s")
        if passes > 1 and now["dunlin_rings"] >= 0.995 * last:
            break
    else:
        raise Failed(f"after {WARM_PASSES} reads of all {last:,} accounts there are {now['dunlin_rings']:,.0f} rings")
    resident, caches = measure.memory_kib(node.process.pid)["VmRSS"], caches_mib(now)
    others = sum(mib for name, mib in caches.items() if name != "rings")
    return {"accounts": last, "rings": int(now["dunlin_rings"]), "passes": passes, "seconds": round(time.monotonic() - start, 1),
            "rss_before_mib": round(before / 1024, 1), "rss_mib": round(resident / 1024, 1), "caches_mib": caches,
            "bytes_a_ring": round(caches["rings"] * 2**20 / max(1, now["dunlin_rings"])),
            "rss_bytes_a_ring": round(((resident - before) / 1024 - others) * 2**20 / max(1, now["dunlin_rings"]))}


def _settled(node):
    """The node's figures once no ring is being built."""
    now = metrics(node.port)
    while True:
        time.sleep(0.2)
        before, now = now, metrics(node.port)
        if now["dunlin_rings_built_total"] == before["dunlin_rings_built_total"]:
            return now


def caches_mib(figures):
    prefix = 'dunlin_cache_bytes{cache="'
    return {name[len(prefix):-2]: round(value / 2**20, 1) for name, value in figures.items() if name.startswith(prefix)}


def write_pairs(o, first, last, name, count=2_000):
    """A file of authors, of the accounts `first` to `last`, and of one follower of each."""
    dice, file = random.Random(5), os.path.join(o.work, name)
    with sqlite3.connect(f"file:{database_of(folder(o))}?mode=ro", uri=True) as db, open(file, "w") as out:
        written = 0
        for _ in range(count * 10):
            author = dice.randint(first, last)
            # Somewhere in the list, not always who follows longest.
            found = db.execute("SELECT account_id FROM follow INDEXED BY follower_by_time WHERE target_id = ? LIMIT 1 OFFSET ?",
                               (author, dice.randint(0, 5))).fetchone()
            if found and found[0] != STAR:
                out.write(f"{author} {found[0]}\n")
                written += 1
            if written == count:
                break
    if written == 0:
        raise Failed("no account has a follower")
    return file


def write_post(o):
    """What is posted: a text of common length, as JSON for the load generator."""
    file = os.path.join(o.work, "network-post.json")
    with open(file, "w") as f:
        json.dump({"status": "Post @@@@@@@@@@ of a long day: the heron stood in the shallow water beside the bridge and waited, as it does.",
                   "visibility": "public", "language": "en"}, f)
    return file


def posting(o, first, last, rate, seconds, prefix):
    """Arguments of the load generator: posts by accounts `first` to `last`."""
    return ("--path", "/api/v1/statuses", "--post-file", write_post(o), "--key-prefix", f"{prefix}-{os.getpid()}-{time.time_ns()}-",
            "--accounts", f"{first}-{last}", "--seconds", seconds, *(("--rate", rate) if rate else ()))
