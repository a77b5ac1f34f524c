"""The programs that are to tell mutants from the original: their cases, and runs of these."""

import glob
import mmap
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time

import statements

_INPUTS_A_CASE = 32
_MEMORY = 4 << 30


class Run:
    """What came of a run: None in `failed_case` where it is not known."""

    def __init__(self, is_failed, output, seconds, is_timeout, cpu_seconds=0):
        self.is_failed = is_failed
        self.output = output
        self.seconds = seconds
        self.is_timeout = is_timeout
        self.cpu_seconds = cpu_seconds

    def failed_case(self):
        failed = re.findall(r"^\[  FAILED  \] ([\w./]+)", self.output, re.M)
        begun = re.findall(r"^\[ RUN      \] ([\w./]+)", self.output, re.M)
        return failed[0] if failed else begun[-1] if begun else None


def _limits(seconds, is_limited):
    def set_limits():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if is_limited:
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    return set_limits


def _wait(process, seconds):
    """Waits for a process, and ends what it started; returns whether time ran out, and the CPU time."""
    is_timeout = threading.Event()

    def stop():
        is_timeout.set()
        os.killpg(process.pid, signal.SIGKILL)
    timer = threading.Timer(seconds, stop)
    timer.start()
    # Until it is reaped, its number is nobody else's.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    timer.cancel()
    timer.join()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return is_timeout.is_set(), usage.ru_utime + usage.ru_stime


class Program:
    """A test's program (GoogleTest, or one that takes no arguments), or a fuzz target's with inputs."""

    def __init__(self, name, path, folder, inputs=None, is_asan=False):
        self.name = name
        self._path = path
        self._folder = folder
        self._inputs = inputs
        self._is_asan = is_asan
        self._is_gtest = False
        # A fuzz target's batches find different things.
        self.has_variants = inputs is None

    def cases(self):
        """The names of its cases: a fuzz target's are batches of its inputs."""
        if self._inputs is not None:
            files = sorted(path for path in glob.glob(self._inputs + "/**", recursive=True) if os.path.isfile(path))
            self._batches = {str(i): files[i:i + _INPUTS_A_CASE] for i in range(0, len(files), _INPUTS_A_CASE)}
            return list(self._batches)
        listed = subprocess.run([self._path, "--gtest_list_tests"], cwd=self._folder, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, universal_newlines=True, timeout=60, check=False).stdout
        names, suite = [], ""
        for line in listed.splitlines():
            word = line.split("#")[0].rstrip()
            if re.fullmatch(r"[\w/]+\.", word):
                suite = word
            elif line.startswith("  ") and "DISABLED_" not in suite + word:
                names.append(suite + word.strip())
        self._is_gtest = bool(names)
        return names or [""]

    def _arguments(self, cases):
        if self._inputs is not None:
            return [file for case in cases for file in self._batches[case]]
        if not self._is_gtest:
            return []
        return ["--gtest_filter=" + ":".join(cases), "--gtest_fail_fast", "--gtest_color=no", "--gtest_brief=0"]

    def run(self, cases, mutant, cpu_seconds, seconds, reached=None):
        """Runs these cases with a mutant switched on, or none: 0."""
        with tempfile.TemporaryDirectory(prefix="mutant") as scratch, tempfile.TemporaryFile() as output:
            environment = dict(os.environ, NET_MUTANT=str(mutant), TEST_TMPDIR=scratch, TMPDIR=scratch)
            environment["ASAN_OPTIONS"] = "detect_leaks=1:detect_stack_use_after_return=1:hard_rss_limit_mb=3000"
            environment.pop("NET_MUTANT_REACHED", None)
            if reached is not None:
                environment["NET_MUTANT_REACHED"] = reached
            begin = time.monotonic()
            process = subprocess.Popen(
                [self._path, *self._arguments(cases)], cwd=self._folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=_limits(int(cpu_seconds) + 1, not self._is_asan))
            is_timeout, cpu_seconds = _wait(process, seconds)
            output.seek(0)
            text = output.read(1 << 20).decode("utf-8", "replace")
            is_failed = is_timeout or process.returncode != 0
            return Run(is_failed, text, time.monotonic() - begin, is_timeout, cpu_seconds)

    def trace(self, case):
        """Runs a case of the original; returns the run and the numbers of the mutants that it reaches."""
        with tempfile.NamedTemporaryFile(prefix="reached") as marks:
            marks.truncate(statements.NUMBERS)
            done = self.run([case], 0, 600, 600, marks.name)
            with mmap.mmap(marks.fileno(), statements.NUMBERS) as reached:
                numbers = [number for number, is_reached in enumerate(reached[:]) if is_reached]
        return done, numbers
