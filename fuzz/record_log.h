#ifndef FUZZ_RECORD_LOG_H_
#define FUZZ_RECORD_LOG_H_

// What a run did and what came of it. It holds numbers alone, so that a run that nobody looks at
// spends no time on texts.

#include <stddef.h>
#include <stdint.h>

#include <map>
#include <string>
#include <vector>

#include "fuzz/record_input.h"
#include "testing/connection.h"
#include "testing/transport_call.h"

namespace net_fuzz {

struct RecordEvent {
  Operation operation = Operation::kHandshake;
  // What was asked for: a length, milliseconds, ...
  int64_t argument = 0;
  int64_t second_argument = 0;
  // It happened while the socket's operation before it was under way.
  bool is_during = false;
  // Of the socket's operations.
  bool has_outcome = false;
  enum net_tls_outcome outcome = NET_TLS_OK;
  size_t count = 0;
  // Of the bytes or the error's text that came.
  uint64_t digest = 0;
  // Which of the transport's calls were this operation's.
  size_t first_call = 0;
  size_t last_call = 0;
  int64_t now = 0;
  // It has timed out, and what has come to the transport by then was not received.
  bool leaves_input = false;
  // Bytes that the transport had not taken before it.
  int64_t owed = 0;
};

struct RecordLog {
  std::vector<RecordEvent> events;
  // What went with an event: an error's text, injected bytes. By the event's number.
  std::map<size_t, std::string> texts;
};

// A number that differs where anything in the two logs does, but for a collision.
uint64_t LogDigest(const RecordLog &log, const std::vector<net_testing::TransportCall> &calls);

uint64_t TextDigest(const std::string &text);

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_LOG_H_
