#include "testing/virtual_transport.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>

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

// The limit that a fault of the kind NUMBER sets.
size_t Limit(const std::string &fault, size_t length) {
  if (fault.empty() || isdigit(static_cast<unsigned char>(fault[0])) == 0) {
    return length;
  }
  return std::min<size_t>(length, std::max(1ul, strtoul(fault.c_str(), nullptr, 10)));
}

const char *StatusName(enum net_transport_status status) {
  static const char *const kNames[] = {"ok", "end", "again", "interrupted", "timeout", "error"};
  return kNames[status];
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
  faults_.clear();
  char function = 'a';
  std::istringstream words(faults);
  std::string word;
  while (words >> word) {
    if (word.back() == ':') {
      function = word[0];
    } else {
      faults_[function].push_back(word);
    }
  }
}

std::string VirtualTransport::NextFault(char function) {
  for (char list : {function, 'a'}) {
    std::deque<std::string> &words = faults_[list];
    if (!words.empty() && (list == function || function != 'c')) {
      std::string word = words.front();
      words.pop_front();
      return word == "ok" ? "" : word;
    }
  }
  return "";
}

// The far end.

void VirtualTransport::FarSend(const std::string &bytes) {
  if (is_far_gone_ || is_reset_) {
    return;
  }
  if (drip_length_ == 0) {
    to_near_ += bytes;
    return;
  }
  held_ += bytes;
  if (!is_drip_due_) {
    is_drip_due_ = true;
    After(drip_interval_, [this] { DripOnce(); });
  }
}

void VirtualTransport::Drip(size_t length, int64_t interval_ms) {
  drip_length_ = length;
  drip_interval_ = interval_ms;
}

void VirtualTransport::DripOnce() {
  size_t length = std::min(held_.size(), drip_length_);
  to_near_ += held_.substr(0, length);
  held_.erase(0, length);
  is_drip_due_ = !held_.empty();
  if (is_drip_due_) {
    After(drip_interval_, [this] { DripOnce(); });
  }
}

std::string VirtualTransport::FarReceive(size_t length) {
  std::string bytes = to_far_.substr(0, length);
  to_far_.erase(0, bytes.size());
  return bytes;
}

void VirtualTransport::FarReset() {
  is_reset_ = true;
  held_.clear();
  to_far_.clear();
}

// Time.

void VirtualTransport::After(int64_t delay_ms, std::function<void()> action) {
  events_.emplace(now_ + delay_ms * kMillisecond, std::move(action));
}

// Runs the next thing that is due.
bool VirtualTransport::RunEvent() {
  if (events_.empty() || events_.begin()->first > now_) {
    return false;
  }
  std::function<void()> action = std::move(events_.begin()->second);
  events_.erase(events_.begin());
  action();
  return true;
}

void VirtualTransport::Advance(int64_t milliseconds) {
  now_ += milliseconds * kMillisecond;
  while (RunEvent()) {
  }
}

void VirtualTransport::set_socket_timeouts(int64_t receive_ms, int64_t send_ms) {
  receive_timeout_ms_ = receive_ms;
  send_timeout_ms_ = send_ms;
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
  if (mode_ == NET_TRANSPORT_BLOCKING) {
    return WaitReady(direction, socket_timeout_ms);
  }
  return Ended(NET_TRANSPORT_AGAIN);
}

bool VirtualTransport::ApplyCommonFault(const std::string &fault,
                                        struct net_transport_result *result) {
  if (fault == "intr") {
    *result = Ended(NET_TRANSPORT_INTERRUPTED);
  } else if (fault == "again") {
    *result = Ended(NET_TRANSPORT_AGAIN);
  } else if (fault == "timeout") {
    *result = Ended(NET_TRANSPORT_TIMED_OUT);
  } else if (fault.size() > 1 && fault[0] == 'e' && isdigit(fault[1]) != 0) {
    *result = Failed(atoi(fault.c_str() + 1));
  } else {
    return false;
  }
  faults_applied_++;
  return true;
}

