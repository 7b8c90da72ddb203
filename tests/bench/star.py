"""A post to a million local followers, each with a feed in memory, while small posts flow."""
import time

import measure
import network
import report
from common import Client, Placement, metrics, start_load, start_probe
from servers import Failed

TARGETS = {"star_ms": 100, "small_p99_ms": 50, "ring_bytes": 2_200}
PAUSE_SECONDS = 0.5  # between the star's posts


def add_options(p):
    g = p.add_argument_group("star")
    g.add_argument("--star-posts", type=int, default=20)
    g.add_argument("--small-rate", type=float, default=100, help="posts a second of all others")
    g.add_argument("--small-probes", type=float, default=25, help="a second, of how soon those are seen")


def post(node, client, followers, number):
    """One post of the star: milliseconds until it is acknowledged, and from its commit until the last ring has it."""
    before = metrics(node.port)  # resets the longest lag
    start = time.monotonic()
    client.post(network.STAR, f"Number {number}, for everybody.")
    answered, lag = time.monotonic() - start, 0
    while True:
        now = metrics(node.port)
        lag = max(lag, now["dunlin_fan_out_lag_us"])
        brought = now["dunlin_fan_out_pushes_total"] - before["dunlin_fan_out_pushes_total"] >= followers
        if brought and now["dunlin_fan_out_waiting"] == 0:
            return answered * 1000, lag / 1000
        if time.monotonic() > start + 120:
            raise Failed("the star's post is not in all rings after two minutes")
        time.sleep(0.002)


def measure_star(o):
    followers = min(o.star_followers, o.network_accounts - 1)
    first, last = network.last_author(o) + 1, o.network_accounts
    pairs, place = network.write_pairs(o, first, last, "star-pairs"), Placement("unpinned")
    with network.start_node(o, *network.room_for_rings(o)) as node:
        node.await_ready()
        warm = network.warm_up(o, node, followers + 1)
        seconds = o.star_posts * PAUSE_SECONDS + 3
        window = measure.Window(node.pids())
        with start_load(o, place, node.port, *network.posting(o, first, last, o.small_rate, seconds, "star")) as small, \
             start_probe(o, node.port, pairs, seconds, o.small_probes) as probe:
            time.sleep(1)
            star, client = [], Client(node.port)
            for number in range(o.star_posts):
                star.append(post(node, client, followers, number))
                time.sleep(PAUSE_SECONDS)
            small, probe = small.finish(), probe.finish()
        cores = window.end(small["load_cpu_seconds"])
        rings = metrics(node.port)["dunlin_rings"]
    if rings < 0.99 * warm["rings"]:
        raise Failed(f"of {warm['rings']:,} rings {rings:,.0f} are left")
    return {"followers": followers, "warm": warm, "posts": star, "first_ms": round(star[0][1], 1),
            "star_ms": report.spread([lag for _, lag in star[1:] or star], 1), "answer_ms": report.spread([ms for ms, _ in star], 1),
            "small": small, "probe": probe, "rate": o.small_rate, "seconds": seconds, **cores}


def text(r):
    small, seen, warm = r["small"]["latency_us"], r["probe"]["seen_after_due_us"], r["warm"]
    ms = report.milliseconds
    rows = [
        ("star: from commit until the last ring has the post", report.text(r["star_ms"], 1) + " ms", f"< {TARGETS['star_ms']} ms"),
        ("the first time, with its followers still to be read", f"{r['first_ms']} ms", ""),
        ("star: answer to its own request", report.text(r["answer_ms"], 1) + " ms", ""),
        (f"small posts, {r['rate']:g}/s: answer, p50 / p99 / max", ms(small, "p50", "p99", "max"), f"p99 < {TARGETS['small_p99_ms']} ms"),
        (f"small posts: seen in a follower's feed, of {r['probe']['probes']}", ms(seen, "p50", "p99", "max"), f"p99 < {TARGETS['small_p99_ms']} ms"),
        ("memory of a ring, as the node counts", f"{warm['bytes_a_ring']:,} bytes", f"≤ {TARGETS['ring_bytes']:,} bytes"),
        ("resident memory gained by warming up, but for other caches, a ring", f"{warm['rss_bytes_a_ring']:,} bytes", ""),
    ]
    return (
        f"## A post to {r['followers']:,} followers while small ones flow\n\n{report.table(('', 'figure', 'target'), rows)}\n\n"
        f"{len(r['posts'])} posts of the star in {r['seconds']:g} s; {warm['rings']:,} rings, made by {warm['passes']} reads of each home feed in "
        f"{warm['seconds']:,.0f} s; resident {warm['rss_before_mib']:,.0f} MiB before, {warm['rss_mib']:,.0f} MiB after; caches in MiB: "
        f"{report.named(warm['caches_mib'])}. Latencies count from when a request was due. Others used {r['foreign_cores']} cores."
    )
