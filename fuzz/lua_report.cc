#include "fuzz/lua_report.h"

#include "fuzz/violation.h"

namespace net_fuzz {

std::string LuaText(const LuaScript &script) {
  std::string head;
  if (script.fail_at > 0 && script.fail_at != kNoneFails) {
    head = "-- Memory is short at allocation " + std::to_string(script.fail_at) +
           (script.stays_short ? " and all after it.\n" : ".\n");
  }
  return head + script.declarations + "host.begin()\n" + script.statements + "finish()\n";
}

void LuaViolation(const std::string &message, const LuaScript &script) {
  std::string text = LuaText(script);
  Violation(message, text, LuaPrelude() + "\n" + text);
}

LuaOutcome CheckedLuaRun(const LuaScript &script) {
  LuaOutcome outcome = RunLuaScript(script);
  if (!outcome.violation.empty()) {
    LuaViolation(outcome.violation, script);
  }
  return outcome;
}

}  // namespace net_fuzz
