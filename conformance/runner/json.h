#ifndef CONFORMANCE_RUNNER_JSON_H
#define CONFORMANCE_RUNNER_JSON_H

// The report for programs. README.md describes its fields.

#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// Json returns the report, a clause and a case a line.
std::string Json(const Report &report);

}  // namespace conformance

#endif
