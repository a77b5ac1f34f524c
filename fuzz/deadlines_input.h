#ifndef FUZZ_DEADLINES_INPUT_H_
#define FUZZ_DEADLINES_INPUT_H_

// What the bytes of an input of the deadlines target stand for, and until when a call may last.

#include <stdint.h>

#include <string>

#include "fuzz/deadlines_script.h"
#include "fuzz/tape.h"
#include "net/tls_socket.h"
#include "testing/virtual_transport.h"

namespace net_fuzz {

constexpr int64_t kMillisecond = net_testing::VirtualTransport::kMillisecond;
// Far enough beyond what fits that the sum does not, and short enough that the clock stays clear of
// its end.
constexpr int64_t kDeadlines[] = {
    -1, 100, 0,         1,         2,         5,     10, 1000,
    -7, 37,  INT64_MIN, INT64_MAX, 999999999, 60000, 3,  INT64_MAX / kMillisecond};
constexpr int64_t kClockLimits[] = {
    INT64_MAX, NET_TLS_DEFAULT_CLOCK_LIMIT, 0, 1, 1000000, 5000000, 999999, 50};
constexpr int64_t kCallTimes[] = {0, 1, 999999, 1000000, 1000001, 50000000, 3000000, 250000};
constexpr int64_t kCpuTimes[] = {0, 1, 1000000, 5000000, 10000000, 999999, 30, 0};
constexpr int64_t kSocketTimeouts[] = {-1, 100, 0, 5, 50, 1000, 10, 1};
struct DripForm {
  size_t length;
  int64_t interval_ms;
};
constexpr DripForm kDrips[] = {{SIZE_MAX, 1}, {1, 30}, {1, 20}, {100, 30},
                               {1000, 99},    {7, 0},  {50, 5}, {1, 100}};
constexpr const char *kFaults[] = {"ok",   "again", "intr",    "1",  "zero", "early",
                                   "late", "7",     "timeout", "ok", "1000", "100"};
constexpr size_t kLengths[] = {1, 5, 0, 100, 1000, 16384, 16385, 70000};
constexpr int64_t kNone = INT64_MAX;
// BoringSSL ends a connection with more than 32 in a row.
constexpr int kToleratedKeyUpdates = 30;

template <typename Type, size_t kCount>
Type Pick(const Type (&table)[kCount], unsigned index) {
  return table[index % kCount];
}

// What a call may take. kNone: no deadline.
struct Bounds {
  int64_t readable;
  int64_t writable;
  // The deadline of the operation's own kind, in milliseconds.
  int64_t own;
};

inline int64_t DeadlineAfter(int64_t start, int64_t milliseconds) {
  __int128 end = static_cast<__int128>(start) + static_cast<__int128>(milliseconds) * kMillisecond;
  return milliseconds < 0 || end > INT64_MAX ? kNone : static_cast<int64_t>(end);
}

inline bool Reads(enum net_tls_operation_kind kind) {
  return kind == NET_TLS_HANDSHAKE || kind == NET_TLS_READ || kind == NET_TLS_PEEK;
}

inline Bounds BoundsOf(enum net_tls_operation_kind kind, int64_t now, int64_t receive_ms,
                       int64_t send_ms) {
  int64_t own = Reads(kind) ? receive_ms : send_ms;
  if (own >= 0) {
    return {DeadlineAfter(now, own), DeadlineAfter(now, own), own};
  }
  return Reads(kind) ? Bounds{kNone, DeadlineAfter(now, send_ms), own}
                     : Bounds{DeadlineAfter(now, receive_ms), kNone, own};
}

inline DeadlinesSetup ReadDeadlinesSetup(const net_testing::Case &test_case, Tape &tape) {
  DeadlinesSetup setup;
  setup.test_case = test_case;
  setup.receive_ms = Pick(kDeadlines, tape.Next());
  setup.send_ms = Pick(kDeadlines, tape.Next());
  uint8_t limit = tape.Next();
  uint8_t times = tape.Next();
  setup.clock_limit = Pick(kClockLimits, limit & 15);
  setup.call_time = Pick(kCallTimes, limit >> 4);
  setup.cpu_time = Pick(kCpuTimes, times & 15);
  setup.socket_timeout_ms = Pick(kSocketTimeouts, times >> 4);
  DripForm drip = Pick(kDrips, tape.Next());
  // The first one would be none.
  setup.drip_length = drip.length == SIZE_MAX ? 0 : drip.length;
  setup.drip_interval_ms = drip.interval_ms;
  Tape faults = tape.Take(tape.Next());
  while (!faults.IsAtEnd()) {
    setup.faults += std::string(Pick(kFaults, faults.Next())) + " ";
  }
  return setup;
}

}  // namespace net_fuzz

#endif  // FUZZ_DEADLINES_INPUT_H_
