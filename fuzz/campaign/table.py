"""The table of a campaign: in place on a terminal, as plain lines elsewhere."""

import os
import sys
import time

_HEADINGS = ("target", "executions", "exec/CPU-s", "edges", "corpus", "crashes", "time left")


def clock(seconds):
    seconds = max(0, int(seconds))
    return "%d:%02d" % divmod(seconds, 60) if seconds < 3600 else "%d:%02d:%02d" % (
        seconds // 3600, seconds // 60 % 60, seconds % 60)


def count_files(*folders):
    return sum(len(files) for folder in folders for _, _, files in os.walk(folder))


def row(progress, found, kept, time_left):
    executions, cpu = progress.executions(), progress.cpu()
    package = progress.package
    return (
        package.name,
        str(executions),
        "%.0f" % (executions / cpu) if cpu > 0 else "-",
        str(progress.edges()),
        str(count_files(package.seeds, package.corpus, found, kept)),
        str(len(progress.crashes)),
        "broken" if progress.broken else time_left,
    )


def text(rows):
    """The rows under their headings, in columns."""
    rows = [_HEADINGS, *rows]
    widths = [max(len(line[column]) for line in rows) for column in range(len(_HEADINGS))]
    lines = []
    for line in rows:
        cells = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        lines.append("  ".join(cells))
    return "\n".join(lines)


class Display:
    """Shows a table now and then: each second on a terminal, each half minute elsewhere."""

    def __init__(self, output=sys.stdout):
        self._output = output
        self._is_terminal = output.isatty()
        self._shown_lines = 0
        self._last = None

    def is_due(self):
        pause = 1 if self._is_terminal else 30
        return self._last is None or time.monotonic() - self._last >= pause

    def show(self, rows):
        shown = text(rows)
        if self._is_terminal and self._shown_lines:
            self._output.write("\033[%dA\033[J" % self._shown_lines)
        self._output.write(shown + "\n" + ("" if self._is_terminal else "\n"))
        self._output.flush()
        self._shown_lines = shown.count("\n") + 1
        self._last = time.monotonic()
