"""What every part of the bench needs: where processes run, the load generator, the node's figures."""
import http.client
import json
import os
import subprocess
import sys
import urllib.request

from servers import Failed

HOME = "/api/v1/timelines/home"
STATUSES = "/api/v1/statuses"
CONNECTIONS = 64


def say(text):
    print(f"# {text}", file=sys.stderr, flush=True)


class Placement:
    """Which cores a server and the load generator get, and how many I/O loops a server runs."""

    def __init__(self, mode):
        cores = sorted(os.sched_getaffinity(0))
        if mode == "pinned":
            self.server, self.load, self.loops = [cores[0]], [cores[min(1, len(cores) - 1)]], 1
        else:
            self.server, self.load, self.loops = None, None, len(cores)


class Program:
    """A program of the bench that runs beside us and says one JSON object at its end."""

    def __init__(self, command):
        self._name = os.path.basename(command[0] if command[0] != "taskset" else command[3])
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, may_fail=False):
        """Its result; fails when it found something wrong, unless that was to be expected."""
        out, err = self._process.communicate()
        if self._process.returncode != 0 and not may_fail:
            raise Failed(f"{self._name} ended with {self._process.returncode}: {out.strip()} {err.strip()}")
        return json.loads(out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def start_load(o, place, port, *arguments, connections=CONNECTIONS):
    command = [os.path.join(o.programs, "dunlin-bench-load"), "--port", str(port), "--connections", str(connections), *map(str, arguments)]
    if place.load is not None:
        command = ["taskset", "-c", ",".join(map(str, place.load)), *command]
    return Program(command)


def load(o, place, port, *arguments):
    """One run of the load generator; fails when any answer was wrong."""
    with start_load(o, place, port, *arguments) as running:
        return running.finish()


def start_probe(o, port, pairs, seconds, rate):
    """Measures staleness; `pairs`: file of authors and their followers."""
    command = [os.path.join(o.programs, "dunlin-bench-probe"), "--port", port, "--pairs", pairs, "--seconds", seconds, "--rate", rate]
    return Program([*map(str, command)])


def metrics(port):
    """The node's figures by name, labels as they stand there: `dunlin_cache_bytes{cache="rings"}`."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#")) if name}


def database_of(data):
    names = [n for n in os.listdir(data) if n.endswith((".db", ".sqlite", ".sqlite3"))]
    if len(names) != 1:
        raise Failed(f"expected one database in {data}, found {names}")
    return os.path.join(data, names[0])


def cpu_per_request(r):
    return r["server_cpu_seconds"] * 1e6 / r["requests"]


class Client:
    """A kept-alive connection that asks as one account of dunlin-bench-network or another."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, account, method, path, body=None):
        head = {"Authorization": f"Bearer bench-{account:010}", "Content-Type": "application/json"}
        self._connection.request(method, path, json.dumps(body) if body else None, head)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {text[:200]!r}")
        return json.loads(text)

    def post(self, account, text):
        return self.ask(account, "POST", STATUSES, {"status": text})["id"]
