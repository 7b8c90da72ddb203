"""Notices from and to other nodes."""
import json
import os
import random
import shutil
import subprocess
import sys
import time
import urllib.request

import federation
import measure
import report
import servers
from common import Placement, database_of, say
from posts import copy_data, load_with_posts, run_sqlite
from servers import Failed

HERE = os.path.dirname(os.path.abspath(__file__))


def receive(o, place, node, data, requests):
    return load_with_posts(o, place, node, data, "--requests-file", requests, "--status", "202", "--seconds", "600")[0]


def measure_inbox(o, mode):
    """Signed notices of new posts, accepted and durable, beside RSA and SQLite alone for as many."""
    place = Placement(mode)
    data, raw_data = copy_data(o, "data-node"), copy_data(o, "data-raw")
    authors = [federation.Author(n) for n in range(federation.AUTHORS)]
    federation.add_authors(database_of(data), authors)
    requests = os.path.join(o.work, "requests")
    rounds, raw, rsa, bounds = [], [], [], []
    with servers.start_node(o.node, data, o.work, place.loops, place.server, o.set) as node:
        node.await_ready()
        for number in range(o.rounds):
            say("signing")
            federation.write_requests(requests, authors, "localhost:8443", number * o.notices, o.notices)
            measure.await_quiet(o.wait_quiet)
            rounds.append(receive(o, place, node, data, requests))
            raw.append(run_sqlite(o, place, database_of(raw_data), max(1.0, rounds[-1]["batch"])))
            rsa.append(federation.rsa_rates())
            # One writer, and each core can do but one thing at a time.
            cores = len(place.server or os.sched_getaffinity(0))
            cpu_us = 1e6 / rsa[-1]["verify"] + raw[-1]["cpu_us_per_post"]
            bounds.append(min(raw[-1]["posts_per_second"], cores * 1e6 / cpu_us))
            say(f"inbox round {number + 1}: {rounds[-1]['posts_per_second']:,.0f}/s, bound {bounds[-1]:,.0f}/s")
    for folder in (data, raw_data):
        shutil.rmtree(folder)
    return {
        "raw": {"node": rounds, "sqlite": raw, "rsa": rsa},
        "node": {key: report.spread([r[key] for r in rounds], 1) for key in ("posts_per_second", "cpu_us_per_post", "batch", "foreign_cores")},
        "latency_us": {q: report.spread([r["latency_us"][q] for r in rounds]) for q in ("p50", "p99")},
        "bound": report.spread(bounds),
        "bound_cpu_us": report.spread([1e6 / v["verify"] + r["cpu_us_per_post"] for v, r in zip(rsa, raw)], 1),
        "ratio": report.ratios([r["posts_per_second"] for r in rounds], bounds),
    }


