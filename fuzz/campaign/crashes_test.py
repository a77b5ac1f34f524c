#!/usr/bin/env -S python3 -B
"""Which crashes are the same bug, and what else is read of libFuzzer's lines."""

import os
import tempfile
import unittest

import bazel
import crashes
import slices
import table

_OVERFLOW = """==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000015
READ of size 1 at 0x602000000015 thread T0
    #0 0x55d in __interceptor_memcpy /build/llvm-toolchain/compiler-rt/lib/memcpy.inc:12:3
    #1 0x55e in (anonymous namespace)::Take(unsigned char const*, unsigned long) /proc/self/cwd/net/%s:19:10
    #2 0x55f in ssl_read external/boringssl/src/ssl/ssl_lib.cc:3:1
    #3 0x560 in net_tls_read /proc/self/cwd/net/tls_io.c:29:7

0x602000000015 is located 0 bytes to the right of 5-byte region
    #0 0x561 in Another /proc/self/cwd/net/other.c:1:1
"""


class SignatureTest(unittest.TestCase):
    def test_by_frames_of_own_code(self):
        self.assertEqual(
            crashes.signature(_OVERFLOW % "buffer.c"), "heap-buffer-overflow in Take < net_tls_read")

    def test_violation_wins_over_the_abort(self):
        abort = "== script ==\n==1== ERROR: libFuzzer: deadly signal\n" + _OVERFLOW % "a.c"
        for message, signature in (("I3: wrote 16384, not 5", "I3: wrote N, not N"),
                                   ("T7: a closed socket waits", "T7: a closed socket waits"),
                                   ("two chunkings differ", "two chunkings differ")):
            self.assertEqual(crashes.signature("== violation ==\n%s\n%s" % (message, abort)), signature)

    def test_frames_of_the_engine_and_the_system_are_not_ours(self):
        stack = ("    #1 0x5c in fuzzer::PrintStackTrace() crtstuff.c\n"
                 "    #4 0x7f in __pthread_kill_implementation nptl/./nptl/pthread_kill.c:43:17\n"
                 "    #6 0x7f in abort stdlib/./stdlib/abort.c:79:7\n"
                 "    #7 0x56 in net_close /proc/self/cwd/net/stream.c:49:3\n\n")
        text = "==1== ERROR: libFuzzer: deadly signal\n" + stack
        self.assertEqual(crashes.signature(text), "deadly signal in net_close")

    def test_undefined_behaviour(self):
        text = "net/a.c:3:4: runtime error: index 5 out of bounds for type 'int [4]'\n"
        self.assertEqual(crashes.signature(text), "index N out of bounds for type 'int [N]'")

    def test_timeout_and_nothing(self):
        self.assertEqual(crashes.signature("ERROR: libFuzzer: timeout after 25 seconds"), "timeout")
        self.assertEqual(crashes.signature(""), "died without a report")

    def test_the_smallest_of_each_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            found = []
            for name, text in (("a", "I1: x 12"), ("bb", "I2: y"), ("c", "I1: x 7")):
                path = os.path.join(folder, name)
                with open(path, "w", encoding="ascii") as file:
                    file.write("xxx" if name == "a" else name)
                found.append(crashes.Crash("toy", path, "== violation ==\n" + text))
            kept = crashes.unique(found)
        self.assertEqual([(bug.signature, os.path.basename(bug.path), bug.count) for bug in kept],
                         [("I1: x N", "c", 2), ("I2: y", "bb", 1)])


class LinesTest(unittest.TestCase):
    def test_status(self):
        self.assertEqual(slices.parse_status("#1024\tpulse  cov: 12 ft: 13 corp: 3/9b"), (1024, 12))
        self.assertEqual(slices.parse_status("#2\tINITED exec/s: 0 rss: 30Mb"), (2, 0))
        self.assertIsNone(slices.parse_status("    #1 0x55e in f /a.c:1"))

    def test_clock(self):
        self.assertEqual([table.clock(seconds) for seconds in (-1, 61, 3661)], ["0:00", "1:01", "1:01:01"])


class TargetsTest(unittest.TestCase):
    _XML = """<query>
      <rule class="cc_binary" name="//fuzz:a_bin"><list name="tags"><string value="cc_fuzz_test"/>
        <string value="fuzz"/></list></rule>
      <rule class="cc_binary" name="//b:b_bin"><list name="tags"><string value="cc_fuzz_test"/>
        <string value="fuzz_encrypted"/><string value="manual"/><string value="plays=seeds/a"/></list></rule></query>"""

    def test_selection(self):
        targets = bazel.parse_targets(self._XML)
        self.assertEqual([(target.name, target.config) for target in targets],
                         [("b", "fuzz_encrypted"), ("a", "fuzz")])
        self.assertEqual([target.plays for target in targets], [["seeds/a"], []])
        self.assertEqual([target.name for target in bazel.select(targets, [])], ["a"])
        self.assertEqual([target.name for target in bazel.select(targets, ["//b:b"])], ["b"])
        with self.assertRaisesRegex(bazel.Failed, "no fuzz target c; there are: b, a"):
            bazel.select(targets, ["c"])

    def test_where_to_look(self):
        self.assertEqual(bazel.patterns([]), ["//fuzz/..."])
        self.assertEqual(bazel.patterns(["a", "b"]), ["//fuzz/..."])
        self.assertEqual(bazel.patterns(["//b:b", "//b:c"]), ["//b:all"])
        self.assertEqual(bazel.patterns(["//b:b", "a"]), ["//b:all", "//fuzz/..."])


if __name__ == "__main__":
    unittest.main()
