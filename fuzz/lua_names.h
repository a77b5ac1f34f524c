#ifndef FUZZ_LUA_NAMES_H_
#define FUZZ_LUA_NAMES_H_

// Names of methods as inputs choose them: by a number of the name itself, so that a name that is
// added, or taken away, changes what few inputs mean, and none that was written with the numbers of
// its names.

#include <stdint.h>

#include <string>
#include <vector>

namespace net_fuzz {

uint16_t NumberOfName(const std::string &name);

// In the order of their numbers.
void SortNames(std::vector<std::string> *names);

// The name with this number, or the next higher one; `names` are sorted and not empty.
const std::string &PickName(const std::vector<std::string> &names, uint16_t number);

}  // namespace net_fuzz

#endif  // FUZZ_LUA_NAMES_H_
