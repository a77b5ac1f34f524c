"""Runs of libFuzzer: one is a slice of a target's time."""

import collections
import os
import re
import subprocess
import threading

_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_KEPT_LINES = 2000


def parse_status(line):
    """Executions and edges of a line such as `#1024 pulse cov: 12 ft: 13 corp: 3/9b`; else None."""
    match = re.match(r"#(\d+)\s+[A-Z]\w*|#(\d+)\s+pulse", line)
    if not match:
        return None
    edges = re.search(r"\bcov: (\d+)", line)
    return int(match.group(1) or match.group(2)), int(edges.group(1)) if edges else 0


def _cpu_of(pid):
    """Seconds of CPU that a process has used; 0 when it has gone."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


class Slice:
    """One run of libFuzzer. Its numbers may be read while it goes on."""

    def __init__(self, command, folder):
        self.executions = 0
        self.edges = 0
        self.lines = collections.deque(maxlen=_KEPT_LINES)
        self._cpu = None
        environment = dict({"UBSAN_OPTIONS": "print_stacktrace=1"}, **os.environ)
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # The terminal's Ctrl-C is for the campaign, which then stops it.
            start_new_session=True,
        )

    def cpu(self):
        return _cpu_of(self._process.pid) if self._cpu is None else self._cpu

    def stop(self):
        if self._process.returncode is None:
            self._process.terminate()

    def wait(self):
        """Reads what it says until it ends; returns its exit status, negative for a signal."""
        for raw in self._process.stderr:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            status = parse_status(line)
            if status:
                self.executions, self.edges = status[0], max(self.edges, status[1])
            else:
                self.lines.append(line)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._cpu = usage.ru_utime + usage.ru_stime
        self._process.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return self._process.returncode

    def artifact(self):
        """The path of the input that it died of, or None."""
        for line in reversed(self.lines):
            match = re.search(r"Test unit written to (.+)$", line)
            if match:
                return match.group(1)
        return None

    def text(self):
        return "\n".join(self.lines)


class Progress:
    """What the slices of a target add up to."""

    def __init__(self, package):
        self.package = package
        self.crashes = []
        self.broken = None
        self._ended = {"executions": 0, "cpu": 0.0, "edges": 0}
        self._running = []
        self._slices = 0
        self._lock = threading.Lock()

    def begin(self, run):
        with self._lock:
            self._running.append(run)
            self._slices += 1

    def end(self, run):
        with self._lock:
            self._running.remove(run)
            self._ended["executions"] += run.executions
            self._ended["cpu"] += run.cpu()
            self._ended["edges"] = max(self._ended["edges"], run.edges)

    def stop(self):
        with self._lock:
            for run in self._running:
                run.stop()

    def is_idle(self):
        """Whether no slice of it has ever begun."""
        return self._slices == 0

    def executions(self):
        with self._lock:
            return self._ended["executions"] + sum(run.executions for run in self._running)

    def cpu(self):
        with self._lock:
            return self._ended["cpu"] + sum(run.cpu() for run in self._running)

    def edges(self):
        with self._lock:
            return max([self._ended["edges"]] + [run.edges for run in self._running])
