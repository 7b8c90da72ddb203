"""One server that speaks the Mastodon API, ours or another: what clients ask of it, and the load generator pointed at it."""
import http.client
import json
import os
import subprocess
import urllib.parse

import measure
from common import STATUSES
from servers import Failed


class Target:
    """A server under measurement: its address, the tokens of its accounts, and what it needs of a client."""

    def __init__(self, name, url, tokens_file, pid=None, headers=(), reconnect=False, graph_given=False, restart=None, note=""):
        self.name, self.tokens_file, self.pid = name, tokens_file, pid
        self.reconnect, self.graph_given, self.restart, self.note = reconnect, graph_given, restart, note
        self.headers = list(headers)
        self.accounts = []  # public ids, in the order of the tokens
        self.posted = 0
        self.failed = ""  # why it could not go on
        with open(tokens_file) as f:
            self.tokens = [line for line in map(str.strip, f) if line]
        self.set_url(url)

    def set_url(self, url):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise Failed(f"{self.name}: {url} is no http://HOST:PORT; put TLS and compression aside, they cost all servers the same")
        self.port, self.host = parts.port or 80, parts.netloc
        self._connection = None
        self.etag = ""  # of the last answer

    def header_lines(self):
        named = {line.split(":", 1)[0].lower() for line in self.headers}
        own = {"host": self.host, "user-agent": "dunlin-bench"}  # some answer nobody who does not say what program it is
        return [f"{name}: {value}" for name, value in own.items() if name not in named] + self.headers

    def ask(self, token, method, path, body=None):
        """Status and body of one request; kept connections are used, and made anew when the server has closed them."""
        headers = dict(line.split(": ", 1) for line in self.header_lines())
        headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(body)
        for attempt in (1, 2):
            if self._connection is None or self.reconnect:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                self.etag = answer.getheader("ETag") or ""
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError) as e:
                self._connection = None
                if attempt == 2 or isinstance(e, TimeoutError):
                    raise Failed(f"{self.name}: {method} {path}: {e!r}") from None

    def get(self, token, path, method="GET", body=None):
        status, said = self.ask(token, method, path, body)
        if status != 200:
            raise Failed(f"{self.name}: {method} {path} answered {status}: {said[:200]!r}")
        return json.loads(said)

    def pids(self):
        return measure.process_tree(self.pid) if self.pid else []

    def memory_mib(self):
        return round(sum(measure.memory_kib(pid)["VmRSS"] for pid in self.pids()) / 1024, 1) if self.pid else None

    # --- the generator ---

    def load(self, programs, *arguments, cores=None):
        """One run of dunlin-bench-load against this server, with the server's CPU time where its process is known."""
        command = [os.path.join(programs, "dunlin-bench-load"), "--port", str(self.port), *arguments]
        for line in self.header_lines():
            command += ["--header", line]
        if self.reconnect:
            command += ["--reconnect", "yes"]
        if cores is not None:
            command = ["taskset", "-c", ",".join(map(str, cores)), *command]
        window = measure.Window(self.pids())
        done = subprocess.run(command, capture_output=True, text=True)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            raise Failed(f"load on {self.name}: {done.stdout.strip()} {done.stderr.strip()}") from None
        result.update(window.end(result["load_cpu_seconds"]))
        return result

    # --- posts ---

    def text_of(self, number):
        return (f"Post {number:010d}: the quick brown fox jumps over the lazy dog, and then it rests a while in the shade of an old tree "
                "beside the slow river, where nobody asks it for anything at all before the evening comes.")

    def write_posts(self, file, count):
        """The next `count` posts as whole requests for the generator, by all accounts in turn."""
        head = "".join(line + "\r\n" for line in self.header_lines())
        with open(file, "wb") as out:
            for number in range(self.posted, self.posted + count):
                body = json.dumps({"status": self.text_of(number), "visibility": "public", "language": "en"})
                token = self.tokens[number % len(self.tokens)]
                request = (f"POST {STATUSES} HTTP/1.1\r\n{head}Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
                out.write(b"%d\n%s" % (len(request), request))
        self.posted += count
