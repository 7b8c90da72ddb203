"""The figures that are published: each next to its target and to what the machine can do at most, from the results of any parts."""
from typing import NamedTuple, Optional

import memory
import overload
import report
import soak as soaked


class Figure(NamedTuple):
    title: str
    measured: str
    target: str = ""
    bound: str = ""
    ratio: Optional[float] = None  # of the bound reached; 1 is all that the machine can do
    goal: Optional[float] = None  # the ratio aimed at
    reached: Optional[bool] = None
    foreign: Optional[float] = None  # cores that others used meanwhile


def against_bound(title, measured, bound, ratio, goal, foreign):
    return Figure(title, measured, f"≥ {goal} × bound", bound, ratio, goal, ratio >= goal, foreign)


def rate(s, unit):
    return f"{s['median']:,.0f}{unit}"


def reads(title, goal, modes):
    for mode, r in modes.items():
        node, static = r["servers"]["dunlin-node"], r["servers"]["nginx"]
        ratio, foreign = r["ratios"]["nginx"], node["foreign_cores"]["median"]
        yield against_bound(f"{title}, {mode}", rate(node["requests_per_second"], " requests/s"),
                            rate(static["requests_per_second"], f" requests/s, nginx with {r['static_bytes']:,} bytes"), ratio["throughput"]["median"],
                            goal, foreign)
        yield Figure(f"{title}, {mode}, CPU", f"{node['cpu_us_per_request']['median']:.1f} µs/request", "",
                     f"{static['cpu_us_per_request']['median']:.1f} µs/request, nginx", foreign=foreign)
        p99 = node["latency_us"]["p99"]["median"] / 1000
        yield Figure(f"{title}, {mode}, p99 at half load", f"{p99:.2f} ms", "< 5 ms", reached=p99 < 5, foreign=foreign)


def feed(modes):
    yield from reads("home page of 20", report.TARGETS["feed"], modes)


def poll(modes):
    yield from reads("poll that finds nothing", report.TARGETS["poll"], modes)


def posts(modes):
    for mode, r in modes.items():
        raw, foreign = r["sqlite"]["same batch"], r["node"]["foreign_cores"]["median"]
        yield against_bound(f"durable posts of {r['connections']} clients, {mode}", rate(r["node"]["posts_per_second"], " posts/s"),
                            rate(raw["posts_per_second"], " posts/s, SQLite alone with as many a commit"), r["ratio"]["median"], report.TARGETS["posts"], foreign)
        p99 = r["node"]["latency_us"]["p99"]["median"] / 1000
        yield Figure(f"durable posts, {mode}, p99", f"{p99:.1f} ms", "< 10 ms", reached=p99 < 10, foreign=foreign)


def inbox(modes):
    for mode, r in modes.items():
        foreign = r["node"]["foreign_cores"]["median"]
        yield against_bound(f"signed notices in, durable, {mode}", rate(r["node"]["posts_per_second"], "/s"),
                            rate(r["bound"], "/s, RSA verification and SQLite alone"), r["ratio"]["median"], report.TARGETS["inbox"], foreign)


def outbox(modes):
    for mode, r in modes.items():
        yield against_bound(f"notices out over TLS, {mode}", rate(r["deliveries_per_second"], "/s"),
                            f"{r['signatures_per_second']['median']:,.0f} RSA signatures/s a core, {r['cores']['median']:.1f} cores used",
                            r["ratio"]["median"], report.TARGETS["outbox"], r["foreign_cores"]["median"])


def hosts(modes):
    for mode, r in modes.items():
        yield Figure(f"one post to {r['hosts']:,} servers, four tenths ill, {mode}", f"{r['seconds']:g} s, {r['memory_mib']:g} MiB",
                     f"≤ {report.TARGETS['hosts_seconds']} s, ≤ {report.TARGETS['hosts_mib']} MiB",
                     reached=r["seconds"] <= report.TARGETS["hosts_seconds"] and r["memory_mib"] <= report.TARGETS["hosts_mib"], foreign=r["foreign_cores"])


def start(r):
    for key, title, unit, target in (("ready_ms", "start to ready", "ms", report.TARGETS["ready_ms"]),
                                     ("rss_mib", "resident, idle", "MiB", report.TARGETS["rss_mib"])):
        yield Figure(f"{title}, {r['posts']:,} posts", f"{r[key]['median']:g} {unit}", f"≤ {target} {unit}", reached=r[key]["median"] <= target)


