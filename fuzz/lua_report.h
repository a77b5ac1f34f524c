#ifndef FUZZ_LUA_REPORT_H_
#define FUZZ_LUA_REPORT_H_

// What is printed of a script of lua_calls that has violated an invariant.

#include <string>

#include "fuzz/lua_host.h"
#include "fuzz/lua_script.h"

namespace net_fuzz {

// The script as it is read.
std::string LuaText(const LuaScript &script);

// Prints the message, the script and a program that shows the same, and ends the process.
void LuaViolation(const std::string &message, const LuaScript &script);

// RunLuaScript, and LuaViolation of what is wrong.
LuaOutcome CheckedLuaRun(const LuaScript &script);

}  // namespace net_fuzz

#endif  // FUZZ_LUA_REPORT_H_
