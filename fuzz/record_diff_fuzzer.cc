// record_diff: the same operations on a perfect network, and on one with faults that a connection
// recovers from without losing time. Nobody above the socket can tell the two apart.
//
// Input: a byte whose lowest bit is 0 for a client and 1 for a server, then record_input.h. Left
// out is what may rightly make a difference: faults that end a connection or take time, a RST,
// changed bytes, questions about what is buffered. A read reads until it has all that was asked
// for.
//
// What must hold: record_invariants.h in both runs; each operation gives the same outcome, count
// and bytes or error at the same time; in the end both sides have read the same.

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/record_run.h"
#include "fuzz/script.h"
#include "fuzz/violation.h"

namespace {

using net_fuzz::RecordEvent;
using net_fuzz::RecordRun;

bool IsSame(const RecordEvent &one, const RecordEvent &other) {
  return one.operation == other.operation && one.argument == other.argument &&
         one.has_outcome == other.has_outcome && one.outcome == other.outcome &&
         one.count == other.count && one.digest == other.digest && one.now == other.now;
}

// Whether the operation has timed out at the very moment at which the other side did something.
bool IsOfTheLastMoment(const std::vector<RecordEvent> &events, size_t index) {
  bool has_met = false;
  for (size_t i = index + 1; i < events.size() && events[i].is_during; i++) {
    has_met = has_met || events[i].now == events[index].now;
  }
  return has_met && events[index].outcome == NET_TLS_TIMEOUT;
}

// Whether what follows may differ: at the moment of a timeout one network may still show what
// comes, and the other one not. And what is owed may be more than there is time to send where a
// send before moved nothing.
bool IsLoose(const std::vector<RecordEvent> &expected, const std::vector<RecordEvent> &actual,
             size_t index) {
  const RecordEvent &one = expected[index];
  const RecordEvent &other = actual[index];
  bool one_is_late = (one.outcome == NET_TLS_TIMEOUT) != (other.outcome == NET_TLS_TIMEOUT);
  return (one_is_late && (one.now == other.now || one.owed != other.owed)) || one.leaves_input ||
         other.leaves_input || IsOfTheLastMoment(expected, index) ||
         IsOfTheLastMoment(actual, index);
}

std::string Difference(RecordRun &perfect, RecordRun &faulty) {
  const auto &expected = perfect.log().events;
  const auto &actual = faulty.log().events;
  size_t common = std::min(expected.size(), actual.size());
  for (size_t i = 0; i < common; i++) {
    if (IsLoose(expected, actual, i)) {
      return "";
    }
    if (!IsSame(expected[i], actual[i])) {
      return "diff: operation " + std::to_string(i) + " is not what it is on a perfect network";
    }
  }
  if (expected.size() != actual.size()) {
    return "diff: more or fewer operations than on a perfect network";
  }
  if (perfect.read() != faulty.read()) {
    return "diff: other bytes were read than on a perfect network";
  }
  return perfect.received() != faulty.received()
             ? "diff: the peer has other bytes than on a perfect network"
             : "";
}

std::string Script(RecordRun &run) {
  return ScriptOf(run.input(), run.log(), run.calls());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  net_fuzz::Tape tape(data, size);
  net_fuzz::RecordOptions options;
  options.is_client = (tape.Next() & 1) == 0;
  options.is_comparable = true;
  options.is_perfect = true;
  RecordRun perfect(options, tape);
  perfect.Play();
  options.is_perfect = false;
  RecordRun faulty(options, tape);
  faulty.Play();
  std::string difference = Difference(perfect, faulty);
  if (!difference.empty()) {
    net_fuzz::Violation(
        difference, "On a perfect network:\n" + Script(perfect) + "With faults:\n" + Script(faulty),
        TestOf(difference, faulty.input(), faulty.log()));
  }
  if (net_fuzz::ScriptIsWanted()) {
    net_fuzz::PrintSection("script", Script(faulty));
  }
  return 0;
}
