// How a RecordRun ends: on a perfect network, on which everything that is owed comes out.

#include <openssl/err.h>

#include <algorithm>

#include "fuzz/record_run.h"

namespace net_fuzz {

namespace {

using net_testing::Done;

constexpr int64_t kLastDeadlineMs = 50;
constexpr size_t kLastCapacity = 65536;

bool IsAlertOf(const std::vector<uint8_t> &alerts, uint8_t description) {
  return std::find(alerts.begin(), alerts.end(), description) != alerts.end();
}

}  // namespace

void RecordRun::MakePerfect() {
  net_testing::VirtualTransport &transport = connection_.transport();
  transport.SetFaults("");
  transport.set_time_per_call(0);
  transport.set_cpu_per_call(0);
  if (is_holding_) {
    PeerHold();
  }
  if (is_dripping_) {
    Drip(0);
  }
  if (is_stalled_) {
    PeerStall(false);
  }
  transport.set_window(SIZE_MAX);
  transport.Advance(1);
}

void RecordRun::Finish() {
  bool was_closed = is_closed_;
  MakePerfect();
  if (!is_closed_) {
    net_tls_socket_set_clock_limit(connection_.socket(), INT64_MAX);
    SetDeadlines(kLastDeadlineMs, kLastDeadlineMs);
    Drain();
    if (!is_tls_closed_) {
      Write(5);
      Require(has_hard_fault_ || log_.events.back().outcome == NET_TLS_OK,
              "I12: a write on a perfect network is not ok");
    }
    bool was_handshaked = IsHandshaked();
    Close();
    Require(has_hard_fault_ || log_.events.back().outcome == NET_TLS_OK,
            "I12: close on a perfect network is not ok");
    CheckPeer();
    CheckEnd(was_handshaked);
  }
  if (was_closed) {
    CheckPeer();
    bool is_owed = is_notified_ && !has_hard_fault_;
    Require(!is_owed || connection_.peer().SawCloseNotify(),
            "I12: close is ok, and close_notify is missing");
    Require(!is_owed || connection_.peer().received() == accepted_,
            "I12: close is ok, and accepted bytes are missing");
  }
  connection_.Free();
  Require(connection_.transport().closes() == 1, "I6: the transport is not closed exactly once");
  Require(ERR_peek_error() == 0, "I14: an error is left in BoringSSL's queue");
}

// Everything that the peer has sent.
void RecordRun::Drain() {
  bool is_readable = IsHandshaked() || !is_tls_closed_;
  enum net_tls_outcome outcome = NET_TLS_OK;
  for (int reads = 0; outcome == NET_TLS_OK && reads < 1000; reads++) {
    Read(kLastCapacity);
    CheckPeer();
    auto is_last_read = [](const RecordEvent &event) {
      return event.operation == Operation::kRead;
    };
    outcome = std::find_if(log_.events.rbegin(), log_.events.rend(), is_last_read)->outcome;
  }
  if (has_hard_fault_ || !is_readable) {
    return;
  }
  Require(read_.size() == from_peer_.size(), "I12: what the peer wrote does not come out");
  Require(outcome == (has_peer_notified_ ? NET_TLS_CLOSED : NET_TLS_TIMEOUT),
          "I12: the last read on a perfect network is neither closed nor a timeout");
}

void RecordRun::CheckEnd(bool was_handshaked) {
  net_testing::Peer &peer = connection_.peer();
  if (!has_hard_fault_) {
    Require(peer.received() == accepted_, "I12: accepted bytes are missing");
    Require(!was_handshaked || peer.SawCloseNotify(), "I12: close_notify is missing");
    Require(connection_.transport().FarPending() == 0, "I11: bytes behind close_notify");
  }
  struct net_tls_alert alert;
  if (net_tls_socket_alert(connection_.socket(), &alert) && alert.sent && alert.fatal &&
      !is_send_refused_ && !is_receive_over_ && !is_sent_lost_ &&
      (!is_corrupted_ || was_handshaked) && !options_.make_memory_short) {
    bool is_peer_deaf = !peer.error().empty() && !IsAlertOf(peer.alerts(), alert.description);
    Require(is_peer_deaf ? has_hard_fault_ : IsAlertOf(peer.alerts(), alert.description),
            "I13: an alert that was sent is not on the wire");
  }
}

// After close nothing works, and the transport is left alone.
void RecordRun::CheckClosed() {
  net_testing::VirtualTransport &transport = connection_.transport();
  size_t calls = transport.log().size();
  Require(transport.closes() == 1, "I6: close has not closed the transport once");
  Require(net_tls_socket_pending(connection_.socket()) == 0, "I14: plaintext is left after close");
  Require(connection_.Handshake().outcome == NET_TLS_ERROR, "I6: a handshake after close");
  Require(connection_.Read(1).outcome == NET_TLS_ERROR, "I6: a read after close");
  Require(connection_.Write("x").outcome == NET_TLS_ERROR, "I6: a write after close");
  Require(connection_.TlsClose().outcome == NET_TLS_OK, "I6: tls_close after close fails");
  Require(connection_.Close().outcome == NET_TLS_OK, "I6: close after close fails");
  Require(net_tls_socket_wait(connection_.socket(), NET_TLS_WANT_READ) == NET_TLS_ERROR,
          "I6: a wait after close");
  Require(transport.log().size() == calls, "I6: the transport is used after close");
}

}  // namespace net_fuzz
