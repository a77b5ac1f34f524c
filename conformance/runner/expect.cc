#include "conformance/runner/expect.h"

#include <algorithm>
#include <cctype>

namespace conformance {
namespace {

Expected OfKind(const std::string &description, Value::Kind kind) {
  return {description, [kind](const Value &value) { return value.kind == kind; }};
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  return text;
}

Value StringValue(const std::string &bytes) {
  Value value;
  value.kind = Value::Kind::kString;
  value.text = bytes;
  if (bytes.size() > kLongestString) {
    value.kind = Value::Kind::kDigest;
    value.integer = static_cast<int64_t>(bytes.size());
    value.text = Digest(bytes);
  }
  return value;
}

bool HasAll(const std::string &text, const std::vector<std::string> &parts) {
  return std::all_of(parts.begin(), parts.end(), [&text](const std::string &part) {
    return Lower(text).find(Lower(part)) != std::string::npos;
  });
}

}  // namespace

Expected Nil() {
  return OfKind("nil", Value::Kind::kNil);
}

Expected True() {
  return OfKind("true", Value::Kind::kTrue);
}

Expected False() {
  return OfKind("false", Value::Kind::kFalse);
}

Expected Integer(int64_t integer) {
  return {std::to_string(integer), [integer](const Value &value) {
            return value.kind == Value::Kind::kInteger && value.integer == integer;
          }};
}

Expected Between(double least, double most) {
  return {"a number from " + std::to_string(least) + " to " + std::to_string(most),
          [least, most](const Value &value) {
            double number = value.kind == Value::Kind::kInteger ? static_cast<double>(value.integer)
                                                                : value.number;
            bool is_number =
                value.kind == Value::Kind::kInteger || value.kind == Value::Kind::kNumber;
            return is_number && number >= least && number <= most;
          }};
}

Expected Bytes(const std::string &bytes) {
  Value wanted = StringValue(bytes);
  return {Show(wanted), [wanted](const Value &value) {
            return value.kind == wanted.kind && value.integer == wanted.integer &&
                   value.text == wanted.text;
          }};
}

Expected AnyText() {
  return {"a text", [](const Value &value) {
            return value.kind == Value::Kind::kString && !value.text.empty();
          }};
}

Expected TextWith(const std::vector<std::string> &parts) {
  std::string description = "a text with";
  for (const std::string &part : parts) {
    description += " '" + part + "'";
  }
  return {description, [parts](const Value &value) {
            return value.kind == Value::Kind::kString && HasAll(value.text, parts);
          }};
}

Expected Object() {
  return OfKind("an object", Value::Kind::kObject);
}

Expected Anything() {
  return {"anything", [](const Value &) { return true; }};
}

Tuple Ok() {
  return {True(), Nil(), Nil()};
}

Tuple Timeout() {
  return {False(), Nil(), True()};
}

Tuple Error() {
  return {False(), AnyText(), Nil()};
}

Tuple NilTimeout() {
  return {Nil(), Nil(), True()};
}

Tuple NilError() {
  return {Nil(), AnyText(), Nil()};
}

Tuple Closed() {
  return {Nil(), Nil(), Nil()};
}

Tuple ReadOf(const std::string &bytes) {
  return {Bytes(bytes), Nil(), Nil()};
}

Tuple WriteOf(size_t length) {
  return {Integer(static_cast<int64_t>(length)), Nil(), Nil()};
}

std::string ShowTuple(const Tuple &tuple) {
  std::string shown = "[" + std::to_string(tuple.size()) + "]";
  for (size_t i = 0; i < tuple.size(); i++) {
    shown += (i == 0 ? " " : ", ") + tuple[i].description;
  }
  return shown;
}

bool MatchesTuple(const Tuple &tuple, const std::vector<Value> &values) {
  return tuple.size() == values.size() &&
         std::equal(
             values.begin(), values.end(), tuple.begin(),
             [](const Value &value, const Expected &wanted) { return wanted.matches(value); });
}

}  // namespace conformance
