// The page by its structure: what a browser and a reader get. What it looks like is for eyes.

#include "conformance/runner/html.h"

#include <gtest/gtest.h>
#include <openssl/base64.h>
#include <openssl/sha.h>

#include <algorithm>

#include "conformance/runner/html_reader.h"

namespace conformance {
namespace {

// What a hostile driver, peer or file could say.
const std::string kHostile =
    "</pre><script>alert(1)</script>\" onclick='x' \x01\x1b[31m\xff\xfe &amp;<!-- \u202e";

class HtmlTest : public testing::Test {
 protected:
  HtmlTest() {
    report_.stamp.suite_version = "7.8.9";
    report_.stamp.document_hash = "cafe0123";
    report_.stamp.register_hash = "beef4567";
    report_.stamp.protocol_version = 2;
    report_.stamp.platform = "Plan 9";
    report_.stamp.peer_library = "PeerSSL 3";
    report_.stamp.started = "2026-01-02T03:04:05Z";
    report_.stamp.drivers = {{"c", "c", "a socket in C", "LibTLS 1"},
                             {"lua", "lua", "a socket in Lua", "LibTLS 2"}};
    report_.clauses = &clauses_;
    report_.outcomes = &outcomes_;
  }

  Outcome &Add(const Case &a_case, const std::string &driver, Verdict verdict,
               const Axes &axes = {false, "tls13", true}) {
    Outcome outcome;
    outcome.a_case = &a_case;
    outcome.driver = outcome.spelling = driver;
    outcome.axes = axes;
    outcome.verdict = verdict;
    outcomes_.push_back(outcome);
    return outcomes_.back();
  }

