#include "conformance/runner/outcome.h"

#include <stdlib.h>

#include <algorithm>

namespace conformance {

const char *ShowVerdict(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "PASS";
    case Verdict::kFail:
      return "FAIL";
    case Verdict::kXfail:
      return "XFAIL";
    case Verdict::kXpass:
      return "XPASS";
    case Verdict::kUnsupported:
      return "UNSUPPORTED";
    case Verdict::kUnresolved:
      return "UNRESOLVED";
    case Verdict::kUntested:
      break;
  }
  return "UNTESTED";
}

bool IsRed(Verdict verdict) {
  return verdict == Verdict::kFail || verdict == Verdict::kXpass || verdict == Verdict::kUnresolved;
}

std::string NameOf(const Case &a_case, const std::string &driver, const Axes &axes) {
  return a_case.id + "." + TestName(driver, axes);
}

std::string NameOf(const Outcome &outcome) {
  return NameOf(*outcome.a_case, outcome.driver, outcome.axes);
}

std::string Again(const Outcome &outcome) {
  const char *target = getenv("TEST_TARGET");
  if (target != nullptr) {
    // A test of Bazel's, with a driver and options of its own, perhaps in another repository.
    return "bazel test --test_output=streamed " + std::string(target) + " --test_filter='" +
           SuiteName(*outcome.a_case) + "." + TestName(outcome.driver, outcome.axes) + "'";
  }
  return outcome.command + " --filter '" + NameOf(outcome) + "'" +
         (outcome.a_case->full ? " --full" : "");
}

Counts CountVerdicts(const std::vector<Outcome> &outcomes) {
  Counts counts;
  for (const Outcome &outcome : outcomes) {
    counts[outcome.verdict]++;
  }
  return counts;
}

void AddRun(const Outcome &run, Outcome *outcome) {
  int runs = outcome->runs + 1;
  int red_runs = outcome->red_runs + (IsRed(run.verdict) ? 1 : 0);
  bool is_other = outcome->runs > 0 && run.verdict != outcome->verdict;
  bool was_red = IsRed(outcome->verdict);
  Verdict before = outcome->verdict;
  if (!was_red) {
    *outcome = run;
  }
  if (is_other && !was_red && !IsRed(run.verdict)) {
    outcome->verdict = Verdict::kFail;
    outcome->message = std::string("it was ") + ShowVerdict(before) + " in an earlier run and " +
                       ShowVerdict(run.verdict) + " in run " + std::to_string(runs) + "\n" +
                       run.message;
    red_runs++;
  }
  outcome->runs = runs;
  outcome->red_runs = red_runs;
}

std::vector<const Clause *> WaivedClauses(const std::vector<Clause> &clauses) {
  std::vector<const Clause *> waived;
  for (const Clause &clause : clauses) {
    if (!clause.waiver.empty()) {
      waived.push_back(&clause);
    }
  }
  return waived;
}

const Clause *FindClause(const std::vector<Clause> &clauses, const std::string &id) {
  auto clause = std::find_if(clauses.begin(), clauses.end(),
                             [&id](const Clause &candidate) { return candidate.id == id; });
  return clause == clauses.end() ? nullptr : &*clause;
}

}  // namespace conformance
