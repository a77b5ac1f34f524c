"""Shares the processors among the targets of a campaign."""

import os
import threading
import time

import crashes
import slices
import table

_SLICES_EACH = 4
_LONGEST_SLICE = 60
_SHORTEST_SLICE = 5
# A bug that every other input runs into would leave nothing but its copies.
_MOST_CRASHES = 20


class Work:
    """A target in a campaign: what it has found so far and where that is."""

    def __init__(self, package, kept, artifacts):
        self.package = package
        self.progress = slices.Progress(package)
        self.kept = kept
        self.found = os.path.join(package.folder, "found")
        self.artifacts = artifacts
        self.seconds = 0.0
        self.jobs = 0
        self.is_done = False
        for folder in (self.found, self.kept, self.artifacts):
            os.makedirs(folder, exist_ok=True)

    def command(self, limits):
        package = self.package
        return [
            package.program,
            *package.flags(),
            "-artifact_prefix=" + self.artifacts + "/",
            *limits,
            self.found,
            self.kept,
            package.corpus,
            package.seeds,
        ]

    def note_end(self, run, status):
        """Files a crash; a target that dies without an input to show is broken."""
        if status == 0:
            return
        path = run.artifact()
        if path and os.path.exists(path):
            self.progress.crashes.append(crashes.Crash(self.package.name, path, run.text()))
            self.is_done = len(self.progress.crashes) >= _MOST_CRASHES
        else:
            self.progress.broken = "exit status %d:\n%s" % (status, "\n".join(run.text().splitlines()[-20:]))
            self.is_done = True


class Schedule:
    """Runs `jobs` at a time, each target in its turn, for `seconds`; or for `runs` executions each."""

    def __init__(self, works, jobs, seconds, runs):
        self._works = works
        self._jobs = jobs
        self._runs = runs
        self._deadline = None if runs else time.monotonic() + seconds
        self._slice = 0 if runs else min(
            _LONGEST_SLICE, max(_SHORTEST_SLICE, seconds * jobs / len(works) / _SLICES_EACH))
        self._lock = threading.Lock()
        self._is_stopped = False

    def is_stopped(self):
        return self._is_stopped

    def time_left(self):
        return 0 if self._deadline is None else self._deadline - time.monotonic()

    def _limits(self, work):
        if self._runs:
            left = self._runs - work.progress.executions()
            # The same seed would lead to the same crash.
            seed = 1 + len(work.progress.crashes)
            return ["-runs=%d" % left, "-seed=%d" % seed] if left > 0 else None
        seconds = int(min(self._slice, self.time_left()))
        return ["-max_total_time=%d" % seconds] if seconds >= 1 else None

    def _next(self):
        """The target that has had the least, with the limits of its slice; None at the end."""
        with self._lock:
            # The inputs of a fixed number of executions are to depend on nothing else.
            ready = [work for work in self._works if not work.is_done and not (self._runs and work.jobs)]
            for work in sorted(ready, key=lambda work: (work.jobs, work.seconds)):
                limits = self._limits(work)
                if limits and not self._is_stopped:
                    work.jobs += 1
                    return work, limits
                work.is_done = True
        return None

    def _run_slices(self):
        while True:
            chosen = self._next()
            if chosen is None:
                return
            work, limits = chosen
            begin = time.monotonic()
            run = slices.Slice(work.command(limits), work.package.folder)
            work.progress.begin(run)
            status = run.wait()
            work.progress.end(run)
            with self._lock:
                work.jobs -= 1
                work.seconds += time.monotonic() - begin
                if not self._is_stopped:
                    work.note_end(run, status)

    def rows(self):
        left = "-" if self._runs else table.clock(self.time_left())
        return [table.row(work.progress, work.found, work.kept, left) for work in self._works]

    def run(self, display):
        threads = [threading.Thread(target=self._run_slices) for _ in range(self._jobs)]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                if display.is_due():
                    display.show(self.rows())
                for thread in threads:
                    thread.join(0.2 / len(threads))
        except KeyboardInterrupt:
            self._stop()
        for thread in threads:
            thread.join()
        display.show(self.rows())

    def _stop(self):
        """Ends early; what was found is kept all the same."""
        with self._lock:
            self._is_stopped = True
        for work in self._works:
            work.progress.stop()
