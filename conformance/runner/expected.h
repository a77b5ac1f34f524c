#ifndef CONFORMANCE_RUNNER_EXPECTED_H
#define CONFORMANCE_RUNNER_EXPECTED_H

// What a driver is known not to support (conformance/expected): anything else that it does not
// support is a failure, so that nothing falls silently out of the run.

#include <istream>
#include <string>
#include <vector>

namespace conformance {

// Expectation is one line: "unsupported PATTERN REASON".
struct Expectation {
  std::string pattern;
  std::string reason;
};

// ParseExpected reads lines; empty ones and those that begin with # say nothing. Returns "" or what
// is wrong, with the line.
std::string ParseExpected(std::istream &input, std::vector<Expectation> *expectations);

// FindExpectation returns the first whose pattern, a glob, matches a case's name
// ("NTS-READ-04/1.lua.tcp.blocking.tls13.client"), or nullptr.
const Expectation *FindExpectation(const std::vector<Expectation> &expectations,
                                   const std::string &name);

// StalePatterns returns the patterns that match none of `names`.
std::vector<std::string> StalePatterns(const std::vector<Expectation> &expectations,
                                       const std::vector<std::string> &names);

}  // namespace conformance

#endif
