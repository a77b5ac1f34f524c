// deadlines_fuzzer: what a TLS socket makes of time: deadlines of every size, the clock limit,
// calls that take time, a peer that trickles, stalls, or answers at the last moment. The clock is
// virtual, so that the model says to the nanosecond what is allowed.
//
// Input: seven bytes, then faults, then operations.
//   0  bit 0: a client; bit 1: TLS 1.3; the rest modulo 3: who waits (net_testing::Driver)
//   1  deadline for reading, an index of kDeadlines     2  that for writing
//   3  clock limit (low half) and what a call takes (high half)
//   4  CPU time of a call (low half) and the transport's own timeouts (high half)
//   5  the peer's trickle, an index of kDrips           6  how many faults, a byte each
// An operation is a byte (its value modulo 16), some with arguments of a byte each behind it. The
// network has soft faults alone: this is about time.
//
// What must hold, with the name that the message of a violation begins with:
//   T1  a timeout is not early: the deadline has passed, the transport's own timeout has ended the
//       call, or the clock limit is used up (D-13, D-14, D-15)
//   T2  a wait lasts as long as the rest of the one budget that the call has, rounded up to
//       milliseconds; there is none after it, and none without a bound unless there is no deadline
//   T3  a timeout is not late: after the deadline a call receives once at most, and sends what it
//       has sealed
//   T4  busy retries end with the clock limit (D-14)
//   T5  a write that has accepted everything has not timed out, nor a read that has a record
//   T6  begin and remaining compute deadlines of any size, without overflow
//   T7  a timeout leaves the socket usable: on a perfect network everything comes out in the end

#include <openssl/ssl.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/deadlines_input.h"
#include "fuzz/deadlines_script.h"
#include "fuzz/pattern.h"
#include "fuzz/random.h"
#include "fuzz/shared_configs.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "net/tls_session.h"
#include "testing/connection.h"

namespace {

using net_fuzz::Bounds;
using net_fuzz::BoundsOf;
using net_fuzz::DeadlineAfter;
using net_fuzz::DeadlinesOperation;
using net_fuzz::DeadlinesStep;
using net_fuzz::kDeadlines;
using net_fuzz::kDrips;
using net_fuzz::kLengths;
using net_fuzz::kMillisecond;
using net_fuzz::kNone;
using net_fuzz::kToleratedKeyUpdates;
using net_fuzz::Pick;
using net_fuzz::Reads;
using net_fuzz::Tape;
using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::TransportCall;

class Run {
 public:
  Run(Case test_case, Tape &tape)
      : case_(test_case), connection_(test_case, net_fuzz::SharedConfig(test_case)) {
    net_testing::PeerOptions &options = connection_.peer_options();
    options.context = net_fuzz::SharedPeerContext(test_case);
    options.session = net_fuzz::SharedPeerSession(test_case);
    connection_.Open();
    if (test_case.is_client) {
      net_tls_socket_set_session(connection_.socket(), net_fuzz::SharedSession(test_case));
    }
    setup_ = net_fuzz::ReadDeadlinesSetup(test_case, tape);
    receive_ms_ = setup_.receive_ms;
    send_ms_ = setup_.send_ms;
    SetUp();
  }

  void Play(Tape &tape) {
    while (!tape.IsAtEnd() && !is_over_) {
      auto operation = static_cast<DeadlinesOperation>(tape.Next() % 16);
      Operate(operation, tape);
      connection_.peer().Run();
      is_over_ |= transport().deadlocks() > 0;
    }
    Finish();
  }

 private:
  net_testing::VirtualTransport &transport() {
    return connection_.transport();
  }

  void SetUp() {
    net_tls_socket_set_clock_limit(connection_.socket(), setup_.clock_limit);
    net_tls_socket_set_deadlines(connection_.socket(), receive_ms_, send_ms_);
    transport().set_time_per_call(setup_.call_time);
    transport().set_cpu_per_call(setup_.cpu_time);
    transport().set_socket_timeouts(setup_.socket_timeout_ms, setup_.socket_timeout_ms);
    transport().Drip(setup_.drip_length, setup_.drip_interval_ms);
    transport().SetFaults(setup_.faults);
  }

