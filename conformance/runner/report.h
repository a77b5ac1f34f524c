#ifndef CONFORMANCE_RUNNER_REPORT_H
#define CONFORMANCE_RUNNER_REPORT_H

// What came of the cases, for people to read in a terminal.

#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// Text is the report: failures, table, what has no case, summary.
std::string Text(const Report &report);

// Failures shows each red outcome, with the clause and the line that reproduces it.
std::string Failures(const Report &report);

// ShowRun shows one run of a case with its commands and answers.
std::string ShowRun(const Outcome &run);

// Summary is the last line: how many there are of each verdict that occurs.
std::string Summary(const std::vector<Outcome> &outcomes);

}  // namespace conformance

#endif
