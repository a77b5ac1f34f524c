#include "conformance/runner/escape.h"

#include <stdint.h>

#include <cstdio>

namespace conformance {
namespace {

std::string Hex(const char *format, unsigned value) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

unsigned ByteAt(std::string_view text, size_t index) {
  return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
}

// Returns how many bytes the character at `index` has, 0 where there is none. (RFC 3629)
size_t CharacterLength(std::string_view text, size_t index) {
  unsigned first = ByteAt(text, index);
  if (first < 0x80) {
    return 1;
  }
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  uint32_t character = first & (0x7f >> length);
  for (size_t i = 1; i < length; i++) {
    if ((ByteAt(text, index + i) & 0xc0) != 0x80) {
      return 0;
    }
    character = character << 6 | (ByteAt(text, index + i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
  bool is_character = first >= 0xc2 && first <= 0xf4 && character >= kLeast[length] &&
                      character <= 0x10ffff && !is_surrogate;
  return is_character ? length : 0;
}

// Characters that no reader sees, and those that change the direction of writing, as U+202E does.
bool IsInvisible(std::string_view character) {
  auto between = [character](std::string_view first, std::string_view last) {
    return character.size() == first.size() && character >= first && character <= last;
  };
  return between("\u200b", "\u200f") || between("\u2028", "\u202e") ||
         between("\u2060", "\u206f") || character == "\u00ad" || character == "\u061c" ||
         character == "\ufeff";
}

// Control characters, and the two characters that XML 1.0 leaves out, are not.
bool IsShown(std::string_view character) {
  if (character.size() == 1) {
    unsigned byte = ByteAt(character, 0);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\t';
  }
  bool is_c1 = character.size() == 2 && ByteAt(character, 0) == 0xc2 && ByteAt(character, 1) < 0xa0;
  return !is_c1 && !IsInvisible(character) && character != "\xef\xbf\xbe" &&
         character != "\xef\xbf\xbf";
}

// Applies `show` to each character, and writes bytes that are none as \xhh.
template <typename Show>
std::string ForEachCharacter(std::string_view text, Show show) {
  std::string shown;
  for (size_t i = 0; i < text.size();) {
    size_t length = CharacterLength(text, i);
    if (length == 0) {
      shown += show(Hex("\\x%02x", ByteAt(text, i)));
      i++;
    } else {
      shown += show(text.substr(i, length));
      i += length;
    }
  }
  return shown;
}

std::string PlainCharacter(std::string_view character) {
  std::string plain;
  for (size_t i = 0; i < character.size() && !IsShown(character); i++) {
    plain += Hex("\\x%02x", ByteAt(character, i));
  }
  return plain.empty() ? std::string(character) : plain;
}

std::string JsonCharacter(std::string_view character) {
  std::string escaped;
  for (char byte : character) {
    if (byte == '"' || byte == '\\') {
      escaped += '\\';
      escaped += byte;
    } else if (byte == '\n') {
      escaped += "\\n";
    } else if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) {
      escaped += Hex("\\u%04x", static_cast<unsigned char>(byte));
    } else {
      escaped += byte;
    }
  }
  return escaped;
}

}  // namespace

std::string PlainText(std::string_view text) {
  return ForEachCharacter(text, PlainCharacter);
}

std::string XmlText(std::string_view text) {
  std::string escaped;
  for (char byte : PlainText(text)) {
    switch (byte) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      default:
        escaped += byte;
    }
  }
  return escaped;
}

std::string JsonString(std::string_view text) {
  return "\"" + ForEachCharacter(text, JsonCharacter) + "\"";
}

std::string ShellWord(std::string_view text) {
  std::string word = "'";
  for (char byte : text) {
    word += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
  }
  return word + "'";
}

}  // namespace conformance
