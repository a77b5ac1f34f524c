#ifndef FUZZ_LUA_SCRIPT_H_
#define FUZZ_LUA_SCRIPT_H_

// An input of lua_calls as a script: Lua source text on the functions of lua_calls_prelude.lua.

#include <limits.h>

#include <string>
#include <vector>

#include "fuzz/tape.h"

namespace net_fuzz {

// What methods and functions there are, as lua/ says: "client" or "unix.server", and their names.
struct LuaMethods {
  std::string object;
  std::vector<std::string> names;
};

constexpr long kNoneFails = LONG_MAX;

struct LuaScript {
  // The allocation of Lua's that fails, counted from 1, as it is when the statements begin; 0:
  // none; kNoneFails: none, either, of a script in which one could. `stays_short`: all after it
  // fail, too. Such a script never calls the collector: Lua drops the finalizer of which the very
  // call has no memory, and with it what only that would free.
  long fail_at = 0;
  bool stays_short = false;
  // The objects, and the statements, a line each.
  std::string declarations;
  std::string statements;
};

// The Lua code that makes all objects there can be, to ask for their methods.
std::string DeclareAllLuaObjects();

// The names of the objects and of the modules.
std::vector<std::string> AllLuaObjects();

// Decodes the input: a byte of what objects there are, two of `fail_at`, and then statements, each
// an operation, an object, a method and its arguments.
LuaScript DecodeLuaScript(Tape tape, const std::vector<LuaMethods> &methods);

}  // namespace net_fuzz

#endif  // FUZZ_LUA_SCRIPT_H_
