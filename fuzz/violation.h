#ifndef FUZZ_VIOLATION_H_
#define FUZZ_VIOLATION_H_

// What a fuzz target says when an invariant does not hold, and what a person can ask it to print.

#include <string>

#include "fuzz/tape.h"

namespace net_fuzz {

// True unless the environment variable NET_FUZZ_INVARIANTS is "off": then targets check nothing of
// their own, which shows what sanitizers alone would find.
bool InvariantsAreOn();

// Prints `message`, which begins with the invariant ("I3: ..."), then the input as a script and as
// a ready-made test case, in marked sections on the standard error output, and aborts. Returns only
// when invariants are off, and has printed nothing then.
void Violation(const std::string &message, const std::string &script,
               const std::string &conformance_case);

// A case for Violation() of an input that nothing but its target can play: the command that makes
// the whole input one of the target's regressions, which the test of its name replays.
std::string RegressionCase(const std::string &target, Tape input);

// True where NET_FUZZ_SCRIPT is "1": each input is printed as its script, without a violation.
bool ScriptIsWanted();

// True where NET_FUZZ_LOG is "1": each input's log of events is printed.
bool LogIsWanted();

// Prints a section as Violation does: "== TITLE ==" and the text below it.
void PrintSection(const char *title, const std::string &text);

}  // namespace net_fuzz

#endif  // FUZZ_VIOLATION_H_
