"""Medians, ratios and the Markdown that people read."""
import statistics

# Those of one number are shares of the bound.
TARGETS = {"feed": 0.6, "poll": 0.8, "posts": 0.5, "inbox": 0.4, "outbox": 0.8, "hosts_seconds": 20, "hosts_mib": 64, "rss_mib": 25, "ready_ms": 200}
BUSY_CORES = 0.2


def spread(values, digits=0):
    """Median, least and greatest."""
    return {"median": round(statistics.median(values), digits), "min": round(min(values), digits), "max": round(max(values), digits)}


def text(s, digits=0):
    return f"{s['median']:,.{digits}f} ({s['min']:,.{digits}f}–{s['max']:,.{digits}f})"


def milliseconds(us, *names):
    """Of latencies in microseconds by their names."""
    return " / ".join(f"{us[name] / 1000:,.1f}" for name in names) + " ms"


def named(values):
    return ", ".join(f"{name} {value:g}" for name, value in values.items())


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def ratios(of, by):
    """Of two rows of rounds, each round with its own neighbour in time: noise of the machine hits both."""
    return spread([a / b for a, b in zip(of, by)], 2)


def machine(m):
    return (
        f"{m['cores']} cores, {m['cpu']}, {m['memory_gib']} GiB, Linux {m['kernel']}; "
        f"fdatasync of 4 KiB appends: {text(spread(m['fdatasync_per_second']))}/s; "
        f"a random write of 8 bytes: {text(spread(m['random_write_ns'], 1), 1)} ns."
    )


def start(s):
    rows = [
        ("start to `ready`", text(s["ready_ms"]) + " ms", f"≤ {TARGETS['ready_ms']} ms", verdict(s["ready_ms"]["median"] <= TARGETS["ready_ms"])),
        ("resident, idle after start", text(s["rss_mib"], 1) + " MiB", f"≤ {TARGETS['rss_mib']} MB", verdict(s["rss_mib"]["median"] <= TARGETS["rss_mib"])),
        ("of it private", text(s["private_mib"], 1) + " MiB", "", ""),
    ]
    return f"## Start and memory, {s['posts']:,} posts in the database\n\n" + table(("", "median (min–max)", "target", ""), rows)


def foreign_cores(rows):
    return statistics.median(r["foreign_cores"]["median"] for r in rows)


def verdict(reached, rows=()):
    """Rates under foreign load say little: whoever sleeps for the disk wakes late, and whoever never sleeps gains by it."""
    if rows and (cores := foreign_cores(rows)) >= BUSY_CORES:
        return f"**not to be judged, others used {cores:.1f} cores meanwhile: compare the CPU time**"
    return "reached" if reached else "**missed**"


def feed(mode, f):
    return _reads("feed", f"Home page of 20 posts, {mode}", f)


def poll(mode, f):
    return _reads("poll", f"Poll for newer posts that finds none, {mode}", f)


def _reads(part, title, f):
    reached = verdict(f["ratios"]["nginx"]["throughput"]["median"] >= TARGETS[part], f["servers"].values())
    rows = []
    for name, r in f["servers"].items():
        rows.append((
            name, text(r["requests_per_second"]), text(r["cpu_us_per_request"], 1), text(r["load_cpu_share"], 2),
            text(r["latency_us"]["p50"]), text(r["latency_us"]["p99"]), text(r["foreign_cores"], 2),
        ))
    head = ("server", "requests/s", "CPU µs/request", "load generator, cores", "p50 µs at half load", "p99 µs at half load", "foreign load, cores")
    ratio = [
        (f"dunlin-node / {name}", text(r["throughput"], 2), text(r["cpu"], 2)) for name, r in f["ratios"].items()
    ]
    return (
        f"## {title}, {f['body_bytes']:,} bytes, {f['loops']} I/O loop(s), {f['connections']} connections\n\n"
        f"{table(head, rows)}\n\n{table(('ratio', 'requests/s', 'requests per CPU second'), ratio)}\n\n"
        f"nginx serves a file of {f['static_bytes']:,} bytes. Half load is {f['open_loop_rate']:,.0f} requests/s for all. "
        f"Target ≥ {TARGETS[part]} × nginx: {reached}."
    )


