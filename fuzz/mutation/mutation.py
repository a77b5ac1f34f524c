#!/usr/bin/env -S python3 -B
"""Which changes of net/*.c do the tests of net/ and the replay of the fuzz inputs not notice?

./bazelw run //fuzz/mutation -- [options]

exit status:
  0  every mutant is killed, or explained in equivalents.txt or survivors.txt, and enough are killed
  1  some are not
  2  wrong arguments, or something could not be built or run
"""

import argparse
import glob
import os
import platform
import resource
import sys
import tempfile
import time

import c_tokens
import hunt
import known
import programs
import same_code
import table
import workspace

_HERE = "fuzz/mutation"
_ENOUGH = 95.0


def _count(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError("%r is no number above 0" % text)
    return int(text)


def parse_options(words):
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=lambda text: text.split(","), default=[], metavar="A,B",
                        help="e.g. net/buffer.c,net/wait.c; by default all")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], metavar="A,B",
                        help="programs that alone are built and asked, e.g. //net:buffer_test; by default all")
    parser.add_argument("--without", type=lambda text: text.split(","), default=[], metavar="A,B",
                        help="programs that are not asked, e.g. //fuzz:oom_client_bin, since they fail or are slow")
    parser.add_argument("--jobs", type=_count, default=2 * (os.cpu_count() or 1), metavar="N",
                        help="runs at a time; some only wait (default: %(default)s)")
    parser.add_argument("--seconds", type=_count, default=hunt.SECONDS, metavar="N",
                        help="CPU seconds of cases that a survivor passes (default: %(default)s)")
    parser.add_argument("--sanitizers", action="store_true",
                        help="survivors get a second chance under AddressSanitizer")
    parser.add_argument("--list", action="store_true", help="prints the mutants, and runs none")
    parser.add_argument("--write", action="store_true", help="updates the rows in RESULTS.md, and survivors.txt, "
                        "after each source: new survivors get the reason '...'")
    parser.add_argument("-v", action="store_true", help="tells what kills each")
    return parser.parse_args(words)


def choose_files(root, names):
    """The sources of net/ in the order of their names; only those named, if any are."""
    files = sorted("net/" + os.path.basename(path) for path in glob.glob(os.path.join(root, "net", "*.c"))
                   if not path.endswith("_test.c"))
    for name in names:
        if name not in files:
            raise workspace.Failed("there is no source %s; there are: %s" % (name, ", ".join(files)))
    return [file for file in files if not names or file in names]


