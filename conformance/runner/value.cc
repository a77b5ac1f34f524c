#include "conformance/runner/value.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace conformance {
namespace {

constexpr size_t kPatternPeriod = 251;

bool IsPlain(unsigned char byte) {
  return byte > ' ' && byte < 0x7f && byte != '%';
}

int HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  return -1;
}

bool ParseInteger(const std::string &text, int64_t *integer) {
  char *end = nullptr;
  *integer = std::strtoll(text.c_str(), &end, 10);
  return !text.empty() && *end == '\0';
}

bool ParseNumber(const std::string &text, double *number) {
  char *end = nullptr;
  *number = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

bool ParseDigest(const std::string &text, Value *value) {
  size_t colon = text.find(':');
  value->kind = Value::Kind::kDigest;
  if (colon == std::string::npos || !ParseInteger(text.substr(0, colon), &value->integer)) {
    return false;
  }
  value->text = text.substr(colon + 1);
  return value->text.size() == 16;
}

bool ParseTagged(char tag, const std::string &rest, Value *value) {
  switch (tag) {
    case 'i':
      value->kind = Value::Kind::kInteger;
      return ParseInteger(rest, &value->integer);
    case 'n':
      value->kind = Value::Kind::kNumber;
      return ParseNumber(rest, &value->number);
    case 's':
      value->kind = Value::Kind::kString;
      return PercentDecode(rest, &value->text);
    case 'd':
      return ParseDigest(rest, value);
    case 'o':
      value->kind = Value::Kind::kObject;
      return PercentDecode(rest, &value->text);
    default:
      return false;
  }
}

std::string Quote(const std::string &text) {
  std::string quoted = "\"";
  for (unsigned char byte : text) {
    char escaped[8];
    bool plain = byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
    std::snprintf(escaped, sizeof escaped, plain ? "%c" : "\\x%02x", byte);
    quoted += escaped;
  }
  return quoted + "\"";
}

}  // namespace

bool ParseValue(std::string_view word, Value *value) {
  *value = Value();
  if (word == "nil") {
    return true;
  }
  if (word == "true" || word == "false") {
    value->kind = word == "true" ? Value::Kind::kTrue : Value::Kind::kFalse;
    return true;
  }
  return word.size() >= 2 && word[1] == ':' &&
         ParseTagged(word[0], std::string(word.substr(2)), value);
}

std::string Show(const Value &value) {
  switch (value.kind) {
    case Value::Kind::kNil:
      return "nil";
    case Value::Kind::kTrue:
      return "true";
    case Value::Kind::kFalse:
      return "false";
    case Value::Kind::kInteger:
      return std::to_string(value.integer);
    case Value::Kind::kNumber:
      return "number " + std::to_string(value.number);
    case Value::Kind::kString:
      return Quote(value.text);
    case Value::Kind::kDigest:
      return "<" + std::to_string(value.integer) + " bytes, hash " + value.text + ">";
    case Value::Kind::kObject:
      return "<" + value.text + ">";
  }
  return "?";
}

std::string IntegerWord(int64_t integer) {
  return "i:" + std::to_string(integer);
}

std::string NumberWord(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "n:%.17g", number);
  return text;
}

std::string StringWord(std::string_view bytes) {
  return "s:" + PercentEncode(bytes);
}

std::string PatternWord(size_t offset, size_t length) {
  return "p:" + std::to_string(offset) + ":" + std::to_string(length);
}

std::vector<std::string> Split(const std::string &line) {
  std::vector<std::string> words;
  size_t begin = 0;
  for (size_t space; (space = line.find(' ', begin)) != std::string::npos; begin = space + 1) {
    words.push_back(line.substr(begin, space - begin));
  }
  words.push_back(line.substr(begin));
  return words;
}

std::string PercentEncode(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) {
    char encoded[4];
    std::snprintf(encoded, sizeof encoded, IsPlain(byte) ? "%c" : "%%%02x", byte);
    text += encoded;
  }
  return text;
}

bool PercentDecode(std::string_view text, std::string *bytes) {
  bytes->clear();
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') {
      bytes->push_back(text[i]);
      continue;
    }
    int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return false;
    }
    bytes->push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return true;
}

std::string Pattern(size_t offset, size_t length) {
  std::string bytes(length, '\0');
  size_t next = offset % kPatternPeriod;
  for (char &byte : bytes) {
    byte = static_cast<char>(next);
    next = next + 1 == kPatternPeriod ? 0 : next + 1;
  }
  return bytes;
}

std::string Digest(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  auto mix = [&hash](uint64_t word) { hash = (hash ^ word) * 0x100000001b3; };
  for (size_t i = 0; i < bytes.size(); i += 8) {
    uint64_t word = 0;
    for (size_t k = 0; k < 8 && i + k < bytes.size(); k++) {
      word |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i + k])) << (8 * k);
    }
    mix(word);
  }
  mix(bytes.size());
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace conformance
