#ifndef CONFORMANCE_RUNNER_REPORT_H
#define CONFORMANCE_RUNNER_REPORT_H

// What came of the cases, for people to read.

#include <map>
#include <string>
#include <vector>

#include "conformance/runner/case.h"
#include "conformance/runner/register.h"

namespace conformance {

enum class Verdict {
  kPass,
  kFail,
  kUnsupported,
  kUnresolved
};

// Outcome is one case at one point of the axes with one driver.
struct Outcome {
  const Case *a_case = nullptr;
  std::string driver;
  // What --driver takes for it.
  std::string spelling;
  Axes axes;
  Verdict verdict = Verdict::kPass;
  // Why, where it is not a pass.
  std::string message;
};

// NameOf returns "NTS-READ-04/1.lua.blocking.tls13.client".
std::string NameOf(const Case &a_case, const std::string &driver, const Axes &axes);

// Table shows headings of the document down and drivers with axes across.
std::string Table(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes);

// Failures shows each failure, with the clause and the line that reproduces it.
std::string Failures(const std::vector<Clause> &clauses, const std::vector<Outcome> &outcomes);

// Summary is the last line.
std::string Summary(const std::vector<Outcome> &outcomes);

}  // namespace conformance

#endif
