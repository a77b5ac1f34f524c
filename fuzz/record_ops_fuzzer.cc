// record_ops_fuzzer: a TLS socket between any sequence of operations above it, any faults of the
// transport below it, and a live BoringSSL peer at the far end, with a virtual clock.
//
// Input: one byte for the role, the version of TLS and the way to drive the socket; one byte N for
// the length of the fault tape; N bytes of faults, one for each call of the transport; the rest are
// operations, a byte each, some with an argument behind it. A tape that has ended means a perfect
// network, and no further operations.
//
// What must hold, with the name that the message of a violation begins with:
//   I2  the bytes read are those that the peer wrote, in their order
//   I3  the peer decrypts what the writes have accepted, nothing else, in its order
//   I5  an error has a text, and after an error at read every operation has the same
//   I6  the transport is closed exactly once
//   I7  neither EINTR nor EAGAIN comes out
//   I8  a read says closed only after everything that the peer wrote
//   I10 no call sleeps forever: all operations have a deadline
//   I11 close_notify is sent once
//   I12 on a network without hard faults everything that is owed comes out in the end
//   I14 no call of the transport is a misuse, and BoringSSL's error queue is empty at each
// Counts within their bounds are checked by testing/connection.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <string>

#include "fuzz/tape.h"
#include "testing/connection.h"

namespace {

using net_fuzz::Tape;
using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::Pattern;

constexpr int64_t kDeadlineMs = 100;
constexpr uint8_t kCloseNotify = 0;
// BoringSSL ends a connection with more than 32 in a row.
constexpr int kToleratedKeyUpdates = 32;

// The network recovers from the first `kSoftFaults` of these.
constexpr const char *kFaults[] = {"ok",    "1",    "again", "intr", "7",    "zero", "early",
                                   "again", "ok",   "1000",  "intr", "ok",   "20",   "ok",
                                   "reset", "pipe", "end",   "e105", "e110", "e12"};
constexpr size_t kSoftFaults = 14;

constexpr size_t kLengths[] = {0, 1, 5, 100, 1000, 16383, 16384, 16385, 40000, 70000};

class Run {
 public:
  Run(uint8_t header, Tape faults)
      : connection_(CaseOf(header)), is_tls13_(connection_.test_case().version == TLS1_3_VERSION) {
    std::string words;
    while (!faults.IsAtEnd()) {
      size_t fault = faults.Next() % (sizeof(kFaults) / sizeof(kFaults[0]));
      has_hard_fault_ |= fault >= kSoftFaults;
      words += std::string(kFaults[fault]) + " ";
    }
    connection_.Open();
    net_tls_socket_set_clock_limit(connection_.socket(), INT64_MAX);
    net_tls_socket_set_deadlines(connection_.socket(), kDeadlineMs, kDeadlineMs);
    connection_.transport().set_socket_timeouts(kDeadlineMs, kDeadlineMs);
    connection_.transport().SetFaults(words);
  }

  void Play(Tape operations) {
    while (!operations.IsAtEnd() && !is_closed_) {
      uint8_t operation = operations.Next();
      Operate(operation % 16, operations);
      CheckAlways();
    }
    Finish();
  }

 private:
  static Case CaseOf(uint8_t header) {
    Case test_case;
    test_case.is_client = (header & 1) != 0;
    test_case.version = (header & 2) != 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
    test_case.driver = static_cast<Driver>((header >> 2) % 3);
    return test_case;
  }

  void Require(bool condition, const char *what) {
    if (!condition) {
      fprintf(stderr, "%s\n%s", what, connection_.transport().LogText().c_str());
      abort();
    }
  }

  void Operate(int operation, Tape &tape) {
    switch (operation) {
      case 0:
        NoteTransfer(connection_.Handshake());
        break;
      case 1:
      case 2:
        Read(kLengths[1 + tape.Next() % 9]);
        break;
      case 3:
      case 4:
        Write(kLengths[tape.Next() % 10]);
        break;
      case 5:
        Note(connection_.TlsClose());
        is_tls_closed_ = true;
        break;
      case 6:
        Close();
        break;
      case 7:
        connection_.transport().Advance(tape.Next());
        break;
      default:
        PeerOperate(operation, tape);
        break;
    }
  }

