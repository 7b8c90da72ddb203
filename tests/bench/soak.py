"""Mixed load with little room for every cache: is memory bounded by what the settings allow?"""
import contextlib
import os
import time

import measure
import network
import report
from common import HOME, Placement, database_of, metrics, say, start_load

CAPS_MIB = {"caches.statuses_mib": 16, "caches.viewers_mib": 8, "caches.rings_mib": 32, "caches.followers_mib": 16, "caches.heads_mib": 16}
ACCOUNT_BYTES = 72  # in tables by account that no cap bounds: of rings, of heads, of direct posts' heads
DATABASE_MIB = 1  # of each connection
ROWS = 30


def add_options(p):
    g = p.add_argument_group("soak")
    g.add_argument("--soak-seconds", type=float, default=1_800)
    g.add_argument("--soak-rate", type=float, default=50, help="posts a second")


def loads(o, node):
    """Posts at a steady pace; home feeds, profiles' neighbours and the public feed as fast as they are answered."""
    place, everybody = Placement("unpinned"), f"1-{o.network_accounts}"
    reads = ((HOME + "?limit=20", "uniform", 8), (HOME + "?limit=40", "skewed", 8), ("/api/v1/timelines/public?limit=20", "skewed", 2),
             ("/api/v1/notifications?limit=20", "uniform", 2), ("/api/v1/accounts/verify_credentials", "uniform", 2))
    yield start_load(o, place, node.port, *network.posting(o, 1, o.network_accounts, o.soak_rate, o.soak_seconds, "soak"))
    for path, pick, connections in reads:
        yield start_load(o, place, node.port, "--path", path, "--accounts", everybody, "--pick", pick, "--seconds", o.soak_seconds,
                         connections=connections)


def database_connections(o, node):
    """How many the node has open: SQLite keeps pages for each."""
    folder, database = f"/proc/{node.process.pid}/fd", os.path.realpath(database_of(network.folder(o)))
    return sum(os.path.realpath(os.path.join(folder, fd)) == database for fd in os.listdir(folder))


def bound_mib(r):
    """Idle and everything that the settings allow, and the tables that no setting bounds."""
    return r["idle_mib"] + sum(r["caps_mib"].values()) + r["database_mib"] + r["tables_mib"]


def measure_soak(o):
    settings = [f"{name}={mib}" for name, mib in CAPS_MIB.items()]
    with network.start_node(o, *settings, f"database.cache_mib={DATABASE_MIB}", "database.mmap_mib=0") as node:
        node.await_ready()
        time.sleep(1)  # idle means idle: let start-up work in the background come to its end
        idle = measure.memory_kib(node.process.pid)["VmRSS"] / 1024
        window, rows, peak = measure.Window(node.pids()), [], 0
        with contextlib.ExitStack() as stack:
            running = [stack.enter_context(each) for each in loads(o, node)]
            start, step = time.monotonic(), max(1.0, o.soak_seconds / ROWS)
            while (at := time.monotonic() - start) < o.soak_seconds:
                rss = measure.memory_kib(node.process.pid)["VmRSS"] / 1024
                peak = max(peak, rss)
                if at >= len(rows) * step:
                    now = metrics(node.port)
                    rows.append({"minute": round(at / 60, 1), "rss": round(rss, 1), "requests": int(now["dunlin_requests_total"]),
                                 "caches": network.caches_mib(now)})
                    say(f"minute {rows[-1]['minute']}: {rows[-1]['rss']:,.0f} MiB, {rows[-1]['requests']:,} requests")
                time.sleep(0.25)
            done = [each.finish() for each in running]
        cores = window.end(sum(r["load_cpu_seconds"] for r in done))
        connections = database_connections(o, node)
        after = metrics(node.port)
    rows.append({"minute": round(o.soak_seconds / 60, 1), "rss": round(peak, 1), "requests": int(after["dunlin_requests_total"]),
                 "caches": network.caches_mib(after)})
    half = [r["rss"] for r in rows[:-1]][len(rows) // 2:] or [peak]
    return {"seconds": o.soak_seconds, "tables_mib": round(o.network_accounts * ACCOUNT_BYTES / 2**20, 1), "database_mib": connections * DATABASE_MIB,
            "idle_mib": round(idle, 1), "peak_mib": round(peak, 1), "caps_mib": CAPS_MIB, "rows": rows,
            "second_half": [min(half), max(half)], "requests": sum(r["requests"] for r in done), "foreign_cores": cores["foreign_cores"]}


def text(r):
    names = list(r["rows"][0]["caches"])
    rows = [(row["minute"], f"{row['rss']:,.0f}", f"{row['requests']:,}", *(f"{row['caches'][name]:g}" for name in names)) for row in r["rows"]]
    return (
        f"## Mixed load for {r['seconds'] / 60:,.1f} minutes with small caches\n\n"
        f"{report.table(('minute', 'resident MiB', 'requests so far', *names), rows)}\n\n"
        f"Resident memory was {r['idle_mib']:,.1f} MiB when idle and {r['peak_mib']:,.1f} MiB at most (last row), "
        f"{r['second_half'][0]:,.0f}–{r['second_half'][1]:,.0f} MiB in the second half; idle, all caps ({report.named(r['caps_mib'])}), "
        f"{r['database_mib']} MiB of pages for SQLite's connections and {r['tables_mib']:,.1f} MiB of tables by account together are {bound_mib(r):,.1f} MiB. {r['requests']:,} requests; others used {r['foreign_cores']} cores."
    )
