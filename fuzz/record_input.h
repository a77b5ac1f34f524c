#ifndef FUZZ_RECORD_INPUT_H_
#define FUZZ_RECORD_INPUT_H_

// The input that the record targets share, in bytes:
//
//   0  what the connection is like: bit 0: TLS 1.3; bits 1 and 2: how the socket is driven
//      (net_testing::Driver); bit 3: it resumes a session; bits 4 and 5: a client verifies its
//      server (either bit), a server asks for a certificate (1: one may come and does, 2: one must
//      come and does, 3: one must come and none does); bit 6: truncation is allowed; bit 7: the
//      peer's records are small
//   1  the deadlines of receiving (bits 0 to 3) and sending
//   2  how many bytes may be under way to the peer (bits 0 to 3), how long a call of the transport
//      takes (4 and 5), how much CPU time it takes (6 and 7)
//   3  N
//   N  faults of the transport, one for each call; then the network is perfect
//   …  operations, one byte each and an argument behind it where it has one
//
// Each byte stands for something, and what has ended is zeros: every input is one.

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "fuzz/tape.h"
#include "testing/connection.h"

namespace net_fuzz {

struct RecordInput {
  net_testing::Case test_case;
  bool resumes = false;
  // A client's.
  bool verifies = false;
  // A server's: net_tls_client_certificate.
  int client_certificate = 0;
  bool peer_has_certificate = false;
  bool allows_truncation = false;
  bool has_small_records = false;
  // Milliseconds, negative: none.
  int64_t receive_ms = 0;
  int64_t send_ms = 0;
  size_t window = 0;
  // Nanoseconds.
  int64_t time_per_call = 0;
  int64_t cpu_per_call = 0;
  std::vector<net_testing::Fault> faults;
  Tape operations;
};

enum class Operation : uint8_t {
  // Of the socket.
  kHandshake,
  kRead,
  kPeek,
  kWrite,
  kKeyUpdate,
  kTlsClose,
  kClose,
  kSetDeadlines,
  kWait,
  kQuery,
  kAttempt,
  // Of the peer.
  kPeerWrite,
  kPeerKeyUpdate,
  kPeerCloseNotify,
  kPeerFatalAlert,
  kPeerWarning,
  kPeerHold,
  kPeerStall,
  kPeerLater,
  // Of the network.
  kAdvance,
  kFin,
  kReset,
  kInject,
  kCorrupt,
  kDrip,
  kWindow
};

RecordInput ReadRecordInput(bool is_client, Tape tape);

// What the next byte of the tape stands for. Operations that matter most have several bytes.
Operation NextOperation(Tape &tape);

// What an argument stands for.
size_t LengthOf(uint8_t argument);
int64_t DeadlineOf(uint8_t argument);
size_t WindowOf(uint8_t argument);

// Whether a connection survives it.
bool IsSoft(const net_testing::Fault &fault);

// Whether it takes time.
bool TakesTime(const net_testing::Fault &fault);

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_INPUT_H_
