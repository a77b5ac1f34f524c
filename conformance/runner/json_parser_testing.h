#ifndef CONFORMANCE_RUNNER_JSON_PARSER_TESTING_H
#define CONFORMANCE_RUNNER_JSON_PARSER_TESTING_H

// For tests: a strict reader of JSON (RFC 8259), of what the runner writes of it.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct JsonValue {
  // Of a string, or of a number as it is written.
  std::string text;
  std::vector<JsonValue> items;
  std::map<std::string, JsonValue> fields;
};

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : rest_(text) {}

  bool Parse(JsonValue *value) {
    return ParseValue(value) && (SkipSpaces(), rest_.empty());
  }
  std::string_view rest() const {
    return rest_;
  }

 private:
  void SkipSpaces() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
  }
  bool Take(char wanted) {
    SkipSpaces();
    bool is_there = !rest_.empty() && rest_[0] == wanted;
    rest_.remove_prefix(is_there ? 1 : 0);
    return is_there;
  }

  bool ParseValue(JsonValue *value) {
    SkipSpaces();
    switch (rest_.empty() ? '\0' : rest_[0]) {
      case '{':
        return ParseObject(value);
      case '[':
        return ParseArray(value);
      case '"':
        return ParseString(&value->text);
      default:
        return ParseNumber(&value->text);
    }
  }

  bool ParseObject(JsonValue *value) {
    if (Take('{') && Take('}')) {
      return true;
    }
    do {
      std::string key;
      SkipSpaces();
      if (!ParseString(&key) || !Take(':') || !ParseValue(&value->fields[key])) {
        return false;
      }
    } while (Take(','));
    return Take('}');
  }

  bool ParseArray(JsonValue *value) {
    if (Take('[') && Take(']')) {
      return true;
    }
    do {
      value->items.emplace_back();
      if (!ParseValue(&value->items.back())) {
        return false;
      }
    } while (Take(','));
    return Take(']');
  }

  bool ParseString(std::string *text) {
    if (!Take('"')) {
      return false;
    }
    while (!rest_.empty() && rest_[0] != '"') {
      if (static_cast<unsigned char>(rest_[0]) < 0x20 || !ParseCharacter(text)) {
        return false;
      }
    }
    return Take('"');
  }

  bool ParseCharacter(std::string *text) {
    if (rest_[0] != '\\') {
      *text += rest_[0];
      rest_.remove_prefix(1);
      return true;
    }
    const std::map<char, char> escapes = {{'"', '"'}, {'\\', '\\'}, {'n', '\n'}};
    auto escape = rest_.size() > 1 ? escapes.find(rest_[1]) : escapes.end();
    if (escape != escapes.end()) {
      *text += escape->second;
      rest_.remove_prefix(2);
      return true;
    }
    // Only control characters are written by number.
    bool is_number = rest_.substr(0, 4) == "\\u00" && rest_.size() >= 6;
    if (is_number) {
      *text += static_cast<char>(std::stoi(std::string(rest_.substr(4, 2)), nullptr, 16));
      rest_.remove_prefix(6);
    }
    return is_number;
  }

  bool ParseNumber(std::string *text) {
    size_t length = std::min(rest_.find_first_not_of("-0123456789"), rest_.size());
    *text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return length > 0;
  }

  std::string_view rest_;
};

// ParseJson returns "" or where `text` is no JSON.
inline std::string ParseJson(const std::string &text, JsonValue *value) {
  JsonParser parser(text);
  return parser.Parse(value) ? "" : "no JSON before `" + std::string(parser.rest()) + "`";
}

}  // namespace conformance

#endif
