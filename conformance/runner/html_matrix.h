#ifndef CONFORMANCE_RUNNER_HTML_MATRIX_H
#define CONFORMANCE_RUNNER_HTML_MATRIX_H

// The matrix: clauses and their cases down, drivers across.

#include <string>

#include "conformance/runner/html_model.h"

namespace conformance {

std::string Matrix(const HtmlModel &model);

}  // namespace conformance

#endif
