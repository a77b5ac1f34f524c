#include "conformance/runner/expected.h"

#include <gtest/gtest.h>

#include <sstream>

namespace conformance {
namespace {

std::vector<Expectation> Parse(const std::string &text) {
  std::istringstream input(text);
  std::vector<Expectation> expectations;
  EXPECT_EQ(ParseExpected(input, &expectations), "");
  return expectations;
}

std::string ParseError(const std::string &text) {
  std::istringstream input(text);
  std::vector<Expectation> expectations;
  return ParseExpected(input, &expectations);
}

TEST(Expected, ReadsVerdictsPatternsAndReasons) {
  std::vector<Expectation> expectations =
      Parse("# why\n\n  # more\nunsupported D-03/*  no such mistakes\nfail D-04/* not yet\n");
  ASSERT_EQ(expectations.size(), 2u);
  EXPECT_EQ(expectations[0].verdict, Verdict::kUnsupported);
  EXPECT_EQ(expectations[0].pattern, "D-03/*");
  EXPECT_EQ(expectations[0].reason, "no such mistakes");
  EXPECT_EQ(expectations[0].line, 4);
  EXPECT_EQ(expectations[1].verdict, Verdict::kFail);
  EXPECT_EQ(expectations[1].line, 5);
}

TEST(Expected, RefusesALineWithoutReasonOrWithAnotherVerdict) {
  EXPECT_NE(ParseError("unsupported D-03/*\n").find("line 1"), std::string::npos);
  EXPECT_NE(ParseError("fail D-03/*\n").find("line 1"), std::string::npos);
  EXPECT_NE(ParseError("\nflaky D-03/* sometimes\n").find("line 2"), std::string::npos);
}

TEST(Expected, FindsTheFirstByGlob) {
  std::vector<Expectation> expectations =
      Parse("fail D-03/* a\nunsupported *.c.*.nonblocking.* b\n");
  EXPECT_EQ(FindExpectation(expectations, "D-03/1.c.tcp.blocking.tls13.client")->reason, "a");
  EXPECT_EQ(FindExpectation(expectations, "D-03/1.c.tcp.nonblocking.tls13.client")->reason, "a");
  EXPECT_EQ(FindExpectation(expectations, "D-04/1.c.tcp.nonblocking.tls13.client")->reason, "b");
  EXPECT_EQ(FindExpectation(expectations, "D-04/1.c.tcp.blocking.tls13.client"), nullptr);
}

TEST(CheckExpectations, NamesLinesThatSayNothing) {
  const std::vector<std::string> names = {"D-03/1.c", "D-03/2.c"};
  EXPECT_EQ(CheckExpectations(Parse("fail D-03/1.* a\nfail D-03/* b\n"), names), "");
  EXPECT_EQ(CheckExpectations(Parse("fail D-03/* a\nfail D-99/* b\n"), names),
            "line 2: the pattern D-99/* matches no case");
  EXPECT_EQ(CheckExpectations(Parse("fail D-03/* a\n\nfail D-03/1.* b\n"), names),
            "line 3: the pattern D-03/1.* matches only what earlier lines match");
}

class JudgeTest : public testing::Test {
 protected:
  Verdict After(Verdict verdict, const Expectation *expectation, bool has_file = true) {
    outcome_.verdict = verdict;
    outcome_.message = "what";
    Judge(expectation, has_file, &outcome_);
    return outcome_.verdict;
  }

  Expectation unsupported_ = {Verdict::kUnsupported, "D-03/*", "cannot", 7};
  Expectation fail_ = {Verdict::kFail, "D-03/*", "not yet", 8};
  Outcome outcome_;
};

TEST_F(JudgeTest, WithoutALineAllButAPassIsUnexpected) {
  EXPECT_EQ(After(Verdict::kPass, nullptr), Verdict::kPass);
  EXPECT_EQ(After(Verdict::kFail, nullptr), Verdict::kFail);
  EXPECT_EQ(After(Verdict::kUnresolved, nullptr), Verdict::kUnresolved);
  EXPECT_EQ(After(Verdict::kUnsupported, nullptr), Verdict::kFail);
  EXPECT_EQ(outcome_.message, "unsupported, which was not expected: what");
}

TEST_F(JudgeTest, WithoutAFileUnsupportedIsNoFailure) {
  EXPECT_EQ(After(Verdict::kUnsupported, nullptr, false), Verdict::kUnsupported);
  EXPECT_EQ(After(Verdict::kFail, nullptr, false), Verdict::kFail);
}

TEST_F(JudgeTest, WhatIsExpectedToBeUnsupported) {
  EXPECT_EQ(After(Verdict::kUnsupported, &unsupported_), Verdict::kUnsupported);
  EXPECT_EQ(outcome_.reason, "cannot");
  EXPECT_EQ(After(Verdict::kPass, &unsupported_), Verdict::kXpass);
  EXPECT_NE(outcome_.message.find("unsupported D-03/* (line 7)"), std::string::npos);
  EXPECT_EQ(After(Verdict::kFail, &unsupported_), Verdict::kFail);
  EXPECT_EQ(After(Verdict::kUnresolved, &unsupported_), Verdict::kUnresolved);
}

TEST_F(JudgeTest, WhatIsExpectedToFail) {
  EXPECT_EQ(After(Verdict::kFail, &fail_), Verdict::kXfail);
  EXPECT_EQ(outcome_.reason, "not yet");
  EXPECT_EQ(outcome_.message, "what");
  EXPECT_EQ(After(Verdict::kPass, &fail_), Verdict::kXpass);
  EXPECT_EQ(After(Verdict::kUnsupported, &fail_), Verdict::kFail);
  EXPECT_EQ(After(Verdict::kUnresolved, &fail_), Verdict::kUnresolved);
}

}  // namespace
}  // namespace conformance
