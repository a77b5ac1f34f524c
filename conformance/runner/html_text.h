#ifndef CONFORMANCE_RUNNER_HTML_TEXT_H
#define CONFORMANCE_RUNNER_HTML_TEXT_H

// Text of anyone's on a page of ours: drivers and peers are not to be trusted with a browser.

#include <cstddef>
#include <string>

namespace conformance {

// Escape makes text of any bytes, for an element or a quoted attribute. What a reader could not see
// is shown: control characters, marks that change the direction of writing and bytes that are not
// UTF-8, as in \x1b and \u202e.
std::string Escape(const std::string &bytes);

// Fragment returns the reference to an id: "#NTS-READ-04/1".
std::string Fragment(const std::string &id);

// Shorten keeps the beginning and the end of a text that is much longer than `most`, by whole
// lines where it has lines.
std::string Shorten(const std::string &text, size_t most);

}  // namespace conformance

#endif
