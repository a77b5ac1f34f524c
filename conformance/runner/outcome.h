#ifndef CONFORMANCE_RUNNER_OUTCOME_H
#define CONFORMANCE_RUNNER_OUTCOME_H

// What came of a run: the model that every report is made from.

#include <stdint.h>

#include <map>
#include <string>
#include <vector>

#include "conformance/runner/case.h"
#include "conformance/runner/register.h"

namespace conformance {

enum class Verdict {
  kPass,
  kFail,
  // It failed, as the driver's file of expected results says.
  kXfail,
  // It passed, although that file says that it fails or is not supported.
  kXpass,
  // The driver has no such thing, as that file says, or it has no such file.
  kUnsupported,
  // The machine lacks something: neither pass nor failure.
  kUnresolved,
  // It did not run.
  kUntested
};

// Every verdict, in the order in which they are shown.
inline constexpr Verdict kVerdicts[] = {
    Verdict::kPass,        Verdict::kFail,       Verdict::kXfail,   Verdict::kXpass,
    Verdict::kUnsupported, Verdict::kUnresolved, Verdict::kUntested};

// ShowVerdict returns "PASS", "FAIL", "XFAIL" and so on.
const char *ShowVerdict(Verdict verdict);

// IsRed tells whether the verdict makes the run fail.
bool IsRed(Verdict verdict);

// Outcome is one case at one point of the axes with one driver.
struct Outcome {
  const Case *a_case = nullptr;
  std::string driver;
  // What --driver takes for it.
  std::string spelling;
  Axes axes;
  Verdict verdict = Verdict::kPass;
  // Why, where it is not a pass: call, expected, came, at.
  std::string message;
  // Of the line in the driver's file of expected results that matches it; why it did not run, where
  // it did not; otherwise empty.
  std::string reason;
  // The commands to the driver and its answers.
  std::string transcript;
  // What the peer sent and saw, a line a record.
  std::string wire;
  int64_t milliseconds = 0;
  // How often it ran, and in how many of these runs it was red.
  int runs = 0;
  int red_runs = 0;
  // The command that runs its driver's cases.
  std::string command;
};

// Verdicts of each kind.
using Counts = std::map<Verdict, int>;
Counts CountVerdicts(const std::vector<Outcome> &outcomes);

// AddRun adds one run of a case to what came of it so far. Of several runs the first red one is
// kept, otherwise the last one; unless all had the same verdict it is red.
void AddRun(const Outcome &run, Outcome *outcome);

// NameOf returns "NTS-READ-04/1.lua.tcp.blocking.tls13.client".
std::string NameOf(const Case &a_case, const std::string &driver, const Axes &axes);
std::string NameOf(const Outcome &outcome);

// Again returns the command that runs it once more: the one that runs the suite, or in a test of
// Bazel's that test.
std::string Again(const Outcome &outcome);

// DriverStamp is what a driver says of itself.
struct DriverStamp {
  std::string name;
  // What --driver takes for it.
  std::string spelling;
  std::string about;
  // Name and version of its TLS library.
  std::string library;
};

// Stamp tells which run it was.
struct Stamp {
  std::string suite_version;
  // Of the document that the register was made from.
  std::string document_hash;
  // Of the register of clauses itself.
  std::string register_hash;
  int protocol_version = 0;
  std::string platform;
  // Name and version of the runner's own TLS library.
  std::string peer_library;
  // UTC, ISO 8601.
  std::string started;
  // 0 where the order is that of the cases.
  int seed = 0;
  // How often each case was to run.
  int repeat = 1;
  std::vector<DriverStamp> drivers;
};

struct Report {
  Stamp stamp;
  const std::vector<Clause> *clauses = nullptr;
  const std::vector<Outcome> *outcomes = nullptr;
  // What went wrong beside the cases, a line each: a driver that ended badly.
  std::vector<std::string> problems;
};

// WaivedClauses returns those that no case shows, by waiver.
std::vector<const Clause *> WaivedClauses(const std::vector<Clause> &clauses);

// FindClause returns the clause with that id, or nullptr.
const Clause *FindClause(const std::vector<Clause> &clauses, const std::string &id);

}  // namespace conformance

#endif
