// oom_lua: what lua_calls plays, again for each allocation that Lua makes meanwhile, which fails:
// first alone, and then with all after it.
//
// Input: that of lua_calls, whose own allocation to fail does not count. What must hold: its
// invariants I1, I4 and I5. Rules are no rules where memory is short: methods are called in
// their place.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <vector>

#include "fuzz/lua_host.h"
#include "fuzz/lua_report.h"
#include "fuzz/lua_script.h"
#include "fuzz/violation.h"

namespace {

struct Total {
  ~Total() {
    fprintf(stderr, "oom: %zu runs, in each of which Lua is short of memory\n", runs);
  }
  size_t runs = 0;
};

// The input, decoded as one in which memory is short.
net_fuzz::LuaScript Decode(const uint8_t *data, size_t size) {
  static const std::vector<net_fuzz::LuaMethods> methods = net_fuzz::FindLuaMethods();
  std::vector<uint8_t> input(data, data + size);
  if (size > 2) {
    input[1] = 0;
    input[2] = 1;
  }
  return net_fuzz::DecodeLuaScript(net_fuzz::Tape(input.data(), input.size()), methods);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Total total;
  net_fuzz::LuaScript script = Decode(data, size);
  script.fail_at = net_fuzz::kNoneFails;
  net_fuzz::CheckedLuaRun(script);
  size_t runs = 0;
  for (bool stays_short : {false, true}) {
    script.stays_short = stays_short;
    for (script.fail_at = 1; net_fuzz::CheckedLuaRun(script).was_short; script.fail_at++) {
      runs++;
    }
  }
  total.runs += runs;
  if (net_fuzz::LogIsWanted()) {
    fprintf(stderr, "oom: %zu runs\n", runs);
  }
  return 0;
}
