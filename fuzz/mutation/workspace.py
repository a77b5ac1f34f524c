"""A copy of the workspace, whose net/*.c have their mutants in them, and what Bazel builds there."""

import glob
import os
import re
import subprocess
import xml.etree.ElementTree
import zipfile
import zlib

import statements

_COMPILER = ["gcc", "-std=gnu11", "-fsyntax-only", "-fmax-errors=0"]


class Failed(Exception):
    """Its text is for the user, who cannot go on."""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def bad_lines(folder, file, includes):
    """The lines of a rewritten source that the compiler refuses, or converts without being told to."""
    command = _COMPILER + ["-I" + include for include in [folder, *includes]] + [os.path.join(folder, file)]
    environment = dict(os.environ, LC_ALL="C")
    said = subprocess.run(command, stderr=subprocess.PIPE, universal_newlines=True, check=False, env=environment)
    pattern = r"^[^\n:]*%s:(\d+):\d+: (?:error:|warning: [^\n]*(?:without a cast|mismatch|incompatible))" % (
        re.escape(os.path.basename(file)))
    lines = {int(line) for line in re.findall(pattern, said.stderr, re.M)}
    if said.returncode != 0 and not lines:
        raise Failed("%s does not compile, and no mutant is the reason:\n%s" % (file, said.stderr))
    return lines


def rewrite_file(source_folder, folder, file, first_number, enumerators, includes):
    """Writes folder/file with its mutants; returns them, and the numbers of those that do not compile."""
    excluded = set()
    while True:
        rewriter = statements.Rewriter(file, read(os.path.join(source_folder, file)), enumerators, first_number,
                                       excluded)
        text = rewriter.rewrite()
        write(os.path.join(folder, file), text)
        lines = bad_lines(folder, file, includes)
        source = text.splitlines()
        found = {int(number) for line in lines
                 for number in re.findall(r"net_mutant_is\((\d+)\)", source[line - 1])}
        if lines and not found:
            raise Failed("%s does not compile when rewritten, in line %d: %s"
                         % (os.path.join(folder, file), min(lines), source[min(lines) - 1]))
        if not found:
            statements.set_keys(rewriter.mutants)
            return rewriter.mutants, excluded
        excluded |= found


class Workspace:
    """The copy. Its path is always the same, so that the next run compiles only what differs."""

    def __init__(self, root):
        self.root = root
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.folder = os.path.join(cache, "net_tls_mutation", "%08x" % zlib.crc32(root.encode()))
        self.includes = []

    def copy(self):
        os.makedirs(self.folder, exist_ok=True)
        clear = "find . -mindepth 1 -maxdepth 1 -not -name 'bazel-*' -exec rm -rf {} +"
        copy = "tar -C \"$1\" -c --exclude=./.git --exclude='bazel-*' . | tar -x"
        done = subprocess.run(["sh", "-c", clear + " && " + copy, "sh", self.root], cwd=self.folder, check=False)
        if done.returncode != 0:
            raise Failed("cannot copy %s to %s" % (self.root, self.folder))
        with open(os.path.join(self.folder, "user.bazelrc"), "a", encoding="utf-8") as file:
            # What is written for a compiler is not to its taste. Optimised, the cases take a fourth of the time.
            file.write("\nbuild --per_file_copt=^(//)?net[:/].*[.]c$@-w\nbuild --copt=-O1\n")
        self.bazel("fetch", "//net:tls_socket")
        external = os.path.join(self._info("output_base"), "external", "boringssl")
        self.includes = [path for path in (external + "/src/include", external + "/include") if os.path.isdir(path)]

    def bazel(self, *words):
        command = ["./bazelw", "--max_idle_secs=600", *words]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BUILD_W")}
        done = subprocess.run(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, check=False)
        if done.returncode != 0:
            raise Failed("failed in %s: %s\n%s" % (self.folder, " ".join(command), done.stderr[-4000:]))
        return done.stdout

    def _info(self, name, *options):
        return self.bazel("info", "--noshow_progress", *options, name).strip().splitlines()[-1]

    def shutdown(self):
        self.bazel("shutdown")

    def rewrite(self, files):
        """Puts the mutants into the files; returns all, and the numbers of those that do not compile."""
        headers = sorted(glob.glob(os.path.join(self.root, "net", "*.h")))
        enumerators = statements.find_enumerators("\n".join(read(header) for header in headers))
        mutants, excluded = [], set()
        for file in files:
            found, bad = rewrite_file(self.root, self.folder, file, len(mutants) + 1, enumerators, self.includes)
            mutants += found
            excluded |= bad
        if len(mutants) >= statements.NUMBERS:
            raise Failed("%d mutants are too many: raise NUMBERS in statements.py" % len(mutants))
        return mutants, excluded

    def _labels(self, query):
        text = self.bazel("query", "--noshow_progress", "--output=xml", query)
        rules = xml.etree.ElementTree.fromstring(text).iter("rule")
        is_manual = lambda rule: any(tag.get("value") == "manual" for tag in rule.iterfind("list[@name='tags']/string"))
        return sorted(rule.get("name") for rule in rules if not is_manual(rule))

    def _choose(self, labels, only, without):
        """The labels of the programs; only those named, if any are."""
        for name in [*only, *without]:
            if name not in labels:
                raise Failed("there is no program %s; there are: %s" % (name, ", ".join(labels)))
        return [label for label in labels if (not only or label in only) and label not in without]

    def build(self, scratch, only, without, *options):
        """Builds the tests of net/ and the fuzz targets; returns tuples: name, program, folder, inputs."""
        labels = self._labels("kind(cc_test, //net:all)")
        binaries = self._labels('attr(tags, "\\bcc_fuzz_test\\b", //...)')
        chosen = self._choose(labels + binaries, only, without)
        tests = [label for label in labels if label in chosen]
        targets = [label[:-len("_bin")] for label in binaries if label in chosen]
        self.bazel("build", *options, *tests, *[target + end for target in targets for end in ("_bin", "_corpus")])
        bazel_bin = self._info("bazel-bin", *options)
        path = lambda label: os.path.join(bazel_bin, label.split("//")[1].replace(":", "/"))
        programs = []
        for label in tests + [target + "_bin" for target in targets]:
            folder = (glob.glob(path(label) + ".runfiles/*/" + label.split("//")[1].split(":")[0]) or [self.folder])[0]
            folder = os.path.dirname(folder) if folder != self.folder else folder
            inputs = None
            if label not in tests:
                inputs = os.path.join(scratch, os.path.basename(path(label)))
                with zipfile.ZipFile(path(label)[:-len("_bin")] + "_seed_corpus.zip") as archive:
                    archive.extractall(inputs)
            programs.append((label, path(label), folder, inputs))
        return programs
