#!/usr/bin/env -S python3 -B
"""What the checked-in inputs of all fuzz targets reach of net/ and lua/, and which misses nothing explains.

./bazelw run //fuzz:coverage -- [options]

exit status:
  0  every miss in net/ is explained in fuzz/coverage/misses.txt, and nothing else is
  1  some are not, or the replay of a target failed: the others' counts are shown all the same
  2  wrong arguments, or something could not be built
"""

import argparse
import os
import sys
import tempfile

import bazel
import lcov
import misses
import profile_report


def parse_options(words):
    parser = argparse.ArgumentParser(
        prog="coverage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--targets", type=lambda text: text.split(","), default=[], metavar="A,B",
                        help="names or labels; by default all that are not tagged manual")
    parser.add_argument("--report", metavar="DIR", help="leaves the sources with their counts there, as HTML")
    parser.add_argument("--write", action="store_true",
                        help="writes the list anew: reasons stay, what is not missed goes, new misses have '...'")
    return parser.parse_args(words)


def _read_list(path):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        return text, misses.parse(text)
    except (OSError, ValueError) as error:
        raise bazel.Failed("%s: %s" % (path, error)) from error


def _write_list(path, text, found, reasons):
    heading = [line for line in text.splitlines() if line.startswith("#")]
    entries = ["%s\n  %s\n" % (key, reasons.get(key) or "...") for key in found]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(heading) + "\n\n" + "\n".join(entries))


def run(options):
    root = bazel.workspace()

    def read(name):
        with open(os.path.join(root, name), encoding="utf-8") as file:
            return file.read().splitlines()

    path = os.path.join(root, "fuzz/coverage/misses.txt")
    text, reasons = _read_list(path)
    targets = bazel.find(options.targets)
    with tempfile.TemporaryDirectory(prefix="coverage") as scratch:
        profile = profile_report.measure(targets, scratch)
        report = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", root), options.report or scratch)
        print(profile_report.write(profile, report))
        files = profile.files()
    sources = ["net/" + name for name in os.listdir(os.path.join(root, "net")) if name.endswith(".c")]
    found = misses.absent(files, [name for name in sources if not name.endswith("_test.c")])
    found.update(misses.find({name: file for name, file in files.items() if name.startswith("net/")}, read))
    if options.write:
        _write_list(path, text, found, reasons)
        reasons = _read_list(path)[1]
    unexplained = {key: reason for key, reason in reasons.items() if reason != "..."}
    complaints = misses.compare(found, unexplained)
    complaints += profile.failures
    print("\n".join(["", *complaints, "", lcov.total(files, "net/")]))
    print("%d misses in net/, %d complaints" % (len(found), len(complaints)))
    return 1 if complaints else 0


def main(words):
    options = parse_options(words)
    try:
        return run(options)
    except bazel.Failed as error:
        print("coverage: %s" % error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
