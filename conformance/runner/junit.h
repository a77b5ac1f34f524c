#ifndef CONFORMANCE_RUNNER_JUNIT_H
#define CONFORMANCE_RUNNER_JUNIT_H

// The report as JUnit's XML, which continuous integration reads. GoogleTest's own knows neither the
// cases' names nor the verdicts.

#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// JUnit returns a test suite for each driver. FAIL and XPASS are failures, UNRESOLVED is an error,
// XFAIL and UNSUPPORTED are skipped. What is UNTESTED is only counted, in a property.
std::string JUnit(const Report &report);

}  // namespace conformance

#endif