  void Operate(DeadlinesOperation operation, Tape &tape) {
    if (operation == net_fuzz::kKeyUpdate && ++key_updates_ > kToleratedKeyUpdates) {
      return;
    }
    steps_.push_back({operation, 0, 0, ""});
    DeadlinesStep &step = steps_.back();
    switch (operation) {
      case net_fuzz::kHandshake:
        return Call(NET_TLS_HANDSHAKE, [&] { return connection_.Handshake(); });
      case net_fuzz::kRead:
      case net_fuzz::kPeek:
        return Read(operation == net_fuzz::kPeek, Pick(kLengths, tape.Next()));
      case net_fuzz::kWrite:
        return Write(Pick(kLengths, tape.Next()));
      case net_fuzz::kKeyUpdate:
        step.first = tape.Next() & 1;
        return Call(NET_TLS_KEY_UPDATE, [&] { return connection_.KeyUpdate(step.first != 0); });
      case net_fuzz::kTlsClose:
        return Call(NET_TLS_CLOSE, [&] { return connection_.TlsClose(); });
      case net_fuzz::kClose:
        is_over_ = true;
        is_close_ = true;
        return Call(NET_TLS_CLOSE, [&] { return connection_.Close(); });
      case net_fuzz::kWaitToRead:
      case net_fuzz::kWaitToWrite:
        return Wait(operation == net_fuzz::kWaitToRead ? NET_TLS_WANT_READ : NET_TLS_WANT_WRITE);
      case net_fuzz::kSetDeadlines:
        step.first = receive_ms_ = Pick(kDeadlines, tape.Next());
        step.second = send_ms_ = Pick(kDeadlines, tape.Next());
        return net_tls_socket_set_deadlines(connection_.socket(), receive_ms_, send_ms_);
      default:
        return OperateWorld(operation, &step, tape);
    }
  }

  void OperateWorld(DeadlinesOperation operation, DeadlinesStep *step, Tape &tape) {
    uint8_t argument = tape.Next();
    switch (operation) {
      case net_fuzz::kPeerWrite:
        step->first = static_cast<int64_t>(Pick(kLengths, argument));
        return PeerWrite(static_cast<size_t>(step->first));
      case net_fuzz::kPeerWritesLater:
        step->first = static_cast<int64_t>(Pick(kLengths, argument));
        step->second = tape.Next();
        return transport().After(
            step->second, [this, length = static_cast<size_t>(step->first)] { PeerWrite(length); });
      case net_fuzz::kStall:
        step->first = argument & 1;
        connection_.peer().set_is_stalled(step->first != 0);
        return transport().set_window(step->first != 0 ? 3000 : SIZE_MAX);
      case net_fuzz::kAdvance:
        step->first = argument;
        return transport().Advance(argument);
      case net_fuzz::kDrip:
        step->first = static_cast<int64_t>(Pick(kDrips, argument).length);
        step->second = Pick(kDrips, argument).interval_ms;
        return transport().Drip(static_cast<size_t>(step->first), step->second);
      default:
        step->first = Far(argument, tape.Next16());
        return CheckArithmetic(step->first);
    }
  }

  void PeerWrite(size_t length) {
    net_testing::Peer &peer = connection_.peer();
    if (length > 0 && peer.IsHandshaked() && peer.error().empty() && !is_recovering_) {
      std::string bytes = net_fuzz::PatternString(length, seed_++);
      peer.Write(bytes);
      from_peer_ += bytes;
    }
  }

  void Read(bool is_peek, size_t capacity) {
    capacity = std::max<size_t>(capacity, 1);
    steps_.back().first = static_cast<int64_t>(capacity);
    Call(is_peek ? NET_TLS_PEEK : NET_TLS_READ, [&] {
      Done done = is_peek ? connection_.Peek(capacity) : connection_.Read(capacity);
      Require(from_peer_.compare(read_, done.bytes.size(), done.bytes) == 0,
              "T7: not what the peer wrote");
      read_ += is_peek ? 0 : done.bytes.size();
      Require(done.outcome != NET_TLS_TIMEOUT || !net_tls_socket_has_buffered(connection_.socket()),
              "T5: a read timed out although it had a record");
      return done;
    });
  }

  void Write(size_t length) {
    steps_.back().first = static_cast<int64_t>(length);
    std::string bytes = net_fuzz::PatternString(length, seed_++);
    Call(NET_TLS_WRITE, [&] {
      Done done = connection_.Write(bytes);
      accepted_ += bytes.substr(0, done.written);
      Require(done.outcome != NET_TLS_TIMEOUT || length == 0 || done.written < length,
              "T5: a write timed out although it had accepted everything");
      return done;
    });
  }

