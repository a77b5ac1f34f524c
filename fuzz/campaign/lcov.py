"""What llvm-cov exports as lcov: which functions, lines and branches of each file were reached."""

import collections
import re

Branch = collections.namedtuple("Branch", "line index taken")


class File:
    def __init__(self, name):
        self.name = name
        self.functions = {}
        self.function_lines = {}
        self.lines = {}
        self.branches = []

    def counts(self):
        """Pairs of reached and all: of functions, of lines, of branches."""
        return (
            _count(self.functions.values()),
            _count(self.lines.values()),
            _count(branch.taken for branch in self.branches),
        )


def _count(numbers):
    numbers = list(numbers)
    return sum(1 for number in numbers if number > 0), len(numbers)


def own_name(path):
    """net/file.c of whatever path the compiler saw; None for what is not in net/ or lua/."""
    match = re.search(r"(?:^|/)((?:net|lua)/[^/]+\.[ch])$", path)
    return match.group(1) if match else None


def parse(text):
    """A dict of names to files."""
    files = {}
    current = None
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key == "SF":
            name = own_name(value)
            current = files.setdefault(name, File(name)) if name else None
        elif current is None:
            continue
        elif key == "FN":
            number, name = value.split(",", 1)
            current.function_lines[name] = int(number)
        elif key == "FNDA":
            count, name = value.split(",", 1)
            # A header's function is named once for each source that includes it, with that before its own.
            name = name.split(":")[-1]
            current.functions[name] = current.functions.get(name, 0) + int(count)
        elif key == "DA":
            number, count = value.split(",")[:2]
            current.lines[int(number)] = int(count)
        elif key == "BRDA":
            number, block, branch, taken = value.split(",")
            index = (int(block), int(branch))
            current.branches.append(Branch(int(number), index, 0 if taken == "-" else int(taken)))
    return files


def _ratio(pair):
    reached, number = pair
    return "%d/%d" % pair + (" %5.1f %%" % (100.0 * reached / number) if number else "        ")


def _sums(rows):
    return (tuple(sum(row[kind][i] for row in rows) for i in (0, 1)) for kind in (1, 2, 3))


def total(files, folder):
    """One line: what of a folder is reached."""
    sums = _sums([(name, *file.counts()) for name, file in files.items() if name.startswith(folder)])
    kinds = zip(("functions", "lines", "branches"), sums)
    return "%s: %s" % (folder, ", ".join("%s %s" % (kind, " ".join(_ratio(pair).split())) for kind, pair in kinds))


def table(files):
    """Functions, lines and branches of each file and of all."""
    rows = [(name, *files[name].counts()) for name in sorted(files)]
    rows.append(("all", *_sums(rows)))
    lines = ["%-28s %18s %18s %18s" % ("file", "functions", "lines", "branches")]
    for name, *pairs in rows:
        lines.append("%-28s %18s %18s %18s" % (name, *(_ratio(pair) for pair in pairs)))
    return "\n".join(lines)
