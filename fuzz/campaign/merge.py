"""What a campaign leaves in its corpus: what adds coverage."""

import hashlib
import os
import shutil
import tempfile

import cover


def _copy_all(source, destination):
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if os.path.isfile(path):
            shutil.copyfile(path, os.path.join(destination, name))


def _adding(package, base, sources):
    """Copies of the inputs of `sources` that reach what those of `base` do not, in a new folder."""
    scratch = tempfile.mkdtemp(dir=package.folder)
    known = tempfile.mkdtemp(dir=package.folder)
    for folder in base:
        _copy_all(folder, known)
    before = set(os.listdir(known))
    cover.call(package, "-merge=1", *package.flags(), known, *sources)
    for name in sorted(set(os.listdir(known)) - before):
        shutil.move(os.path.join(known, name), os.path.join(scratch, name))
    shutil.rmtree(known)
    return scratch


def add(package, found, kept):
    """Adds to `kept` those of `found` that reach what nothing else does; returns how many."""
    new = _adding(package, [package.seeds, package.corpus, kept], [found])
    _copy_all(new, kept)
    return len(os.listdir(new))


def shrink(package, found, kept):
    """Leaves in `kept` the inputs that in the least time reach, with the seeds, what all did; returns how many."""
    scratch = tempfile.mkdtemp(dir=package.folder)
    for path in cover.cheapest(package, package.seeds, [kept, package.corpus, found]):
        with open(path, "rb") as file:
            name = hashlib.sha1(file.read()).hexdigest()
        shutil.copyfile(path, os.path.join(scratch, name))
    for name in os.listdir(kept):
        os.remove(os.path.join(kept, name))
    _copy_all(scratch, kept)
    return len(os.listdir(scratch))
