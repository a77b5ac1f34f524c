#ifndef FUZZ_LUA_HOST_H_
#define FUZZ_LUA_HOST_H_

// Runs scripts of lua_calls in a Lua state of their own, whose allocations can fail.

#include <string>
#include <vector>

#include "fuzz/lua_script.h"

namespace net_fuzz {

struct LuaOutcome {
  // What is wrong, "I1: ..."; empty for nothing. The first one alone.
  std::string violation;
  // A line for each call: what it gave.
  std::string log;
  // How often the statements have asked for memory of Lua's, and whether they were refused any.
  long allocations = 0;
  bool was_short = false;
};

// Every script begins with it.
std::string LuaPrelude();

LuaOutcome RunLuaScript(const LuaScript &script);

// What methods the objects have, and what functions the modules.
std::vector<LuaMethods> FindLuaMethods();

}  // namespace net_fuzz

#endif  // FUZZ_LUA_HOST_H_