def post_as_reader(o, node, number):
    with open(os.path.join(o.tokens, "reader")) as f:
        token = f.read().strip()
    request = urllib.request.Request(f"http://127.0.0.1:{node.port}/api/v1/statuses", json.dumps({"status": f"Post {number}"}).encode(),
                                     {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=30).close()


def post_to_followers(o, node, database, posts):
    """Posts by the reader until everyone has them; the seconds."""
    start = time.monotonic()
    for number in range(posts):
        post_as_reader(o, node, number)
    while federation.waiting(database):
        if time.monotonic() > start + 600:
            raise Failed("the sinks do not have all posts after 10 minutes")
        time.sleep(0.01)
    return time.monotonic() - start


def measure_outbox(o, mode):
    """Posts to followers on other servers that keep their connections, beside RSA signatures alone."""
    place = Placement(mode)
    data, tls = copy_data(o, "data-node"), os.path.join(o.work, "tls")
    if subprocess.run([o.node, "dev-cert", "--out", tls, "localhost"], stdout=sys.stderr).returncode != 0:
        raise Failed("dev-cert failed")
    rounds = []
    ports = servers.free_ports(federation.SINKS)
    sinks = servers.start_sinks(tls, ports, o.work)
    federation.add_followers(database_of(data), "reader", [f"https://localhost:{port}/inbox" for port in ports])
    settings = [*o.set, "outgoing.allow_private=true", f"outgoing.ca_file={tls}/ca.pem"]
    with sinks, servers.start_node(o.node, data, o.work, place.loops, place.server, settings) as node:
        sinks.await_port()
        node.await_ready()
        post_to_followers(o, node, database_of(data), 2)  # warm: connections, keys
        for number in range(o.rounds):
            measure.await_quiet(o.wait_quiet)
            window = measure.Window([*node.pids(), *sinks.pids()])
            node_cpu = measure.cpu_seconds(node.pids())
            seconds = post_to_followers(o, node, database_of(data), o.posts_out)
            deliveries = o.posts_out * len(ports)
            node_cpu = measure.cpu_seconds(node.pids()) - node_cpu
            r = {"deliveries_per_second": deliveries / seconds, "cpu_us": node_cpu * 1e6 / deliveries, "cores": node_cpu / seconds,
                 "foreign_cores": window.end()["foreign_cores"], "signatures_per_second": federation.rsa_rates()["sign"]}
            rounds.append(r)
            say(f"outbox round {number + 1}: {r['deliveries_per_second']:,.0f}/s, RSA alone {r['signatures_per_second']:,.0f}/s on one core")
    shutil.rmtree(data)
    summary = {key: report.spread([r[key] for r in rounds], 2) for key in rounds[0]}
    # Of the cores that the node used: signing all the time on as many would make so many.
    return {"raw": rounds, **summary, "sinks": len(ports),
            "ratio": report.ratios([r["deliveries_per_second"] for r in rounds], [r["signatures_per_second"] * max(1, r["cores"]) for r in rounds])}


def measure_hosts(o, _mode):
    """One post to 10,000 servers of which many are ill: when do the healthy ones have it, and what does that cost?"""
    data, tls = copy_data(o, "data-node"), os.path.join(o.work, "tls")
    if subprocess.run([o.node, "dev-cert", "--out", tls, "localhost"], stdout=sys.stderr).returncode != 0:
        raise Failed("dev-cert failed")
    ports = [*range(12_000, 12_000 + o.hosts)]  # below those that the system gives out for connections
    random.Random(7).shuffle(ports)  # the ill ones stand between the others, however they are sorted
    share = o.hosts // 10
    healthy, slow, silent = ports[:6 * share], ports[6 * share:7 * share], ports[7 * share:8 * share]
    with open(os.path.join(o.work, "ports.json"), "w") as f:
        json.dump({"slow": slow, "silent": silent}, f)
    federation.add_followers(database_of(data), "reader", [f"https://localhost:{port}/inbox" for port in ports])
    settings = [*o.set, "outgoing.allow_private=true", f"outgoing.ca_file={tls}/ca.pem"]
    ill = servers.Server("slow sinks", [os.path.join(HERE, "slow_sinks.py"), f"{tls}/cert.pem", f"{tls}/key.pem", "20",
                                        os.path.join(o.work, "ports.json")])
    sinks = servers.start_sinks(tls, healthy, o.work)
    with ill, sinks, servers.start_node(o.node, data, o.work, len(os.sched_getaffinity(0)), settings=settings) as node:
        sinks.await_port()
        ill.process.stdout.readline()
        node.await_ready()
        window = measure.Window([*node.pids(), *sinks.pids(), *ill.pids()])
        before = measure.memory_kib(node.process.pid)["VmRSS"]
        start = time.monotonic()
        post_as_reader(o, node, 1)
        peak = before
        while federation.waiting_at(database_of(data), healthy):
            if time.monotonic() > start + 300:
                raise Failed(f"{federation.waiting_at(database_of(data), healthy)} healthy servers do not have the post after 5 minutes")
            peak = max(peak, measure.memory_kib(node.process.pid)["VmRSS"])
            time.sleep(0.25)
        seconds = time.monotonic() - start
        foreign = window.end()["foreign_cores"]
    shutil.rmtree(data)
    return {"hosts": len(ports), "healthy": len(healthy), "seconds": round(seconds, 1), "memory_mib": round((peak - before) / 1024, 1),
            "foreign_cores": foreign}
