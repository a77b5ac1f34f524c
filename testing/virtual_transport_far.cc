#include <algorithm>
#include <utility>

#include "testing/virtual_transport.h"

namespace net_testing {

// The far end.

void VirtualTransport::FarSend(const std::string &bytes) {
  if (is_far_gone_ || is_reset_) {
    return;
  }
  if (drip_length_ == 0) {
    to_near_.Append(bytes.data(), bytes.size());
    return;
  }
  held_.Append(bytes.data(), bytes.size());
  if (!is_drip_due_) {
    is_drip_due_ = true;
    After(drip_interval_, [this] { DripOnce(); });
  }
}

void VirtualTransport::Drip(size_t length, int64_t interval_ms) {
  drip_length_ = length;
  drip_interval_ = interval_ms;
  if (length == 0) {
    std::string bytes = held_.Take(SIZE_MAX);
    to_near_.Append(bytes.data(), bytes.size());
  }
}

void VirtualTransport::DripOnce() {
  hindrances_++;
  std::string drop = held_.Take(drip_length_);
  to_near_.Append(drop.data(), drop.size());
  is_drip_due_ = !held_.empty();
  if (is_drip_due_) {
    After(drip_interval_, [this] { DripOnce(); });
  }
}

size_t VirtualTransport::FarReceive(char *out, size_t capacity) {
  return to_far_.Take(out, capacity);
}

std::string VirtualTransport::FarReceive(size_t length) {
  return to_far_.Take(length);
}

bool VirtualTransport::Corrupt(size_t offset, uint8_t mask) {
  size_t pending = NearPending();
  if (pending == 0) {
    return false;
  }
  offset %= pending;
  char &byte = offset < to_near_.size() ? to_near_[offset] : held_[offset - to_near_.size()];
  byte = static_cast<char>(byte ^ mask);
  return true;
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

}  // namespace net_testing
