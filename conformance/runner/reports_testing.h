#ifndef CONFORMANCE_RUNNER_REPORTS_TESTING_H
#define CONFORMANCE_RUNNER_REPORTS_TESTING_H

// For tests: a report of a run that never was.

#include <stdlib.h>

#include <string>
#include <vector>

#include "conformance/runner/outcome.h"

namespace conformance {

class MadeUpReport {
 public:
  // How a case is run again is then not told by the test that this is in.
  MadeUpReport() {
    unsetenv("TEST_TARGET");
  }

  // Add adds what came of a case of clause NTS-READ-01, or with `is_shape` of D-01.
  Outcome &Add(Verdict verdict, const std::string &driver = "lua", bool is_shape = false) {
    Outcome outcome;
    outcome.a_case = is_shape ? &shape_ : &read_;
    outcome.driver = driver;
    outcome.spelling = driver;
    outcome.command = "run " + driver;
    outcome.axes = {false, "tls13", true, false};
    outcome.verdict = verdict;
    outcome.runs = verdict == Verdict::kUntested ? 0 : 1;
    outcome.red_runs = IsRed(verdict) ? 1 : 0;
    outcomes_.push_back(outcome);
    return outcomes_.back();
  }

  Report Get() const {
    Report report;
    report.stamp.suite_version = "9.8.7";
    report.stamp.document_hash = "01234567";
    report.stamp.register_hash = "89abcdef";
    report.stamp.protocol_version = 2;
    report.stamp.platform = "Linux 1 x86_64";
    report.stamp.peer_library = "BoringSSL 1";
    report.stamp.started = "2026-01-02T03:04:05Z";
    report.stamp.seed = 7;
    report.stamp.drivers = {{"c", "c", "C sockets", "TLS 1"}, {"lua", "./lua", "Lua", "TLS 2"}};
    report.clauses = &clauses_;
    report.outcomes = &outcomes_;
    report.problems = problems_;
    return report;
  }

  std::vector<std::string> &problems() {
    return problems_;
  }

 private:
  std::vector<Clause> clauses_ = {
      {"NTS-READ-01", "read", "MUST", "document.md", 7, "", "It reads.", ""},
      {"D-01", "shape", "DECISION", "decisions.md", 9, "", "Three values.", ""},
      {"D-02", "shape", "DECISION", "decisions.md", 11, "", "One enum.", "the compiler shows it"}};
  Case read_ = {"NTS-READ-01/1", "reads a line", {}, nullptr, {"D-01"}};
  Case shape_ = {"D-01/1", "gives three", {}, nullptr, {}};
  std::vector<Outcome> outcomes_;
  std::vector<std::string> problems_;
};

}  // namespace conformance

#endif
