#ifndef CONFORMANCE_RUNNER_REPORT_H
#define CONFORMANCE_RUNNER_REPORT_H

// What came of the cases, for people to read.

#include <string>
#include <vector>

#include "conformance/runner/outcome.h"

namespace conformance {

// Table shows headings of the document down and drivers with axes across.
std::string Table(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes);

// Failures shows each failure, with the clause and the line that reproduces it.
std::string Failures(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes);

// Summary is the last line.
std::string Summary(const std::vector<Outcome> &outcomes);

}  // namespace conformance

#endif
