"""What the feed's structures cost in memory, beside what memory itself costs: random writes of 8 bytes in as much of it."""
import json
import os
import subprocess

import measure
import report
from common import say
from servers import Failed

TARGETS = {"push": 0.5, "pull_200_us": 25, "pull_5000_us": 120, "bytes_per_ring": 2_200}
KEYS = ("random_write_ns", "push_ns", "push_without_ring_ns", "post_to_all_readers_ms", "bytes_per_ring", "pull_200_us", "pull_5000_us")


def add_options(p):
    p.add_argument_group("memory").add_argument("--rings", type=int, default=1_000_000, help="of 2 KiB, and as much again for the bound")


def measure_memory(o):
    rounds = []
    for number in range(max(3, o.rounds)):
        measure.await_quiet(o.wait_quiet)
        window = measure.Window([os.getpid()])
        before = os.times()
        done = subprocess.run([os.path.join(o.programs, "dunlin-bench-feed"), str(o.rings)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"dunlin-bench-feed: {done.stderr.strip()}")
        after = os.times()
        own = after.children_user + after.children_system - before.children_user - before.children_system
        rounds.append({**json.loads(done.stdout), "foreign_cores": window.end(own)["foreign_cores"]})
        say(f"memory round {number + 1}: a push {rounds[-1]['push_ns']} ns, a write {rounds[-1]['random_write_ns']} ns")
    return {"rings": o.rings, "raw": rounds, **{key: report.spread([r[key] for r in rounds], 2) for key in (*KEYS, "foreign_cores")},
            "ratio": report.ratios([r["random_write_ns"] for r in rounds], [r["push_ns"] for r in rounds])}


def text(r):
    rows = [
        ("random write of 8 bytes, the bound", report.text(r["random_write_ns"], 2) + " ns", ""),
        ("push of a post into a ring, with the walk over the followers", report.text(r["push_ns"], 2) + " ns", "≤ 2 such writes"),
        ("visit to a follower without a ring", report.text(r["push_without_ring_ns"], 2) + " ns", ""),
        (f"one post into all {r['rings']:,} rings", report.text(r["post_to_all_readers_ms"], 1) + " ms", ""),
        ("pull of 200 entries from 200 authors", report.text(r["pull_200_us"], 1) + " µs", f"≤ {TARGETS['pull_200_us']} µs"),
        ("pull of 200 entries from 5,000 authors", report.text(r["pull_5000_us"], 1) + " µs", f"≤ {TARGETS['pull_5000_us']} µs"),
        ("memory of a ring", report.text(r["bytes_per_ring"]) + " bytes", f"≤ {TARGETS['bytes_per_ring']:,} bytes"),
    ]
    return (f"## The feed in memory, {r['rings']:,} rings, one thread\n\n{report.table(('', 'median (min–max), CPU time', 'target'), rows)}\n\n"
            f"Ratio of a write to a push: {report.text(r['ratio'], 2)}. Others used {report.text(r['foreign_cores'], 2)} cores.")
