#!/usr/bin/python3
"""A real dunlin-node on loopback for the tests of this folder.

    with NodeProcess() as node:            # HTTPS, a throwaway CA, its own data folder, a free port
        alice = node.create_account("alice")
        token = node.create_token("alice", "read write")

The program is named by $DUNLIN_NODE_BINARY. As a program of its own this file starts a node and runs a command that finds it in
its environment (DUNLIN_TEST_URL, DUNLIN_TEST_DATA):

    node_process.py -- node masto_test.mjs
"""
import argparse
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass

import requests

# Wide enough for a sanitizer build on a busy machine; a release build needs a fraction of a second.
START_SECONDS_MAX = 60
COMMAND_SECONDS_MAX = 60
STOP_SECONDS_MAX = 5  # what `serve` promises
PORT_ATTEMPTS = 5

# What every test wants; a test of its own overrides them.
DEFAULT_SETTINGS = {
    "rate_limit.enabled": "false",
    "registration.mode": "open",
    "registration.confirm_email": "false",
    "oauth.password_grant": "true",
}


class NodeError(Exception):
    """The node or one of its commands did not do what contract and manual say."""


@dataclass(frozen=True)
class Account:
    name: str
    email: str
    password: str


def free_port():
    """A port that was free a moment ago: the domain must name it before the node can listen on it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_taken(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


class NodeProcess:
    """One node from init to a clean stop. The folder is kept, and named, when something failed."""

    def __init__(self, settings=None):
        binary = os.environ.get("DUNLIN_NODE_BINARY")
        if not binary:
            raise NodeError("set DUNLIN_NODE_BINARY to the dunlin-node to test")
        self.binary = os.path.abspath(binary)
        self.settings = {**DEFAULT_SETTINGS, **(settings or {})}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dunlin-clients-"))
        self.log_path = self.folder / "node.log"
        self.failed = False
        self.address = "127.0.0.1"  # where it listens
        self.wrapper = []           # a program that runs it, such as one that puts it into a network of its own
        self._process = None

    def __enter__(self):
        try:
            self._make_certificate()
            self._start_on_free_port()
        except BaseException:
            self._keep_folder()
            raise
        return self

    def __exit__(self, kind, _value, _trace):
        if kind is not None:
            self.failed = True
        try:
            self._stop()
            self.command("check")
        except BaseException:
            self._keep_folder()
            raise
        if self.failed:
            self._keep_folder()
        else:
            shutil.rmtree(self.folder)

    @property
    def domain(self):
        return f"localhost:{self.port}"

    @property
    def url(self):
        return f"https://{self.domain}"

    @property
    def ca(self):
        return str(self.folder / "certificates" / "ca.pem")

    def command(self, *words, stdin=""):
        """Runs one dunlin-node command on this node's data folder; answers its stdout."""
        done = subprocess.run(
            [self.binary, *words, "--data", str(self.data)],
            input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise NodeError(f"dunlin-node {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def create_account(self, name, *options):
        account = Account(name, f"{name}@example.test", f"correct horse {name} staple")
        self.command("account", "create", name, "--email", account.email, "--password-stdin", "--confirmed", *options,
                     stdin=account.password + "\n")
        return account

    def create_token(self, name, scopes):
        lines = self.command("account", "token", name, "--scopes", scopes).splitlines()
        if len(lines) != 1 or not lines[0] or " " in lines[0]:
            raise NodeError(f"`account token` must print the token alone on stdout, got {lines!r}")
        return lines[0]

    def http_session(self):
        """A session that trusts this node's CA alone and looks at no proxy or CA in the environment."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.ca
        return session

    def client_environment(self):
        """The environment in which a client trusts this node's throwaway CA and finds no proxy in its way."""
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        environment.update(SSL_CERT_FILE=self.ca, REQUESTS_CA_BUNDLE=self.ca, NODE_EXTRA_CA_CERTS=self.ca,
                           NODE_OPTIONS="--dns-result-order=ipv4first")  # the node listens on 127.0.0.1 only
        return environment

    def _make_certificate(self):
        out = self.folder / "certificates"
        done = subprocess.run([self.binary, "dev-cert", "--out", str(out), "localhost", "127.0.0.1"],
                              capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise NodeError(f"dunlin-node dev-cert: exit {done.returncode}\n{done.stderr}")

    def _start_on_free_port(self):
        for attempt in range(PORT_ATTEMPTS):
            self.port = free_port()
            self.data = self.folder / f"data{attempt}"
            self.command("init", "--domain", self.domain)
            if self._start():
                return
        raise NodeError(f"no free port in {PORT_ATTEMPTS} attempts")

    def _start(self):
        """True when the node says it is ready, False when another program took the port in between."""
        words = [*self.wrapper, self.binary, "serve", "--data", str(self.data), "--listen", f"{self.address}:{self.port}",
                 "--tls-cert", str(self.folder / "certificates" / "cert.pem"),
                 "--tls-key", str(self.folder / "certificates" / "key.pem")]
        for key, value in self.settings.items():
            words += ["--set", f"{key}={value}"]
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read_stdout, daemon=True)
        self._reader.start()
        try:
            first = self._lines.get(timeout=START_SECONDS_MAX)
        except queue.Empty:
            raise NodeError(f"no ready line within {START_SECONDS_MAX} s") from None
        if first is None:
            code = self._process.wait()
            self._process.stdout.close()
            self._process = None
            if port_is_taken(self.port):
                return False
            raise NodeError(f"the node ended with exit code {code} before it was ready")
        wanted = f"ready https://{self.address}:{self.port}"
        if first != wanted:
            raise NodeError(f"expected `{wanted}` on stdout, got {first!r}")
        return True

    def _read_stdout(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _stop(self):
        if self._process is None:
            return
        process, self._process = self._process, None
        early = process.poll()
        if early is not None:
            self._reader.join()
            process.stdout.close()
            raise NodeError(f"the node ended by itself with exit code {early}")
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        try:
            code = process.wait(timeout=START_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise NodeError("the node did not stop on SIGTERM") from None
        finally:
            self._reader.join()
            process.stdout.close()
        took = time.monotonic() - asked
        if code != 0:
            raise NodeError(f"exit code {code} after SIGTERM")
        if took > STOP_SECONDS_MAX:
            raise NodeError(f"stopping took {took:.1f} s")
        extra = [line for line in self._lines.queue if line is not None]
        if extra:
            raise NodeError(f"stdout carries the ready line only, but also got {extra!r}")

    def _keep_folder(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None
        print(f"\nnode folder kept: {self.folder}", file=sys.stderr)
        if self.log_path.exists():
            lines = self.log_path.read_text(errors="replace").splitlines()
            print("\n".join(["last lines of node.log:", *lines[-40:]]), file=sys.stderr)


def run_tests(suite):
    """Runs the unittest classes of __main__ with suite.node as the node that all of them share; answers the exit code."""
    if any(word in ("-h", "--help") for word in sys.argv[1:]):
        unittest.main()
    with NodeProcess() as node:
        suite.node = node
        program = unittest.main(exit=False)
        node.failed = not program.result.wasSuccessful()
    return 1 if node.failed else 0


def main():
    parser = argparse.ArgumentParser(description="starts a node and runs a command beside it")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    with NodeProcess() as node:
        environment = {**node.client_environment(), "DUNLIN_TEST_URL": node.url, "DUNLIN_TEST_DATA": str(node.data)}
        code = subprocess.run(options.command, env=environment, check=False).returncode
        node.failed = code != 0
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NodeError as error:
        sys.exit(str(error))
