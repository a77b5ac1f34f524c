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
  return "./bazelw run //conformance -- --driver '" + outcome.spelling + "' --filter '" +
         NameOf(outcome) + "'" + (outcome.a_case->full ? " --full" : "");
}

const Clause *FindClause(const std::vector<Clause> &clauses, const std::string &id) {
  auto clause = std::find_if(clauses.begin(), clauses.end(),
                             [&id](const Clause &candidate) { return candidate.id == id; });
  return clause == clauses.end() ? nullptr : &*clause;
}

}  // namespace conformance
