#ifndef CONFORMANCE_RUNNER_HTML_MARKS_H
#define CONFORMANCE_RUNNER_HTML_MARKS_H

// The marks of the page: verdicts by colour, symbol and word, and grids of them.

#include <string>

#include "conformance/runner/html_model.h"

namespace conformance {

// ClassOf returns the verdict's class in the page's style: "fail".
std::string ClassOf(Verdict verdict);

// SymbolOf returns its sign, which tells it without colour.
std::string SymbolOf(Verdict verdict);

// Badge shows sign and word.
std::string Badge(Verdict verdict);

// Tally says it in words: "15 PASS, 1 FAIL".
std::string Tally(const Counts &counts);

// TallyMarks shows numbers with signs, for headings.
std::string TallyMarks(const Counts &counts);

// Grid shows the runs of one driver by point as one link to the worst of them.
std::string Grid(const HtmlModel &model, const Runs &runs, const std::string &driver);

// GridStyle returns the rule for the columns of every grid.
std::string GridStyle(const HtmlModel &model);

// PointName returns "tcp.blocking.tls13.client", and ShowPoint the same for people.
std::string PointName(const Axes &axes);
std::string ShowPoint(const Axes &axes);

// Plural returns "1 run" and "2 runs".
std::string Plural(size_t count, const std::string &noun);

}  // namespace conformance

#endif
