#ifndef FUZZ_LUA_VALUES_H_
#define FUZZ_LUA_VALUES_H_

// Values as Lua source text, for the arguments of calls.

#include <string>
#include <vector>

#include "fuzz/tape.h"

namespace net_fuzz {

// The arguments of the function `name` of `object`, with commas between them. Most are of the kinds
// that it takes, others of any; none makes it wait in the kernel, ask a resolver, write a file or
// take a descriptor that is not the script's. `objects` are the names that values can have.
std::string LuaArguments(Tape *tape, const std::string &object, const std::string &name,
                         const std::vector<std::string> &objects);

// Any value.
std::string LuaValue(Tape *tape, const std::vector<std::string> &objects);

}  // namespace net_fuzz

#endif  // FUZZ_LUA_VALUES_H_
