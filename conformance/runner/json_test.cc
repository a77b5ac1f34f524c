#include "conformance/runner/json.h"

#include <gtest/gtest.h>

#include "conformance/runner/json_parser_testing.h"
#include "conformance/runner/reports_testing.h"

namespace conformance {
namespace {

JsonValue Parsed(const std::string &text) {
  JsonValue value;
  EXPECT_EQ(ParseJson(text, &value), "") << text;
  return value;
}

TEST(Json, HasTheStamp) {
  MadeUpReport made_up;
  JsonValue stamp = Parsed(Json(made_up.Get())).fields["stamp"];
  EXPECT_EQ(stamp.fields["suite_version"].text, "9.8.7");
  EXPECT_EQ(stamp.fields["document_hash"].text, "01234567");
  EXPECT_EQ(stamp.fields["register_hash"].text, "89abcdef");
  EXPECT_EQ(stamp.fields["protocol_version"].text, "2");
  EXPECT_EQ(stamp.fields["platform"].text, "Linux 1 x86_64");
  EXPECT_EQ(stamp.fields["peer_library"].text, "BoringSSL 1");
  EXPECT_EQ(stamp.fields["started"].text, "2026-01-02T03:04:05Z");
  EXPECT_EQ(stamp.fields["seed"].text, "7");
  ASSERT_EQ(stamp.fields["drivers"].items.size(), 2u);
  JsonValue driver = stamp.fields["drivers"].items[1];
  EXPECT_EQ(driver.fields["name"].text, "lua");
  EXPECT_EQ(driver.fields["command"].text, "./lua");
  EXPECT_EQ(driver.fields["about"].text, "Lua");
  EXPECT_EQ(driver.fields["library"].text, "TLS 2");
}

TEST(Json, HasClausesCountsAndProblems) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass);
  made_up.Add(Verdict::kXfail);
  made_up.problems().emplace_back("driver c ended badly");
  JsonValue report = Parsed(Json(made_up.Get()));
  EXPECT_EQ(report.fields["schema"].text, "1");
  EXPECT_EQ(report.fields["summary"].fields["PASS"].text, "1");
  EXPECT_EQ(report.fields["summary"].fields["XFAIL"].text, "1");
  EXPECT_EQ(report.fields["summary"].fields["UNTESTED"].text, "0");
  EXPECT_EQ(report.fields["summary"].fields.size(), 7u);
  EXPECT_EQ(report.fields["problems"].items.at(0).text, "driver c ended badly");
  ASSERT_EQ(report.fields["clauses"].items.size(), 3u);
  JsonValue clause = report.fields["clauses"].items[2];
  EXPECT_EQ(clause.fields["id"].text, "D-02");
  EXPECT_EQ(clause.fields["source"].text, "decisions.md:11");
  EXPECT_EQ(clause.fields["waiver"].text, "the compiler shows it");
}

TEST(Json, HasAllOfACase) {
  MadeUpReport made_up;
  Outcome &failed = made_up.Add(Verdict::kFail);
  failed.message = "expected: \"x\"\nat:\t\\ \x01\xff";
  failed.reason = "a reason";
  failed.transcript = "  > reset\n";
  failed.wire = "a record\n";
  failed.milliseconds = 12;
  failed.runs = 50;
  failed.red_runs = 3;
  failed.axes = {true, "tls12", false, true};
  JsonValue a_case = Parsed(Json(made_up.Get())).fields["cases"].items.at(0);
  const std::map<std::string, std::string> expected = {
      {"name", "NTS-READ-01/1.lua.unix.nonblocking.tls12.server"},
      {"verdict", "FAIL"},
      {"case", "NTS-READ-01/1"},
      {"title", "reads a line"},
      {"clause", "NTS-READ-01"},
      {"driver", "lua"},
      {"transport", "unix"},
      {"mode", "nonblocking"},
      {"version", "tls12"},
      {"role", "server"},
      {"milliseconds", "12"},
      {"runs", "50"},
      {"red_runs", "3"},
      {"message", "expected: \"x\"\nat:\t\\ \x01\\xff"},
      {"reason", "a reason"},
      {"again", "run lua --filter 'NTS-READ-01/1.lua.unix.nonblocking.tls12.server'"},
      {"transcript", "  > reset\n"},
      {"wire", "a record\n"}};
  for (const auto &field : expected) {
    EXPECT_EQ(a_case.fields[field.first].text, field.second) << field.first;
  }
  EXPECT_EQ(a_case.fields["also"].items.at(0).text, "D-01");
}

TEST(Json, WhatThereIsNotIsLeftOut) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass);
  JsonValue a_case = Parsed(Json(made_up.Get())).fields["cases"].items.at(0);
  for (const char *field : {"message", "reason", "transcript", "wire"}) {
    EXPECT_EQ(a_case.fields.count(field), 0u) << field;
  }
}

TEST(ParseJson, RefusesWhatIsNone) {
  for (const char *text : {"", "{", "[1,]", "{\"a\":1,}", "\"\n\"", "\"\\x\"", "[1] 2", "'a'"}) {
    JsonValue value;
    EXPECT_NE(ParseJson(text, &value), "") << text;
  }
}

}  // namespace
}  // namespace conformance
