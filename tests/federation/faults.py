"""What goes wrong between and inside nodes: lines that are cut or go silent, processes that are killed or stopped."""
import asyncio
import os
import random
import subprocess
import threading
import time


class Line:
    """The way from one node to another: a TCP forwarder on an address of its own, so that who connects is known."""

    def __init__(self, loop, host, port, target):
        self._loop, self._target = loop, target
        self.host, self.port = host, port
        self._open = set()
        self._is_up = asyncio.Event()
        self._is_up.set()
        self._refuses = False
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, host, port, backlog=256), loop).result()

    def cut(self, silently):
        """Connections break and new ones are refused; or they stay and nothing passes."""
        self._loop.call_soon_threadsafe(self._cut, silently)

    def mend(self, keep):
        """Silent connections go on where they were, or break."""
        self._loop.call_soon_threadsafe(self._mend, keep)

    def _cut(self, silently):
        self._is_up.clear()
        self._refuses = not silently
        if not silently:
            self._break_all()

    def _mend(self, keep):
        self._refuses = False
        if not keep:
            self._break_all()
        self._is_up.set()

    def _break_all(self):
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        if self._refuses:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            await self._is_up.wait()
            other_reader, other_writer = await asyncio.open_connection(*self._target)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(other_writer)
        try:
            await asyncio.gather(self._pass(reader, other_writer), self._pass(other_reader, writer))
        except asyncio.CancelledError:
            pass  # the end of all lines
        finally:
            for end in (writer, other_writer):
                end.transport.abort()
                self._open.discard(end)

    async def _pass(self, reader, writer):
        try:
            while data := await reader.read(65536):
                await self._is_up.wait()
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):
            writer.transport.abort()

    def close(self):
        """On the loop."""
        self._server.close()
        self._break_all()


