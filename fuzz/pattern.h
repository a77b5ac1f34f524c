#ifndef FUZZ_PATTERN_H_
#define FUZZ_PATTERN_H_

#include <algorithm>
#include <string>

#include "testing/connection.h"

namespace net_fuzz {

// The longest pattern.
constexpr size_t kLongestPattern = size_t{512} * 1024;

// At least `length` bytes, others for each seed, which tell where they belong: to make them anew
// for each use would take most of a target's time.
inline const char *PatternBytes(unsigned seed) {
  static const std::string bytes = net_testing::Pattern(kLongestPattern + 8192);
  return bytes.data() + seed * 37 % 8191;
}

inline std::string PatternString(size_t length, unsigned seed) {
  return std::string(PatternBytes(seed), std::min(length, kLongestPattern));
}

}  // namespace net_fuzz

#endif  // FUZZ_PATTERN_H_
