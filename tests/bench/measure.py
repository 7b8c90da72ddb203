"""What the machine and its processes do, read from /proc."""
import json
import os
import platform
import subprocess
import sys
import time
from datetime import datetime, timezone

TICKS = os.sysconf("SC_CLK_TCK")


def _stat_fields(pid):
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rpartition(")")[2].split()  # the name may hold spaces; [0] is the state, [1] the parent


def process_tree(root):
    """The process and all that descend from it."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            children.setdefault(int(_stat_fields(name)[1]), []).append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(pids):
    """User and system time of the processes, all their threads included."""
    return sum(int(t) for pid in pids for t in _stat_fields(pid)[11:13]) / TICKS


def busy_seconds():
    """CPU time that somebody used on this machine, time stolen by its host included, summed over the cores."""
    with open("/proc/stat") as f:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def await_quiet(seconds_max, cores=0.15):
    """Waits until the whole machine has used less than `cores` for half a second, or until `seconds_max` have passed."""
    end = time.monotonic() + seconds_max
    while time.monotonic() < end:
        before, start = busy_seconds(), time.monotonic()
        time.sleep(0.5)
        if busy_seconds() - before < cores * (time.monotonic() - start):
            return


class Window:
    """CPU used by some processes, and by everybody else, between its start and `end()`."""

    def __init__(self, pids):
        self.pids = pids
        self.cpu, self.busy, self.time = cpu_seconds(pids), busy_seconds(), time.monotonic()

    def end(self, other_own_cpu=0.0):
        """`other_own_cpu`: seconds that the bench itself used outside these processes (its load generator)."""
        server = cpu_seconds(self.pids) - self.cpu
        seconds = time.monotonic() - self.time
        foreign = busy_seconds() - self.busy - server - other_own_cpu
        return {"server_cpu_seconds": round(server, 3), "foreign_cores": round(max(0.0, foreign / seconds), 2)}


def memory_kib(pid):
    """Resident memory: in all, private (RssAnon) and of files."""
    with open(f"/proc/{pid}/status") as f:
        fields = dict(line.split(":", 1) for line in f)
    return {name: int(fields[name].split()[0]) for name in ("VmRSS", "RssAnon", "RssFile")}


def fdatasync_rate(folder, seconds=1.0):
    """4 KiB appends made durable one by one, per second: what bounds single commits on this disk."""
    name = os.path.join(folder, "fdatasync.probe")
    fd = os.open(name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    block, count, start = b"x" * 4096, 0, time.monotonic()
    try:
        while (elapsed := time.monotonic() - start) < seconds:
            os.write(fd, block)
            os.fdatasync(fd)
            count += 1
    finally:
        os.close(fd)
        os.unlink(name)
    return round(count / elapsed)


def random_write_ns(programs):
    """A write of 8 bytes somewhere in 256 MiB. Guests of the same host use its caches and memory as well, and nothing else shows that."""
    done = subprocess.run([os.path.join(programs, "dunlin-bench-feed"), "memory"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["random_write_ns"]


def provenance():
    """When, of which commit and how this run was made."""
    def git(*words):
        said = subprocess.run(["git", "-C", os.path.dirname(os.path.abspath(__file__)), *words], capture_output=True, text=True)
        return said.stdout.strip() if said.returncode == 0 else ""

    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return {"date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "commit": git("rev-parse", "--short=10", "HEAD") + changed,
            "command": [os.path.basename(sys.argv[0]), *sys.argv[1:]]}


def machine(programs, folder):
    """What it is, and how fast its disk (below `folder`) and its memory are just now."""
    model = ""
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        **provenance(),
        "cores": len(os.sched_getaffinity(0)),
        "cpu": model,
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
        "fdatasync_per_second": [fdatasync_rate(folder, 0.5) for _ in range(3)],
        "random_write_ns": [random_write_ns(programs) for _ in range(3)],
    }
