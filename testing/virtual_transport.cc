#include "testing/virtual_transport.h"

#include <errno.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <utility>

namespace net_testing {

namespace {

struct net_transport_result Ended(enum net_transport_status status) {
  return {status, 0, 0};
}
struct net_transport_result Failed(int error) {
  return {NET_TRANSPORT_ERROR, error, 0};
}
struct net_transport_result Moved(size_t count) {
  return {NET_TRANSPORT_OK, 0, count};
}

constexpr int kAny = 4;
constexpr int64_t kLateMs = 1000;

// The limit that a fault of the kind NUMBER sets.
size_t Limit(const Fault &fault, size_t length) {
  return fault.kind == Fault::kLimit ? std::min(length, static_cast<size_t>(fault.number)) : length;
}

int ListOf(char word) {
  size_t found = std::string("rswc").find(word);
  return found != std::string::npos ? static_cast<int>(found) : kAny;
}

}  // namespace

const struct net_transport_functions VirtualTransport::kFunctions = {
    [](void *context, void *buffer, size_t capacity) {
      return Self(context)->Receive(buffer, capacity);
    },
    [](void *context, const void *bytes, size_t length) {
      return Self(context)->Send(bytes, length);
    },
    [](void *context, unsigned directions, int64_t timeout_ms) {
      return Self(context)->Wait(directions, timeout_ms);
    },
    [](void *context) { return Self(context)->Close(); },
    [](void *context) { return Self(context)->now_; },
    [](void *context) { return Self(context)->cpu_; },
};

VirtualTransport::VirtualTransport(enum net_transport_mode mode, const std::string &faults)
    : mode_(mode) {
  SetFaults(faults);
}

struct net_transport VirtualTransport::transport() {
  return {&kFunctions, this};
}

void VirtualTransport::SetFaults(const std::string &faults) {
  SetFaults(std::vector<Fault>());
  int list = kAny;
  std::istringstream words(faults);
  std::string word;
  while (words >> word) {
    if (word.back() == ':') {
      list = ListOf(word[0]);
    } else {
      faults_[list].faults.push_back(ParseFault(word));
    }
  }
}

void VirtualTransport::SetFaults(std::vector<Fault> faults) {
  for (auto &list : faults_) {
    list.faults.clear();
    list.next = 0;
  }
  faults_[kAny].faults = std::move(faults);
}

Fault VirtualTransport::NextFault(TransportCall::Function function) {
  for (int number : {static_cast<int>(function), kAny}) {
    auto &list = faults_[number];
    if (list.next < list.faults.size() && (number != kAny || function != TransportCall::kClose)) {
      return list.faults[list.next++];
    }
  }
  return {};
}

// The near end.

bool VirtualTransport::IsReadable() const {
  return !to_near_.empty() || has_fin_ || is_reset_;
}

bool VirtualTransport::IsWritable() const {
  return to_far_.size() < window_ || is_reset_ || is_send_broken_;
}

bool VirtualTransport::IsReady(unsigned directions) const {
  return ((directions & NET_TRANSPORT_READABLE) != 0 && IsReadable()) ||
         ((directions & NET_TRANSPORT_WRITABLE) != 0 && IsWritable());
}

void VirtualTransport::Idle() {
  if (on_idle_ && !is_idling_) {
    is_idling_ = true;
    on_idle_();
    is_idling_ = false;
  }
}

// Lets time pass until the transport is ready or the time is up.
struct net_transport_result VirtualTransport::WaitReady(unsigned directions, int64_t timeout_ms) {
  int64_t deadline = timeout_ms < 0 || timeout_ms > (INT64_MAX - now_) / kMillisecond
                         ? INT64_MAX
                         : now_ + timeout_ms * kMillisecond;
  for (;;) {
    if (!IsReady(directions)) {
      Idle();
    }
    if (IsReady(directions)) {
      return Ended(NET_TRANSPORT_OK);
    }
    if (!events_.empty() && events_.begin()->first <= deadline) {
      now_ = std::max(now_, events_.begin()->first);
      RunEvent();
      continue;
    }
    if (deadline == INT64_MAX) {
      deadlocks_++;
      return Failed(EDEADLK);
    }
    now_ = deadline;
    return Ended(NET_TRANSPORT_TIMED_OUT);
  }
}

struct net_transport_result VirtualTransport::Blocked(unsigned direction,
                                                      int64_t socket_timeout_ms) {
  hindrances_++;
  if (mode_ == NET_TRANSPORT_BLOCKING) {
    return WaitReady(direction, socket_timeout_ms);
  }
  return Ended(NET_TRANSPORT_AGAIN);
}

bool VirtualTransport::ApplyCommonFault(const Fault &fault, struct net_transport_result *result) {
  switch (fault.kind) {
    case Fault::kInterrupted:
      *result = Ended(NET_TRANSPORT_INTERRUPTED);
      break;
    case Fault::kAgain:
      *result = Ended(NET_TRANSPORT_AGAIN);
      break;
    case Fault::kTimeout:
      *result = Ended(NET_TRANSPORT_TIMED_OUT);
      break;
    case Fault::kErrno:
      *result = Failed(fault.number);
      break;
    case Fault::kLate:
      late_ += kLateMs * kMillisecond;
      Advance(kLateMs);
      faults_applied_++;
      return false;
    default:
      return false;
  }
  faults_applied_++;
  return true;
}

// What changes the connection for good, before the call itself is looked at.
bool VirtualTransport::ApplyLastingFault(const Fault &fault, bool is_send) {
  if (fault.kind == Fault::kReset) {
    FarReset();
  } else if (fault.kind == Fault::kPipe && is_send) {
    is_send_broken_ = true;
  } else if (fault.kind != Fault::kEnd || is_send) {
    return false;
  }
  faults_applied_++;
  if (fault.kind != Fault::kReset) {
    is_far_gone_ = true;
    has_fin_ = true;
  }
  return true;
}

struct net_transport_result VirtualTransport::DoReceive(const Fault &fault, void *buffer,
                                                        size_t capacity) {
  struct net_transport_result result;
  if (ApplyCommonFault(fault, &result)) {
    return result;
  }
  if (ApplyLastingFault(fault, false)) {
    to_near_.clear();
  }
  if (!IsReadable()) {
    Idle();
  }
  if (!IsReadable()) {
    result = Blocked(NET_TRANSPORT_READABLE, receive_timeout_ms_);
    if (result.status != NET_TRANSPORT_OK) {
      return result;
    }
  }
  if (to_near_.empty() && is_reset_ && !is_reset_told_) {
    is_reset_told_ = true;
    return Failed(ECONNRESET);
  }
  if (to_near_.empty()) {
    return Ended(NET_TRANSPORT_END);
  }
  size_t limit = Limit(fault, capacity);
  faults_applied_ += limit < capacity ? 1 : 0;
  return Moved(to_near_.Take(static_cast<char *>(buffer), limit));
}

struct net_transport_result VirtualTransport::DoSend(const Fault &fault, const void *bytes,
                                                     size_t length) {
  struct net_transport_result result;
  if (ApplyCommonFault(fault, &result)) {
    return result;
  }
  if (fault.kind == Fault::kZero) {
    faults_applied_++;
    return Moved(0);
  }
  ApplyLastingFault(fault, true);
  if (!IsWritable()) {
    Idle();
  }
  if (!IsWritable()) {
    result = Blocked(NET_TRANSPORT_WRITABLE, send_timeout_ms_);
    if (result.status != NET_TRANSPORT_OK) {
      return result;
    }
  }
  if (is_reset_ && !is_reset_told_) {
    is_reset_told_ = true;
    return Failed(ECONNRESET);
  }
  if (is_reset_ || is_send_broken_) {
    return Failed(EPIPE);
  }
  return MoveOut(static_cast<const char *>(bytes), length, Limit(fault, length));
}

struct net_transport_result VirtualTransport::MoveOut(const char *bytes, size_t length,
                                                      size_t limit) {
  faults_applied_ += limit < length ? 1 : 0;
  size_t count = std::min(limit, window_ - to_far_.size());
  hindrances_ += count < limit ? 1 : 0;
  to_far_.Append(bytes, count);
  if (mode_ == NET_TRANSPORT_BLOCKING && limit == length && count < length) {
    return SendRest(bytes, count, length);
  }
  return Moved(count);
}

// As the kernel does, a send that blocks goes on until all is sent or its time is up.
struct net_transport_result VirtualTransport::SendRest(const char *bytes, size_t moved,
                                                       size_t length) {
  int64_t deadline = now_ + send_timeout_ms_ * kMillisecond;
  while (moved < length) {
    int64_t left = send_timeout_ms_ < 0 ? -1 : (deadline - now_) / kMillisecond;
    struct net_transport_result result = WaitReady(NET_TRANSPORT_WRITABLE, left);
    if (result.status != NET_TRANSPORT_OK) {
      result.count = result.status == NET_TRANSPORT_TIMED_OUT ? moved : 0;
      return result;
    }
    if (is_reset_ || is_send_broken_) {
      break;
    }
    size_t count = std::min(length - moved, window_ - to_far_.size());
    to_far_.Append(bytes + moved, count);
    moved += count;
  }
  return Moved(moved);
}

struct net_transport_result VirtualTransport::DoWait(const Fault &fault, unsigned directions,
                                                     int64_t timeout_ms) {
  struct net_transport_result result;
  if (fault.kind == Fault::kTimeout) {
    faults_applied_++;
    Advance(std::max<int64_t>(timeout_ms, 0));
    return Ended(NET_TRANSPORT_TIMED_OUT);
  }
  if (fault.kind != Fault::kAgain && ApplyCommonFault(fault, &result)) {
    return result;
  }
  if (fault.kind == Fault::kEarly && timeout_ms != 0) {
    faults_applied_++;
    return Ended(NET_TRANSPORT_OK);
  }
  return WaitReady(directions, timeout_ms);
}

// What is seen.

Fault VirtualTransport::Begin(TransportCall::Function function, bool is_empty) {
  static const char *const kNames[] = {"receive", "send", "wait", "close"};
  cpu_ += cpu_per_call_;
  now_ += time_per_call_;
  if (closes_ > 0) {
    misuses_.push_back(std::string(kNames[function]) + " after close");
  }
  if (is_empty) {
    misuses_.push_back(std::string(kNames[function]) + " of nothing");
  }
  if (ERR_peek_error() != 0) {
    misuses_.push_back(std::string(kNames[function]) + " with an error in BoringSSL's queue");
  }
  Fault fault = NextFault(function);
  hindrances_ += fault.kind != Fault::kNone ? 1 : 0;
  return fault;
}

struct net_transport_result VirtualTransport::Note(const TransportCall &call) {
  log_.push_back(call);
  log_.back().now = now_;
  return call.result;
}

std::string VirtualTransport::LogText() const {
  std::string text;
  for (const TransportCall &call : log_) {
    text += CallText(call) + '\n';
  }
  return text;
}

struct net_transport_result VirtualTransport::Receive(void *buffer, size_t capacity) {
  Fault fault = Begin(TransportCall::kReceive, capacity == 0);
  receives_++;
  struct net_transport_result result = DoReceive(fault, buffer, capacity);
  return Note({TransportCall::kReceive, 0, static_cast<int64_t>(capacity), fault, result, 0});
}

struct net_transport_result VirtualTransport::Send(const void *bytes, size_t length) {
  Fault fault = Begin(TransportCall::kSend, length == 0);
  sends_++;
  struct net_transport_result result = DoSend(fault, bytes, length);
  return Note({TransportCall::kSend, 0, static_cast<int64_t>(length), fault, result, 0});
}

struct net_transport_result VirtualTransport::Wait(unsigned directions, int64_t timeout_ms) {
  Fault fault = Begin(TransportCall::kWait, directions == 0);
  waits_++;
  struct net_transport_result result = DoWait(fault, directions, timeout_ms);
  return Note({TransportCall::kWait, directions, timeout_ms, fault, result, 0});
}

struct net_transport_result VirtualTransport::Close() {
  Fault fault = Begin(TransportCall::kClose, false);
  closes_++;
  struct net_transport_result result = Ended(NET_TRANSPORT_OK);
  ApplyCommonFault(fault, &result);
  return Note({TransportCall::kClose, 0, 0, fault, result, 0});
}

}  // namespace net_testing
