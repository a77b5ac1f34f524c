#include "fuzz/violation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace net_fuzz {

namespace {

bool VariableIs(const char *name, const char *value) {
  const char *set = getenv(name);
  return set != nullptr && strcmp(set, value) == 0;
}

}  // namespace

bool InvariantsAreOn() {
  static const bool are_on = !VariableIs("NET_FUZZ_INVARIANTS", "off");
  return are_on;
}

bool ScriptIsWanted() {
  static const bool is_wanted = VariableIs("NET_FUZZ_SCRIPT", "1");
  return is_wanted;
}

bool LogIsWanted() {
  static const bool is_wanted = VariableIs("NET_FUZZ_LOG", "1");
  return is_wanted;
}

void PrintSection(const char *title, const std::string &text) {
  fprintf(stderr, "== %s ==\n%s", title, text.c_str());
  if (!text.empty() && text.back() != '\n') {
    fputc('\n', stderr);
  }
}

std::string RegressionCase(const std::string &target, Tape input) {
  std::string bytes;
  while (!input.IsAtEnd()) {
    char escape[8];
    snprintf(escape, sizeof(escape), "\\%03o", static_cast<unsigned>(input.Next()));
    bytes += escape;
  }
  return "# //fuzz:" + target + " replays it from now on; NAME is the bug's.\n" + "printf '" +
         bytes + "' >fuzz/regressions/" + target + "/NAME\n";
}

void Violation(const std::string &message, const std::string &script,
               const std::string &conformance_case) {
  if (!InvariantsAreOn()) {
    return;
  }
  PrintSection("violation", message);
  PrintSection("script", script);
  PrintSection("case", conformance_case);
  PrintSection("end", "");
  abort();
}

}  // namespace net_fuzz
