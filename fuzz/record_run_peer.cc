// What the peer and the network do in a RecordRun.

#include <algorithm>

#include "fuzz/record_bytes.h"
#include "fuzz/record_run.h"

namespace net_fuzz {

namespace {

// BoringSSL ends a connection with more than 32 in a row.
constexpr int kToleratedKeyUpdates = 32;
constexpr int64_t kHourMs = 3600000;
constexpr size_t kMostInDrips = 200;

constexpr int64_t kDelays[] = {1, 5, 10, 50, 99, 100, 150, 2000};

constexpr uint8_t kAlerts[] = {
    SSL_AD_UNEXPECTED_MESSAGE, SSL_AD_BAD_RECORD_MAC, SSL_AD_HANDSHAKE_FAILURE, SSL_AD_UNKNOWN_CA,
    SSL_AD_INTERNAL_ERROR,     SSL_AD_USER_CANCELLED, SSL_AD_NO_RENEGOTIATION,  255};

struct DripKind {
  size_t length;
  int64_t interval_ms;
};
constexpr DripKind kDrips[] = {{0, 0}, {1, 1}, {50, 1}, {3000, 10}, {20000, 40}, {5, 30}};

#if defined(BORINGSSL_UNSAFE_FUZZER_MODE)
constexpr bool kIsPlaintext = true;
#else
constexpr bool kIsPlaintext = false;
#endif

// In BoringSSL's fuzzer mode records are what they would be before encryption.
std::string WarningRecord(bool is_tls13, uint8_t description) {
  std::string content = {1, static_cast<char>(description)};
  content += is_tls13 ? "\x15" : "";
  std::string header = {is_tls13 ? '\x17' : '\x15', 3, 3, 0, static_cast<char>(content.size())};
  return header + content;
}

}  // namespace

void RecordRun::OperateFar(Operation operation, uint8_t argument) {
  switch (operation) {
    case Operation::kPeerWrite:
      return PeerWrite(std::max<size_t>(LengthOf(argument), 1));
    case Operation::kPeerKeyUpdate:
      return PeerKeyUpdate((argument & 1) != 0);
    case Operation::kPeerCloseNotify:
      return PeerCloseNotify();
    case Operation::kPeerFatalAlert:
      return PeerFatalAlert(argument);
    case Operation::kPeerWarning:
      return PeerWarning(argument);
    case Operation::kPeerHold:
      return PeerHold();
    case Operation::kPeerStall:
      return PeerStall(!is_stalled_);
    case Operation::kPeerLater:
      return PeerLater(argument);
    case Operation::kAdvance:
      Note(operation, argument);
      return connection_.transport().Advance(argument);
    case Operation::kFin:
      return Fin();
    case Operation::kReset:
      return Reset();
    case Operation::kInject:
      return Inject(argument);
    case Operation::kCorrupt:
      return Corrupt(argument);
    case Operation::kDrip:
      return Drip(argument);
    default:
      Note(Operation::kWindow, static_cast<int64_t>(WindowOf(argument)));
      return connection_.transport().set_window(
          is_stalled_ ? std::min<size_t>(WindowOf(argument), 3000) : WindowOf(argument));
  }
}

bool RecordRun::PeerCanSend() {
  net_testing::Peer &peer = connection_.peer();
  return peer.IsHandshaked() && !is_peer_done_ && peer.error().empty();
}

void RecordRun::PeerWrite(size_t length) {
  if (PeerCanSend()) {
    std::string bytes =
        RecordBytes(is_dripping_ ? std::min(length, kMostInDrips) : length, seed_++);
    Note(Operation::kPeerWrite, static_cast<int64_t>(bytes.size()));
    connection_.peer().Write(bytes);
    from_peer_ += bytes;
  }
}

void RecordRun::PeerKeyUpdate(bool requests) {
  if (PeerCanSend() && input_.test_case.version == TLS1_3_VERSION) {
    Note(Operation::kPeerKeyUpdate, requests ? 1 : 0);
    connection_.peer().KeyUpdate(requests);
    has_many_key_updates_ |= ++peer_key_updates_ > kToleratedKeyUpdates / 2;
    has_hard_fault_ |= has_many_key_updates_;
  }
}

void RecordRun::PeerCloseNotify() {
  if (PeerCanSend()) {
    Note(Operation::kPeerCloseNotify);
    connection_.peer().CloseNotify();
    has_peer_notified_ = true;
    is_peer_done_ = true;
  }
}

void RecordRun::PeerFatalAlert(uint8_t argument) {
  if (!is_peer_done_ && connection_.peer().error().empty()) {
    uint8_t description = kAlerts[argument % sizeof(kAlerts)];
    Note(Operation::kPeerFatalAlert, description);
    connection_.peer().SendFatalAlert(description);
    is_peer_done_ = true;
    has_hard_fault_ = true;
  }
}

void RecordRun::PeerWarning(uint8_t argument) {
  if (PeerCanSend() && kIsPlaintext && !is_holding_) {
    uint8_t description = kAlerts[argument % sizeof(kAlerts)];
    Note(Operation::kPeerWarning, description);
    connection_.transport().FarSend(
        WarningRecord(input_.test_case.version == TLS1_3_VERSION, description));
    has_hard_fault_ = true;
    is_corrupted_ = true;
  }
}

// Several records, or a flight and what follows it, come in one piece.
void RecordRun::PeerHold() {
  Note(Operation::kPeerHold, is_holding_ ? 0 : 1);
  is_holding_ = !is_holding_;
  if (is_holding_) {
    connection_.peer().Hold();
  } else {
    connection_.peer().Release();
  }
}

// Who was rescued once is not rescued again. And where a transport sleeps in send, how much was
// received before makes a difference.
void RecordRun::PeerStall(bool is_stalled) {
  if (is_stalled && (is_rescued_ || (options_.is_comparable && IsBlocking()))) {
    return;
  }
  Note(Operation::kPeerStall, is_stalled ? 1 : 0);
  is_stalled_ = is_stalled;
  connection_.peer().set_is_stalled(is_stalled);
  connection_.transport().set_window(is_stalled ? std::min<size_t>(input_.window, 3000)
                                                : input_.window);
}

// In the middle of an operation, if one is under way by then.
void RecordRun::PeerLater(uint8_t argument) {
  int64_t delay = kDelays[argument & 7];
  int action = (argument >> 3) & 7;
  Note(Operation::kPeerLater, delay, action);
  connection_.transport().After(delay, [this, action] {
    switch (action) {
      case 0:
        return PeerWrite(5);
      case 1:
        return PeerWrite(16385);
      case 2:
        return PeerCloseNotify();
      case 3:
        return PeerStall(false);
      case 4:
        return Fin();
      case 5:
        return PeerKeyUpdate(true);
      case 6:
        return is_holding_ ? PeerHold() : PeerWrite(100);
      default:
        return PeerFatalAlert(4);
    }
  });
}

void RecordRun::Fin() {
  if (options_.is_comparable && is_dripping_) {
    return;
  }
  Note(Operation::kFin);
  is_peer_done_ = true;
  has_hard_fault_ = true;
  has_fin_ = true;
  connection_.transport().FarFin();
}

void RecordRun::Reset() {
  if (options_.is_comparable) {
    return;
  }
  Note(Operation::kReset);
  is_peer_done_ = true;
  has_hard_fault_ = true;
  has_fin_ = true;
  is_lossy_ |= is_holding_ || is_dripping_;
  is_sent_lost_ |= connection_.transport().FarPending() > 0;
  connection_.transport().FarReset();
}

void RecordRun::Inject(uint8_t length) {
  std::string bytes;
  for (size_t i = 0; i < length % 64; i++) {
    bytes += static_cast<char>(input_.operations.Next());
  }
  Note(Operation::kInject, static_cast<int64_t>(bytes.size()));
  log_.texts[log_.events.size() - 1] = bytes;
  has_hard_fault_ = true;
  is_forged_ |= kIsPlaintext;
  is_corrupted_ = true;
  connection_.transport().FarSend(bytes);
}

void RecordRun::Corrupt(uint8_t argument) {
  size_t offset = size_t{argument} * 37;
  auto mask = static_cast<uint8_t>(1 << (argument & 7));
  if (!options_.is_comparable && connection_.transport().Corrupt(offset, mask)) {
    Note(Operation::kCorrupt, static_cast<int64_t>(offset), mask);
    has_hard_fault_ = true;
    is_forged_ |= kIsPlaintext;
    is_corrupted_ = true;
  }
}

void RecordRun::Drip(uint8_t argument) {
  const DripKind &drip = kDrips[argument % (sizeof(kDrips) / sizeof(kDrips[0]))];
  Note(Operation::kDrip, static_cast<int64_t>(drip.length), drip.interval_ms);
  is_dripping_ = drip.length != 0;
  connection_.transport().Drip(drip.length, drip.interval_ms);
}

// Who sleeps without a deadline sleeps until the peer does something: it does, an hour later.
void RecordRun::ArmRescue() {
  if (receive_ms_ < 0 || send_ms_ < 0) {
    connection_.transport().After(kHourMs, [this, number = operations_] {
      if (is_operating_ && operations_ == number && !is_rescued_) {
        Rescue();
      }
    });
  }
}

void RecordRun::Rescue() {
  Operation operation = Operation::kHandshake;
  for (const RecordEvent &event : log_.events) {
    operation = event.is_during ? operation : event.operation;
  }
  bool is_network_good = !has_hard_fault_ && !is_stalled_ && !is_holding_ && !is_dripping_;
  bool only_reads = operation == Operation::kRead || operation == Operation::kPeek;
  bool only_waits = operation == Operation::kWait;
  Require(!is_network_good || only_waits || (IsHandshaked() && only_reads),
          "I10: each side waits for the other one");
  is_rescued_ = true;
  if (is_dripping_) {
    Drip(0);
  }
  Fin();
  is_stalled_ = false;
  connection_.peer().set_is_stalled(false);
  connection_.transport().set_window(SIZE_MAX);
}

}  // namespace net_fuzz
