"""The list of what the checked-in inputs do not reach, fuzz/coverage/misses.txt.

An entry is a line that names the miss, by its function and the text of its line in the source, and
indented lines that say why nothing can reach it, or why nothing has to:

net/file.c: enlarge: branch 1 never true: if (length > SIZE_MAX / 2) {
  No caller has that much memory.
"""

import collections


def _runs(numbers):
    """Numbers in a row as pairs of the first and how many."""
    runs = []
    for number in sorted(numbers):
        if runs and number == runs[-1][0] + runs[-1][1]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def _missed_branches(file):
    """Triples of a line, which of its conditions, and the value that this never has."""
    positions = collections.defaultdict(list)
    for branch in file.branches:
        positions[branch.line].append(branch)
    for line, branches in sorted(positions.items()):
        # A condition on a line that is missed has no value at all.
        if file.lines.get(line, 1) == 0:
            continue
        for position, branch in enumerate(branches):
            if branch.taken == 0:
                yield line, position // 2 + 1, "true" if position % 2 == 0 else "false"


def _function_at(file, line):
    """The function that begins last before the line; llvm-cov writes the file before a static one's name."""
    begins = [(begin, name) for name, begin in file.function_lines.items() if begin <= line]
    return max(begins)[1].split(":")[-1] if begins else "?"


def _keys(file, source):
    """Pairs of a line's number and what is missed there, in the words of the list."""
    for first, number in _runs(line for line, count in file.lines.items() if count == 0):
        words = "line" if number == 1 else "%d lines" % number
        place = (file.name, _function_at(file, first))
        yield first, "%s: %s: %s never run: %s" % (*place, words, source[first - 1].strip())
    for line, position, value in _missed_branches(file):
        place = (file.name, _function_at(file, line))
        yield line, "%s: %s: branch %d never %s: %s" % (*place, position, value, source[line - 1].strip())


def find(files, read):
    """All misses, each named once: a dict of names to `file:line`. `read` gives a file's lines."""
    found = {}
    for name in sorted(files):
        seen = collections.Counter()
        for line, key in sorted(_keys(files[name], read(name)), key=lambda pair: pair[0]):
            seen[key] += 1
            unique = key if seen[key] == 1 else "%s (no. %d)" % (key, seen[key])
            found[unique] = "%s:%d" % (name, line)
    return found


def absent(files, names):
    """Those of the sources named that no program contains, in the words of the list."""
    return {"%s: in no fuzz target" % name: name for name in sorted(names) if name not in files}


def parse(text):
    """A dict of names to reasons; raises ValueError with the number of a line that is neither."""
    reasons = {}
    current = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if line in reasons:
                raise ValueError("line %d: a second time: %s" % (number, line))
            current = line
            reasons[current] = ""
        elif current is None:
            raise ValueError("line %d: a reason without a miss: %s" % (number, line))
        else:
            reasons[current] = (reasons[current] + " " + line.strip()).strip()
    return reasons


def compare(found, reasons):
    """What is wrong with the list, as lines to print; nothing when all is explained."""
    complaints = []
    for key, place in found.items():
        if not reasons.get(key):
            complaints.append("%s is missed without a reason; the list would say:\n%s\n  ..." % (place, key))
    for key in reasons:
        if key not in found:
            complaints.append("the list explains what is not missed (any more):\n%s" % key)
    return complaints
