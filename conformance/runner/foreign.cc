#include "conformance/runner/foreign.h"

#include <poll.h>

#include <cstdlib>

namespace conformance {

int Foreign::PortAfter(const std::string &text) const {
  size_t begin = output_.find(text);
  size_t end = begin == std::string::npos ? begin : output_.find('\n', begin);
  if (end == std::string::npos) {
    return 0;
  }
  size_t colon = output_.rfind(':', end);
  return colon == std::string::npos || colon < begin ? 0 : std::atoi(output_.c_str() + colon + 1);
}

short Foreign::events() const {
  return POLLIN;
}

}  // namespace conformance
