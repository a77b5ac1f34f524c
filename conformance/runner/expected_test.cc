#include "conformance/runner/expected.h"

#include <gtest/gtest.h>

#include <sstream>

namespace conformance {
namespace {

std::string Parse(const std::string &text, std::vector<Expectation> *expectations) {
  std::istringstream input(text);
  return ParseExpected(input, expectations);
}

TEST(Expected, ReadsPatternsAndReasons) {
  std::vector<Expectation> expectations;
  EXPECT_EQ(Parse("# why\n\nunsupported D-03/*  no such mistakes\n", &expectations), "");
  ASSERT_EQ(expectations.size(), 1u);
  EXPECT_EQ(expectations[0].pattern, "D-03/*");
  EXPECT_EQ(expectations[0].reason, "no such mistakes");
}

TEST(Expected, RefusesALineWithoutReasonOrWithAnotherVerdict) {
  std::vector<Expectation> expectations;
  EXPECT_NE(Parse("unsupported D-03/*\n", &expectations).find("line 1"), std::string::npos);
  EXPECT_NE(Parse("\nflaky D-03/* sometimes\n", &expectations).find("line 2"), std::string::npos);
}

TEST(Expected, FindsByGlob) {
  std::vector<Expectation> expectations = {{"D-03/*", "a"}, {"*.c.*.nonblocking.*", "b"}};
  EXPECT_EQ(FindExpectation(expectations, "D-03/1.c.tcp.blocking.tls13.client")->reason, "a");
  EXPECT_EQ(FindExpectation(expectations, "D-04/1.c.tcp.nonblocking.tls13.client")->reason, "b");
  EXPECT_EQ(FindExpectation(expectations, "D-04/1.c.tcp.blocking.tls13.client"), nullptr);
}

TEST(Expected, APatternThatMatchesNothingIsStale) {
  std::vector<Expectation> expectations = {{"D-03/*", "a"}, {"D-99/*", "b"}};
  EXPECT_EQ(StalePatterns(expectations, {"D-03/1.c.tcp.blocking.tls13.client"}),
            std::vector<std::string>{"D-99/*"});
}

}  // namespace
}  // namespace conformance