class Session:
    """One call of the program."""

    def __init__(self, options, root):
        self._options = options
        self._root = root
        self._folder = workspace.Workspace(root)
        self._begin = time.monotonic()
        self._files = choose_files(root, options.files)
        self._equivalents = self._read_list("equivalents.txt")
        self._survivors = self._read_list("survivors.txt")
        self._mutants, self._uncompiled, self._same = [], set(), set()

    def _path(self, name):
        return os.path.join(self._root, _HERE, name)

    def _read_list(self, name):
        try:
            return known.parse(name, workspace.read(self._path(name)))
        except (OSError, known.BadList) as error:
            raise workspace.Failed(str(error)) from error

    def _say(self, text):
        minutes = (time.monotonic() - self._begin) / 60
        print("%5.1f min  %s" % (minutes, text), flush=True)

    def _tell(self, mutant, killer):
        if killer is None or self._options.v:
            print("%s:%d: %s %s" % (mutant.file, mutant.line, "survives:" if killer is None else "killed:", mutant.key)
                  + (" (%s)" % killer if killer else ""), flush=True)

    def _programs(self, scratch, *options):
        folder = os.path.join(scratch, "-".join(options) or "plain")
        built = self._folder.build(folder, self._options.only, self._options.without, *options)
        return [programs.Program(*each, is_asan=bool(options)) for each in built]

    def _hunt(self, mutants):
        jobs, listed = self._options.jobs, self._survivors
        with tempfile.TemporaryDirectory(prefix="mutation") as scratch:
            plain = self._programs(scratch)
            self._say("%d programs are built" % len(plain))
            found = hunt.survey(plain, jobs, self._fail)
            self._say("%d cases pass without a mutant" % len(found.seconds))
            killers = {}
            comparison = same_code.Comparison(self._folder.folder, self._folder.includes)
            hunter = hunt.Hunt(found, self._options.seconds, is_same=comparison.is_same, listed=listed)
            for file in self._files:
                tried = [mutant for mutant in mutants if mutant.file == file]
                told = hunter.killers(tried, jobs, self._tell)
                killed = {key: killer for key, killer in told.items() if killer != hunt.SAME}
                self._same |= told.keys() - killed.keys()
                killers.update(killed)
                self._say("%s: %d of %d killed, %d more have the same code"
                          % (file, sum(map(bool, killed.values())), len(killed), len(told) - len(killed)))
                if self._options.write:
                    # What is done so far is there if the run is stopped.
                    self._write([file], killed)
            left = [mutant for mutant in mutants if killers.get(mutant.key, hunt.SAME) is None
                    and mutant.key not in listed and found.reaching(mutant.number)]
            if left and self._options.sanitizers:
                killers.update(self._hunt_again(scratch, plain, found, left))
        return killers

    def _hunt_again(self, scratch, plain, found, mutants):
        checked = {program.name: program for program in self._programs(scratch, "--config=asan")}
        for program in checked.values():
            program.cases()
        self._say("the same is built with AddressSanitizer, for %d survivors" % len(mutants))
        counterparts = {program: checked[program.name] for program in plain}
        hunter = hunt.Hunt(found, seconds=self._options.seconds, counterparts=counterparts, slowness=4)
        killers = hunter.killers(mutants, self._options.jobs, self._tell)
        self._say("AddressSanitizer: %d of %d killed" % (sum(map(bool, killers.values())), len(killers)))
        return killers

    def _fail(self, reason):
        raise workspace.Failed(reason)

    def run(self):
        self._folder.copy()
        try:
            self._mutants, self._uncompiled = self._folder.rewrite(self._files)
            if self._options.list:
                for mutant in self._mutants:
                    print("%s:%d: %s: %s" % (mutant.file, mutant.line, mutant.operator, mutant.key))
                return 0
            alive = [mutant for mutant in self._mutants
                     if mutant.number not in self._uncompiled and mutant.key not in self._equivalents]
            self._say("%d mutants, %d of them to try" % (len(self._mutants), len(alive)))
            killers = self._hunt(alive)
        finally:
            self._folder.shutdown()
        return self._report(killers)

    def _rows(self, files, killers):
        mutants = [mutant for mutant in self._mutants if mutant.file in files]
        return table.count(mutants, self._uncompiled, {*self._equivalents, *self._same}, killers)

    def _report(self, killers):
        rows = self._rows(self._files, killers)
        tried = {file: {mutant.key for mutant in self._mutants if mutant.file == file} for file in self._files}
        if self._options.write:
            self._write(self._files, killers)
            if not self._options.files:
                self._write_run()
        complaints = known.complaints(tried, killers, self._equivalents, self._survivors)
        total = table.total(rows)
        if not self._options.files and total.score() < _ENOUGH:
            complaints.append("only %.1f %% are killed, %.0f %% are wanted" % (total.score(), _ENOUGH))
        print("\n".join(["", table.show(rows), *complaints]))
        self._say("%d mutants, %.1f %% of those that are not equivalent are killed; %d complaints"
                  % (total.mutants, total.score(), len(complaints)))
        return 1 if complaints else 0

    def _write(self, files, killers):
        """Brings the rows and the survivors of these sources up to date."""
        results = workspace.read(self._path("RESULTS.md"))
        workspace.write(self._path("RESULTS.md"), table.update(results, self._rows(files, killers)))
        text = workspace.read(self._path("survivors.txt"))
        reasons = {key: reason for key, reason in self._survivors.items() if key.split(" ")[0] not in files}
        for key in [key for key, killer in killers.items() if killer is None]:
            reasons[key] = self._survivors.get(key, known.NO_REASON)
        ordered = {key: reasons[key] for key in sorted(reasons)}
        workspace.write(self._path("survivors.txt"), known.show(known.heading(text), ordered))
        self._survivors = ordered

    def _write_run(self):
        """Tells of a run of all sources when, where and how long it was."""
        minutes = (time.monotonic() - self._begin) / 60
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        path = self._path("RESULTS.md")
        workspace.write(path, table.tell_run(workspace.read(path), "%s, %.0f minutes and %.0f CPU seconds of tests, "
                                             "%d cores of %s, `--jobs %d --seconds %d`" % (
                                                 time.strftime("%Y-%m-%d", time.gmtime()), minutes,
                                                 usage.ru_utime + usage.ru_stime, os.cpu_count() or 1,
                                                 platform.machine(), self._options.jobs, self._options.seconds)))


def main(words):
    options = parse_options(words)
    try:
        root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
        if not root:
            raise workspace.Failed("start it by ./bazelw run //fuzz/mutation")
        return Session(options, root).run()
    except (workspace.Failed, c_tokens.BadSource) as error:
        print("mutation: %s" % error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
