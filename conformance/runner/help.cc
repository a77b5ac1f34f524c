#include "conformance/runner/options.h"

namespace conformance {

std::string Help() {
  return R"(Holds implementations to the contract of net.tls.Socket, case by case.

  ./bazelw run //conformance -- [options]

What is tested:
  --driver NAME|COMMAND     the implementation: c, lua, or the command of a driver of your own,
                            which speaks the protocol of conformance/PROTOCOL.md; may be given more
                            than once (default: c and lua). To compare with: cqueues, libtls, luasec
  --filter PATTERN          only cases whose name begins with PATTERN, or matches it where it has *
                            or ?; may be given more than once. Names are
                            CASE.DRIVER.TRANSPORT.MODE.VERSION.ROLE, as in
                            NTS-READ-04/1.lua.tcp.blocking.tls13.client
  --clause ID               only cases that show this clause, as their own or besides, e.g. D-06; may
                            be given more than once
  --memory-driver NAME=COMMAND
                            the driver that stands in for driver NAME where single allocations are to
                            fail, if that cannot do so itself
  --full                    also the cases that take long
  --list                    prints the selected cases and their titles, and runs none

What is expected:
  --expected [DRIVER=]FILE  what a driver is known not to pass, a line each: unsupported PATTERN
                            REASON, or fail PATTERN REASON. Anything else that it fails or does not
                            support is then an error, and so is what it passes all the same, and a
                            line that matches nothing (c and lua have their files)

How it runs:
  --jobs N                  that many processes (default: two for each CPU; 1 in a test of Bazel's)
  --repeat N                each case N times: a case that is red in one of them is red
  --seed N                  in a random order, always the same for the same N
  --patience SECONDS        how long a driver may keep silent before that is a hang (default: 20)
  -v, --verbose             prints each case as it ends, with its commands and answers

Reports, beside the one that is printed (conformance/README.md describes them):
  --json FILE  --junit FILE  --html FILE

  -h, --help                this

GoogleTest's own options work too, e.g. --gtest_fail_fast and --gtest_break_on_failure.

Verdicts: PASS; FAIL; XFAIL, a failure that is expected; XPASS, a pass that is not; UNSUPPORTED;
UNRESOLVED, where the machine lacks something; UNTESTED.

Exit status: 0 all as expected; 1 a FAIL or XPASS, or a driver that ended badly; 2 the environment is
broken: UNRESOLVED, a driver that cannot be run, a file that cannot be written; 3 usage, or a line in
a file of expected results that is wrong.
)";
}

}  // namespace conformance
