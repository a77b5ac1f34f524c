"""The table of results: a row for each source."""

import collections


class Row(collections.namedtuple("Row", "mutants killed survived uncompiled equivalent")):
    """The counts of a source."""

    def score(self):
        """Per cent of what can be killed; 100 where there is nothing."""
        return 100.0 * self.killed / (self.killed + self.survived) if self.killed + self.survived else 100.0

    def cells(self):
        return [str(count) for count in self] + ["%.1f %%" % self.score()]


_HEAD = ["source", "mutants", "killed", "survived", "do not compile", "equivalent", "killed of those that can be"]
_RUN = "The last run of all sources: "


def count(mutants, uncompiled, equivalents, killers):
    """Maps each source to its row."""
    rows = {}
    for file in sorted({mutant.file for mutant in mutants}):
        own = [mutant for mutant in mutants if mutant.file == file]
        bad = sum(mutant.number in uncompiled for mutant in own)
        equal = sum(mutant.number not in uncompiled and mutant.key in equivalents for mutant in own)
        survived = sum(mutant.key in killers and killers[mutant.key] is None for mutant in own)
        rows[file] = Row(len(own), len(own) - bad - equal - survived, survived, bad, equal)
    return rows


def total(rows):
    return Row(*[sum(counts) for counts in zip(*rows.values())]) if rows else Row(0, 0, 0, 0, 0)


def show(rows):
    lines = [_HEAD, ["---"] * len(_HEAD)]
    lines += [["`%s`" % file, *row.cells()] for file, row in sorted(rows.items())]
    lines.append(["all", *total(rows).cells()])
    return "".join("| %s |\n" % " | ".join(line) for line in lines)


def parse(text):
    """The rows of a text with a table; other lines do not matter."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `net/") and len(cells) == len(_HEAD):
            rows[cells[0].strip("`")] = Row(*[int(cell) for cell in cells[1:6]])
    return rows


def update(text, rows):
    """The text with these rows in its table, the others as they were."""
    before = "".join(line + "\n" for line in text.splitlines() if not line.startswith("|"))
    return before.rstrip("\n") + "\n\n" + show({**parse(text), **rows})


def tell_run(text, run):
    """The text with what is said of the last run of all sources, in a line of its own."""
    lines = [line for line in text.splitlines() if not line.startswith(_RUN)]
    head = next((at for at, line in enumerate(lines) if line.startswith("|")), len(lines))
    before = "\n".join(lines[:head]).rstrip("\n")
    return "%s\n\n%s%s.\n\n%s\n" % (before, _RUN, run, "\n".join(lines[head:]))
