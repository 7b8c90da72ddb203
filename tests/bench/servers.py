"""The processes of the bench: started, awaited and stopped by their own handles."""
import getpass
import os
import selectors
import signal
import socket
import subprocess
import time

import measure

READY_DEADLINE_SECONDS = 60


class Failed(Exception):
    """Something did not work; slowness is never a reason."""


class Server:
    """One running server. `cores`: the cores it may use, None for all."""

    def __init__(self, name, command, cores=None, env=None, port=None, log=None):
        self.name, self.port = name, port
        if cores is not None:
            command = ["taskset", "-c", ",".join(map(str, cores)), *command]
        self._log = open(log, "ab") if log else subprocess.DEVNULL
        self._killed = False
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, env={**os.environ, **(env or {})})

    def await_ready(self):
        """Waits for the line `ready http://HOST:PORT` and returns the seconds since the start."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(READY_DEADLINE_SECONDS):
                raise Failed(f"{self.name} was not ready within {READY_DEADLINE_SECONDS} s")
        line = self.process.stdout.readline().decode()
        seconds = time.monotonic() - self.started_at
        if not line.startswith("ready "):
            raise Failed(f"{self.name} said {line!r} instead of `ready URL`")
        self.port = int(line.strip().rstrip("/").rsplit(":", 1)[1])
        return seconds

    def await_port(self):
        deadline = time.monotonic() + READY_DEADLINE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise Failed(f"{self.name} does not listen on port {self.port}")

    def pids(self):
        return measure.process_tree(self.process.pid)

    def kill(self):
        """As a crash does it."""
        self.process.kill()
        self.process.wait()
        self._killed = True

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Failed(f"{self.name} did not stop within 30 s") from None
        self.process.stdout.close()
        if self._log is not subprocess.DEVNULL:
            self._log.close()
        if not self._killed and self.process.returncode not in (0, -signal.SIGTERM):
            raise Failed(f"{self.name} ended with {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def start_node(binary, data, work, loops, cores=None, settings=()):
    command = [binary, "serve", "--listen", "127.0.0.1:0", "--insecure-http"]
    # No limits, for one client plays them all; no line a request, for the bounds write none either.
    own = ("rate_limit.enabled=false", "server.connections_per_address=0", "log.requests=false", f"server.loops={loops}")
    for setting in (*own, *settings):
        command += ["--set", setting]
    return Server("dunlin-node", command, cores, {"DUNLIN_DATA": data}, log=os.path.join(work, "node.log"))


def start_beast(program, body, loops, cores=None):
    return Server("bare Beast", [program, body, str(loops)], cores)


NGINX_CONF = """
daemon off; worker_processes {loops}; pid {work}/nginx.pid; error_log {work}/nginx.log; user {user};
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; open_file_cache max=10; keepalive_requests 1000000000;
  client_body_temp_path {work}/nginx-tmp; proxy_temp_path {work}/nginx-tmp; fastcgi_temp_path {work}/nginx-tmp;
  uwsgi_temp_path {work}/nginx-tmp; scgi_temp_path {work}/nginx-tmp;
  server {{
    listen 127.0.0.1:{port};
    location = {path} {{ default_type "application/json; charset=utf-8"; alias {body}; }}
  }}
}}
"""


SINKS_CONF = """
daemon off; worker_processes {loops}; pid {work}/sinks.pid; error_log {work}/sinks.log; user {user}; worker_rlimit_nofile 50000;
events {{ worker_connections 40000; }}
http {{
  access_log off; keepalive_requests 1000000000; ssl_certificate {tls}/cert.pem; ssl_certificate_key {tls}/key.pem;
  client_body_temp_path {work}/nginx-tmp; proxy_temp_path {work}/nginx-tmp; fastcgi_temp_path {work}/nginx-tmp;
  uwsgi_temp_path {work}/nginx-tmp; scgi_temp_path {work}/nginx-tmp;
  server {{ {listen} location / {{ return 202; }} }}
}}
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def start_sinks(tls, ports, work, loops=1):
    """Takes whatever it is sent at any of the ports, over TLS."""
    os.makedirs(os.path.join(work, "nginx-tmp"), exist_ok=True)
    conf = os.path.join(work, "sinks.conf")
    with open(conf, "w") as f:
        f.write(SINKS_CONF.format(loops=loops, work=work, user=getpass.getuser(), tls=tls,
                                  listen=" ".join(f"listen 127.0.0.1:{port} ssl;" for port in ports)))
    return Server("sinks", ["/usr/sbin/nginx", "-c", conf, "-p", work], port=ports[-1], log=os.path.join(work, "sinks.log"))


def start_nginx(path, body, work, loops, cores=None):
    """Serves the file `body` at `path`, whatever the query."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    os.makedirs(os.path.join(work, "nginx-tmp"), exist_ok=True)
    conf = os.path.join(work, "nginx.conf")
    with open(conf, "w") as f:
        f.write(NGINX_CONF.format(loops=loops, work=work, user=getpass.getuser(), port=port, path=path, body=body))
    binary = "/usr/sbin/nginx"
    return Server("nginx", [binary, "-c", conf, "-p", work], cores, port=port, log=os.path.join(work, "nginx.log"))
