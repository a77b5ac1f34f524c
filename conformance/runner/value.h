#ifndef CONFORMANCE_RUNNER_VALUE_H
#define CONFORMANCE_RUNNER_VALUE_H

// The values that cross the line protocol (PROTOCOL.md, "Values") and the pattern that stands for
// big payloads.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

// Value is one value as a driver reported it.
struct Value {
  enum class Kind {
    kNil,
    kTrue,
    kFalse,
    kInteger,
    kNumber,
    kString,
    kDigest,
    kObject
  };
  Kind kind = Kind::kNil;
  // kInteger, and the length of a kDigest.
  int64_t integer = 0;
  double number = 0;
  // The bytes of a kString, the hash of a kDigest in hex, the name of a kObject's type.
  std::string text;
};

// ParseValue reads one word of an answer. Returns false when it is not a value.
bool ParseValue(std::string_view word, Value *value);

// Show writes a value for people to read.
std::string Show(const Value &value);

// Words of a command: arguments as the protocol spells them.
std::string IntegerWord(int64_t integer);
std::string NumberWord(double number);
std::string StringWord(std::string_view bytes);
std::string PatternWord(size_t offset, size_t length);

// Split cuts a line at single spaces.
std::vector<std::string> Split(const std::string &line);

// Percent encoding keeps a string free of spaces, line ends and bytes that are not printable.
std::string PercentEncode(std::string_view bytes);
bool PercentDecode(std::string_view text, std::string *bytes);

// Pattern returns `length` bytes of the endless pattern from `offset` on: byte i is i modulo 251,
// a prime, so that bytes lost or doubled at any record's or buffer's edge show.
std::string Pattern(size_t offset, size_t length);

// Digest returns the hash of PROTOCOL.md in hex.
std::string Digest(std::string_view bytes);

// Strings longer than this are reported as kDigest.
inline constexpr size_t kLongestString = 1024;

}  // namespace conformance

#endif
