"""Coverage of net/ and lua/ by replays: runs programs built with --config=fuzz_coverage, asks llvm-cov."""

import glob
import os
import subprocess
import tempfile

import bazel
import lcov
import package as packages

_CONFIGS = {"fuzz": "fuzz_coverage", "fuzz_encrypted": "fuzz_coverage_encrypted"}


def _tool(*words, output=subprocess.PIPE):
    try:
        done = subprocess.run(
            words, cwd=bazel.workspace(), stdout=output, stderr=subprocess.PIPE, check=False, universal_newlines=True)
    except OSError as error:
        raise bazel.Failed("cannot run %s: %s" % (words[0], error)) from error
    if done.returncode != 0:
        raise bazel.Failed("%s failed:\n%s" % (" ".join(words[:2]), done.stderr))
    return done.stdout


class Profile:
    """What all replays together have reached."""

    def __init__(self, scratch):
        self._scratch = scratch
        self._raw = []
        self._programs = []
        # What the user has to know of replays that did not go well.
        self.failures = []

    def replay(self, package, folders):
        # By %m a child that a target forks adds its counts to its parent's.
        raw = os.path.join(self._scratch, package.name + "-%m.profraw")
        done = subprocess.run(
            [package.program, *folders],
            cwd=package.folder,
            env=dict(os.environ, LLVM_PROFILE_FILE=raw),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode != 0:
            text = done.stdout.decode("utf-8", "replace").splitlines()[-20:]
            self.failures.append(
                "the replay of %s ended with status %d:\n%s" % (package.name, done.returncode, "\n".join(text)))
        # A process that dies leaves no profile.
        left = glob.glob(os.path.join(self._scratch, package.name + "-[0-9]*.profraw"))
        left = [path for path in left if os.path.getsize(path) > 0]
        if left:
            self._raw += left
            self._programs.append(package.program)

    def _words(self):
        if not self._raw:
            raise bazel.Failed("\n".join(["no replay has left a profile", *self.failures]))
        merged = os.path.join(self._scratch, "merged.profdata")
        if not os.path.exists(merged):
            _tool("llvm-profdata", "merge", "-sparse", "-o", merged, *self._raw)
        objects = [word for program in self._programs[1:] for word in ("-object", program)]
        return ["-instr-profile=" + merged, self._programs[0], *objects]

    def files(self):
        return lcov.parse(_tool("llvm-cov", "export", "-format=lcov", *self._words()))

    def write_html(self, folder, names):
        """Pages of the files named; they show sources and counts."""
        root = bazel.workspace()
        _tool("llvm-cov", "show", "-format=html", "-show-branches=count", "-output-dir=" + folder, *self._words(),
              "-path-equivalence=/proc/self/cwd,%s" % root, *[os.path.join(root, name) for name in names])


def _played(unpacked, target):
    """The folders of other targets' inputs that it replays, too; a package has regressions with its seeds."""
    pairs = [played.split("/") for played in target.plays]
    return [getattr(unpacked[name], kind) for kind, name in pairs if name in unpacked and kind != "regressions"]


def measure(targets, scratch, more_inputs=None):
    """Replays the inputs of all targets, and those in the folders of more_inputs[name]."""
    folder = os.path.join(scratch, "coverage")
    os.makedirs(folder)
    bins = bazel.build(targets, "_oss_fuzz", lambda target: _CONFIGS[target.config])
    profile = Profile(folder)
    unpacked = {target.name: packages.Package(target.package(bins[_CONFIGS[target.config]]), folder)
                for target in targets}
    for target in targets:
        package = unpacked[target.name]
        inputs = [package.seeds, package.corpus] + (more_inputs or {}).get(package.name, [])
        inputs += _played(unpacked, target)
        if any(os.listdir(path) for path in inputs):
            profile.replay(package, inputs)
    return profile


def write(profile, report):
    """Leaves coverage.txt and the folder coverage with HTML in `report`; returns the text."""
    files = profile.files()
    text = lcov.table(files)
    os.makedirs(report, exist_ok=True)
    with open(os.path.join(report, "coverage.txt"), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    profile.write_html(os.path.join(report, "coverage"), sorted(files))
    return text


def of_campaign(targets, works, report):
    with tempfile.TemporaryDirectory(prefix="coverage") as scratch:
        kept = {name: [work.kept] for name, work in works.items()}
        return write(measure(targets, scratch, kept), report)
