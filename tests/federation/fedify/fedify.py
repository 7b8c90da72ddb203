"""The Fedify server of peer.mjs as a process, and the people on it."""
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading

from nodes import PATIENCE_SECONDS, eventually


class Fedify:
    """Fedify behind the certificate in `certificates`, trusting the CA there. Its modules are in $DUNLIN_FEDIFY_FOLDER."""

    def __init__(self, certificates):
        self._certificates = pathlib.Path(certificates)

    def __enter__(self):
        self._log = tempfile.TemporaryFile(mode="w+")
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        environment.update(NODE_EXTRA_CA_CERTS=str(self._certificates / "ca.pem"), NODE_OPTIONS="--dns-result-order=ipv4first")
        program = pathlib.Path(os.environ["DUNLIN_FEDIFY_FOLDER"]) / "peer.mjs"
        self._process = subprocess.Popen(
            ["node", str(program), str(self._certificates / "cert.pem"), str(self._certificates / "key.pem")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, env=environment)
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._calls = 0
        try:
            self.url = self._next()["ready"]
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        self.domain = self.url.removeprefix("https://")
        return self

    def __exit__(self, kind, _value, _trace):
        self._process.stdin.close()
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        if kind is not None or code != 0:
            self.show_log()
        self._log.close()
        if code != 0 and kind is None:
            raise RuntimeError(f"the Fedify server ended with {code}")

    def show_log(self):
        self._log.seek(0)
        print("\nwhat the Fedify server said:", self._log.read()[-8000:], sep="\n", file=sys.stderr)

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _next(self):
        line = self._lines.get(timeout=PATIENCE_SECONDS)
        if line is None:
            raise RuntimeError("the Fedify server ended by itself")
        return json.loads(line)

    def do(self, command, **fields):
        """The result of one command of peer.mjs."""
        self._calls += 1
        self._process.stdin.write(json.dumps({"call": self._calls, "command": command, **fields}) + "\n")
        self._process.stdin.flush()
        answer = self._next()
        if answer["call"] != self._calls:
            raise RuntimeError(f"an answer to another command: {answer}")
        if "error" in answer:
            raise AssertionError(f"Fedify, {command}: {answer['error']}")
        return answer["result"]

    def person(self, name, **fields):
        return FedifyPerson(self, name, self.do("person", name=name, **fields)["uri"])

    def received(self, **wanted):
        """Activities that Fedify verified, with these values: actor=, type=, object_type=, object_id=."""
        def value(activity, name):
            return (activity["object"] or {}).get(name.removeprefix("object_")) if name.startswith("object_") else activity[name]
        return [a for a in self.do("received") if all(value(a, name) == what for name, what in wanted.items())]

    def awaits(self, **wanted):
        """The activity, when it is there: the only one."""
        found = eventually(lambda: self.received(**wanted), f"Fedify receives {wanted}")
        if len(found) != 1:
            raise AssertionError(f"{wanted} arrived {len(found)} times")
        return found[0]


class FedifyPerson:
    """Someone on the Fedify server; `do` acts in their name."""

    def __init__(self, fedify, name, uri):
        self.fedify, self.name, self.uri = fedify, name, uri

    @property
    def handle(self):
        return f"{self.name}@{self.fedify.domain}"

    def do(self, command, **fields):
        return self.fedify.do(command, by=self.name, **fields)

    @property
    def state(self):
        return self.do("state")

    def follow(self, person, **fields):
        """Follows someone on the node and waits for the Accept."""
        sent = self.do("follow", whom=person.uri, **fields)
        eventually(lambda: self.state["following"].get(person.uri), f"{self.handle} follows {person.handle}")
        return sent
