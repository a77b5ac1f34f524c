"""Crashes: which are the same, the smallest input of each, and how to see it again."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess

# A frame of a sanitizer's stack: "    #3 0x55 in function /path/file.c:12:3".
_FRAME = re.compile(r"^\s*#\d+ 0x[0-9a-f]+ in (.+?) (\S+?)(?::\d+)*$")
_SOURCE = re.compile(r"\.(c|cc|cpp|h)$")
_FOREIGN = re.compile(r"^/usr/|^(csu|nptl|stdlib)/|^crtstuff\.c$|/sysdeps/|(^|/)external/(?!net_tls/)|/compiler-rt/|/gcc/")
_VIOLATION = re.compile(r"^== violation ==\n(.*)$", re.MULTILINE)
_KINDS = (
    re.compile(r"ERROR: (?:Address|Leak)Sanitizer: ([A-Za-z-]+)"),
    re.compile(r"runtime error: (.+)$"),
    re.compile(r"ERROR: libFuzzer: (deadly signal|fuzz target exited|[A-Za-z-]+)"),
)
_FRAMES = 3


def frames_of(text):
    """The functions of the workspace's own code in the first stack that has any, innermost first."""
    functions = []
    for line in text.splitlines():
        if functions[-1:] == ["LLVMFuzzerTestOneInput"]:
            break
        match = _FRAME.match(line)
        if match and _SOURCE.search(match.group(2)) and not _FOREIGN.search(match.group(2)):
            functions.append(re.sub(r"\(.*", "", match.group(1).replace("(anonymous namespace)::", "")))
        elif functions and not line.strip():
            break
    return functions[:_FRAMES]


def _without_numbers(text):
    """Addresses and counts differ from one input to the next; an invariant's number does not."""
    return re.sub(r"0x[0-9a-f]+|\b\d+", "N", text)


def signature(text):
    """What tells one bug from another: an invariant's message, or a report's kind and its frames."""
    violation = _VIOLATION.search(text)
    if violation:
        return _without_numbers(violation.group(1))
    for pattern in _KINDS:
        for line in text.splitlines():
            match = pattern.search(line)
            if match:
                frames = " < ".join(frames_of(text))
                return _without_numbers(match.group(1)) + (" in " + frames if frames else "")
    return "died without a report"


class Crash:
    def __init__(self, target, path, text):
        self.target = target
        self.path = path
        self.text = text
        self.signature = signature(text)
        self.count = 1

    def file_name(self):
        slug = re.sub(r"[^A-Za-z0-9]+", "_", self.signature).strip("_").lower()[:60]
        return "%s-%s" % (slug, hashlib.sha256(self.signature.encode()).hexdigest()[:8])


def unique(crashes):
    """One of each signature, the smallest input."""
    kept = {}
    for crash in crashes:
        other = kept.setdefault(crash.signature, crash)
        if other is crash:
            continue
        crash.count = other.count + 1
        other.count = crash.count
        if os.path.getsize(crash.path) < os.path.getsize(other.path):
            kept[crash.signature] = crash
    return list(kept.values())


def _run(package, words):
    done = subprocess.run(
        [package.program, *words],
        cwd=package.folder,
        env=dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    return done.returncode, done.stderr.decode("utf-8", "replace")


def minimise(package, crash, seconds):
    """Makes its input as small as it gets while it is the same bug."""
    smaller = crash.path + ".min"
    _run(
        package,
        ["-minimize_crash=1", "-runs=20000", "-max_total_time=%d" % seconds, "-exact_artifact_path=" + smaller, crash.path],
    )
    if not os.path.exists(smaller):
        return
    status, text = _run(package, ["-exact_artifact_path=/dev/null", smaller])
    if status != 0 and signature(text) == crash.signature:
        crash.path, crash.text = smaller, text


def file_away(crash, folder, reproducer):
    """Leaves the input, what was said of it and how to see it again in `folder`; sets crash.reproducer."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, crash.file_name())
    shutil.copyfile(crash.path, path)
    crash.path = path
    crash.reproducer = "%s %s" % (reproducer, shlex.quote(path))
    with open(path + ".txt", "w", encoding="utf-8") as file:
        file.write("%s\nfound %d times; again by\n%s\n\n%s\n" % (crash.signature, crash.count, crash.reproducer, crash.text))
