#include "conformance/runner/outcome.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace conformance {
namespace {

const Case kCase = {"NTS-READ-01/1", "reads a line", {}, nullptr, {}};

Outcome Ran(Verdict verdict, const std::string &message = "") {
  Outcome outcome;
  outcome.a_case = &kCase;
  outcome.driver = "lua";
  outcome.axes = {true, "tls12", false, true};
  outcome.verdict = verdict;
  outcome.message = message;
  return outcome;
}

Outcome AfterRuns(const std::vector<Verdict> &verdicts) {
  Outcome outcome = Ran(Verdict::kUntested);
  for (Verdict verdict : verdicts) {
    AddRun(Ran(verdict, ShowVerdict(verdict)), &outcome);
  }
  return outcome;
}

TEST(Outcome, ANameHasCaseDriverAndAxes) {
  EXPECT_EQ(NameOf(Ran(Verdict::kPass)), "NTS-READ-01/1.lua.unix.nonblocking.tls12.server");
  EXPECT_EQ(SuiteName(kCase), "NTS_READ_01/1");
}

TEST(Outcome, ATestOfBazelsIsRunAgainByBazel) {
  setenv("TEST_TARGET", "//ours:gate", 1);
  EXPECT_EQ(Again(Ran(Verdict::kFail)),
            "bazel test --test_output=streamed //ours:gate "
            "--test_filter='NTS_READ_01/1.lua.unix.nonblocking.tls12.server'");
}

TEST(Outcome, AgainIsTheCommandThatRunsItOnceMore) {
  unsetenv("TEST_TARGET");
  Case full = kCase;
  full.full = true;
  Outcome outcome = Ran(Verdict::kFail);
  outcome.command = "run it";
  EXPECT_EQ(Again(outcome), "run it --filter 'NTS-READ-01/1.lua.unix.nonblocking.tls12.server'");
  outcome.a_case = &full;
  EXPECT_EQ(Again(outcome),
            "run it --filter 'NTS-READ-01/1.lua.unix.nonblocking.tls12.server' --full");
}

TEST(Outcome, FailuresUnexpectedPassesAndWhatIsUnresolvedAreRed) {
  for (Verdict verdict : kVerdicts) {
    bool is_red =
        verdict == Verdict::kFail || verdict == Verdict::kXpass || verdict == Verdict::kUnresolved;
    EXPECT_EQ(IsRed(verdict), is_red) << ShowVerdict(verdict);
  }
}

TEST(Outcome, OneRunIsWhatItIs) {
  for (Verdict verdict : kVerdicts) {
    EXPECT_EQ(AfterRuns({verdict}).verdict, verdict);
  }
  EXPECT_EQ(AfterRuns({Verdict::kFail}).runs, 1);
  EXPECT_EQ(AfterRuns({Verdict::kFail}).red_runs, 1);
}

TEST(Outcome, OneRedRunOfSeveralIsRed) {
  Outcome outcome =
      AfterRuns({Verdict::kPass, Verdict::kFail, Verdict::kPass, Verdict::kFail, Verdict::kPass});
  EXPECT_EQ(outcome.verdict, Verdict::kFail);
  EXPECT_EQ(outcome.message, "FAIL");
  EXPECT_EQ(outcome.runs, 5);
  EXPECT_EQ(outcome.red_runs, 2);
  EXPECT_EQ(AfterRuns({Verdict::kXfail, Verdict::kXpass, Verdict::kXfail}).verdict,
            Verdict::kXpass);
}

TEST(Outcome, RunsThatDifferAreRed) {
  Outcome outcome = AfterRuns({Verdict::kPass, Verdict::kPass, Verdict::kUnsupported});
  EXPECT_EQ(outcome.verdict, Verdict::kFail);
  EXPECT_EQ(outcome.red_runs, 1);
  EXPECT_NE(outcome.message.find("it was PASS in an earlier run and UNSUPPORTED in run 3"),
            std::string::npos)
      << outcome.message;
  EXPECT_EQ(AfterRuns({Verdict::kUnsupported, Verdict::kUnsupported}).verdict,
            Verdict::kUnsupported);
}

TEST(Outcome, CountsVerdicts) {
  Counts counts = CountVerdicts({Ran(Verdict::kPass), Ran(Verdict::kPass), Ran(Verdict::kXfail)});
  EXPECT_EQ(counts[Verdict::kPass], 2);
  EXPECT_EQ(counts[Verdict::kXfail], 1);
  EXPECT_EQ(counts[Verdict::kFail], 0);
}

}  // namespace
}  // namespace conformance
