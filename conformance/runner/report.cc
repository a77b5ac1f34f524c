#include "conformance/runner/report.h"

#include "conformance/runner/escape.h"
#include "conformance/runner/table.h"

namespace conformance {
namespace {

std::string Runs(const Outcome &outcome) {
  return outcome.runs > 1 ? " (in " + std::to_string(outcome.red_runs) + " of " +
                                std::to_string(outcome.runs) + " runs)"
                          : "";
}

std::string ShowClause(const Report &report, const Outcome &outcome) {
  const Clause *clause = FindClause(*report.clauses, ClauseOf(*outcome.a_case));
  return clause == nullptr ? ""
                           : "clause:   " + clause->text + " (" + clause->document + ":" +
                                 std::to_string(clause->line) + ")\n";
}

std::string Section(const std::string &title, const std::string &text) {
  return text.empty() ? "" : title + text;
}

std::string Waived(const Report &report) {
  std::string text;
  for (const Clause *clause : WaivedClauses(*report.clauses)) {
    text += "UNTESTED clause " + clause->id + ": " + clause->waiver + "\n";
  }
  return text;
}

std::string Problems(const Report &report) {
  std::string text;
  for (const std::string &problem : report.problems) {
    text += problem + "\n";
  }
  return PlainText(text);
}

std::string ShowFailure(const Report &report, const Outcome &outcome) {
  std::string text =
      std::string(ShowVerdict(outcome.verdict)) + " " + NameOf(outcome) + Runs(outcome) + "\n";
  text += "case:     " + outcome.a_case->title + "\n" + ShowClause(report, outcome);
  text += outcome.reason.empty() ? "" : "known:    " + outcome.reason + "\n";
  text += outcome.message;
  text += Section("commands and answers:\n", outcome.transcript);
  text += Section("on the wire:\n", outcome.wire);
  return PlainText(text + "again:    " + Again(outcome) + "\n\n");
}

const char *InWords(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "passed";
    case Verdict::kFail:
      return "failed";
    case Verdict::kXfail:
      return "failed as expected";
    case Verdict::kXpass:
      return "passed unexpectedly";
    case Verdict::kUnsupported:
      return "unsupported";
    case Verdict::kUnresolved:
      return "unresolved";
    case Verdict::kUntested:
      break;
  }
  return "untested";
}

}  // namespace

std::string ShowRun(const Outcome &run) {
  std::string text = std::string(ShowVerdict(run.verdict)) + " " + NameOf(run) +
                     Section(": ", run.reason) + "\n" + run.transcript + run.wire;
  return PlainText(text);
}

std::string Failures(const Report &report) {
  std::string text;
  for (const Outcome &outcome : *report.outcomes) {
    text += IsRed(outcome.verdict) ? ShowFailure(report, outcome) : "";
  }
  return text;
}

std::string Summary(const std::vector<Outcome> &outcomes) {
  Counts counts = CountVerdicts(outcomes);
  std::string text;
  for (Verdict verdict : kVerdicts) {
    if (counts[verdict] > 0) {
      text += (text.empty() ? "" : ", ") + std::to_string(counts[verdict]) + " " + InWords(verdict);
    }
  }
  return text;
}

std::string Text(const Report &report) {
  return Failures(report) + Table(report) + Waived(report) + Problems(report) +
         Summary(*report.outcomes) + "\n";
}

}  // namespace conformance
