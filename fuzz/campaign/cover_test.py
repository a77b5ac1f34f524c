#!/usr/bin/env -S python3 -B
"""What is chosen of inputs whose features and costs are known."""

import unittest

import cover

_CONTROL = """4
1
seeds/a
found/b
found/c d
found/e
STARTED 0 3
FT 0 1 2
COV 0 7
STARTED 1 5
FT 1 2 3 900
COV 1
STARTED 2 5
FT 2
STARTED 3 5
"""


class ControlTest(unittest.TestCase):
    def test_reads_the_features_of_each_file(self):
        features = {"seeds/a": {1, 2}, "found/b": {2, 3, 900}, "found/c d": set(), "found/e": set()}
        self.assertEqual(cover.parse_control(_CONTROL), features)


class ChooseTest(unittest.TestCase):
    def test_takes_two_cheap_ones_rather_than_one_that_is_dear(self):
        features = {"all": {1, 2, 3}, "left": {1, 2}, "right": {3}}
        chosen = cover.choose(features, {"all": 10, "left": 1, "right": 1}, {1, 2, 3})
        self.assertEqual(sorted(chosen), ["left", "right"])

    def test_takes_what_alone_reaches_something_whatever_it_costs(self):
        features = {"dear": {1, 9}, "cheap": {1}}
        self.assertIn("dear", cover.choose(features, {"dear": 1000, "cheap": 0.1}, {1, 9}))

    def test_leaves_out_what_the_others_make_needless(self):
        features = {"first": {1, 2, 3, 4}, "second": {1, 2, 5}, "third": {3, 4, 6}}
        chosen = cover.choose(features, {"first": 1, "second": 1, "third": 1}, {1, 2, 3, 4, 5, 6})
        self.assertEqual(sorted(chosen), ["second", "third"])

    def test_chooses_nothing_for_nothing(self):
        self.assertEqual(cover.choose({"seed": {1}}, {"seed": 1}, set()), [])


if __name__ == "__main__":
    unittest.main()
