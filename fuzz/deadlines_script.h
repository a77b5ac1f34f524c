#ifndef FUZZ_DEADLINES_SCRIPT_H_
#define FUZZ_DEADLINES_SCRIPT_H_

// What the deadlines target does with an input, as text.

#include <stdint.h>

#include <string>
#include <vector>

#include "testing/connection.h"

namespace net_fuzz {

struct DeadlinesSetup {
  net_testing::Case test_case;
  // Milliseconds.
  int64_t receive_ms = -1;
  int64_t send_ms = -1;
  int64_t socket_timeout_ms = -1;
  // Nanoseconds.
  int64_t clock_limit = 0;
  int64_t call_time = 0;
  int64_t cpu_time = 0;
  size_t drip_length = 0;
  int64_t drip_interval_ms = 0;
  std::string faults;
};

enum DeadlinesOperation {
  kHandshake,
  kRead,
  kWrite,
  kKeyUpdate,
  kTlsClose,
  kWaitToRead,
  kWaitToWrite,
  kSetDeadlines,
  kPeerWrite,
  kPeerWritesLater,
  kStall,
  kAdvance,
  kDrip,
  kArithmetic,
  kClose,
  kPeek
};

struct DeadlinesStep {
  DeadlinesOperation operation;
  int64_t first;
  int64_t second;
  std::string result;
};

std::string DeadlinesScript(const DeadlinesSetup &setup, const std::vector<DeadlinesStep> &steps);

// A GoogleTest over testing/connection.h.
std::string DeadlinesTest(const DeadlinesSetup &setup, const std::vector<DeadlinesStep> &steps);

}  // namespace net_fuzz

#endif  // FUZZ_DEADLINES_SCRIPT_H_
