"""Which inputs reach all that any of them does in the least time."""

import collections
import heapq
import os
import re
import subprocess
import tempfile

import bazel

_RUNS = 20
_FILES_AT_ONCE = 500
# Milliseconds: what the clock of libFuzzer does not see, and what makes a shorter one cheaper.
_LEAST_COST = 0.05
_COST_OF_A_BYTE = 1e-5


def call(package, *words):
    """Runs the program, without a look at leaks, and returns what it says."""
    done = subprocess.run(
        [package.program, *words],
        cwd=package.folder,
        env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    text = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        raise bazel.Failed("%s failed:\n%s" % (package.name, "\n".join(text.splitlines()[-20:])))
    return text


def parse_control(text):
    """What each file reaches, by the control file of a merge: how many files, how many of them are old, their
    names, then lines such as `FT 3 17 18`, the number of a file and its features."""
    lines = text.splitlines()
    names = lines[2 : 2 + int(lines[0])]
    features = {name: set() for name in names}
    for line in lines[2 + len(names) :]:
        words = line.split()
        if words and words[0] == "FT":
            features[names[int(words[1])]] = set(map(int, words[2:]))
    return features


def features_of(package, folders):
    """What each input of the folders reaches: a set of numbers for each path."""
    scratch = tempfile.mkdtemp(dir=package.folder)
    control = os.path.join(scratch, "control")
    merged = os.path.join(scratch, "merged")
    os.mkdir(merged)
    call(package, "-set_cover_merge=1", "-merge_control_file=" + control, *package.flags(), merged, *folders)
    with open(control, encoding="utf-8") as file:
        return parse_control(file.read())


def costs_of(package, paths):
    """The milliseconds that each input takes."""
    costs = {}
    for first in range(0, len(paths), _FILES_AT_ONCE):
        text = call(package, "-runs=%d" % _RUNS, *paths[first : first + _FILES_AT_ONCE])
        for path, milliseconds in re.findall(r"^Executed (.+) in (\d+) ms$", text, re.MULTILINE):
            costs[path] = max(int(milliseconds) / _RUNS, _LEAST_COST) + os.path.getsize(path) * _COST_OF_A_BYTE
    return costs


def _greedy(features, costs, wanted):
    """At each step what adds most for its time; what it adds can only become less."""
    left = set(wanted)
    heap = [(-len(features[path] & left) / costs[path], path) for path in features]
    heapq.heapify(heap)
    chosen = []
    while left and heap:
        path = heapq.heappop(heap)[1]
        worth = len(features[path] & left) / costs[path]
        if worth == 0:
            continue
        if heap and -worth > heap[0][0]:
            heapq.heappush(heap, (-worth, path))
            continue
        chosen.append(path)
        left -= features[path]
    return chosen


def choose(features, costs, wanted):
    """Paths that together reach what is wanted, each needed, the dearest left out first."""
    chosen = _greedy(features, costs, wanted)
    reached = collections.Counter(number for path in chosen for number in features[path] & wanted)
    for path in sorted(chosen, key=lambda path: (-costs[path], path)):
        if all(reached[number] > 1 for number in features[path] & wanted):
            chosen.remove(path)
            reached.subtract(features[path] & wanted)
    return chosen


def cheapest(package, base, sources):
    """The paths of those of `sources` that reach, with all of `base`, what all do."""
    features = features_of(package, [base, *sources])
    of_base = {path for path in features if os.path.dirname(path) == base}
    known = set().union(*(features[path] for path in of_base))
    others = {path: reached for path, reached in features.items() if path not in of_base and reached - known}
    return choose(others, costs_of(package, sorted(others)), set().union(*others.values()) - known)
