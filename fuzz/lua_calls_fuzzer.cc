// lua_calls: scripts of calls of net.so's methods with arguments of any type, by a program in one
// Lua state: plain and TLS sockets in memory of the machine, configurations, messages, vectors.
// They run in coroutines that a poller has wait, which are resumed, closed or dropped at any point;
// __gc and __close are called by hand and by the collector in the middle of methods; Lua runs short
// of memory at the n-th allocation.
//
// The input is a byte of which objects there are, two bytes of n (0x8000: every later allocation
// fails, too; 0: none; n begins anew behind as many as the script needs), and statements
// (fuzz/lua_script.cc), of which methods are picked from the classes' real tables by a number of
// their name (fuzz/lua_names.h). The script is Lua source text: what a violation prints runs in
// lua5.4 with net.so in LUA_CPATH, all but the want of memory.
//
// One kind of statement is a rule (fuzz/lua_calls_rules.lua and the two beside it): it makes
// objects of its own, and says by the document what each method of theirs returns, whatever three
// numbers it is given.
//
// Invariants:
// I1 a method returns what its page says (fuzz/lua_calls_prelude.lua has the shapes), or raises a
//    string that names the argument, or "not enough memory".
// I2 no descriptor is left open that the program was not given.
// I3 a lock is released once, and none is held when all coroutines are closed or collected.
// I4 Lua's memory is all given back.
// I5 BoringSSL's queue of errors is empty.
// I6 a script gives the same log twice, unless memory is short in it: which strings Lua still has,
//    and need not allocate, depends on their addresses.
// And of rules:
// L1 what cannot be used over TLS returns that it cannot, given anything, in any state, and does
//    nothing.
// L2 each class has the methods that its page says, and those of its parent; an extended class has
//    what it adds or replaces, and takes sockets of its own parent alone.
// L3 what one end writes the other reads, in order, each read as much as it is asked for; counts
//    are exact, also of what went before a timeout; the peer's end is three times nil, again and
//    again.
// L4 close, a scope's end and __gc do what they do and no more, and so do tls_close, closer and
//    closew; a closed socket has no descriptor and fails by the documented err.
// L5 what was set is what is told; what is refused leaves it as it was.
// L6 a wait is for the socket's own descriptor, the direction that is wanted and what is left of
//    the deadline; a hook runs before it, with its context, and can refuse; nothing waits for ever,
//    unless the script asks the poller itself.
// L7 a lock that is refused is nil and its err; it is given back when the function raises; without
//    a poller it always succeeds.
// L8 what is no string, no integer and so on raises.
// L9 servers accept, refuse and tell addresses as overrides say, and what is refused is closed;
//    clients wait within their deadline and fail by the documented err.
// L10 vectors, messages, descriptors and files arrive as they were sent, and offsets hold.
// L11 versions, verification and refused settings of a configuration are what it says.

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "fuzz/lua_host.h"
#include "fuzz/lua_report.h"
#include "fuzz/lua_script.h"
#include "fuzz/violation.h"

namespace {

using net_fuzz::LuaOutcome;
using net_fuzz::LuaScript;

// One in eight is run twice.
bool IsRunTwice(const LuaScript &script, const uint8_t *data, size_t size) {
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum += data[i];
  }
  return sum % 8 == 0 && script.fail_at == 0;
}

// The allocation that fails, as one of those that the script makes.
long AllocationOf(LuaScript script) {
  long number = script.fail_at;
  script.fail_at = net_fuzz::kNoneFails;
  long allocations = net_fuzz::CheckedLuaRun(script).allocations;
  return allocations > 0 ? 1 + (number - 1) % allocations : number;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const std::vector<net_fuzz::LuaMethods> methods = net_fuzz::FindLuaMethods();
  LuaScript script = net_fuzz::DecodeLuaScript(net_fuzz::Tape(data, size), methods);
  if (script.fail_at > 0) {
    script.fail_at = AllocationOf(script);
  }
  if (net_fuzz::ScriptIsWanted()) {
    net_fuzz::PrintSection("script", net_fuzz::LuaText(script));
  }
  LuaOutcome outcome = net_fuzz::CheckedLuaRun(script);
  if (net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("log", outcome.log);
  }
  if (IsRunTwice(script, data, size) && net_fuzz::RunLuaScript(script).log != outcome.log) {
    net_fuzz::LuaViolation("I6: the script gives another log when it is run again", script);
  }
  return 0;
}
