#ifndef CONFORMANCE_RUNNER_ESCAPE_H
#define CONFORMANCE_RUNNER_ESCAPE_H

// Text in the places where reports put it, whatever bytes a driver or a peer has sent.

#include <string>
#include <string_view>

namespace conformance {

// PlainText returns `text` as UTF-8 that a terminal and XML 1.0 can show: bytes that are none,
// control characters but tab and line feed, and characters that are invisible or change the
// direction of writing become \xhh.
std::string PlainText(std::string_view text);

// XmlText returns PlainText(text) for an element's text or an attribute's value, in HTML too.
std::string XmlText(std::string_view text);

// JsonString returns `text` as a string of JSON with its quotes. Bytes that are not UTF-8 become
// \xhh, which is then text.
std::string JsonString(std::string_view text);

// ShellWord returns `text` as one word for a shell.
std::string ShellWord(std::string_view text);

}  // namespace conformance

#endif
