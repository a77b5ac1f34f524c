#!/usr/bin/env -S python3 -B
"""Fuzzes all targets at once, and files what they find.

./bazelw run //fuzz:campaign -- [options]

exit status:
  0  nothing was found
  1  there are crashes: each is in the report with a command that shows it again
  2  wrong arguments, or something could not be built or run
"""

import argparse
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time

import bazel
import crashes
import merge
import package as packages
import profile_report
import schedule
import table

_MINIMISE_SECONDS = 20


def positive(kind):
    def parse(text):
        try:
            number = kind(text)
        except ValueError:
            number = 0
        if not 0 < number < 1e7:
            raise argparse.ArgumentTypeError("'%s' is no number above 0" % text)
        return number

    return parse


def names(text):
    given = [name for name in text.split(",") if name]
    if not given:
        raise argparse.ArgumentTypeError("'%s' names nothing" % text)
    return given


def _path(text):
    """Relative to where the user called Bazel."""
    return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()), text)


def parse_options(words):
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "net_tls_fuzz")
    parser = argparse.ArgumentParser(
        prog="campaign", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    limit = parser.add_mutually_exclusive_group(required=True)
    limit.add_argument("--minutes", type=positive(float), metavar="N", help="how long to fuzz")
    limit.add_argument("--runs", type=positive(int), metavar="N",
                       help="executions of each target in place of minutes: the same ones each time")
    parser.add_argument("--jobs", type=positive(int), default=os.cpu_count(), metavar="N",
                        help="programs at a time; by default one a processor")
    parser.add_argument("--targets", type=names, default=[], metavar="A,B",
                        help="names or labels; by default all that are not tagged manual")
    parser.add_argument("--corpus", type=_path, default=os.path.join(cache, "corpus"), metavar="DIR",
                        help="takes up DIR/TARGET and adds to it what reaches more; by default %(default)s")
    parser.add_argument("--report", type=_path, metavar="DIR",
                        help="for crashes and coverage, new or empty; by default one by date beside the corpus")
    parser.add_argument("--shrink", action="store_true",
                        help="leave in DIR/TARGET only what reaches more than seeds and regressions do, in the least time")
    parser.add_argument("--no-coverage", action="store_true", help="make no report of coverage")
    parser.add_argument("--packages", type=names, metavar="A.zip,B.zip",
                        help="take these (NAME_oss_fuzz), and build nothing; makes no report of coverage")
    options = parser.parse_args(words)
    if options.packages and options.targets:
        parser.error("--packages and --targets do not go together")
    if options.report is None:
        options.report = os.path.join(cache, "report", time.strftime("%Y%m%d-%H%M%S"))
    if os.path.isdir(options.report) and os.listdir(options.report):
        parser.error("--report: %s is not empty" % options.report)
    for folder in (options.corpus, options.report):
        if os.path.exists(folder) and not os.path.isdir(folder):
            parser.error("%s is no folder" % folder)
    return options


def _make_works(options, archives, scratch):
    works = []
    for archive in archives:
        package = packages.Package(archive, scratch)
        works.append(schedule.Work(
            package, os.path.join(options.corpus, package.name), os.path.join(scratch, "artifacts", package.name)))
    return works


def _reproducer(work, labels):
    """The command that shows a crash when its input's path is added to it."""
    name = work.package.name
    if name in labels:
        return "./bazelw run %s_run --" % labels[name]
    return "unzip -qo %s -d %s && %s/%s" % (shlex.quote(os.path.abspath(work.package.archive)), name, name, name)


def _file_crashes(work, reproducer, report):
    bugs = crashes.unique(work.progress.crashes)
    for bug in bugs:
        crashes.minimise(work.package, bug, _MINIMISE_SECONDS)
        crashes.file_away(bug, os.path.join(report, "crashes", work.package.name), reproducer)
    return bugs


def _merge(options, work):
    if options.shrink:
        number = merge.shrink(work.package, work.found, work.kept)
        return "%s: %d inputs left in %s" % (work.package.name, number, work.kept)
    number = merge.add(work.package, work.found, work.kept)
    return "%s: %d inputs added to %s" % (work.package.name, number, work.kept)


def _summary(bugs, broken, rows):
    lines = [table.text(rows), ""]
    for bug in bugs:
        lines += ["%s: %s (%d times)" % (bug.target, bug.signature, bug.count), "  " + bug.reproducer]
    lines += ["%s is broken: %s" % pair for pair in broken]
    lines.append("%d bugs" % len(bugs) if bugs else "nothing found")
    return "\n".join(lines)


def run(options, scratch):
    targets = []
    if options.packages:
        archives = [_path(archive) for archive in options.packages]
    else:
        targets = bazel.find(options.targets)
        bins = bazel.build(targets, "_oss_fuzz")
        archives = [target.package(bins[target.config]) for target in targets]
    works = _make_works(options, archives, scratch)
    os.makedirs(options.report, exist_ok=True)

    plan = schedule.Schedule(works, options.jobs, (options.minutes or 0) * 60, options.runs)
    plan.run(table.Display())

    rows = plan.rows()
    labels = {target.name: target.label for target in targets}
    bugs = [bug for work in works for bug in _file_crashes(work, _reproducer(work, labels), options.report)]
    broken = [(work.package.name, work.progress.broken) for work in works if work.progress.broken]
    broken += [(work.package.name, "it had no turn; give it more minutes") for work in works
               if work.progress.is_idle() and not plan.is_stopped()]
    summary = _summary(bugs, broken, rows)
    with open(os.path.join(options.report, "summary.txt"), "w", encoding="utf-8") as file:
        file.write(summary + "\n")
    print(summary)
    for work in works:
        if not work.progress.broken:
            print(_merge(options, work))
    print("report: " + options.report, flush=True)
    if targets and not options.no_coverage:
        print(profile_report.of_campaign(targets, {work.package.name: work for work in works}, options.report))
    return 2 if broken else 1 if bugs else 0


def main(words):
    options = parse_options(words)
    # To end early, and file what was found.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scratch = tempfile.mkdtemp(prefix="campaign")
    try:
        return run(options, scratch)
    except bazel.Failed as error:
        print("campaign: %s" % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
