#include "conformance/runner/report.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace conformance {
namespace {

class ReportTest : public testing::Test {
 protected:
  void Add(const Case &a_case, const std::string &driver, Verdict verdict,
           const std::string &message = "") {
    Outcome outcome;
    outcome.a_case = &a_case;
    outcome.driver = driver;
    outcome.spelling = driver;
    outcome.axes = {false, "tls13", true};
    outcome.verdict = verdict;
    outcome.message = message;
    outcomes_.push_back(outcome);
  }

  std::vector<Clause> clauses_ = {
      {"NTS-READ-01", "read", "MUST", "document.md", 7, "", "It reads.", ""},
      {"D-01", "shape", "DECISION", "decisions.md", 9, "", "Three values.", ""}};
  Case read_ = {"NTS-READ-01/1", "reads a line", {}, nullptr, {}};
  Case shape_ = {"D-01/1", "gives three", {}, nullptr, {}};
  std::vector<Outcome> outcomes_;
};

TEST_F(ReportTest, ANameHasCaseDriverAndAxes) {
  EXPECT_EQ(NameOf(read_, "lua", {true, "tls12", false}),
            "NTS-READ-01/1.lua.tcp.nonblocking.tls12.server");
  EXPECT_EQ(NameOf(read_, "lua", {false, "tls13", true, true}),
            "NTS-READ-01/1.lua.unix.blocking.tls13.client");
  EXPECT_EQ(SuiteName(read_), "NTS_READ_01/1");
}

TEST_F(ReportTest, TheTableCountsByHeadingInTheRegistersOrder) {
  Add(shape_, "c", Verdict::kPass);
  Add(shape_, "c", Verdict::kUnsupported);
  Add(read_, "c", Verdict::kPass);
  Add(read_, "c", Verdict::kFail);
  std::string table = Table(clauses_, outcomes_);
  EXPECT_LT(table.find("read "), table.find("shape "));
  EXPECT_NE(table.find("1 FAILED"), std::string::npos) << table;
  EXPECT_NE(table.find("1 -1"), std::string::npos) << table;
}

TEST_F(ReportTest, AFailureShowsClauseAndHowToSeeItAgain) {
  unsetenv("TEST_TARGET");
  Add(read_, "c", Verdict::kFail, "expected: x\n");
  Add(shape_, "c", Verdict::kPass);
  std::string failures = Failures(clauses_, outcomes_);
  for (const char *part : {"FAIL NTS-READ-01/1.c.tcp.blocking.tls13.client", "reads a line",
                           "It reads.", "document.md:7", "expected: x",
                           "--driver 'c' --filter 'NTS-READ-01/1.c.tcp.blocking.tls13.client'"}) {
    EXPECT_NE(failures.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(failures.find("gives three"), std::string::npos);
}

TEST_F(ReportTest, ATestIsRunAgainByBazel) {
  setenv("TEST_TARGET", "//ours:gate", 1);
  Add(read_, "c", Verdict::kFail);
  EXPECT_EQ(Again(outcomes_[0]),
            "bazel test --test_output=streamed //ours:gate "
            "--test_filter='NTS_READ_01/1.c.tcp.blocking.tls13.client'");
}

TEST_F(ReportTest, TheSummaryCountsVerdicts) {
  Add(read_, "c", Verdict::kPass);
  Add(read_, "c", Verdict::kUnresolved);
  EXPECT_EQ(Summary(outcomes_), "1 passed, 0 failed, 0 unsupported, 1 unresolved");
}

TEST(Points, CoverTheAxesThatAreWanted) {
  EXPECT_EQ(Points(kEveryAxis).size(), 16u);
  EXPECT_EQ(Points(kOnlyClient).size(), 8u);
  EXPECT_EQ(Points(kBlockingOnce).size(), 2u);
  EXPECT_EQ(Points(OverTcp(kBlockingOnce)).size(), 1u);
  EXPECT_FALSE(Points(OverTcp(kBlockingOnce))[0].is_unix);
  EXPECT_EQ(Points(OverUnix(kOnlyClient)).size(), 4u);
  EXPECT_TRUE(Points(OverUnix(kOnlyClient))[0].is_unix);
  for (const Axes &axes : Points(kOnlyTls12)) {
    EXPECT_EQ(axes.version, "tls12");
  }
}

}  // namespace
}  // namespace conformance
