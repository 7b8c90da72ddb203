"""A day of a large community on one machine: posts that make a million feed updates a second, and everyone reads."""
import statistics
import time

import measure
import network
import report
from common import HOME, Placement, metrics, start_load, start_probe

TARGETS = {"updates": 1_100_000, "stale_ms": 100, "reads_ms": 50}


def add_options(p):
    g = p.add_argument_group("day")
    g.add_argument("--day-seconds", type=float, default=600)
    g.add_argument("--day-rate", type=float, default=231, help="posts a second")
    g.add_argument("--day-connections", type=int, default=32, help="that read home feeds without a pause")
    g.add_argument("--day-probes", type=float, default=5, help="a second, of how soon a post is seen")


def watch(node, seconds):
    """Resident memory and caches in MiB each second, with its time."""
    start, series = time.monotonic(), []
    while (at := time.monotonic() - start) < seconds:
        now = metrics(node.port)
        series.append({"at": round(at, 1), "rss": round(measure.memory_kib(node.process.pid)["VmRSS"] / 1024, 1),
                       "rings": int(now["dunlin_rings"]), "lag_ms": now["dunlin_fan_out_lag_us"] / 1000, "caches": network.caches_mib(now)})
        time.sleep(max(0.0, min(1.0, seconds - at)))
    return series


def slope(points):
    """MiB a minute, least squares."""
    if len(points) < 3:
        return 0.0
    return round(60 * statistics.linear_regression([p["at"] for p in points], [p["rss"] for p in points]).slope, 2)


def measure_day(o):
    first, last = network.FIRST_AUTHOR, network.last_author(o)
    pairs, place = network.write_pairs(o, first, last, "day-pairs"), Placement("unpinned")
    with network.start_node(o, *network.room_for_rings(o)) as node:
        node.await_ready()
        warm = network.warm_up(o, node, o.network_accounts)
        before = metrics(node.port)
        window = measure.Window(node.pids())
        reading = ("--path", f"{HOME}?limit=20", "--accounts", f"1-{o.network_accounts}", "--pick", "skewed", "--seconds", o.day_seconds)
        with start_load(o, place, node.port, *network.posting(o, first, last, o.day_rate, o.day_seconds, "day")) as posts, \
             start_load(o, place, node.port, *reading, connections=o.day_connections) as reads, \
             start_probe(o, node.port, pairs, o.day_seconds, o.day_probes) as probe:
            series = watch(node, o.day_seconds)
            posts, reads, probe = posts.finish(), reads.finish(), probe.finish()
        cores = window.end(posts["load_cpu_seconds"] + reads["load_cpu_seconds"])
        after = metrics(node.port)
    flat = [p for p in series if p["at"] >= o.day_seconds / 5]
    pushes = after["dunlin_fan_out_pushes_total"] - before["dunlin_fan_out_pushes_total"]
    return {"seconds": o.day_seconds, "rate": o.day_rate, "connections": o.day_connections, "warm": warm, "series": series,
            "updates_per_second": round(pushes / o.day_seconds), "rings_after": int(after["dunlin_rings"]),
            "overflows": int(after["dunlin_fan_out_overflows_total"]), "lag_ms": round(max(p["lag_ms"] for p in series), 1),
            "posts": posts, "reads": reads, "probe": probe, "rss_min": min(p["rss"] for p in flat), "rss_max": max(p["rss"] for p in flat),
            "rss_slope": slope(flat), "caches_first": flat[0]["caches"], "caches_last": flat[-1]["caches"],
            "node_cores": round(cores["server_cpu_seconds"] / o.day_seconds, 2), "foreign_cores": cores["foreign_cores"]}


def text(r):
    ms, posts, reads, probe = report.milliseconds, r["posts"], r["reads"], r["probe"]
    cores = (posts["load_cpu_seconds"] + reads["load_cpu_seconds"]) / r["seconds"]
    rows = [
        (f"feed updates, {posts['requests'] / r['seconds']:,.1f} posts/s", f"{r['updates_per_second']:,}/s", f"{TARGETS['updates']:,}/s"),
        (f"staleness: from due to seen, of {probe['probes']}, p50 / p99 / max", ms(probe["seen_after_due_us"], "p50", "p99", "max"),
         f"p99 < {TARGETS['stale_ms']} ms"),
        ("from acknowledged to seen", ms(probe["seen_after_answer_us"], "p50", "p99", "max"), ""),
        ("posts: answer", ms(posts["latency_us"], "p50", "p99", "max"), ""),
        (f"home feeds read, {r['connections']} connections", f"{reads['requests_per_second']:,.0f}/s", "what the CPU gives"),
        ("their latency", ms(reads["latency_us"], "p50", "p99", "max"), f"p99 < {TARGETS['reads_ms']} ms"),
        ("longest from commit until the last ring has a post", f"{r['lag_ms']:,} ms", ""),
        ("resident memory after the first fifth, least–most", f"{r['rss_min']:,.0f}–{r['rss_max']:,.0f} MiB", "flat"),
        ("its slope", f"{r['rss_slope']:+.2f} MiB/min", "flat"),
        ("cores: node, load generators, others", f"{r['node_cores']}, {cores:.2f}, {r['foreign_cores']}", ""),
    ]
    return (
        f"## A day's load for {r['seconds']:,.0f} s\n\n{report.table(('', 'figure', 'target'), rows)}\n\n"
        f"{r['warm']['rings']:,} rings at the start, {r['rings_after']:,} at the end; all were dropped {r['overflows']} times. "
        f"Caches in MiB after the first fifth: {report.named(r['caches_first'])}; at the end: {report.named(r['caches_last'])}."
    )
