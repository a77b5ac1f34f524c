#include "fuzz/record_input.h"

#include <errno.h>

namespace net_fuzz {

namespace {

using net_testing::Fault;

constexpr Fault kFaults[] = {
    {Fault::kNone, 0},
    {Fault::kLimit, 1},
    {Fault::kAgain, 0},
    {Fault::kInterrupted, 0},
    {Fault::kLimit, 7},
    {Fault::kZero, 0},
    {Fault::kEarly, 0},
    {Fault::kLimit, 5},
    {Fault::kLimit, 100},
    {Fault::kLimit, 1000},
    {Fault::kLimit, 16384},
    {Fault::kLimit, 20000},
    {Fault::kTimeout, 0},
    {Fault::kLate, 0},
    {Fault::kReset, 0},
    {Fault::kPipe, 0},
    {Fault::kEnd, 0},
    {Fault::kErrno, ENOBUFS},
    {Fault::kErrno, ETIMEDOUT},
    {Fault::kErrno, ENOMEM},
    {Fault::kErrno, EIO},
    {Fault::kErrno, ECONNRESET},
    {Fault::kErrno, EHOSTUNREACH},
    {Fault::kErrno, EPIPE},
};

// Around a record's bounds, and around those of the socket's buffers.
constexpr size_t kLengths[] = {0,     1,     2,  5, 100, 1000,  4096,  16383,
                               16384, 16385, 10, 3, 600, 40000, 65537, 120000};

constexpr int64_t kDeadlines[] = {100, 0, 1, 20, 1000, -1, 3, 60000};

constexpr size_t kWindows[] = {SIZE_MAX, 37, 100, 3000, 20000, 65536, 1000, 16406};

constexpr int64_t kTimesPerCall[] = {0, 100000, 1000000, 30000000};
constexpr int64_t kCpuPerCall[] = {0, 1000000, 6000000, 20000000};

constexpr Operation kOperations[] = {
    Operation::kHandshake,
    Operation::kRead,
    Operation::kWrite,
    Operation::kPeerWrite,
    Operation::kTlsClose,
    Operation::kClose,
    Operation::kPeek,
    Operation::kKeyUpdate,
    Operation::kSetDeadlines,
    Operation::kWait,
    Operation::kQuery,
    Operation::kAttempt,
    Operation::kPeerKeyUpdate,
    Operation::kPeerCloseNotify,
    Operation::kPeerFatalAlert,
    Operation::kPeerWarning,
    Operation::kPeerHold,
    Operation::kPeerStall,
    Operation::kPeerLater,
    Operation::kAdvance,
    Operation::kFin,
    Operation::kReset,
    Operation::kInject,
    Operation::kCorrupt,
    Operation::kDrip,
    Operation::kWindow,
    Operation::kRead,
    Operation::kWrite,
    Operation::kPeerWrite,
    Operation::kPeerLater,
    Operation::kAttempt,
    Operation::kRead,
};

template <typename Item, size_t kCount>
const Item &At(const Item (&items)[kCount], size_t number) {
  return items[number % kCount];
}

}  // namespace

RecordInput ReadRecordInput(bool is_client, Tape tape) {
  RecordInput input;
  uint8_t kind = tape.Next();
  unsigned trust = (kind >> 4) & 3;
  input.test_case.is_client = is_client;
  input.test_case.version = (kind & 1) != 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
  input.test_case.driver = static_cast<net_testing::Driver>(((kind >> 1) & 3) % 3);
  input.resumes = (kind & 8) != 0;
  input.verifies = is_client && trust != 0;
  input.client_certificate = is_client ? 0 : static_cast<int>(trust > 2 ? 2 : trust);
  input.peer_has_certificate = !is_client && (trust == 1 || trust == 2);
  input.allows_truncation = (kind & 0x40) != 0;
  input.has_small_records = (kind & 0x80) != 0;
  uint8_t deadlines = tape.Next();
  input.receive_ms = DeadlineOf(deadlines & 15);
  input.send_ms = DeadlineOf(deadlines >> 4);
  uint8_t network = tape.Next();
  input.window = WindowOf(network & 15);
  input.time_per_call = kTimesPerCall[(network >> 4) & 3];
  input.cpu_per_call = kCpuPerCall[network >> 6];
  Tape faults = tape.Take(tape.Next());
  while (!faults.IsAtEnd()) {
    input.faults.push_back(At(kFaults, faults.Next()));
  }
  input.operations = tape;
  return input;
}

Operation NextOperation(Tape &tape) {
  return At(kOperations, tape.Next());
}

size_t LengthOf(uint8_t argument) {
  return At(kLengths, argument);
}

int64_t DeadlineOf(uint8_t argument) {
  return At(kDeadlines, argument);
}

size_t WindowOf(uint8_t argument) {
  return At(kWindows, argument);
}

bool IsSoft(const Fault &fault) {
  return fault.kind != Fault::kErrno && fault.kind != Fault::kReset && fault.kind != Fault::kPipe &&
         fault.kind != Fault::kEnd;
}

bool TakesTime(const Fault &fault) {
  return fault.kind == Fault::kTimeout || fault.kind == Fault::kLate;
}

}  // namespace net_fuzz
