#!/usr/bin/env -S python3 -B
"""What //fuzz:speed makes of measured times."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import speed


class Rate(unittest.TestCase):
    def test_leaves_out_the_start(self):
        self.assertAlmostEqual(500, speed.rate(lambda runs: 3 + runs * 10 / 500, 10, 1))

    def test_runs_as_long_as_it_should(self):
        asked = []

        def seconds_of(runs):
            asked.append(runs)
            return runs * 0.001

        speed.rate(seconds_of, 1, 2)
        self.assertEqual([1, 3], asked[:2])
        self.assertGreaterEqual(asked[-1] * 0.001, 2)

    def test_has_no_more_runs_than_needed(self):
        asked = []
        speed.rate(lambda runs: asked.append(runs) or runs, 1, 2)
        self.assertEqual([1, 3], asked)

    def test_of_no_time_at_all(self):
        self.assertGreater(speed.rate(lambda runs: 0, 1, 1), 0)


class Line(unittest.TestCase):
    def test_groups_digits(self):
        self.assertEqual("| pair | 7 | 1,235 |", speed.line("pair", 7, 1234.6))


if __name__ == "__main__":
    unittest.main()