  std::vector<Clause> clauses_ = {
      {"NTS-READ-01", "read", "MUST", "document.md", 7, "", "It reads.", ""},
      {"D-01", "shape", "DECISION", "decisions.md", 9, "", "Three values.", ""},
      {"D-04", "shape", "DECISION", "decisions.md", 12, "", "An enum.", "the compiler shows it"},
      {"D-05", "shape", "DECISION", "decisions.md", 16, "", "All of it.", ""}};
  Case read_ = {"NTS-READ-01/1", "reads a line", {}, nullptr, {"D-05"}};
  Case shape_ = {"D-01/1", "gives three", {}, nullptr, {}};
  std::vector<Outcome> outcomes_;
  Report report_;
};

// Html writes markup that every reader takes alike, whose ids are unique and whose links lead to
// one of them, and which loads nothing.
HtmlReader Check(const std::string &page) {
  HtmlReader reader(page);
  EXPECT_EQ(reader.errors(), std::vector<std::string>());
  std::vector<std::string> ids = reader.ValuesOf("id");
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  for (const std::string &reference : reader.ValuesOf("href")) {
    std::string id = reference.substr(1);
    EXPECT_EQ(reference[0], '#');
    EXPECT_TRUE(id.find('%') != std::string::npos || std::binary_search(ids.begin(), ids.end(), id))
        << reference;
  }
  for (const char *outside : {"://", "src=", "url(", "@import", "<link", "<img", "<iframe"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
  return reader;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  return text;
}

bool Has(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HtmlTest, APageOfNothingIsAPage) {
  report_ = Report();
  clauses_.clear();
  report_.clauses = &clauses_;
  report_.outcomes = &outcomes_;
  EXPECT_TRUE(Has(Check(Html(report_)).text(), "0 runs, all as expected"));
}

TEST_F(HtmlTest, TheStampIsThere) {
  Add(read_, "c", Verdict::kPass);
  std::string text = Check(Html(report_)).text();
  for (const char *part : {"7.8.9", "cafe0123", "beef4567", "version 2", "Plan 9", "PeerSSL 3",
                           "2026-01-02T03:04:05Z", "of the cases", "a socket in C", "LibTLS 1",
                           "a socket in Lua", "LibTLS 2", "4, 2 with cases, 1 waived"}) {
    EXPECT_TRUE(Has(text, part)) << part;
  }
  report_.stamp.seed = 42;
  report_.stamp.repeat = 3;
  EXPECT_TRUE(Has(Html(report_), "seed 42, each 3 times"));
}

TEST_F(HtmlTest, AProblemBesidesTheCasesIsTold) {
  Add(read_, "c", Verdict::kPass);
  report_.problems = {"driver c ended badly"};
  std::string text = Check(Html(report_)).text();
  EXPECT_TRUE(Has(text, "1 run, all as expected, and 1 problem besides"));
  EXPECT_TRUE(Has(text, "driver c ended badly"));
}

TEST_F(HtmlTest, EachClauseAndCaseHasARow) {
  Add(read_, "c", Verdict::kPass);
  Add(shape_, "lua", Verdict::kPass);
  HtmlReader page = Check(Html(report_));
  std::vector<std::string> ids = page.ValuesOf("id");
  for (const char *id :
       {"NTS-READ-01", "NTS-READ-01/1", "NTS-READ-01/1.c.tcp.blocking.tls13.client", "D-01",
        "D-01/1", "D-04", "D-05"}) {
    EXPECT_EQ(std::count(ids.begin(), ids.end(), id), 1) << id;
  }
  for (const char *part : {"It reads.", "document.md:7", "MUST", "reads a line", "Three values.",
                           "gives three", "DECISION"}) {
    EXPECT_TRUE(Has(page.text(), part)) << part;
  }
}

TEST_F(HtmlTest, AClauseWithoutACaseSaysWhy) {
  Add(read_, "c", Verdict::kPass);
  std::string text = Check(Html(report_)).text();
  EXPECT_TRUE(Has(text, "the compiler shows it")) << text;
  EXPECT_TRUE(Has(text, "No case of it was selected."));
}

TEST_F(HtmlTest, AClauseThatOtherCasesShowLeadsToThem) {
  Add(read_, "c", Verdict::kFail);
  std::string page = Html(report_);
  size_t row = page.find("id=\"D-05\"");
  ASSERT_NE(row, std::string::npos);
  EXPECT_NE(page.find("Also shown by<ul><li><a href=\"#NTS-READ-01/1\">", row), std::string::npos);
  EXPECT_NE(page.find("aria-label=\"c: 1 FAIL\"", row), std::string::npos);
}

TEST_F(HtmlTest, ACaseOfAnUnknownClauseIsShown) {
  Case stray = {"NTS-STRAY-01/1", "of no clause", {}, nullptr, {}};
  Add(stray, "c", Verdict::kPass);
  std::string text = Check(Html(report_)).text();
  EXPECT_TRUE(Has(text, "not in the register"));
  EXPECT_TRUE(Has(text, "of no clause"));
}

TEST_F(HtmlTest, EachVerdictHasItsSignAndItsWord) {
  const std::pair<Verdict, const char *> kVerdicts[] = {
      {Verdict::kPass, "✓"},    {Verdict::kFail, "✕"},        {Verdict::kXfail, "x"},
      {Verdict::kXpass, "!"},   {Verdict::kUnsupported, "–"}, {Verdict::kUnresolved, "?"},
      {Verdict::kUntested, "○"}};
  for (const auto &verdict : kVerdicts) {
    outcomes_.clear();
    Add(read_, "c", verdict.first);
    std::string page = Html(report_);
    std::string word = ShowVerdict(verdict.first);
    EXPECT_TRUE(Has(page, "aria-label=\"c: 1 " + word + "\"")) << word;
    EXPECT_TRUE(
        Has(page, "<span aria-hidden=true>" + std::string(verdict.second) + "</span> " + word));
    EXPECT_TRUE(Has(page, "class=" + Lower(word) + ">" + verdict.second + "</i>")) << word;
  }
}

TEST_F(HtmlTest, AMarkShowsTheWorstAtItsPoint) {
  Case other = {"NTS-READ-01/2", "reads again", {}, nullptr, {}};
  Add(read_, "c", Verdict::kPass);
  Add(read_, "c", Verdict::kPass, {true, "tls12", false, true});
  Add(other, "c", Verdict::kFail);
  Add(other, "c", Verdict::kXfail, {true, "tls12", false, true});
  std::string page = Html(report_);
  EXPECT_TRUE(Has(page,
                  "data-points=\"tcp.blocking.tls13.client unix.nonblocking.tls12.client "
                  "tcp.blocking.tls13.server unix.nonblocking.tls12.server\""));
  EXPECT_TRUE(Has(page,
                  "<a class=g href=\"#NTS-READ-01/2.c.tcp.blocking.tls13.client\" "
                  "aria-label=\"c: 2 PASS, 1 FAIL, 1 XFAIL\"><i class=fail>✕</i><i></i><i></i>"
                  "<i class=xfail>x</i></a>"))
      << page.substr(page.find("<table id=matrix"));
}

TEST_F(HtmlTest, AFailureHasAllThatIsKnown) {
  Outcome &failure = Add(read_, "c", Verdict::kXfail);
  failure.message = "call:     read\nexpected: abc\ncame:     xyz\n";
  failure.reason = "known since long";
  failure.transcript = "  > call 1 read\n  < values s:xyz\n";
  failure.wire = "     1.0 ms  driver ->  alert, 2 bytes\n";
  failure.milliseconds = 4711;
  failure.runs = 9;
  failure.red_runs = 2;
  HtmlReader page = Check(Html(report_));
  for (const char *part : {"expected:  abc", "came:      xyz", "known since long", "> call 1 read",
                           "< values s:xyz", "driver ->  alert, 2 bytes",
                           "4711 ms, red in 2 of 9 runs", "tcp · blocking · TLS 1.3 · client"}) {
    EXPECT_TRUE(Has(page.text(), part)) << part << page.text();
  }
  EXPECT_TRUE(Has(page.text(), Again(failure)));
}

TEST_F(HtmlTest, OnePassOfACaseIsAnExample) {
  Add(read_, "c", Verdict::kPass).transcript = "> first\n";
  Add(read_, "lua", Verdict::kPass).transcript = "> second\n";
  std::string text = Check(Html(report_)).text();
  EXPECT_TRUE(Has(text, "> first"));
  EXPECT_FALSE(Has(text, "> second"));
}

TEST_F(HtmlTest, WhatIsUnsupportedAlikeIsToldOnce) {
  for (const char *version : {"tls12", "tls13"}) {
    Outcome &outcome = Add(read_, "c", Verdict::kUnsupported, {false, version, true});
    outcome.message = "no such method";
  }
  std::string page = Html(report_);
  EXPECT_EQ(page.find("no such method"), page.rfind("no such method"));
  EXPECT_TRUE(Has(page, "2 runs"));
}

TEST_F(HtmlTest, RedIsListedAboveTheMatrix) {
  Add(read_, "c", Verdict::kFail);
  Add(read_, "c", Verdict::kFail, {true, "tls13", true});
  Add(shape_, "c", Verdict::kXfail);
  Add(shape_, "lua", Verdict::kUntested);
  std::string page = Html(report_);
  std::string above = HtmlReader(page.substr(0, page.find("<table id=matrix"))).text();
  EXPECT_TRUE(Has(above, "2 of 3 runs not as expected"));
  EXPECT_TRUE(Has(above, "reads a line")) << above;
  EXPECT_TRUE(Has(above, "c, 2 runs"));
  EXPECT_FALSE(Has(above, "gives three"));
}

TEST_F(HtmlTest, NothingHostileGetsThrough) {
  Case hostile = {"NTS-READ-01/2", kHostile, {}, nullptr, {}};
  for (Verdict verdict : {Verdict::kFail, Verdict::kPass, Verdict::kUnsupported}) {
    Outcome &outcome = Add(hostile, kHostile, verdict, {false, kHostile, true});
    outcome.message = outcome.reason = outcome.transcript = outcome.wire = kHostile;
  }
  clauses_[0].text = clauses_[1].heading = clauses_[2].waiver = clauses_[3].level = kHostile;
  report_.stamp = {kHostile, kHostile, kHostile, 2, kHostile, kHostile, kHostile, 1, 1, {}};
  report_.stamp.drivers = {{kHostile, kHostile, kHostile, kHostile}};
  std::string page = Html(report_);
  HtmlReader reader = Check(page);
  EXPECT_EQ(page.find("<script"), page.rfind("<script"));
  for (const auto &attribute : reader.attributes()) {
    EXPECT_NE(attribute.first.substr(0, 2), "on") << attribute.first;
  }
  for (char byte : page) {
    EXPECT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n') << static_cast<int>(byte);
  }
  EXPECT_TRUE(Has(reader.text(),
                  "<script>alert(1)</script>\" onclick='x' \\x01\\x1b[31m\\xff\\xfe &amp;"
                  "<!-- \\xe2\\x80\\xae"));
}

TEST_F(HtmlTest, NoScriptButItsOwnMayRun) {
  HtmlReader page(Html(report_));
  uint8_t hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t *>(page.script().data()), page.script().size(), hash);
  char text[64];
  EVP_EncodeBlock(reinterpret_cast<uint8_t *>(text), hash, sizeof hash);
  std::vector<std::string> contents = page.ValuesOf("content");
  EXPECT_TRUE(Has(contents.front(), "default-src 'none'")) << contents.front();
  EXPECT_TRUE(Has(contents.front(), "script-src 'sha256-" + std::string(text) + "'"));
}

TEST_F(HtmlTest, ManyLongTranscriptsDoNotMakeAPageThatIsTooLarge) {
  for (int i = 0; i < 40; i++) {
    Outcome &outcome = Add(read_, "driver" + std::to_string(i), Verdict::kFail);
    outcome.message = "call: " + std::to_string(i) + "\n";
    outcome.transcript = outcome.wire = std::string(100000, '<');
  }
  std::string page = Html(report_);
  EXPECT_LT(page.size(), size_t{8} << 20);
  EXPECT_TRUE(Has(page, "bytes left out"));
  EXPECT_TRUE(Has(page, "Left out, for the page has many: run it again."));
  EXPECT_TRUE(Has(page, "<b>call:</b> 39"));
}

}  // namespace
}  // namespace conformance
