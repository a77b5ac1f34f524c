#!/usr/bin/env -S python3 -B
"""Measures how fast the fuzz targets replay their checked-in inputs, in executions a CPU second.

./bazelw run //fuzz:speed -- [--targets A,B] [--seconds N]

Prints a table. Two rows more for each role are of a handshake and a close alone, over TLS 1.3.

exit status:
  0  measured
  2  wrong arguments, or something could not be built or run
"""

import argparse
import math
import os
import resource
import shutil
import sys
import tempfile

import bazel
import campaign
import cover
import package as packages

# Inputs of //fuzz:record_ops_client and _server without an operation: see fuzz/record_input.h.
# The client verifies its server; the server asks for no certificate.
_CYCLES = [("full handshake and close, TLS 1.3", {"record_ops_client": b"\x11", "record_ops_server": b"\x01"}),
           ("resumed handshake and close, TLS 1.3", {"record_ops_client": b"\x19", "record_ops_server": b"\x09"})]


def cpu_seconds(package, files, runs):
    """What it takes to play each of the files `runs` times."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    cover.call(package, "-runs=%d" % runs, *files)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def rate(seconds_of, num_files, seconds):
    """Executions a second, without what start and end take; `seconds_of(runs)` measures."""
    start = seconds_of(1)
    runs = 2
    taken = seconds_of(1 + runs) - start
    if taken < seconds:
        runs = min(10000, math.ceil(runs * seconds / max(taken, 0.001)))
        taken = seconds_of(1 + runs) - start
    return num_files * runs / max(taken, 0.001)


def inputs(package):
    folders = [package.corpus, package.seeds]
    return [os.path.join(folder, name) for folder in folders for name in sorted(os.listdir(folder))]


def rows(package, seconds):
    files = inputs(package)
    if files:
        yield (package.name, len(files), rate(lambda runs: cpu_seconds(package, files, runs), len(files), seconds))
    for name, contents in _CYCLES:
        if package.name in contents:
            path = os.path.join(package.folder, "cycle")
            with open(path, "wb") as file:
                file.write(contents[package.name])
            measured = rate(lambda runs: cpu_seconds(package, [path], runs), 1, seconds)
            yield ("%s: %s" % (package.name, name), 1, measured)


def line(name, num_inputs, executions):
    return "| %s | %d | %s |" % (name, num_inputs, format(round(executions), ","))


def run(options, scratch):
    targets = bazel.find(options.targets)
    bins = bazel.build(targets, "_oss_fuzz")
    print("| target | inputs | executions a CPU second |\n| --- | --- | --- |")
    for target in targets:
        for row in rows(packages.Package(target.package(bins[target.config]), scratch), options.seconds):
            print(line(*row), flush=True)


def main(words):
    parser = argparse.ArgumentParser(
        prog="speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--targets", type=campaign.names, default=[], metavar="A,B", help="names or labels")
    parser.add_argument("--seconds", type=campaign.positive(float), default=5, metavar="N",
                        help="CPU seconds for each row; by default %(default)s")
    options = parser.parse_args(words)
    scratch = tempfile.mkdtemp(prefix="speed")
    try:
        run(options, scratch)
        return 0
    except bazel.Failed as error:
        print("speed: %s" % error, file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
