"""What a campaign asks Bazel: which fuzz targets there are, and their packages."""

import os
import subprocess
import sys
import xml.etree.ElementTree


class Failed(Exception):
    """Its text is for the user, who cannot go on."""


class Target:
    """One cc_fuzz_test()."""

    def __init__(self, label, config, is_manual, plays=()):
        """`plays`: which inputs of which other target it replays, too, as "corpus/NAME" or "seeds/NAME"."""
        self.label = label
        self.name = label.split(":")[-1]
        self.config = config
        self.is_manual = is_manual
        self.plays = plays

    def package(self, bazel_bin):
        folder = self.label.split("//")[1].split(":")[0]
        return os.path.join(bazel_bin, folder, self.name + "_oss_fuzz.zip")

    def program(self, bazel_bin):
        folder = self.label.split("//")[1].split(":")[0]
        return os.path.join(bazel_bin, folder, self.name + "_bin")


def workspace():
    folder = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if not folder:
        raise Failed("start it by ./bazelw run //fuzz:campaign or //fuzz:coverage")
    return folder


def bazel(*words, capture=True):
    """Calls Bazel in the workspace and returns what it printed."""
    folder = workspace()
    program = "./bazelw" if os.path.exists(os.path.join(folder, "bazelw")) else os.environ.get("BAZEL", "bazel")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BUILD_W")}
    try:
        done = subprocess.run(
            [program, *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else sys.stderr,
            check=False,
            universal_newlines=True,
        )
    except OSError as error:
        raise Failed("cannot run %s in %s: %s" % (program, folder, error)) from error
    if done.returncode != 0:
        raise Failed("failed: %s %s (exit status %d)" % (program, " ".join(words), done.returncode))
    return done.stdout


def parse_targets(text):
    """The targets of `bazel query --output=xml`."""
    targets = []
    for rule in xml.etree.ElementTree.fromstring(text).iter("rule"):
        tags = [tag.get("value") for tags in rule.findall("list[@name='tags']") for tag in tags]
        config = "fuzz_encrypted" if "fuzz_encrypted" in tags else "fuzz"
        label = rule.get("name")
        plays = [tag[len("plays="):] for tag in tags if tag.startswith("plays=")]
        targets.append(Target(label[: -len("_bin")], config, "manual" in tags, plays))
    return sorted(targets, key=lambda target: target.label)


def patterns(names):
    """Where to look for those named: in the package of a label, and below //fuzz for a plain name."""
    packages = {name.split(":")[0] + ":all" for name in names if "//" in name}
    if not names or any("//" not in name for name in names):
        packages.add("//fuzz/...")
    return sorted(packages)


def find(names):
    """The targets named; without names all that are not manual."""
    query = 'attr(tags, "\\bcc_fuzz_test\\b", %s)' % " + ".join(patterns(names))
    return select(parse_targets(bazel("query", "--noshow_progress", "--output=xml", query)), names)


def select(targets, names):
    """Those named, by label or by name; without names all that are not manual."""
    if not names:
        return [target for target in targets if not target.is_manual]
    selected = []
    for name in names:
        found = [target for target in targets if name in (target.name, target.label)]
        if len(found) != 1:
            raise Failed(
                "there %s %s; there are: %s"
                % (
                    "are several targets" if found else "is no fuzz target",
                    name,
                    ", ".join(target.label if found else target.name for target in found or targets),
                )
            )
        selected += found
    return selected


def build(targets, suffix, config_of=lambda target: target.config):
    """Builds TARGET + suffix of each; returns the bazel-bin of each configuration."""
    bins = {}
    for config in sorted({config_of(target) for target in targets}):
        labels = [target.label + suffix for target in targets if config_of(target) == config]
        bazel("build", "--config=" + config, *labels, capture=False)
        shown = bazel("info", "--noshow_progress", "--config=" + config, "bazel-bin")
        bins[config] = shown.strip().splitlines()[-1]
    return bins
