#include "conformance/runner/html_text.h"

#include <cstdint>
#include <cstdio>

#include "conformance/runner/escape.h"

namespace conformance {

std::string Fragment(const std::string &id) {
  const std::string plain = "-._~/";
  std::string fragment = "#";
  for (char byte : PlainText(id)) {
    bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                    (byte >= 'A' && byte <= 'Z') || plain.find(byte) != std::string::npos;
    char escaped[4] = {byte, 0, 0, 0};
    if (!is_plain) {
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<uint8_t>(byte));
    }
    fragment += escaped;
  }
  return fragment;
}

std::string Shorten(const std::string &text, size_t most) {
  if (text.size() <= most + most / 4) {
    return text;
  }
  size_t head_end = text.rfind('\n', most * 2 / 3);
  size_t tail_begin = text.find('\n', text.size() - most / 3);
  size_t head = head_end == std::string::npos ? most * 2 / 3 : head_end + 1;
  size_t tail = tail_begin == std::string::npos ? text.size() - most / 3 : tail_begin + 1;
  return text.substr(0, head) + "... " + std::to_string(tail - head) + " bytes left out ...\n" +
         text.substr(tail);
}

}  // namespace conformance