  void PeerOperate(int operation, Tape &tape) {
    net_testing::Peer &peer = connection_.peer();
    bool can_send = peer.IsHandshaked() && !is_peer_done_ && peer.error().empty();
    switch (operation) {
      case 8:
      case 9:
        if (can_send) {
          std::string bytes = Pattern(kLengths[1 + tape.Next() % 9], seed_++);
          peer.Write(bytes);
          from_peer_ += bytes;
        }
        break;
      case 10:
        if (can_send && is_tls13_) {
          peer.KeyUpdate((tape.Next() & 1) != 0);
          has_hard_fault_ |= ++key_updates_ > kToleratedKeyUpdates;
        }
        break;
      case 11:
        if (can_send) {
          peer.CloseNotify();
          is_peer_done_ = true;
        }
        break;
      case 12:
        is_peer_done_ = true;
        has_hard_fault_ = true;
        connection_.transport().FarFin();
        break;
      case 13:
        is_peer_done_ = true;
        has_hard_fault_ = true;
        connection_.transport().FarReset();
        break;
      case 14:
        has_hard_fault_ = true;
        is_forged_ = true;
        InjectBytes(tape.Next(), tape);
        break;
      default:
        is_stalled_ = !is_stalled_;
        peer.set_is_stalled(is_stalled_);
        connection_.transport().set_window(is_stalled_ ? 3000 : SIZE_MAX);
        break;
    }
  }

  void InjectBytes(size_t length, Tape &tape) {
    std::string bytes;
    for (size_t i = 0; i < length % 64; i++) {
      bytes += static_cast<char>(tape.Next());
    }
    connection_.transport().FarSend(bytes);
  }

  void Note(const Done &done) {
    if (done.outcome == NET_TLS_ERROR) {
      Require(!done.error.empty(), "I5: an error without a text");
      Require(done.error.find("Interrupted") == std::string::npos, "I7: EINTR came out");
      Require(done.error.find("temporarily") == std::string::npos, "I7: EAGAIN came out");
    }
  }

  // What cannot succeed any more after a read has failed.
  void NoteTransfer(const Done &done) {
    Note(done);
    Require(sticky_.empty() || done.outcome != NET_TLS_OK, "I5: not sticky");
  }

  void Read(size_t capacity) {
    Done done = connection_.Read(capacity);
    NoteTransfer(done);
    Require(is_forged_ || from_peer_.compare(read_.size(), done.bytes.size(), done.bytes) == 0,
            "I2: not what the peer wrote");
    read_ += done.bytes;
    if (done.outcome == NET_TLS_CLOSED && !is_forged_) {
      Require(read_.size() == from_peer_.size() && is_peer_done_, "I8: closed too early");
    }
    if (done.outcome == NET_TLS_ERROR) {
      Require(sticky_.empty() || sticky_ == done.error, "I5: another text");
      if (!is_tls_closed_ || net_tls_socket_is_handshaked(connection_.socket())) {
        sticky_ = done.error;
      }
    }
  }

  void Write(size_t length) {
    std::string bytes = Pattern(length, seed_++);
    Done done = connection_.Write(bytes);
    NoteTransfer(done);
    accepted_ += bytes.substr(0, done.written);
  }

  void Close() {
    Note(connection_.Close());
    is_closed_ = true;
    is_tls_closed_ = true;
  }

  void CheckAlways() {
    net_testing::Peer &peer = connection_.peer();
    peer.Run();
    const std::string &received = peer.received();
    Require(
        received.size() <= accepted_.size() && accepted_.compare(0, received.size(), received) == 0,
        "I3: the peer decrypted what was not accepted");
    Require(std::count(peer.alerts().begin(), peer.alerts().end(), kCloseNotify) <= 1,
            "I11: close_notify twice");
    Require(connection_.transport().deadlocks() == 0, "I10: a call that would sleep forever");
    Require(connection_.transport().misuses().empty(), "I14: misuse of the transport");
  }

  // The network is perfect from now on: what is owed comes out.
  void Finish() {
    net_testing::Peer &peer = connection_.peer();
    bool was_closed = is_closed_;
    connection_.transport().SetFaults("");
    connection_.transport().set_window(SIZE_MAX);
    peer.set_is_stalled(false);
    bool was_handshaked = net_tls_socket_is_handshaked(connection_.socket());
    if (!is_closed_) {
      Done done = connection_.Close();
      CheckAlways();
      Require(has_hard_fault_ || done.outcome == NET_TLS_OK, "I12: close failed");
    }
    if (!has_hard_fault_ && !was_closed) {
      Require(peer.received() == accepted_, "I12: accepted bytes are missing");
      Require(!was_handshaked || peer.SawCloseNotify(), "I12: close_notify is missing");
    }
    connection_.Free();
    Require(connection_.transport().closes() == 1, "I6: not closed exactly once");
  }

  Connection connection_;
  bool is_tls13_;
  bool has_hard_fault_ = false;
  // Bytes that the peer did not send. In BoringSSL's fuzzer mode they may decrypt to anything.
  bool is_forged_ = false;
  bool is_tls_closed_ = false;
  bool is_closed_ = false;
  bool is_peer_done_ = false;
  bool is_stalled_ = false;
  unsigned seed_ = 0;
  int key_updates_ = 0;
  std::string accepted_;
  std::string from_peer_;
  std::string read_;
  // The text of the error that a read has ended with.
  std::string sticky_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) {
    return 0;
  }
  Tape tape(data, size);
  uint8_t header = tape.Next();
  Tape faults = tape.Take(tape.Next());
  Run(header, faults).Play(tape);
  return 0;
}
