#include "conformance/runner/html_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace conformance {
namespace {

// A character of UTF-8: its code and its length in bytes, 0 where there is none.
struct Character {
  uint32_t code = 0;
  size_t length = 0;
};

size_t LengthByFirst(uint8_t first) {
  return first < 0x80                     ? 1
         : first >= 0xc2 && first <= 0xdf ? 2
         : first >= 0xe0 && first <= 0xef ? 3
         : first >= 0xf0 && first <= 0xf4 ? 4
                                          : 0;
}

bool IsCharacter(uint32_t code, size_t length) {
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return code >= kLeast[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

Character Decode(const std::string &bytes, size_t at) {
  auto first = static_cast<uint8_t>(bytes[at]);
  size_t length = LengthByFirst(first);
  if (length == 0 || at + length > bytes.size()) {
    return {};
  }
  uint32_t code = length == 1 ? first : first & (0xff >> (length + 1));
  for (size_t i = 1; i < length; i++) {
    auto next = static_cast<uint8_t>(bytes[at + i]);
    if ((next & 0xc0) != 0x80) {
      return {};
    }
    code = code << 6 | (next & 0x3f);
  }
  return IsCharacter(code, length) ? Character{code, length} : Character{};
}

bool IsInvisible(uint32_t code) {
  bool is_control = (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0);
  bool is_format = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                   (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0x61c ||
                   code == 0xad;
  return is_control || is_format;
}

std::string Show(const char *format, unsigned code) {
  char text[16];
  std::snprintf(text, sizeof text, format, code);
  return text;
}

// With everything that a reader could not see shown, in valid UTF-8.
std::string Visible(const std::string &bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    Character character = Decode(bytes, at);
    size_t length = std::max<size_t>(character.length, 1);
    if (character.length == 0) {
      text += Show("\\x%02x", static_cast<uint8_t>(bytes[at]));
    } else if (IsInvisible(character.code)) {
      text += Show(character.code < 0x100 ? "\\x%02x" : "\\u%04x", character.code);
    } else {
      text.append(bytes, at, length);
    }
    at += length;
  }
  return text;
}

const char *EntityFor(char byte) {
  switch (byte) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return nullptr;
  }
}

}  // namespace

std::string Escape(const std::string &bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (char byte : Visible(bytes)) {
    const char *entity = EntityFor(byte);
    if (entity == nullptr) {
      text += byte;
    } else {
      text += entity;
    }
  }
  return text;
}

std::string Fragment(const std::string &id) {
  const std::string plain = "-._~/";
  std::string fragment = "#";
  for (char byte : Visible(id)) {
    bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                    (byte >= 'A' && byte <= 'Z') || plain.find(byte) != std::string::npos;
    fragment += is_plain ? std::string(1, byte) : Show("%%%02X", static_cast<uint8_t>(byte));
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
