#ifndef FUZZ_TAPE_H_
#define FUZZ_TAPE_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>

namespace net_fuzz {

// Bytes of a target's input, taken from the front. When they have ended, every further one is 0.
// They are not copied: the input has to outlive the tape.
class Tape {
 public:
  Tape() : Tape(nullptr, 0) {}
  Tape(const uint8_t *bytes, size_t length) : bytes_(bytes), length_(length) {}

  bool IsAtEnd() const {
    return length_ == 0;
  }
  // How many bytes are left.
  size_t length() const {
    return length_;
  }
  const uint8_t *bytes() const {
    return bytes_;
  }

  uint8_t Next() {
    if (length_ == 0) {
      return 0;
    }
    length_--;
    return *bytes_++;
  }

  // Two bytes, the first one the higher.
  uint16_t Next16() {
    auto high = static_cast<unsigned>(Next());
    return static_cast<uint16_t>(high << 8 | Next());
  }

  // The next `length` bytes, or as many as are left, as a tape of their own.
  Tape Take(size_t length) {
    Tape taken(bytes_, std::min(length, length_));
    bytes_ += taken.length_;
    length_ -= taken.length_;
    return taken;
  }

 private:
  const uint8_t *bytes_;
  size_t length_;
};

}  // namespace net_fuzz

#endif  // FUZZ_TAPE_H_
