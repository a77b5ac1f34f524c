#ifndef TESTING_BYTE_QUEUE_H_
#define TESTING_BYTE_QUEUE_H_

#include <stddef.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace net_testing {

// Bytes under way. What is taken in small pieces costs no more than what is taken at once.
class ByteQueue {
 public:
  bool empty() const {
    return size() == 0;
  }
  size_t size() const {
    return bytes_.size() - taken_;
  }
  char &operator[](size_t offset) {
    return bytes_[taken_ + offset];
  }
  void Append(const char *bytes, size_t length) {
    if (taken_ > bytes_.size() / 2) {
      bytes_.erase(0, taken_);
      taken_ = 0;
    }
    bytes_.append(bytes, length);
  }
  // Takes as many bytes as there are, `capacity` at most, and returns how many.
  size_t Take(char *out, size_t capacity) {
    size_t count = std::min(capacity, size());
    if (count > 0) {
      memcpy(out, bytes_.data() + taken_, count);
    }
    taken_ += count;
    return count;
  }
  std::string Take(size_t most) {
    std::string bytes(std::min(most, size()), '\0');
    Take(&bytes[0], bytes.size());
    return bytes;
  }
  void clear() {
    bytes_.clear();
    taken_ = 0;
  }

 private:
  std::string bytes_;
  size_t taken_ = 0;
};

}  // namespace net_testing

#endif  // TESTING_BYTE_QUEUE_H_
