#include "conformance/runner/plain_alerts.h"

#include "conformance/runner/wire_names.h"

namespace conformance {

// An encrypted alert is longer (TLS 1.2), or has another type on the outside (TLS 1.3).
std::vector<int> PlainAlerts::Add(const std::string &bytes) {
  constexpr size_t kHeader = 5;
  std::vector<int> alerts;
  unread_ += bytes;
  auto byte = [this](size_t i) { return static_cast<uint8_t>(unread_[i]); };
  while (unread_.size() >= kHeader) {
    size_t length = kHeader + (byte(3) << 8 | byte(4));
    if (unread_.size() < length) {
      break;
    }
    if (byte(0) == kAlert && length == kHeader + 2) {
      alerts.push_back(byte(kHeader + 1));
    }
    unread_.erase(0, length);
  }
  return alerts;
}

}  // namespace conformance