  void Wait(enum net_tls_outcome want) {
    is_wait_ = true;
    Call(want == NET_TLS_WANT_READ ? NET_TLS_READ : NET_TLS_WRITE, [&] {
      Done done;
      done.outcome = net_tls_socket_wait(connection_.socket(), want);
      return done;
    });
    is_wait_ = false;
  }

  // Deadlines.

  template <typename Function>
  void Call(enum net_tls_operation_kind kind, Function function) {
    kind_ = kind;
    bounds_ = BoundsOf(kind, transport().now(), receive_ms_, send_ms_);
    start_ = transport().now();
    first_ = transport().log().size();
    Done done = function();
    steps_.back().result = std::string(net_testing::OutcomeName(done.outcome)) +
                           (done.error.empty() ? "" : " '" + done.error + "'") + " at " +
                           std::to_string(transport().now() - start_) + " ns";
    is_over_ |= done.outcome == NET_TLS_ERROR && transport().deadlocks() > 0;
    if (done.outcome == NET_TLS_TIMEOUT) {
      CheckNotEarly();
    }
    CheckWaits();
    CheckNotLate();
    CheckClockLimit();
  }

  bool Sleeps() const {
    return case_.driver == Driver::kBlocking && !is_wait_;
  }

  void CheckNotEarly() {
    const std::vector<TransportCall> &log = transport().log();
    bool is_transports = log.size() > first_ && log.back().function != TransportCall::kWait &&
                         log.back().result.status == NET_TRANSPORT_TIMED_OUT;
    is_transports |= is_close_ && log.size() > first_ + 1;
    auto calls = static_cast<__int128>(log.size() - first_);
    bool is_used_up = Sleeps() && calls > 0 && calls * setup_.cpu_time >= setup_.clock_limit;
    int64_t bound = is_wait_ ? (Reads(kind_) ? bounds_.readable : bounds_.writable)
                             : std::min(bounds_.readable, bounds_.writable);
    Require(is_transports || is_used_up || (bound != kNone && transport().now() >= bound),
            "T1: a timeout that came early");
  }

  void CheckWaits() {
    const std::vector<TransportCall> &log = transport().log();
    for (size_t i = first_; i < log.size(); i++) {
      int64_t begin = i > first_ ? log[i - 1].now : start_;
      if (log[i].function != TransportCall::kWait || (log[i].asked == 0 && is_close_)) {
        continue;
      }
      bool writes = (log[i].directions & NET_TRANSPORT_WRITABLE) != 0;
      int64_t bound = writes ? bounds_.writable : bounds_.readable;
      bool may_look = is_wait_ && begin >= bound;
      int64_t left = bound == kNone ? -1 : may_look ? 0 : (bound - begin - 1) / kMillisecond + 1;
      Require(log[i].asked == left && (bound > begin || may_look),
              "T2: a wait that is not as long as what is left of the budget");
    }
  }

  void CheckNotLate() {
    const std::vector<TransportCall> &log = transport().log();
    bool may_go_on = bounds_.own == 0 && !Sleeps() && !Reads(kind_);
    if (bounds_.own < 0 || bounds_.readable == kNone || may_go_on || is_close_) {
      return;
    }
    int receives = 0;
    int refusals = 0;
    size_t sent = 0;
    for (size_t i = first_; i < log.size(); i++) {
      bool is_late = (i > first_ ? log[i - 1].now : start_) >= bounds_.readable;
      receives += is_late && log[i].function == TransportCall::kReceive ? 1 : 0;
      bool is_send = is_late && log[i].function == TransportCall::kSend;
      refusals += is_send && log[i].result.count == 0 ? 1 : 0;
      sent += is_send ? log[i].result.count : 0;
    }
    // The longest write, in records: all of it can have been sealed in time.
    constexpr size_t kMostSealed = 72000;
    Require(receives <= 1 && refusals <= 3 && sent <= kMostSealed,
            "T3: a call that went on after its time");
  }

  void CheckClockLimit() {
    const std::vector<TransportCall> &log = transport().log();
    int64_t idle = 0;
    for (size_t i = first_; i < log.size() && Sleeps() && !is_close_; i++) {
      idle = log[i].result.count > 0 ? 0 : idle + 1;
      Require(static_cast<__int128>(idle - 6) * setup_.cpu_time <= setup_.clock_limit,
              "T4: busy retries beyond the clock limit");
    }
  }

