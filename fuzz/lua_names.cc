#include "fuzz/lua_names.h"

#include <algorithm>
#include <utility>

namespace net_fuzz {

// FNV-1a, folded.
uint16_t NumberOfName(const std::string &name) {
  uint32_t hash = 2166136261U;
  for (char character : name) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
  }
  return static_cast<uint16_t>(hash >> 16 ^ hash);
}

void SortNames(std::vector<std::string> *names) {
  std::sort(names->begin(), names->end(), [](const std::string &a, const std::string &b) {
    return std::make_pair(NumberOfName(a), a) < std::make_pair(NumberOfName(b), b);
  });
}

const std::string &PickName(const std::vector<std::string> &names, uint16_t number) {
  auto found = std::lower_bound(
      names.begin(), names.end(), number,
      [](const std::string &name, uint16_t wanted) { return NumberOfName(name) < wanted; });
  return found != names.end() ? *found : names.front();
}

}  // namespace net_fuzz
