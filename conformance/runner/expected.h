#ifndef CONFORMANCE_RUNNER_EXPECTED_H
#define CONFORMANCE_RUNNER_EXPECTED_H

// What is expected of a driver other than a pass (conformance/expected): what it does not support,
// and what it fails. Anything else is unexpected, so that nothing falls silently out of a run.

#include <istream>
#include <string>
#include <vector>

#include "conformance/runner/outcome.h"

namespace conformance {

// Expectation is one line: "unsupported PATTERN REASON" or "fail PATTERN REASON".
struct Expectation {
  // kUnsupported or kFail.
  Verdict verdict = Verdict::kUnsupported;
  std::string pattern;
  std::string reason;
  int line = 0;
};

// ParseExpected reads lines; empty ones and those that begin with # say nothing. Returns "" or what
// is wrong, with the line.
std::string ParseExpected(std::istream &input, std::vector<Expectation> *expectations);

// FindExpectation returns the first whose pattern, a glob, matches a case's name
// ("NTS-READ-04/1.lua.tcp.blocking.tls13.client"), or nullptr.
const Expectation *FindExpectation(const std::vector<Expectation> &expectations,
                                   const std::string &name);

// CheckExpectations returns "" or which lines say nothing: because their pattern matches none of
// `names`, or because an earlier line matches first whatever they match.
std::string CheckExpectations(const std::vector<Expectation> &expectations,
                              const std::vector<std::string> &names);

// Judge turns what a run of a case came to (kPass, kFail, kUnsupported or kUnresolved) into its
// verdict. `expectation` is the line that matches it, or nullptr; `has_file` tells whether there
// are lines for its driver at all: where there are none, what is not supported is no failure.
void Judge(const Expectation *expectation, bool has_file, Outcome *outcome);

}  // namespace conformance

#endif
