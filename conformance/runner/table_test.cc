#include "conformance/runner/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "conformance/runner/reports_testing.h"

namespace conformance {
namespace {

std::vector<std::string> Lines(const std::string &text) {
  std::istringstream input(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);) {
    lines.push_back(line);
  }
  return lines;
}

// On every point of the axes.
void AddDriver(const std::string &driver, Verdict verdict, MadeUpReport *made_up) {
  for (const Axes &axes : Points(kEveryAxis)) {
    made_up->Add(verdict, driver).axes = axes;
  }
}

TEST(Table, CountsByHeadingInTheRegistersOrder) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass, "c", true);
  made_up.Add(Verdict::kUnsupported, "c", true);
  made_up.Add(Verdict::kXfail, "c", true);
  made_up.Add(Verdict::kPass, "c");
  made_up.Add(Verdict::kFail, "c");
  made_up.Add(Verdict::kXpass, "c");
  std::vector<std::string> lines = Lines(Table(made_up.Get()));
  ASSERT_GE(lines.size(), 9u);
  EXPECT_EQ(lines[5], "read   2 FAILED");
  EXPECT_EQ(lines[6], "shape  1 -2");
  EXPECT_EQ(lines[8], "all    2 FAILED -2");
}

TEST(Table, WhatDidNotRunIsNotInIt) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kUntested);
  EXPECT_EQ(Table(made_up.Get()), "");
}

TEST(Table, OneDriverHasEveryAxis) {
  MadeUpReport made_up;
  AddDriver("c", Verdict::kPass, &made_up);
  std::vector<std::string> lines = Lines(Table(made_up.Get()));
  EXPECT_NE(lines[1].find("unix"), std::string::npos);
  EXPECT_NE(lines[2].find("nonblock"), std::string::npos);
  EXPECT_NE(lines[3].find("tls12"), std::string::npos);
}

TEST(Table, IsReadableWithFiveDriversThatFailALot) {
  MadeUpReport made_up;
  for (const char *driver : {"c", "lua", "python", "rust", "java"}) {
    AddDriver(driver, Verdict::kFail, &made_up);
    AddDriver(driver, Verdict::kPass, &made_up);
  }
  std::vector<std::string> lines = Lines(Table(made_up.Get()));
  EXPECT_NE(lines[0].find("python"), std::string::npos);
  EXPECT_NE(lines[1].find("unix"), std::string::npos);
  EXPECT_EQ(lines[2][0], '-') << lines[2];
  for (const std::string &line : lines) {
    EXPECT_LE(line.size(), 116u) << line;
  }
}

}  // namespace
}  // namespace conformance
