#ifndef CONFORMANCE_RUNNER_TABLE_H
#define CONFORMANCE_RUNNER_TABLE_H

// The report's table: headings of the document down, drivers with axes across.

#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// Table shows as many axes as the width of a page has room for: transport, mode and version for one
// driver, the transport alone for five.
std::string Table(const Report &report);

}  // namespace conformance

#endif
