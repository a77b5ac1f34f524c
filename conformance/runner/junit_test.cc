#include "conformance/runner/junit.h"

#include <gtest/gtest.h>

#include "conformance/runner/reports_testing.h"

namespace conformance {
namespace {

void ExpectParts(const std::string &text, const std::vector<std::string> &parts) {
  for (const std::string &part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
}

// The name of the element at `at`, "/name" for its end.
std::string ElementAt(const std::string &xml, size_t at) {
  return xml.substr(at + 1, xml.find_first_of(" />", at + 2) - at - 1);
}

// Returns "" or what is not well-formed about elements, as far as the writer could get it wrong.
std::string CheckElements(const std::string &xml) {
  std::vector<std::string> open;
  size_t at = xml.find('<', 1);
  for (; at != std::string::npos; at = xml.find('<', at + 1)) {
    size_t end = xml.find('>', at);
    std::string element = ElementAt(xml, at);
    if (element[0] != '/') {
      open.push_back(element);
    }
    bool is_end = element[0] == '/' || xml[end - 1] == '/';
    if (is_end && (open.empty() || (element[0] == '/' && open.back() != element.substr(1)))) {
      return "unexpected " + element;
    }
    if (is_end) {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back() + " does not end";
}

TEST(JUnit, IsWellFormedWhateverTheDriverSaid) {
  MadeUpReport made_up;
  for (Verdict verdict : kVerdicts) {
    Outcome &outcome = made_up.Add(verdict);
    outcome.message = "came: <a & \"b\">\x01 \xff\n";
    outcome.reason = "]]><!-- '";
    outcome.transcript = std::string("\0\x1b", 2);
  }
  made_up.problems().emplace_back("driver <c>");
  std::string xml = JUnit(made_up.Get());
  EXPECT_EQ(CheckElements(xml), "") << xml;
  for (char byte : xml) {
    EXPECT_TRUE(byte == '\n' || byte >= ' ') << static_cast<int>(byte);
  }
  ExpectParts(xml, {"came: &lt;a &amp; &quot;b&quot;&gt;\\x01 \\xff&#10;", "driver &lt;c&gt;"});
}

TEST(JUnit, CasesKeepTheirNames) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass).milliseconds = 1234;
  ExpectParts(JUnit(made_up.Get()),
              {"<testcase name=\"NTS-READ-01/1.lua.tcp.blocking.tls13.client\" "
               "classname=\"lua.read\" time=\"1.234\">\n    </testcase>"});
}

TEST(JUnit, VerdictsAreFailuresErrorsAndSkipped) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kFail).message = "expected: x\nmore\n";
  made_up.Add(Verdict::kXpass).message = "it passes\n";
  made_up.Add(Verdict::kXfail).reason = "not yet";
  made_up.Add(Verdict::kUnsupported).reason = "cannot";
  made_up.Add(Verdict::kUnsupported).message = "close_in";
  made_up.Add(Verdict::kUnresolved).message = "no socat\n";
  made_up.Add(Verdict::kUntested);
  ExpectParts(
      JUnit(made_up.Get()),
      {"<failure message=\"FAIL: expected: x\" type=\"FAIL\">expected: x&#10;more&#10;",
       "<failure message=\"XPASS: it passes\"", "<skipped message=\"XFAIL: not yet\"/>",
       "<skipped message=\"UNSUPPORTED: cannot\"/>", "<skipped message=\"UNSUPPORTED: close_in\"/>",
       "<error message=\"UNRESOLVED: no socat\"", "again: run lua --filter",
       "<testsuite name=\"conformance.lua\" tests=\"6\" failures=\"2\" errors=\"1\" "
       "skipped=\"3\"",
       "<property name=\"untested\" value=\"1\"/>"});
}

TEST(JUnit, HasTheStamp) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass);
  ExpectParts(
      JUnit(made_up.Get()),
      {"name=\"suite_version\" value=\"9.8.7\"", "name=\"document_hash\" value=\"01234567\"",
       "name=\"register_hash\" value=\"89abcdef\"", "name=\"protocol_version\" value=\"2\"",
       "name=\"platform\" value=\"Linux 1 x86_64\"", "name=\"peer_library\" value=\"BoringSSL 1\"",
       "name=\"started\" value=\"2026-01-02T03:04:05Z\"", "name=\"seed\" value=\"7\"",
       "name=\"driver\" value=\"./lua\"", "name=\"driver_about\" value=\"Lua\"",
       "name=\"driver_library\" value=\"TLS 2\"", "timestamp=\"2026-01-02T03:04:05\""});
}

TEST(JUnit, AProblemIsAnErrorOfItsOwn) {
  MadeUpReport made_up;
  made_up.Add(Verdict::kPass);
  EXPECT_EQ(JUnit(made_up.Get()).find("conformance.run"), std::string::npos);
  made_up.problems().emplace_back("driver c ended badly");
  ExpectParts(JUnit(made_up.Get()),
              {"<testsuite name=\"conformance.run\" tests=\"1\" errors=\"1\">",
               "<error message=\"driver c ended badly\"/>"});
}

TEST(JUnit, OfSeveralRunsItSaysHowManyWereRed) {
  MadeUpReport made_up;
  Outcome &failed = made_up.Add(Verdict::kFail);
  failed.runs = 50;
  failed.red_runs = 3;
  ExpectParts(JUnit(made_up.Get()), {"red in 3 of 50 runs"});
}

}  // namespace
}  // namespace conformance