class Loop:
    """Forwarders run here."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._all = []

    def line(self, host, port, target):
        line = Line(self._loop, host, port, target)
        self._all.append(line)
        return line

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self):
        for line in self._all:
            line.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # their transports close with the next turn


class Lines:
    """Forwarders between some stopped nodes; a node reaches another only by its line. Works for everyone."""

    def __init__(self, nodes):
        self._loop = Loop()
        self.lines = {}
        for i, one in enumerate(nodes):
            rules = []
            for j, other in enumerate(nodes):
                if i == j:
                    continue
                host = f"127.0.{10 + i}.{1 + j}"
                self.lines[i, j] = self._loop.line(host, other.port, ("127.0.0.1", other.port))
                rules.append(f'"localhost:{other.port}:{host}"')
            one.settings["outgoing.resolve"] = "[" + ", ".join(rules) + "]"

    def cut(self, pair, silently):
        self.lines[pair].cut(silently)

    def mend(self, pair, keep):
        self.lines[pair].mend(keep)

    def close(self):
        self._loop.close()


class Namespaces:
    """Each of some stopped nodes in a network namespace of its own, on one bridge; their people come by a forwarder. For root."""

    def __init__(self, nodes):
        self._loop = Loop()
        self._bridge = f"dun{os.getpid() % 100000}"
        self._names = [f"{self._bridge}n{i}" for i in range(len(nodes))]
        self._silent = set()
        self.lines = {(i, j): None for i in range(len(nodes)) for j in range(len(nodes)) if i != j}
        ip(f"link add {self._bridge} type bridge")
        ip(f"addr add {self._address(253)}/24 dev {self._bridge}")
        ip(f"link set {self._bridge} up")
        for i, (node, name) in enumerate(zip(nodes, self._names)):
            ip(f"netns add {name}")
            ip(f"link add {name} type veth peer name eth0 netns {name}")
            ip(f"link set {name} master {self._bridge} up")
            ip(f"-n {name} addr add {self._address(i)}/24 dev eth0")
            ip(f"-n {name} link set eth0 up")
            ip(f"-n {name} link set lo up")
            node.address, node.wrapper = self._address(i), ["ip", "netns", "exec", name]
            self._loop.line("127.0.0.1", node.port, (node.address, node.port))
            rules = [f'"localhost:{other.port}:{self._address(j)}"' for j, other in enumerate(nodes) if i != j]
            node.settings["outgoing.resolve"] = "[" + ", ".join(rules) + "]"

    def _address(self, i):
        return f"10.213.{os.getpid() % 255}.{i + 1}"  # several histories may run at once

    def cut(self, pair, silently):
        """What i sends to j is refused at once, or goes to a neighbour that is not there."""
        i, j = pair
        if silently:
            self._silent.add(pair)
            ip(f"-n {self._names[i]} neigh replace {self._address(j)} lladdr 02:00:00:00:00:01 nud permanent dev eth0")
        else:
            ip(f"-n {self._names[i]} route add unreachable {self._address(j)}/32")

    def mend(self, pair, keep):
        del keep  # connections live or die as TCP has it
        i, j = pair
        if pair in self._silent:
            self._silent.discard(pair)
            ip(f"-n {self._names[i]} neigh del {self._address(j)} dev eth0")
        else:
            ip(f"-n {self._names[i]} route del unreachable {self._address(j)}/32")

    def close(self):
        self._loop.close()
        for name in self._names:
            ip(f"link del {name}")
            ip(f"netns del {name}")
        ip(f"link del {self._bridge}")


def ip(words):
    done = subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ip {words}: {done.stderr}")


class Chaos:
    """Cuts lines and ends processes at random until it is told to heal everything."""

    def __init__(self, nodes, lines, seed):
        self._nodes, self._lines = nodes, lines
        self._random = random.Random(f"chaos {seed}")
        self._ends = threading.Event()
        self._later = []  # (when, what)
        self._cut, self._down = set(), set()
        self.counts = {"cut": 0, "silent": 0, "killed": 0, "stopped": 0}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.fault = None

    def start(self):
        self._thread.start()

    def heal(self):
        """Everything is up again when it returns."""
        self._ends.set()
        self._thread.join()
        if self.fault:
            raise self.fault

    def _run(self):
        try:
            self._break_something()
            while not self._ends.wait(self._random.uniform(0.1, 0.8)):
                now = time.monotonic()
                due = [entry for entry in self._later if entry[0] <= now]
                self._later = [entry for entry in self._later if entry[0] > now]
                for _, repair in due:
                    repair()
                self._break_something()
            for _, repair in self._later:
                repair()
        except Exception as fault:  # pylint: disable=broad-except
            self.fault = fault

    def _after(self, longest, repair):
        self._later.append((time.monotonic() + self._random.uniform(0.1, longest), repair))

    def _break_something(self):
        roll = self._random.random()
        if roll < 0.55:
            self._break_line()
        elif roll < 0.8:
            self._end_node(self._random.random() < 0.7)

    def _break_line(self):
        free = [pair for pair in self._lines.lines if pair not in self._cut]
        if not free:
            return
        pair = self._random.choice(free)
        pairs = [pair]
        if self._random.random() < 0.7 and pair[::-1] in free:
            pairs.append(pair[::-1])  # else one of the two still reaches the other
        silently = self._random.random() < 0.4
        keep = self._random.random() < 0.5
        self.counts["silent" if silently else "cut"] += 1

        def repair():
            for p in pairs:
                self._cut.discard(p)
                self._lines.mend(p, keep)

        for p in pairs:
            self._cut.add(p)
            self._lines.cut(p, silently)
        self._after(6, repair)

    def _end_node(self, suddenly):
        up = [node for node in self._nodes if node not in self._down]
        if len(up) < len(self._nodes):
            return
        node = self._random.choice(up)
        self._down.add(node)
        self.counts["killed" if suddenly else "stopped"] += 1
        if suddenly:
            node.kill()
        else:
            node.stop()

        def repair():
            node.start()
            self._down.discard(node)

        self._after(3, repair)
