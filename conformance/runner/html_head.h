#ifndef CONFORMANCE_RUNNER_HTML_HEAD_H
#define CONFORMANCE_RUNNER_HTML_HEAD_H

// What stands above the matrix.

#include <string>

#include "conformance/runner/html_model.h"

namespace conformance {

// Headline returns "3012 runs, all as expected", for the title and the top of the page.
std::string Headline(const HtmlModel &model);

// Banner shows headline and stamp, Totals a bar for each driver, Surprises links to all that is
// red, Legend how marks and grids are read, and Toolbar the filters.
std::string Banner(const HtmlModel &model);
std::string Totals(const HtmlModel &model);
std::string Surprises(const HtmlModel &model);
std::string Legend(const HtmlModel &model);
std::string Toolbar(const HtmlModel &model);

}  // namespace conformance

#endif
