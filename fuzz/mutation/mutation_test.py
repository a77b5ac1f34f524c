#!/usr/bin/env -S python3 -B
"""Mutants of a toy: which ones there are, which of them its test kills, and what is said of them."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest

import c_tokens
import hunt
import known
import mutation
import programs
import same_code
import statements
import table
import workspace

_HERE = os.path.dirname(os.path.abspath(__file__))
_TOY = "testdata/toy.c"


class ToyProgram(programs.Program):
    """A test whose cases are its argument."""

    def cases(self):
        return ["small", "sum", "ask"]

    def _arguments(self, cases):
        return cases


def mutants_of(body, head="int f(int a, int b)"):
    source = "%s { %s }\n" % (head, body)
    rewriter = statements.Rewriter("net/f.c", source, {"A": "B", "B": "A"}, 1)
    rewriter.rewrite()
    return [(mutant.operator, mutant.text) for mutant in rewriter.mutants]


class Mutants(unittest.TestCase):
    def test_operators(self):
        self.assertEqual([("arithmetic", "a - b")], mutants_of("return a + b;"))
        self.assertEqual([("arithmetic", "a * b")], mutants_of("return a % b;"))
        self.assertEqual([("bit", "a >> b")], mutants_of("return a << b;"))
        self.assertEqual([("bit", "a & b")], mutants_of("return a | b;"))
        self.assertEqual([("comparison", "a <= b"), ("comparison", "a >= b")], mutants_of("return a < b;"))
        self.assertEqual([("logical", "a || b"), ("logical", "a"), ("logical", "b")], mutants_of("return a && b;"))
        self.assertEqual([("logical", "!!(a)")], mutants_of("return !a;"))
        self.assertEqual([("arithmetic", "(a)")], mutants_of("return -a;"))

    def test_constants(self):
        self.assertEqual([("constant", "0"), ("constant", "1"), ("constant", "6"), ("constant", "8")],
                         mutants_of("return 7;"))
        self.assertEqual([("constant", "-1"), ("constant", "1")], mutants_of("return 0x0u;"))
        self.assertEqual([("constant", "false")], mutants_of("return true;"))
        self.assertEqual([("result", "B")], mutants_of("return A;"))

    def test_conditions(self):
        always = [("condition", "1"), ("condition", "0")]
        returns = [("constant", "0"), ("constant", "1"), ("constant", "2"), ("constant", "4")]
        for body in ("if (a) return 3;", "while (a) return 3;", "for (; a;) return 3;", "do return 3; while (a);"):
            found = mutants_of(body + " return b;")
            self.assertEqual([("condition", "!(a)")] + always, [each for each in found if each[0] == "condition"], body)
            self.assertEqual(returns, [each for each in found if each[0] == "constant"], body)
            self.assertEqual([("deletion", ";")], [each for each in found if each[0] == "deletion"], body)
        self.assertEqual([("condition", "!(a)")] + always, mutants_of("return a ? b : a;"))
        self.assertEqual([("comparison", "a != b")] + always, mutants_of("return a == b;", "bool f(int a, int b)"))

    def test_statements(self):
        gone = [("deletion", ";")]
        self.assertEqual(gone, mutants_of("a = b;"))
        self.assertEqual(gone, mutants_of("f(a, b);"))
        self.assertEqual(gone * 2, mutants_of("switch (a) { case 1: break; default: f(a, b); }"))
        self.assertEqual([("arithmetic", "a--")] + gone, mutants_of("a++;"))
        self.assertEqual([("arithmetic", "a -= b")] + gone, mutants_of("a += b;"))

    def test_what_has_none(self):
        self.assertEqual([], mutants_of("static const int c[] = {1, 2 + 3}; int d[4]; return sizeof(a + b);"))
        self.assertEqual([], mutants_of("(void)a;"))
        self.assertEqual([], mutants_of("type_t *c = (type_t *)a; const char *d = \"1 + 1\"; return MACRO(1 + 1);"))

    def test_keys_are_unique(self):
        rewriter = statements.Rewriter("net/f.c", "int f(int a) { return a + a + a; }", {}, 1)
        rewriter.rewrite()
        statements.set_keys(rewriter.mutants)
        self.assertEqual(["net/f.c f: a + a => a - a", "net/f.c f: a + a + a => a + a - a"],
                         [mutant.key for mutant in rewriter.mutants])

    def test_what_is_no_c(self):
        with self.assertRaisesRegex(c_tokens.BadSource, "^net/f.c: line 2: no expression: '\\)'"):
            statements.Rewriter("net/f.c", "int f(int a) {\n return a + ); }", {}, 1).rewrite()
        with self.assertRaisesRegex(c_tokens.BadSource, "^net/f.c:1: no token of C: '`'"):
            statements.Rewriter("net/f.c", "int a = `;", {}, 1)


class Toy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = cls.scratch.name
        os.mkdir(os.path.join(folder, "testdata"))
        enumerators = statements.find_enumerators(workspace.read(os.path.join(_HERE, "testdata/toy.h")))
        includes = [os.path.join(_HERE, "testdata")]
        cls.mutants, cls.uncompiled = workspace.rewrite_file(_HERE, folder, _TOY, 1, enumerators, includes)
        program = os.path.join(folder, "toy")
        subprocess.run(["gcc", "-w", "-I" + includes[0], "-o", program, os.path.join(folder, _TOY),
                        os.path.join(_HERE, "testdata/toy_test.c")], check=True)
        cls.program = ToyProgram("toy_test", program, folder)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_each_kind_is_there(self):
        kinds = {mutant.operator for mutant in self.mutants}
        self.assertEqual(
            {"arithmetic", "bit", "comparison", "condition", "constant", "deletion", "logical", "result"}, kinds)
        self.assertEqual(58, len(self.mutants))
        self.assertEqual({9, 14, 16, 18, 20, 25, 26, 27, 29, 30, 31, 32, 33, 37, 39, 45},
                         {mutant.line for mutant in self.mutants})

    def test_a_sum_of_pointers_does_not_compile(self):
        self.assertEqual(["to + from"], [m.text for m in self.mutants if m.number in self.uncompiled])

    def test_the_right_ones_are_killed(self):
        alive = [mutant for mutant in self.mutants if mutant.number not in self.uncompiled]
        found = hunt.survey([self.program], 2, self.fail)
        told = []
        killers = hunt.Hunt(found).killers(alive, 2, lambda mutant, killer: told.append(mutant.key))
        self.assertEqual(len(alive), len(told))
        survivors = {key[len(_TOY) + 1:] for key, killer in killers.items() if killer is None}
        self.assertIn("toy_is_small: number < LIMIT => number <= LIMIT", survivors)
        self.assertIn("toy_sum: !toy_is_small(sum) => 0", survivors)
        self.assertIn("toy_sum: sum & ~1 => sum | ~1", survivors)  # No case reaches it.
        self.assertNotIn("toy_is_small: number >= 0 && number < LIMIT => 1", survivors)
        self.assertNotIn("toy_sum: sum += numbers[i]; => ;", survivors)
        self.assertEqual("toy_test ask", killers[_TOY + " answer: TOY_YES => TOY_NO"])
        endless = killers[_TOY + " toy_sum: i++ => i--"]
        self.assertTrue(endless.startswith("toy_test sum"), endless)

    def test_what_is_not_reached_is_not_run(self):
        found = hunt.survey([self.program], 1, self.fail)
        unreached = next(mutant for mutant in self.mutants if mutant.text == "sum | ~1")
        self.assertEqual([], found.reaching(unreached.number))
        ask = next(mutant for mutant in self.mutants if mutant.function == "answer")
        self.assertEqual([["ask"]], [cases for _, _, _, cases in found.reaching(ask.number)])

    def test_the_same_code_is_told(self):
        comparison = same_code.Comparison(os.path.join(self.scratch.name), [os.path.join(_HERE, "testdata")])
        same = {mutant.key[len(_TOY) + 1:] for mutant in self.mutants if mutant.number not in self.uncompiled
                and comparison.is_same(mutant)}
        self.assertIn("answer: break; => ;", same)
        self.assertNotIn("toy_is_small: number < LIMIT => number <= LIMIT", same)
        found = hunt.survey([self.program], 1, self.fail)
        hunter = hunt.Hunt(found, is_same=lambda mutant: True)
        small = next(mutant for mutant in self.mutants if mutant.key.endswith("number < LIMIT => number <= LIMIT"))
        self.assertEqual(hunt.SAME, hunter.killer(small))

    def _tried(self, seconds, own="", is_listed=True):
        """The runs of a mutant that survives three cases of 1, 6 and 7 CPU seconds."""
        tried = []

        class Slow:
            has_variants = True

            def __init__(self, name):
                self.name = name

            def run(self, cases, *rest):
                tried.append(cases)
                return programs.Run(False, "", 0, False)

        found = hunt.Survey()
        for case, cost in (("a", 1), ("c", 7), ("b", 6)):
            found.add(Slow("//net:f_test" if case in own else "slow_test"), case, cost, [1])
        mutant = statements.Mutant(1, "net/f.c", "f", "constant", 1, "0", "1")
        statements.set_keys([mutant])
        listed = {mutant.key} if is_listed else ()
        self.assertIsNone(hunt.Hunt(found, seconds, listed=listed).killer(mutant))
        return tried

    def test_a_survivor_is_tried_for_some_seconds(self):
        self.assertEqual([["a"], ["b"], ["c"]], self._tried(14))
        self.assertEqual([["a"], ["b"]], self._tried(13))
        self.assertEqual([["a"]], self._tried(5))

    def test_a_survivor_that_is_not_known_is_tried_for_longer(self):
        self.assertEqual([["a"], ["b"], ["c"]], self._tried(14 / 6 + .01, is_listed=False))
        self.assertEqual([["a"], ["b"]], self._tried(13 / 6 + .01, is_listed=False))

    def test_tests_named_after_the_source_come_first(self):
        self.assertEqual([["c"], ["a"], ["b"]], self._tried(14, own="c"))

    def test_what_has_killed_others_of_the_source_comes_before_what_is_cheap(self):
        tried = []

        class Killer:
            has_variants = True

            def __init__(self, name, kills):
                self.name, self._kills = name, kills

            def run(self, cases, number, *rest):
                tried.append((self.name, cases))
                return programs.Run(number in self._kills, "", 0, False)

        found = hunt.Survey()
        useful, useless = Killer("useful", [1]), Killer("useless", [])
        for program, case, cost, number in ((useful, "a", 1, 1), (useful, "b", 2, 2), (useless, "c", 1, 2)):
            found.add(program, case, cost, [number])
        mutants = [statements.Mutant(number, "net/f.c", "f", "constant", 1, "0", "1") for number in (1, 2)]
        statements.set_keys(mutants)
        hunt.Hunt(found).killers(mutants, 1, lambda mutant, killer: None)
        self.assertEqual([("useful", ["a"]), ("useful", ["b"]), ("useless", ["c"])], tried)

    def test_variants_come_after_all_that_is_different(self):
        found = hunt.Survey()
        for case, cost in (("T.A/1", .01), ("T.A/2", .01), ("T.B/1", .02), ("T.B/2", .02), ("T.C", .6), ("T.D", .7)):
            found.add(self.program, case, cost, [1])
        runs = [sorted(case.split("/")[0] for case in cases) for _, _, _, cases in found.reaching(1)]
        self.assertEqual([["T.A", "T.B"], ["T.C"], ["T.D"], ["T.A", "T.B"]], runs)

    def test_cpu_time_is_counted_and_limited(self):
        class Endless(programs.Program):
            """Runs without an end, and without a pause."""

            def _arguments(self, cases):
                return ["-c", "while True: pass"]

        done = Endless("endless", sys.executable, self.scratch.name).run([""], 0, 0, 60)
        self.assertTrue(done.is_failed)
        self.assertFalse(done.is_timeout)
        self.assertGreater(done.cpu_seconds, 0.5)

    def test_what_only_waits_is_ended(self):
        done = ToyProgram("waiting", "/bin/sleep", self.scratch.name).run(["60"], 0, 60, 0.1)
        self.assertTrue(done.is_failed)
        self.assertTrue(done.is_timeout)
        self.assertLess(done.seconds, 30)

    def test_a_case_that_fails_without_a_mutant_is_told(self):
        broken = ToyProgram("broken_test", "/bin/false", self.scratch.name)
        reasons = []
        hunt.survey([broken], 1, reasons.append)
        self.assertEqual("broken_test small fails without any mutant:\n", sorted(reasons)[-2])


class Lists(unittest.TestCase):
    def test_parse(self):
        text = "# Top.\n\nnet/a.c f: a => b\n  Why,\n  indeed.\n"
        self.assertEqual({"net/a.c f: a => b": "Why, indeed."}, known.parse("list", text))
        self.assertEqual(text.replace(",\n ", ","), known.show(known.heading(text), known.parse("list", text)))

    def test_bad_lists_are_refused(self):
        for text, reason in (("a\n", "list:1: no mutant"), ("  why\n", "list:1: a reason without a mutant"),
                             ("a: b => c\n", "list: no reason is given for: a: b => c"),
                             ("a: b => c\n  d\na: b => c\n  d\n", "list:3: listed twice: a: b => c")):
            with self.assertRaisesRegex(known.BadList, reason):
                known.parse("list", text)

    def test_complaints(self):
        tried = {"net/a.c": {"net/a.c f: equal => x"}}
        killers = {"net/a.c f: kept => x": None, "net/a.c f: new => x": None, "net/a.c f: dead => x": "t"}
        survivors = {"net/a.c f: kept => x": "why", "net/a.c f: dead => x": "why", "net/b.c f: untried => x": "why"}
        equivalents = {"net/a.c f: equal => x": "why", "net/a.c f: gone => x": "why"}
        found = known.complaints(tried, killers, equivalents, survivors)
        self.assertEqual([
            "survives, and nothing says why: net/a.c f: new => x",
            "listed as a survivor, but killed by t: net/a.c f: dead => x",
            "there is no such mutant any more, but equivalents.txt lists it: net/a.c f: gone => x"], found)

    def test_checked_in_lists_are_read(self):
        for name in ("equivalents.txt", "survivors.txt"):
            reasons = known.parse(name, workspace.read(os.path.join(_HERE, name)))
            self.assertNotIn(known.NO_REASON, reasons.values(), name)


class Table(unittest.TestCase):
    def test_rows_of_others_stay(self):
        before = table.update("# Head\n", {"net/a.c": table.Row(10, 9, 1, 0, 0), "net/b.c": table.Row(1, 1, 0, 0, 0)})
        after = table.update(before, {"net/a.c": table.Row(10, 8, 0, 1, 1)})
        self.assertEqual({"net/a.c": table.Row(10, 8, 0, 1, 1), "net/b.c": table.Row(1, 1, 0, 0, 0)},
                         table.parse(after))
        self.assertIn("| all | 11 | 9 | 0 | 1 | 1 | 100.0 % |\n", after)
        self.assertTrue(after.startswith("# Head\n\n| source |"))


    def test_the_last_run_is_told_once(self):
        rows = {"net/a.c": table.Row(10, 9, 1, 0, 0)}
        text = table.tell_run(table.update("# Head\n", rows), "then")
        self.assertTrue(text.startswith("# Head\n\nThe last run of all sources: then.\n\n| source |"), text)
        self.assertEqual(text.replace("then", "now"), table.tell_run(text, "now"))
        self.assertEqual(text, table.update(text, rows))


class Arguments(unittest.TestCase):
    def _main(self, *words):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            try:
                status = mutation.main(list(words))
            except SystemExit as stop:
                status = stop.code
        return status, said.getvalue()

    def test_bad_ones_are_named(self):
        self.assertEqual((2, "'0' is no number above 0"), (self._main("--jobs", "0")[0], "'0' is no number above 0"))
        self.assertIn("'0' is no number above 0", self._main("--jobs", "0")[1])
        self.assertIn("unrecognized arguments: --fast", self._main("--fast")[1])
        self.assertEqual(0, self._main("--help")[0])

    def test_no_such_file(self):
        with self.assertRaisesRegex(workspace.Failed, "there is no source net/no.c; there are: "):
            mutation.choose_files("/", ["net/no.c"])

    def test_without_bazel(self):
        os.environ.pop("BUILD_WORKSPACE_DIRECTORY", None)
        self.assertEqual((2, "mutation: start it by ./bazelw run //fuzz/mutation\n"), self._main())


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
