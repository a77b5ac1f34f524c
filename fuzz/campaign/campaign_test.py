#!/usr/bin/env -S python3 -B
"""Campaigns over a toy: with two bugs planted, without, with what is no package, with wrong arguments."""

import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

_HERE = os.path.dirname(os.path.abspath(__file__))
_TOY = os.path.join(_HERE, "testdata", "toy_fuzzer.cc")
_RUNS = "20000"


def _make_package(folder, name, *flags):
    """What cc_fuzz_test() would pack: a program, a seed, an input of the corpus, words and options."""
    program = os.path.join(folder, name)
    subprocess.run(
        ["clang++", "-std=c++17", "-g", "-O1", "-fsanitize=fuzzer,address", *flags, _TOY, "-o", program], check=True)
    corpus = os.path.join(folder, name + "_seed_corpus.zip")
    with zipfile.ZipFile(corpus, "w") as archive:
        archive.writestr("fuzz/seeds/toy/plain", "x")
        archive.writestr("fuzz/corpus/toy/plain", "xx")
    path = os.path.join(folder, name + ".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(program, name)
        archive.write(corpus, name + "_seed_corpus.zip")
        archive.writestr(name + ".dict", '# words\n"x"\n')
        archive.writestr(name + ".options", "[libfuzzer]\nmax_len = 64\n")
    return path


class CampaignTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = cls.scratch.name
        cls.planted = _make_package(folder, "toy", "-DPLANTED")
        cls.sound = _make_package(folder, "sound")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=self.scratch.name)
        self.corpus = os.path.join(self.folder, "corpus")
        self.report = os.path.join(self.folder, "report")

    def campaign(self, *words):
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(_HERE, "campaign.py"), *words],
            cwd=self.folder,
            env=dict(os.environ, HOME=self.folder, BUILD_WORKING_DIRECTORY=self.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            universal_newlines=True,
        )
        self.output = done.stdout
        return done.returncode

    def fuzz(self, *packages, report="report", more=()):
        return self.campaign("--runs", _RUNS, "--jobs", "2", "--packages", ",".join(packages),
                             "--corpus", "corpus", "--report", report, *more)

    def test_finds_both_bugs_and_only_those(self):
        self.assertEqual(self.fuzz(self.planted, self.sound), 1, self.output)
        self.assertIn("toy: I99: an a at N (", self.output)
        self.assertIn("toy: heap-buffer-overflow in ReadBeyond < LLVMFuzzerTestOneInput (", self.output)
        self.assertIn("2 bugs\n", self.output)
        self.assertRegex(self.output, r"target +executions +exec/CPU-s +edges +corpus +crashes +time left\n")
        with open(os.path.join(self.report, "summary.txt"), encoding="utf-8") as file:
            self.assertIn("2 bugs\n", file.read())

    def test_crashes_are_small_and_shown_again(self):
        self.assertEqual(self.fuzz(self.planted), 1, self.output)
        folder = os.path.join(self.report, "crashes", "toy")
        files = sorted(name for name in os.listdir(folder) if not name.endswith(".txt"))
        self.assertEqual(len(files), 2, files)
        for name, letter, message in zip(files, "ba", ("heap-buffer-overflow", "I99")):
            with open(os.path.join(folder, name), encoding="ascii") as file:
                self.assertEqual(file.read(), letter)
            with open(os.path.join(folder, name + ".txt"), encoding="utf-8") as file:
                self.assertIn(message, file.read())
            command = next(line for line in self.output.splitlines() if line.endswith(os.path.join(folder, name)))
            shown = subprocess.run(["bash", "-c", command], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, check=False, universal_newlines=True)
            self.assertIn(message, shown.stdout)

    def test_goes_on_where_the_last_one_ended(self):
        self.assertEqual(self.fuzz(self.sound), 0, self.output)
        self.assertIn("nothing found\n", self.output)
        kept = os.listdir(os.path.join(self.corpus, "sound"))
        self.assertNotEqual(kept, [])
        self.assertEqual(self.fuzz(self.sound, report="second"), 0, self.output)
        self.assertIn("sound: 0 inputs added", self.output)
        self.assertEqual(sorted(os.listdir(os.path.join(self.corpus, "sound"))), sorted(kept))

    def test_shrinks_to_what_seeds_do_not_reach(self):
        kept = os.path.join(self.corpus, "sound")
        os.makedirs(kept)
        for name in ("x", "c", "cc"):
            with open(os.path.join(kept, name), "w", encoding="ascii") as file:
                file.write(name)
        self.assertEqual(self.fuzz(self.sound, more=["--shrink"]), 0, self.output)
        contents = set()
        for name in os.listdir(kept):
            with open(os.path.join(kept, name), encoding="latin-1") as file:
                contents.add(file.read())
        self.assertTrue(any("c" in content for content in contents), contents)
        self.assertNotIn("x", contents)

    def test_ends_early_and_keeps_what_it_has(self):
        campaign = subprocess.Popen(
            [sys.executable, "-B", os.path.join(_HERE, "campaign.py"), "--minutes", "1000", "--packages", self.sound,
             "--corpus", self.corpus, "--report", self.report],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        # The first table is shown when the first program has started, or is about to.
        while not campaign.stdout.readline().startswith("sound "):
            self.assertIsNone(campaign.poll())
        campaign.terminate()
        output = campaign.communicate()[0]
        self.assertEqual(campaign.returncode, 0, output)
        self.assertIn("nothing found\n", output)
        self.assertTrue(os.path.exists(os.path.join(self.report, "summary.txt")))

    def test_a_target_that_is_broken(self):
        path = os.path.join(self.folder, "broken.zip")
        with zipfile.ZipFile(self.sound) as source, zipfile.ZipFile(path, "w") as archive:
            for name in source.namelist():
                content = b"#!/bin/sh\necho no such thing >&2\nexit 3\n" if name == "sound" else source.read(name)
                archive.writestr(name, content)
        self.assertEqual(self.fuzz(path), 2, self.output)
        self.assertIn("sound is broken: exit status 3:\nno such thing", self.output)

    def test_a_target_without_a_turn(self):
        # One second is a slice of the first target, and none of the second.
        self.assertEqual(self.campaign("--minutes", "0.02", "--jobs", "1", "--packages",
                                       self.sound + "," + self.planted, "--corpus", "corpus", "--report", "report"), 2)
        self.assertIn("toy is broken: it had no turn", self.output)

    def test_what_is_no_package(self):
        self.assertEqual(self.fuzz(_TOY), 2)
        self.assertIn("cannot unpack %s" % _TOY, self.output)

    def test_wrong_arguments_are_named(self):
        for words, message in (
            (["--minutes", "soon"], "argument --minutes: 'soon' is no number above 0"),
            (["--minutes", "-1"], "argument --minutes"),
            (["--minutes", "nan"], "'nan' is no number above 0"),
            (["--minutes", "1", "--jobs", "0"], "argument --jobs: '0' is no number above 0"),
            (["--minutes", "1", "--frobnicate"], "unrecognized arguments: --frobnicate"),
            (["--minutes", "1", "--targets", ","], "argument --targets: ',' names nothing"),
            (["--minutes", "1", "--corpus", __file__], "is no folder"),
            (["--minutes", "1", "--report", _HERE], "is not empty"),
            ([], "one of the arguments --minutes --runs is required"),
        ):
            self.assertEqual(self.campaign(*words), 2, words)
            self.assertIn(message, self.output)

    def test_help_tells_the_exit_status(self):
        self.assertEqual(self.campaign("--help"), 0)
        self.assertIn("exit status:\n  0  nothing was found\n  1  ", self.output)


if __name__ == "__main__":
    unittest.main()
