#ifndef CONFORMANCE_RUNNER_HTML_TEXT_H
#define CONFORMANCE_RUNNER_HTML_TEXT_H

// Texts made fit for the page.

#include <cstddef>
#include <string>

namespace conformance {

// Fragment returns the reference to an id that is XmlText of `id`: "#NTS-READ-04/1".
std::string Fragment(const std::string &id);

// Shorten keeps the beginning and the end of a text that is much longer than `most`, by whole
// lines where it has lines.
std::string Shorten(const std::string &text, size_t most);

}  // namespace conformance

#endif
