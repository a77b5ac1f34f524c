#ifndef CONFORMANCE_RUNNER_HTML_H
#define CONFORMANCE_RUNNER_HTML_H

// The report as a page for a browser.

#include <string>

#include "conformance/runner/outcome.h"

namespace conformance {

// Html returns one page that needs no other file and no network: the clauses down, drivers and axes
// across, and behind each mark the run itself.
std::string Html(const Report &report);

}  // namespace conformance

#endif
