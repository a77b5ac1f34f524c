// The invariants that are about time and the calls of the transport (record_invariants.h).

#include <errno.h>

#include <algorithm>

#include "fuzz/record_run.h"

namespace net_fuzz {

namespace {

using net_testing::Done;
using net_testing::TransportCall;
using net_testing::VirtualTransport;

bool IsReading(Operation operation, int64_t argument) {
  return operation == Operation::kHandshake || operation == Operation::kRead ||
         operation == Operation::kPeek || (operation == Operation::kWait && argument == 0) ||
         (operation == Operation::kAttempt && argument < 0);
}

bool SaysThatThePeerIsGone(const struct net_transport_result &result) {
  return result.status == NET_TRANSPORT_ERROR &&
         (result.error == EPIPE || result.error == ECONNRESET);
}

}  // namespace

// What the calls say of what may follow them, and which faults have struck.
void RecordRun::CheckCalls(const Before &before) {
  const std::vector<TransportCall> &calls = connection_.transport().log();
  for (size_t i = before.calls; i < calls.size(); i++) {
    const TransportCall &call = calls[i];
    bool is_error = call.result.status == NET_TRANSPORT_ERROR;
    has_hard_fault_ |= is_error || !IsSoft(call.fault);
    has_fin_ |=
        call.fault.kind == net_testing::Fault::kEnd || call.fault.kind == net_testing::Fault::kPipe;
    bool is_send = call.function == TransportCall::kSend;
    is_receive_kept_back_ |=
        is_send_refused_ && !is_send && call.fault.kind != net_testing::Fault::kNone;
    has_wait_failed_ |= is_error && call.function == TransportCall::kWait;
    bool drops = call.fault.kind == net_testing::Fault::kEnd ||
                 call.fault.kind == net_testing::Fault::kPipe ||
                 call.fault.kind == net_testing::Fault::kReset ||
                 (call.fault.kind == net_testing::Fault::kErrno && !is_send);
    bool is_final = drops || (is_send && SaysThatThePeerIsGone(call.result));
    // A send's fault drops what the peer does after it: in the same operation.
    is_lossy_ |= (drops && (!is_send || log_.events.back().is_during)) ||
                 (is_final && (is_holding_ || is_dripping_));
    // What it sends from now on comes to nobody.
    is_peer_done_ |= is_final;
    if (is_error) {
      errnos_.insert(call.result.error);
    }
    if (is_send) {
      owed_ = call.asked - static_cast<int64_t>(call.result.count);
      Require(!is_send_refused_, "I5: a send after the transport has refused one");
      is_send_refused_ = is_error;
    } else if (call.function == TransportCall::kReceive) {
      Require(!is_receive_over_, "I5: a receive after the transport's last one");
      is_receive_over_ = is_error || call.result.status == NET_TRANSPORT_END;
    }
  }
}

void RecordRun::CheckTime(const Before &before, const Done &done, Operation operation) {
  const RecordEvent &event = log_.events[before.event];
  bool reads = IsReading(operation, event.argument);
  int64_t own = reads ? receive_ms_ : send_ms_;
  int64_t other = reads ? send_ms_ : receive_ms_;
  VirtualTransport &transport = connection_.transport();
  auto num_calls = static_cast<int64_t>(event.last_call - event.first_call);
  int64_t elapsed = transport.now() - before.now;
  int64_t excused = transport.late() - before.late + (num_calls + 1) * input_.time_per_call +
                    VirtualTransport::kMillisecond;
  int64_t limit = own >= 0 ? own : other;
  bool is_blocking = IsBlocking() && operation != Operation::kWait;
  if (done.outcome == NET_TLS_TIMEOUT && is_blocking) {
    CheckBlockingTimeout(before, elapsed, limit);
  } else if (done.outcome == NET_TLS_TIMEOUT) {
    const std::vector<TransportCall> &calls = transport.log();
    bool is_told = false;
    for (size_t i = event.first_call; i < event.last_call; i++) {
      is_told |= calls[i].function != TransportCall::kWait &&
                 calls[i].result.status == NET_TRANSPORT_TIMED_OUT;
    }
    Require(is_told || limit >= 0, "I4: a timeout without a deadline");
    Require(is_told || elapsed >= limit * VirtualTransport::kMillisecond,
            "I4: a timeout before the deadline");
  }
  // In blocking mode each call of the transport may sleep as long as its own timeout says.
  int64_t longest = is_blocking ? (own >= 0 && other >= 0 ? 2 * std::max(own, other) : -1) : own;
  Require(own < 0 || longest < 0 || elapsed <= longest * VirtualTransport::kMillisecond + excused,
          "I4: an operation ends after its deadline");
}

void RecordRun::CheckBlockingTimeout(const Before &before, int64_t elapsed, int64_t limit_ms) {
  const std::vector<TransportCall> &calls = connection_.transport().log();
  bool is_told = false;
  for (size_t i = before.calls; i < calls.size(); i++) {
    is_told |= calls[i].result.status == NET_TRANSPORT_TIMED_OUT;
  }
  auto num_calls = static_cast<int64_t>(calls.size() - before.calls);
  bool is_busy =
      input_.cpu_per_call > 0 && num_calls * input_.cpu_per_call >= NET_TLS_DEFAULT_CLOCK_LIMIT;
  bool is_over = limit_ms >= 0 && elapsed >= limit_ms * VirtualTransport::kMillisecond;
  Require(is_told || is_busy || is_over, "I4: a timeout that nothing explains");
}

// The clock limit ends calls that get nowhere.
void RecordRun::CheckBusyness(const Before &before) {
  const std::vector<TransportCall> &calls = connection_.transport().log();
  if (!IsBlocking() || input_.cpu_per_call == 0 || connection_.transport().late() > before.late) {
    return;
  }
  int64_t busy = 0;
  for (size_t i = before.calls; i < calls.size(); i++) {
    bool is_idle = calls[i].result.status == NET_TRANSPORT_AGAIN;
    busy = is_idle ? busy + input_.cpu_per_call : 0;
    Require(busy <= NET_TLS_DEFAULT_CLOCK_LIMIT + 2 * input_.cpu_per_call,
            "I4: busy beyond the clock limit");
  }
}

// Ok from these means that the transport has taken all that is owed, and from a tls_close that has
// nothing to notify at least that it does not matter.
void RecordRun::CheckAllSent(const Before &before, const Done &done, Operation operation) {
  bool sends_all = operation == Operation::kHandshake || operation == Operation::kTlsClose ||
                   operation == Operation::kClose;
  bool is_close = operation == Operation::kTlsClose || operation == Operation::kClose;
  if (!sends_all || is_end_told_ || options_.make_memory_short) {
    return;
  }
  Require(operation != Operation::kTlsClose || before.was_handshaked || done.outcome == NET_TLS_OK,
          "I11: tls_close has nothing to notify and is not ok");
  const std::vector<TransportCall> &calls = connection_.transport().log();
  const TransportCall *last = nullptr;
  for (size_t i = before.calls; i < calls.size(); i++) {
    last = calls[i].function == TransportCall::kSend ? &calls[i] : last;
  }
  if (done.outcome != NET_TLS_OK || last == nullptr) {
    return;
  }
  bool is_whole = last->result.status == NET_TRANSPORT_OK &&
                  last->result.count == static_cast<size_t>(last->asked);
  bool is_gone = last->result.status == NET_TRANSPORT_ERROR && is_close &&
                 (has_peer_notified_ || has_read_close_);
  Require(is_whole || is_gone, "I3: ok, and the transport has not taken all that is owed");
}

// Each call moves what there is, or is hindered; a few more are for a handshake's flights and for
// waits.
void RecordRun::CheckCost(const Before &before) {
  VirtualTransport &transport = connection_.transport();
  const std::vector<TransportCall> &calls = transport.log();
  size_t moved = 0;
  for (size_t i = before.calls; i < calls.size(); i++) {
    moved += calls[i].result.count;
  }
  constexpr size_t kFree = 24;
  constexpr size_t kForHindrance = 4;
  constexpr size_t kForBytes = 8192;
  // What the peer did meanwhile came in pieces of its own.
  size_t events = log_.events.size() - before.event - 1;
  size_t hindrances = static_cast<size_t>(transport.hindrances() - before.hindrances) + events;
  Require(calls.size() - before.calls <= kFree + kForHindrance * hindrances + moved / kForBytes,
          "I9: more calls of the transport than what hindered them explains");
}

// tls_close does not look at what the peer sends; close throws away what is there already.
void RecordRun::CheckClose(const Before &before, const Done &done, Operation operation) {
  if (operation != Operation::kTlsClose && operation != Operation::kClose) {
    return;
  }
  const std::vector<TransportCall> &calls = connection_.transport().log();
  for (size_t i = before.calls; i < calls.size(); i++) {
    const TransportCall &call = calls[i];
    bool waits = call.function == TransportCall::kWait && call.asked != 0 &&
                 (call.directions & NET_TRANSPORT_READABLE) != 0;
    bool receives = operation == Operation::kTlsClose && !is_send_refused_ &&
                    call.function == TransportCall::kReceive;
    Require(!waits && !receives, "I11: tls_close waits for the peer");
  }
  bool is_only_gone = std::all_of(errnos_.begin(), errnos_.end(), [](int number) {
    return number == EPIPE || number == ECONNRESET;
  });
  // More than a close_notify may be owed.
  bool owes_more = compared_ < accepted_.size() || key_updates_ > 0;
  Require(done.outcome != NET_TLS_ERROR || !has_read_close_ || has_wait_failed_ ||
              before.was_send_refused || !is_only_gone || owes_more || is_forged_ ||
              options_.make_memory_short,
          "I11: a peer that has closed and gone makes close fail");
  bool is_hindered = connection_.transport().hindrances() > before.hindrances;
  Require(operation == Operation::kTlsClose || has_hard_fault_ || is_hindered || is_dripping_ ||
              !sticky_.empty() || connection_.transport().NearArrived() == 0,
          "I11: close over unread input, for which a kernel resets the connection");
}

}  // namespace net_fuzz