def in_memory(r):
    t, foreign = memory.TARGETS, r["foreign_cores"]["median"]
    yield against_bound("push into a follower's feed", f"{r['push_ns']['median']:.1f} ns", f"{r['random_write_ns']['median']:.1f} ns, a random write of 8 bytes",
                        r["ratio"]["median"], t["push"], foreign)
    yield Figure("1.1 million pushes a second", f"{r['push_ns']['median'] * 1.1e6 / 1e9:.1%} of a core", "≤ 5 %",
                 reached=r["push_ns"]["median"] * 1.1e6 / 1e9 <= 0.05, foreign=foreign)
    for key, title in (("pull_200_us", "pull from 200 authors"), ("pull_5000_us", "pull from 5,000 authors")):
        yield Figure(title, f"{r[key]['median']:.1f} µs", f"≤ {t[key]} µs", reached=r[key]["median"] <= t[key], foreign=foreign)
    yield Figure("memory of a feed", f"{r['bytes_per_ring']['median']:,.0f} bytes", f"≤ {t['bytes_per_ring']:,} bytes",
                 reached=r["bytes_per_ring"]["median"] <= t["bytes_per_ring"])


def overloads(modes):
    t = overload.TARGETS
    for mode, kinds in modes.items():
        for name, r in overload.kinds_of(kinds):
            back = "never normal again" if r["recovery_s"] is None else f"normal after {r['recovery_s']:g} s"
            yield Figure(f"{r['asked_factor']:g} × {name}, {mode}",
                         f"{r['served']:.2f} of capacity served, p99 {r['accepted_p99_ms']:g} ms, {back}",
                         f"≥ {t['served']}, < {t['p99_ms']} ms, ≤ {t['recovery_s']} s", f"{r['capacity_per_second']:,}/s, its own capacity", r["served"], t["served"],
                         overload.reached(r), r["foreign_cores"])


def star(r):
    seen = r["probe"]["seen_after_due_us"]["p99"] / 1000
    yield Figure(f"a post in the feeds of {r['followers']:,} followers", f"{r['star_ms']['median']:g} ms", "< 100 ms",
                 reached=r["star_ms"]["median"] < 100, foreign=r["foreign_cores"])
    yield Figure("small posts meanwhile, seen, p99", f"{seen:.1f} ms", "< 50 ms", reached=seen < 50, foreign=r["foreign_cores"])


def day(r):
    stale = r["probe"]["seen_after_due_us"]["p99"] / 1000
    yield Figure(f"feed updates over {r['seconds']:,.0f} s", f"{r['updates_per_second'] / 1e6:.2f} M/s", "1.1 M/s",
                 reached=r["updates_per_second"] >= 1.09e6, foreign=r["foreign_cores"])
    yield Figure("staleness meanwhile, p99", f"{stale:.1f} ms", "< 100 ms", reached=stale < 100, foreign=r["foreign_cores"])
    yield Figure("home feeds read meanwhile", f"{r['reads']['requests_per_second']:,.0f}/s", foreign=r["foreign_cores"])
    yield Figure("resident memory meanwhile", f"{r['rss_min']:,.0f}–{r['rss_max']:,.0f} MiB, {r['rss_slope']:+.2f} MiB/min", "flat", foreign=r["foreign_cores"])


def restart(r):
    foreign = r["foreign_cores"]["median"]
    yield Figure(f"killed with {r['posts']:,} posts, ready again", f"{r['ready_ms']['median']:,.0f} ms", "< 1,000 ms",
                 reached=r["ready_ms"]["median"] < 1000, foreign=foreign)
    yield Figure("first home page then", f"{r['first_ms']['median']:g} ms", "< 50 ms", reached=r["first_ms"]["median"] < 50, foreign=foreign)
    yield Figure("first home page after a power cut: nothing in the page cache", f"{r['cold']['first_ms']['median']:g} ms", foreign=foreign)
    yield Figure("acknowledged posts lost", f"0 of {r['acknowledged']:,}", "0", reached=True)


def soak(r):
    bound = soaked.bound_mib(r)
    yield Figure(f"resident memory over {r['seconds'] / 60:,.0f} minutes of mixed load", f"≤ {r['peak_mib']:,.0f} MiB", f"≤ {bound:,.0f} MiB, what the caps allow",
                 reached=r["peak_mib"] <= bound, foreign=r["foreign_cores"])


PARTS = {"feed": feed, "poll": poll, "posts": posts, "inbox": inbox, "outbox": outbox, "hosts": hosts, "memory": in_memory, "star": star, "day": day,
         "overload": overloads, "start": start, "restart": restart, "soak": soak}


def of(results):
    return [figure for part, figures in PARTS.items() if part in results for figure in figures(results[part])]
