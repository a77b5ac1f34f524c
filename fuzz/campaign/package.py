"""The unpacked zip of a fuzz target, as cc_fuzz_test() makes it: NAME_oss_fuzz."""

import configparser
import os
import shutil
import zipfile

import bazel


def _extract(archive, folder):
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
            return opened.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise bazel.Failed("cannot unpack %s: %s" % (archive, error)) from error


class Package:
    """A program that fuzzes, and what it starts with."""

    def __init__(self, archive, folder):
        """Unpacks `archive` into `folder`/NAME."""
        scratch = os.path.join(folder, "unpacked")
        names = _extract(archive, scratch)
        corpora = [name for name in names if name.endswith("_seed_corpus.zip") and "/" not in name]
        if len(corpora) != 1:
            raise bazel.Failed("%s is no package of a fuzz target" % archive)
        self.archive = archive
        self.name = corpora[0][: -len("_seed_corpus.zip")]
        self.folder = os.path.join(folder, self.name)
        if os.path.exists(self.folder):
            raise bazel.Failed("two packages of a target named %s" % self.name)
        os.rename(scratch, self.folder)
        self.program = os.path.join(self.folder, self.name)
        os.chmod(self.program, 0o755)
        self._unpack_inputs(os.path.join(self.folder, corpora[0]))

    def _unpack_inputs(self, archive):
        """The inputs that no merge touches go to the folder `seeds`, the others to `corpus`."""
        self.seeds = os.path.join(self.folder, "seeds")
        self.corpus = os.path.join(self.folder, "corpus")
        unpacked = os.path.join(self.folder, "inputs")
        for folder in (self.seeds, self.corpus, unpacked):
            os.mkdir(folder)
        for name in _extract(archive, unpacked):
            is_corpus = "corpus" in name.split("/")[:-1] or name.split("/")[-2:-1] == [self.name + "_corpus"]
            folder = self.corpus if is_corpus else self.seeds
            shutil.move(os.path.join(unpacked, name), os.path.join(folder, name.replace("/", "_")))

    def flags(self):
        """The flags of libFuzzer that the target asks for."""
        options = configparser.ConfigParser()
        options.read(self.program + ".options")
        given = options["libfuzzer"] if options.has_section("libfuzzer") else {}
        flags = ["-%s=%s" % pair for pair in sorted(given.items())]
        dictionary = self.program + ".dict"
        return flags + (["-dict=" + dictionary] if os.path.exists(dictionary) else [])
