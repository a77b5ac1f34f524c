#!/usr/bin/env -S python3 -B
"""What llvm-cov says becomes a table, and what is missed is compared with the list."""

import unittest

import lcov
import misses

_LCOV = """SF:/proc/self/cwd/net/a.c
FN:1,f
FN:7,a.c:g
FNDA:3,f
FNDA:0,a.c:g
DA:1,3
DA:2,3
DA:3,0
DA:4,0
DA:6,3
DA:7,0
BRDA:2,0,0,3
BRDA:2,0,1,0
BRDA:3,0,0,-
BRDA:3,0,1,-
end_of_record
SF:/proc/self/cwd/net/a.h
FN:1,a.c:h
FN:1,b.c:h
FNDA:0,a.c:h
FNDA:2,b.c:h
end_of_record
SF:external/boringssl/src/ssl/net.cc
DA:1,1
end_of_record
"""
_SOURCE = ["int f() {", "  if (a) {", "    x();", "    y();", "", "}", "int g() {"]
_FOUND = [
    "net/a.c: f: branch 1 never false: if (a) {",
    "net/a.c: f: 2 lines never run: x();",
    "net/a.c: g: line never run: int g() {",
]


def _find():
    return misses.find(lcov.parse(_LCOV), lambda name: _SOURCE)


class CoverageTest(unittest.TestCase):
    def test_counts(self):
        files = lcov.parse(_LCOV)
        self.assertEqual(list(files), ["net/a.c", "net/a.h"])
        self.assertEqual(files["net/a.c"].counts(), ((1, 2), (3, 6), (1, 4)))
        self.assertEqual(files["net/a.h"].counts(), ((1, 1), (0, 0), (0, 0)))
        self.assertIn("2/3  66.7 %", lcov.table(files).splitlines()[-1])
        self.assertEqual(
            lcov.total(files, "net/"), "net/: functions 2/3 66.7 %, lines 3/6 50.0 %, branches 1/4 25.0 %")
        self.assertIn("functions 0/0", lcov.total(files, "lua/"))

    def test_misses_are_named_by_their_text(self):
        self.assertEqual(_find(), dict(zip(_FOUND, ["net/a.c:2", "net/a.c:3", "net/a.c:7"])))

    def test_the_same_text_twice(self):
        found = misses.find(lcov.parse("SF:net/a.c\nFN:1,f\nDA:3,0\nDA:7,0\n"), lambda name: ["x;"] * 7)
        self.assertEqual(list(found), ["net/a.c: f: line never run: x;", "net/a.c: f: line never run: x; (no. 2)"])

    def test_sources_in_no_target(self):
        found = misses.absent(lcov.parse(_LCOV), ["net/a.c", "net/b.c"])
        self.assertEqual(list(found), ["net/b.c: in no fuzz target"])

    def test_all_explained(self):
        text = "# A heading.\n\n" + "\n".join("%s\n  Why,\n  indeed." % key for key in _FOUND)
        self.assertEqual(misses.parse(text)[_FOUND[0]], "Why, indeed.")
        self.assertEqual(misses.compare(_find(), misses.parse(text)), [])

    def test_unexplained(self):
        reasons = {_FOUND[0]: "Why.", _FOUND[1]: ""}
        complaints = misses.compare(_find(), reasons)
        self.assertEqual(len(complaints), 2)
        self.assertIn("net/a.c:3", complaints[0])
        self.assertIn(_FOUND[2], complaints[1])

    def test_explained_though_not_missed(self):
        complaints = misses.compare({}, {"net/a.c: line never run: z();": "Why."})
        self.assertIn("not missed", complaints[0])

    def test_a_list_that_is_none(self):
        for text in ("  A reason first.", "%s\n  Why.\n%s\n  Why." % (_FOUND[0], _FOUND[0])):
            with self.assertRaisesRegex(ValueError, "^line "):
                misses.parse(text)


if __name__ == "__main__":
    unittest.main()
