#include "conformance/runner/report.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "conformance/runner/reports_testing.h"

namespace conformance {
namespace {

void ExpectParts(const std::string &text, const std::vector<std::string> &parts) {
  for (const std::string &part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
}

TEST(Report, AFailureShowsAllThatIsKnownOfIt) {
  MadeUpReport made_up;
  Outcome &failed = made_up.Add(Verdict::kFail, "c");
  failed.message = "expected: x\n";
  failed.transcript = "  > call 1 read\n";
  failed.wire = "peer: record 23\n";
  made_up.Add(Verdict::kPass, "c", true);
  std::string failures = Failures(made_up.Get());
  ExpectParts(failures,
              {"FAIL NTS-READ-01/1.c.tcp.blocking.tls13.client\n", "reads a line",
               "It reads. (document.md:7)", "expected: x\n", "> call 1 read\n", "peer: record 23\n",
               "again:    run c --filter 'NTS-READ-01/1.c.tcp.blocking.tls13.client'\n"});
  EXPECT_EQ(failures.find("gives three"), std::string::npos);
}

TEST(Report, WhatIsRedIsShown) {
  for (Verdict verdict : kVerdicts) {
    MadeUpReport made_up;
    made_up.Add(verdict);
    EXPECT_EQ(!Failures(made_up.Get()).empty(), IsRed(verdict)) << ShowVerdict(verdict);
  }
}

TEST(Report, AnUnexpectedPassShowsTheReasonOfItsLine) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kXpass).reason = "not yet";
  ExpectParts(Failures(made_up.Get()), {"XPASS NTS-READ-01/1.lua", "known:    not yet\n"});
}

TEST(Report, OfSeveralRunsItSaysHowManyWereRed) {
  MadeUpReport made_up;
  Outcome &failed = made_up.Add(Verdict::kFail);
  failed.runs = 50;
  failed.red_runs = 3;
  ExpectParts(Failures(made_up.Get()), {"tls13.client (in 3 of 50 runs)\n"});
}

TEST(Report, WhatADriverSaidDoesNotReachTheTerminalRaw) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kFail).message = "came: \x1b[2J\xff\n";
  ExpectParts(Failures(made_up.Get()), {"came: \\x1b[2J\\xff\n"});
}

TEST(Report, TheSummaryCountsTheVerdictsThatThereAre) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass);
  made_up.Add(Verdict::kPass);
  made_up.Add(Verdict::kUnresolved);
  EXPECT_EQ(Summary(*made_up.Get().outcomes), "2 passed, 1 unresolved");
  for (Verdict verdict : {Verdict::kFail, Verdict::kXfail, Verdict::kXpass, Verdict::kUnsupported,
                          Verdict::kUntested}) {
    made_up.Add(verdict);
  }
  EXPECT_EQ(Summary(*made_up.Get().outcomes),
            "2 passed, 1 failed, 1 failed as expected, 1 passed unexpectedly, 1 unsupported, "
            "1 unresolved, 1 untested");
}

TEST(Report, TheWholeHasClausesWithoutACaseAndProblemsToo) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass);
  made_up.problems().emplace_back("driver c ended badly");
  ExpectParts(Text(made_up.Get()), {"UNTESTED clause D-02: the compiler shows it\n",
                                    "driver c ended badly\n", "1 passed\n"});
}

TEST(ShowRun, HasCommandsAndAnswers) {
  MadeUpReport made_up;
  Outcome &run = made_up.Add(Verdict::kXfail);
  run.reason = "not yet";
  run.transcript = "  > reset\n";
  run.wire = "a record\n";
  EXPECT_EQ(ShowRun(run),
            "XFAIL NTS-READ-01/1.lua.tcp.blocking.tls13.client: not yet\n  > reset\na record\n");
}

TEST(Points, CoverTheAxesThatAreWanted) {
  EXPECT_EQ(Points(kEveryAxis).size(), 16u);
  EXPECT_EQ(Points(kOnlyClient).size(), 8u);
  EXPECT_EQ(Points(kBlockingOnce).size(), 2u);
  for (const Axes &axes : Points(kOnlyTls12)) {
    EXPECT_EQ(axes.version, "tls12");
  }
}

}  // namespace
}  // namespace conformance