def posts(mode, p):
    rows = [("dunlin-node", text(p["node"]["posts_per_second"]), text(p["node"]["batch"], 1), text(p["node"]["cpu_us_per_post"], 1),
             text(p["node"]["latency_us"]["p50"]), text(p["node"]["latency_us"]["p99"]), text(p["node"]["foreign_cores"], 2))]
    for name, r in p["sqlite"].items():
        rows.append((f"raw SQLite, {name}", text(r["posts_per_second"]), text(r["batch"], 1), text(r["cpu_us_per_post"], 1), "", "", text(r["foreign_cores"], 2)))
    reached = verdict(p["ratio"]["median"] >= TARGETS["posts"], [p["node"], *p["sqlite"].values()])
    head = ("writer", "durable posts/s", "posts a commit", "CPU µs/post", "p50 µs", "p99 µs", "foreign load, cores")
    return (
        f"## Durable posts, {p['connections']} clients, {mode}\n\n{table(head, rows)}\n\n"
        f"Ratio at the same batch size: {text(p['ratio'], 2)} of posts/s, {text(p['cpu_ratio'], 2)} of posts a CPU second; "
        f"target ≥ {TARGETS['posts']}: {reached}. Rows added a post, by table: {rows_text(p['rows_per_post'])}."
    )


def inbox(mode, r):
    node = r["node"]
    rows = [
        ("dunlin-node", text(node["posts_per_second"]), text(node["cpu_us_per_post"], 1), text(node["batch"], 1),
         text(r["latency_us"]["p50"]), text(r["latency_us"]["p99"]), text(node["foreign_cores"], 2)),
        ("RSA verification and raw SQLite", text(r["bound"]), text(r["bound_cpu_us"], 1), "", "", "", ""),
    ]
    head = ("", "signed, durable posts/s", "CPU µs/post", "posts a commit", "p50 µs", "p99 µs", "foreign load, cores")
    reached = verdict(r["ratio"]["median"] >= TARGETS["inbox"], [node])
    return (
        f"## Notices in, {mode}\n\n{table(head, rows)}\n\n"
        f"Ratio {text(r['ratio'], 2)}; target ≥ {TARGETS['inbox']}: {reached}."
    )


def outbox(mode, r):
    rows = [("dunlin-node", text(r["deliveries_per_second"]), text(r["cpu_us"], 1), text(r["cores"], 2), text(r["foreign_cores"], 2)),
            ("RSA signatures alone, one core", text(r["signatures_per_second"]), f"{1e6 / r['signatures_per_second']['median']:,.1f}", "1", "")]
    reached = verdict(r["ratio"]["median"] >= TARGETS["outbox"], [r])
    return (
        f"## Notices out, to {r['sinks']} servers over TLS, {mode}\n\n"
        f"{table(('', 'deliveries/s', 'CPU µs/delivery', 'cores used', 'foreign load, cores'), rows)}\n\n"
        f"Ratio to signing all the time on the cores used: {text(r['ratio'], 2)}; target ≥ {TARGETS['outbox']}: {reached}."
    )


def hosts(mode, r):
    reached = verdict(r["seconds"] <= TARGETS["hosts_seconds"] and r["memory_mib"] <= TARGETS["hosts_mib"])
    return (
        f"## One post to {r['hosts']:,} servers, {r['healthy']:,} of them healthy, {mode}\n\n"
        f"A tenth answers after 20 s, a tenth takes connections and is silent, a fifth refuses. The healthy ones had the post after {r['seconds']} s "
        f"(target ≤ {TARGETS['hosts_seconds']} s); resident memory grew by {r['memory_mib']} MiB (target ≤ {TARGETS['hosts_mib']}): {reached}. "
        f"Others used {r['foreign_cores']} cores."
    )


def rows_text(rows):
    return ", ".join(f"`{name}` {count:g}" for name, count in rows.items())
