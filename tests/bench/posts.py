"""Durable posts, beside SQLite alone with the same rows."""
import json
import os
import shutil
import sqlite3
import subprocess

import measure
import report
import servers
from common import CONNECTIONS, Placement, cpu_per_request, database_of, load, metrics, say
from servers import Failed

HERE = os.path.dirname(os.path.abspath(__file__))


def count_rows(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def rows_per_post(before, after, posts):
    return {n: round((after[n] - before[n]) / posts, 3) for n in after if after[n] != before[n]}


def writer_counts(port):
    """Operations and commits of the node's writer so far."""
    value = metrics(port)
    return value["dunlin_writer_operations_total"], value["dunlin_writer_batches_total"]


def copy_data(o, name):
    target = os.path.join(o.work, name)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(o.data, target)
    return target


def run_sqlite(o, place, database, batch):
    command = [
        os.path.join(o.programs, "dunlin-bench-sqlite"), "--database", database, "--statements", os.path.join(HERE, "post.sql"),
        "--text-file", os.path.join(o.work, "post.txt"), "--seconds", str(o.seconds), "--batch", f"{batch:.2f}",
    ]
    if place.server is not None:
        command = ["taskset", "-c", ",".join(map(str, place.server)), *command]
    window = measure.Window([os.getpid()])
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"raw SQLite: {done.stderr.strip()}")
    r = json.loads(done.stdout)[0]
    r["foreign_cores"] = window.end(r["cpu_us_per_post"] * r["posts"] / 1e6)["foreign_cores"]
    return r


def load_with_posts(o, place, node, data, *arguments):
    """One run of the load generator of which each request becomes a post; the rows of each table before and after as well."""
    database = database_of(data)
    before, writer_before = count_rows(database), writer_counts(node.port)
    window = measure.Window(node.pids())
    r = load(o, place, node.port, *arguments)
    r.update(window.end(r["load_cpu_seconds"]))
    after, writer_after = count_rows(database), writer_counts(node.port)
    if after["status"] - before["status"] != r["requests"]:
        raise Failed(f"{r['requests']} posts acknowledged, {after['status'] - before['status']} in the database")
    r["batch"] = (writer_after[0] - writer_before[0]) / max(1, writer_after[1] - writer_before[1])
    r["posts_per_second"], r["cpu_us_per_post"] = r["requests_per_second"], cpu_per_request(r)
    return r, before, after


def post_to_node(o, place, node, data, round_number):
    r, before, after = load_with_posts(
        o, place, node, data, "--path", "/api/v1/statuses", "--post-file", os.path.join(o.work, "post.json"),
        "--token-file", os.path.join(o.tokens, "posters"), "--key-prefix", f"bench-{os.getpid()}-{round_number}-", "--seconds", str(o.seconds),
    )
    r["rows_per_post"] = rows_per_post(before, after, r["requests"])
    return r


def measure_posts(o, mode):
    place = Placement(mode)
    node_data, raw_data = copy_data(o, "data-node"), copy_data(o, "data-raw")
    raw_database = database_of(raw_data)
    raw_before = count_rows(raw_database)
    node_rounds, raw_rounds, syncs = [], {"same batch": [], "1": [], "8": [], "64": []}, []
    with servers.start_node(o.node, node_data, o.work, place.loops, place.server, o.set) as node:
        node.await_ready()
        for round_number in range(o.rounds):
            measure.await_quiet(o.wait_quiet)
            syncs.append(measure.fdatasync_rate(o.work, 0.5))
            node_rounds.append(post_to_node(o, place, node, node_data, round_number))
            for name, rounds in raw_rounds.items():
                batch = max(1.0, node_rounds[-1]["batch"]) if name == "same batch" else float(name)
                rounds.append(run_sqlite(o, place, raw_database, batch))
            say(f"posts round {round_number + 1}: node {node_rounds[-1]['posts_per_second']:,.0f}/s at {node_rounds[-1]['batch']:.1f} a commit, "
                + ", ".join(f"raw {n} {r[-1]['posts_per_second']:,.0f}/s" for n, r in raw_rounds.items()))
    raw_posts = sum(r["posts"] for rounds in raw_rounds.values() for r in rounds)
    raw_rows = rows_per_post(raw_before, count_rows(raw_database), raw_posts)
    node_rows = node_rounds[-1]["rows_per_post"]
    if raw_rows != node_rows:
        raise Failed(f"not the same rows a post: node {node_rows}, raw SQLite {raw_rows}; post.sql must follow the node")
    for data in (node_data, raw_data):
        shutil.rmtree(data)
    return {"connections": CONNECTIONS, "rows_per_post": node_rows, "fdatasync_per_second": syncs,
            "raw": {"node": node_rounds, "sqlite": raw_rounds}, **posts_summary(node_rounds, raw_rounds)}


def posts_summary(node_rounds, raw_rounds):
    def summary(rounds):
        digits = {"posts_per_second": 0, "batch": 1, "cpu_us_per_post": 1, "foreign_cores": 2}
        return {key: report.spread([r[key] for r in rounds], d) for key, d in digits.items()}

    node = summary(node_rounds)
    node["latency_us"] = {q: report.spread([r["latency_us"][q] for r in node_rounds]) for q in ("p50", "p99")}
    sqlite = {(name if name == "same batch" else f"{name} a commit"): summary(rounds) for name, rounds in raw_rounds.items()}
    ratio = report.ratios([r["posts_per_second"] for r in node_rounds], [r["posts_per_second"] for r in raw_rounds["same batch"]])
    cpu_ratio = report.ratios([r["cpu_us_per_post"] for r in raw_rounds["same batch"]], [r["cpu_us_per_post"] for r in node_rounds])
    return {"node": node, "sqlite": sqlite, "ratio": ratio, "cpu_ratio": cpu_ratio}
