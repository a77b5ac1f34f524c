#ifndef FUZZ_RECORD_BYTES_H_
#define FUZZ_RECORD_BYTES_H_

// Bytes that writes write, cheap to make and different for each write.

#include <stddef.h>

#include <algorithm>
#include <string>

#include "testing/connection.h"

namespace net_fuzz {

inline std::string RecordBytes(size_t length, unsigned seed) {
  constexpr size_t kMost = 150000;
  constexpr unsigned kStep = 7919;
  static const std::string *pool = new std::string(net_testing::Pattern(2 * kMost));
  return pool->substr((seed + 1) * kStep % kMost, std::min(length, kMost));
}

// How much is written where no more than `window` bytes are under way: each piece is a call.
inline size_t MostFor(size_t window) {
  constexpr size_t kPieces = 200;
  return window < SIZE_MAX / kPieces ? window * kPieces : SIZE_MAX;
}

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_BYTES_H_
