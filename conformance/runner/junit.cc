#include "conformance/runner/junit.h"

#include <cstdio>

#include "conformance/runner/escape.h"

namespace conformance {
namespace {

std::string Attribute(const char *name, const std::string &value) {
  return std::string(" ") + name + "=\"" + XmlText(value) + "\"";
}

std::string Seconds(int64_t milliseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(milliseconds / 1000),
                static_cast<int>(milliseconds % 1000));
  return text;
}

std::string Property(const char *name, const std::string &value) {
  return "      <property" + Attribute("name", name) + Attribute("value", value) + "/>\n";
}

std::string Properties(const Stamp &stamp, const DriverStamp &driver, int num_untested) {
  return "    <properties>\n" + Property("suite_version", stamp.suite_version) +
         Property("document_hash", stamp.document_hash) +
         Property("register_hash", stamp.register_hash) +
         Property("protocol_version", std::to_string(stamp.protocol_version)) +
         Property("platform", stamp.platform) + Property("peer_library", stamp.peer_library) +
         Property("started", stamp.started) + Property("seed", std::to_string(stamp.seed)) +
         Property("repeat", std::to_string(stamp.repeat)) + Property("driver", driver.spelling) +
         Property("driver_about", driver.about) + Property("driver_library", driver.library) +
         Property("untested", std::to_string(num_untested)) + "    </properties>\n";
}

std::string FirstLine(const std::string &text) {
  return text.substr(0, text.find('\n'));
}

std::string Details(const Outcome &outcome) {
  std::string text = outcome.message;
  text += outcome.runs > 1 ? "red in " + std::to_string(outcome.red_runs) + " of " +
                                 std::to_string(outcome.runs) + " runs\n"
                           : "";
  text += outcome.transcript.empty() ? "" : "commands and answers:\n" + outcome.transcript;
  text += outcome.wire.empty() ? "" : "on the wire:\n" + outcome.wire;
  return text + "again: " + Again(outcome) + "\n";
}

std::string Problem(const char *element, const Outcome &outcome) {
  return std::string("      <") + element +
         Attribute("message",
                   std::string(ShowVerdict(outcome.verdict)) + ": " + FirstLine(outcome.message)) +
         Attribute("type", ShowVerdict(outcome.verdict)) + ">" + XmlText(Details(outcome)) + "</" +
         element + ">\n";
}

std::string Skipped(const Outcome &outcome) {
  const std::string &why = outcome.reason.empty() ? outcome.message : outcome.reason;
  return "      <skipped" +
         Attribute("message", std::string(ShowVerdict(outcome.verdict)) + ": " + FirstLine(why)) +
         "/>\n";
}

std::string Result(const Outcome &outcome) {
  switch (outcome.verdict) {
    case Verdict::kFail:
    case Verdict::kXpass:
      return Problem("failure", outcome);
    case Verdict::kUnresolved:
      return Problem("error", outcome);
    case Verdict::kXfail:
    case Verdict::kUnsupported:
      return Skipped(outcome);
    default:
      return "";
  }
}

std::string TestCase(const Report &report, const Outcome &outcome) {
  const Clause *clause = FindClause(*report.clauses, ClauseOf(*outcome.a_case));
  return "    <testcase" + Attribute("name", NameOf(outcome)) +
         Attribute("classname",
                   outcome.driver + "." + (clause != nullptr ? clause->heading : "unknown")) +
         Attribute("time", Seconds(outcome.milliseconds)) + ">\n" + Result(outcome) +
         "    </testcase>\n";
}

std::string Totals(const std::vector<Outcome> &outcomes) {
  Counts counts = CountVerdicts(outcomes);
  int64_t milliseconds = 0;
  for (const Outcome &outcome : outcomes) {
    milliseconds += outcome.milliseconds;
  }
  auto count = [&](Verdict one, Verdict other) {
    return std::to_string(counts[one] + counts[other]);
  };
  return Attribute("tests", std::to_string(outcomes.size() -
                                           static_cast<size_t>(counts[Verdict::kUntested]))) +
         Attribute("failures", count(Verdict::kFail, Verdict::kXpass)) +
         Attribute("errors", std::to_string(counts[Verdict::kUnresolved])) +
         Attribute("skipped", count(Verdict::kXfail, Verdict::kUnsupported)) +
         Attribute("time", Seconds(milliseconds));
}

std::string TestSuite(const Report &report, const DriverStamp &driver) {
  std::vector<Outcome> outcomes;
  std::string cases;
  for (const Outcome &outcome : *report.outcomes) {
    if (outcome.driver != driver.name) {
      continue;
    }
    outcomes.push_back(outcome);
    cases += outcome.verdict != Verdict::kUntested ? TestCase(report, outcome) : "";
  }
  std::string started = report.stamp.started.substr(0, report.stamp.started.find('Z'));
  return "  <testsuite" + Attribute("name", "conformance." + driver.name) + Totals(outcomes) +
         Attribute("timestamp", started) + ">\n" +
         Properties(report.stamp, driver, CountVerdicts(outcomes)[Verdict::kUntested]) + cases +
         "  </testsuite>\n";
}

// What went wrong beside the cases, as cases of a test suite of their own.
std::string Problems(const Report &report) {
  if (report.problems.empty()) {
    return "";
  }
  std::string count = std::to_string(report.problems.size());
  std::string text = "  <testsuite" + Attribute("name", "conformance.run") +
                     Attribute("tests", count) + Attribute("errors", count) + ">\n";
  for (const std::string &problem : report.problems) {
    text += "    <testcase" + Attribute("name", problem) + Attribute("classname", "run") +
            ">\n      <error" + Attribute("message", problem) + "/>\n    </testcase>\n";
  }
  return text + "  </testsuite>\n";
}

}  // namespace

std::string JUnit(const Report &report) {
  std::string suites;
  for (const DriverStamp &driver : report.stamp.drivers) {
    suites += TestSuite(report, driver);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"conformance\"" +
         Totals(*report.outcomes) + ">\n" + suites + Problems(report) + "</testsuites>\n";
}

}  // namespace conformance