  // Numbers around the greatest one that fits.
  int64_t Far(uint8_t form, uint16_t distance) {
    int64_t fits = (INT64_MAX - transport().now()) / kMillisecond;
    switch (form % 4) {
      case 0:
        return fits - distance % 4;
      case 1:
        return fits + distance % 4;
      case 2:
        return INT64_MAX - distance;
      default:
        return INT64_MIN + distance;
    }
  }

  void CheckArithmetic(int64_t milliseconds) {
    net_tls_socket *socket = connection_.socket();
    net_tls_operation operation;
    net_tls_socket_set_deadlines(socket, milliseconds, milliseconds);
    net_tls_socket_begin(socket, NET_TLS_READ, &operation);
    net_tls_socket_set_deadlines(socket, receive_ms_, send_ms_);
    int64_t end = DeadlineAfter(transport().now(), milliseconds);
    int64_t left = end == kNone ? -1 : milliseconds;
    Require(operation.readable_deadline == end && operation.writable_deadline == end &&
                net_tls_socket_remaining(socket, &operation, NET_TLS_WANT_READ) == left,
            "T6: a deadline is computed wrongly");
  }

  // The network is perfect, and has all the time that it needs.
  void Finish() {
    if (!is_over_) {
      Recover();
    }
    connection_.Free();
    if (net_fuzz::ScriptIsWanted()) {
      net_fuzz::PrintSection("script", net_fuzz::DeadlinesScript(setup_, steps_));
    }
    if (net_fuzz::LogIsWanted()) {
      net_fuzz::PrintSection("log", transport().LogText());
    }
  }

  void Recover() {
    net_testing::Peer &peer = connection_.peer();
    is_recovering_ = true;
    transport().SetFaults("");
    transport().set_window(SIZE_MAX);
    transport().Drip(0, 0);
    transport().set_time_per_call(0);
    transport().set_cpu_per_call(0);
    transport().set_socket_timeouts(-1, -1);
    peer.set_is_stalled(false);
    net_tls_socket_set_deadlines(connection_.socket(), -1, -1);
    net_tls_socket_set_clock_limit(connection_.socket(), INT64_MAX);
    bool is_open = true;
    while (is_open && read_ < from_peer_.size()) {
      Done done = connection_.Read();
      is_open = done.outcome == NET_TLS_OK;
      Require(from_peer_.compare(read_, done.bytes.size(), done.bytes) == 0,
              "T7: not what the peer wrote");
      read_ += done.bytes.size();
    }
    bool was_handshaked = net_tls_socket_is_handshaked(connection_.socket());
    Done done = connection_.Close();
    peer.Run();
    Require(done.outcome == NET_TLS_OK, "T7: close failed");
    Require(peer.received() == accepted_, "T7: not what was accepted");
    Require(!was_handshaked || read_ == from_peer_.size(),
            "T7: what the peer wrote does not come out");
  }

  void Require(bool condition, const char *what) {
    if (!condition) {
      net_fuzz::Violation(what,
                          net_fuzz::DeadlinesScript(setup_, steps_) + "\n" + transport().LogText(),
                          net_fuzz::DeadlinesTest(setup_, steps_));
    }
  }

  Case case_;
  Connection connection_;
  net_fuzz::DeadlinesSetup setup_;
  int64_t receive_ms_ = -1;
  int64_t send_ms_ = -1;
  std::vector<DeadlinesStep> steps_;
  unsigned seed_ = 0;
  int key_updates_ = 0;
  std::string accepted_;
  std::string from_peer_;
  size_t read_ = 0;
  bool is_over_ = false;
  // What the peer was to write later comes too late.
  bool is_recovering_ = false;
  // Of the call under way.
  enum net_tls_operation_kind kind_ = NET_TLS_HANDSHAKE;
  Bounds bounds_ = {kNone, kNone, -1};
  int64_t start_ = 0;
  size_t first_ = 0;
  bool is_wait_ = false;
  bool is_close_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Tape tape(data, size);
  Case test_case;
  uint8_t header = tape.Next();
  test_case.is_client = (header & 1) != 0;
  test_case.version = (header & 2) != 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
  test_case.driver = static_cast<Driver>((header >> 2) % 3);
  net_fuzz::SharedConfig(test_case);
  net_fuzz::ResetRandom();
  Run(test_case, tape).Play(tape);
  return 0;
}
