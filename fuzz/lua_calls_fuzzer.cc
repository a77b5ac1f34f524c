// lua_calls: scripts of calls of net.so's methods with arguments of any type, by a program in one
// Lua state: plain and TLS sockets in memory of the machine, configurations, messages, vectors.
// They run in coroutines that a poller has wait, which are resumed, closed or dropped at any point;
// __gc and __close are called by hand and by the collector in the middle of methods; Lua runs short
// of memory at the n-th allocation.
//
// The input is a byte of which objects there are, two bytes of n (0x8000: every later allocation
// fails, too; 0: none), and statements (fuzz/lua_script.cc), of which methods are picked by their
// index in the classes' real tables. The script is Lua source text: what a violation prints runs in
// lua5.4 with net.so in LUA_CPATH, all but the want of memory.
//
// Invariants:
// I1 a method returns what its page says (fuzz/lua_calls_prelude.lua has the shapes), or raises a
//    string that names the argument, or "not enough memory".
// I2 no descriptor is left open that the program was not given.
// I3 a lock is released once, and none is held when all coroutines are closed or collected.
// I4 Lua's memory is all given back.
// I5 BoringSSL's queue of errors is empty.
// I6 a script gives the same log twice, unless memory is short in it: which strings Lua still has,
// and
//    need not allocate, depends on their addresses.

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "fuzz/lua_host.h"
#include "fuzz/lua_script.h"
#include "fuzz/violation.h"

namespace {

std::string Text(const net_fuzz::LuaScript &script) {
  std::string head;
  if (script.fail_at > 0) {
    head = "-- Memory is short at allocation " + std::to_string(script.fail_at) +
           (script.stays_short ? " and all after it.\n" : ".\n");
  }
  return head + script.declarations + "host.begin()\n" + script.statements + "finish()\n";
}

// The script as a program.
std::string Program(const net_fuzz::LuaScript &script) {
  return net_fuzz::LuaPrelude() + "\n" + Text(script);
}

void Fail(const std::string &message, const net_fuzz::LuaScript &script) {
  net_fuzz::Violation(message, Text(script), Program(script));
}

// One in eight is run twice.
bool IsRunTwice(const net_fuzz::LuaScript &script, const uint8_t *data, size_t size) {
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum += data[i];
  }
  return sum % 8 == 0 && script.fail_at == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const std::vector<net_fuzz::LuaMethods> methods = net_fuzz::FindLuaMethods();
  net_fuzz::LuaScript script = net_fuzz::DecodeLuaScript(net_fuzz::Tape(data, size), methods);
  if (net_fuzz::ScriptIsWanted()) {
    net_fuzz::PrintSection("script", Text(script));
  }
  net_fuzz::LuaOutcome outcome = net_fuzz::RunLuaScript(script);
  if (net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("log", outcome.log);
  }
  if (!outcome.violation.empty()) {
    Fail(outcome.violation, script);
  }
  if (IsRunTwice(script, data, size) && net_fuzz::RunLuaScript(script).log != outcome.log) {
    Fail("I6: the script gives another log when it is run again", script);
  }
  return 0;
}