struct net_transport_result VirtualTransport::DoReceive(const std::string &fault, void *buffer,
                                                        size_t capacity) {
  struct net_transport_result result;
  if (ApplyCommonFault(fault, &result)) {
    return result;
  }
  if (fault == "reset") {
    faults_applied_++;
    FarReset();
    to_near_.clear();
  } else if (fault == "end") {
    faults_applied_++;
    to_near_.clear();
    is_far_gone_ = true;
    has_fin_ = true;
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
  size_t count = std::min(limit, to_near_.size());
  memcpy(buffer, to_near_.data(), count);
  to_near_.erase(0, count);
  return Moved(count);
}

struct net_transport_result VirtualTransport::DoSend(const std::string &fault, const void *bytes,
                                                     size_t length) {
  struct net_transport_result result;
  if (ApplyCommonFault(fault, &result)) {
    return result;
  }
  if (fault == "zero") {
    faults_applied_++;
    return Moved(0);
  }
  if (fault == "reset") {
    faults_applied_++;
    FarReset();
  } else if (fault == "pipe") {
    faults_applied_++;
    is_send_broken_ = true;
    is_far_gone_ = true;
    has_fin_ = true;
  }
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
  size_t limit = Limit(fault, length);
  faults_applied_ += limit < length ? 1 : 0;
  size_t count = std::min(limit, window_ - to_far_.size());
  to_far_.append(static_cast<const char *>(bytes), count);
  if (mode_ == NET_TRANSPORT_BLOCKING && limit == length && count < length) {
    return SendRest(static_cast<const char *>(bytes), count, length);
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
    to_far_.append(bytes + moved, count);
    moved += count;
  }
  return Moved(moved);
}

struct net_transport_result VirtualTransport::DoWait(const std::string &fault, unsigned directions,
                                                     int64_t timeout_ms) {
  struct net_transport_result result;
  if (fault == "timeout") {
    faults_applied_++;
    Advance(std::max<int64_t>(timeout_ms, 0));
    return Ended(NET_TRANSPORT_TIMED_OUT);
  }
  if (fault != "again" && ApplyCommonFault(fault, &result)) {
    return result;
  }
  if (fault == "early" && timeout_ms != 0) {
    faults_applied_++;
    return Ended(NET_TRANSPORT_OK);
  }
  return WaitReady(directions, timeout_ms);
}

// What is seen.

void VirtualTransport::NoteCall(const char *function, size_t length) {
  cpu_ += cpu_per_call_;
  now_ += time_per_call_;
  if (closes_ > 0) {
    misuses_.push_back(std::string(function) + " after close");
  }
  if (length == 0) {
    misuses_.push_back(std::string(function) + " of nothing");
  }
  if (ERR_peek_error() != 0) {
    misuses_.push_back(std::string(function) + " with an error in BoringSSL's queue");
  }
}

struct net_transport_result VirtualTransport::Note(const char *function, size_t asked,
                                                   const std::string &fault,
                                                   struct net_transport_result result) {
  std::ostringstream line;
  line << function << ' ' << static_cast<ssize_t>(asked);
  if (!fault.empty()) {
    line << " [" << fault << ']';
  }
  line << ": " << StatusName(result.status);
  if (result.status == NET_TRANSPORT_OK && result.count > 0) {
    line << ' ' << result.count;
  } else if (result.status == NET_TRANSPORT_ERROR) {
    line << ' ' << result.error;
  }
  log_.push_back(line.str());
  return result;
}

std::string VirtualTransport::LogText() const {
  std::string text;
  for (const std::string &line : log_) {
    text += line + '\n';
  }
  return text;
}

struct net_transport_result VirtualTransport::Receive(void *buffer, size_t capacity) {
  NoteCall("receive", capacity);
  receives_++;
  std::string fault = NextFault('r');
  return Note("receive", capacity, fault, DoReceive(fault, buffer, capacity));
}

struct net_transport_result VirtualTransport::Send(const void *bytes, size_t length) {
  NoteCall("send", length);
  sends_++;
  std::string fault = NextFault('s');
  return Note("send", length, fault, DoSend(fault, bytes, length));
}

struct net_transport_result VirtualTransport::Wait(unsigned directions, int64_t timeout_ms) {
  NoteCall("wait", directions);
  waits_++;
  std::string fault = NextFault('w');
  return Note(directions == NET_TRANSPORT_READABLE   ? "wait readable"
              : directions == NET_TRANSPORT_WRITABLE ? "wait writable"
                                                     : "wait both",
              static_cast<size_t>(timeout_ms), fault, DoWait(fault, directions, timeout_ms));
}

struct net_transport_result VirtualTransport::Close() {
  NoteCall("close", 1);
  closes_++;
  std::string fault = NextFault('c');
  struct net_transport_result result = Ended(NET_TRANSPORT_OK);
  ApplyCommonFault(fault, &result);
  return Note("close", 0, fault, result);
}

}  // namespace net_testing
