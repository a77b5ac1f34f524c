// The invariants that are about results and bytes (record_invariants.h).

#include <errno.h>
#include <openssl/err.h>
#include <string.h>

#include <algorithm>

#include "fuzz/record_run.h"
#include "fuzz/script.h"
#include "fuzz/violation.h"

namespace net_fuzz {

namespace {

using net_testing::Done;

constexpr uint8_t kCloseNotify = 0;

bool Has(const std::string &text, const char *part) {
  return text.find(part) != std::string::npos;
}

bool IsTransfer(Operation operation) {
  return operation == Operation::kHandshake || operation == Operation::kRead ||
         operation == Operation::kPeek || operation == Operation::kWrite ||
         operation == Operation::kKeyUpdate || operation == Operation::kAttempt;
}

// An error of the call and not of the connection.
bool IsOfCall(const std::string &error) {
  return Has(error, "the socket's TLS is closed") || Has(error, "Invalid argument") ||
         Has(error, "have no key update") || Has(error, "unsupported want type");
}

// BoringSSL's reasons are words in capitals.
bool HasReason(const std::string &error) {
  auto is_capital = [](char character) {
    return (character >= 'A' && character <= 'Z') || character == '_';
  };
  return std::search_n(error.begin(), error.end(), 6, true,
                       [&](char character, bool) { return is_capital(character); }) != error.end();
}

// "read failed: …", or the one text that a reset has whoever notices it.
bool NamesItsOperation(const std::string &error) {
  static const char *const kOperations[] = {"handshake",  "read",      "peek",  "write",
                                            "key_update", "tls_close", "close", "poll_wait"};
  if (error == strerror(ECONNRESET) || error == "unsupported want type") {
    return true;
  }
  size_t end = error.find(" failed: ");
  return end != std::string::npos &&
         std::any_of(std::begin(kOperations), std::end(kOperations),
                     [&](const char *operation) { return error.compare(0, end, operation) == 0; });
}

bool IsAboutMemory(const std::string &error) {
  return Has(error, "out of memory") || Has(error, "Cannot allocate memory");
}

}  // namespace

void RecordRun::Require(bool condition, const char *message) {
  if (!condition) {
    Require(condition, std::string(message));
  }
}

void RecordRun::Require(bool condition, const std::string &message) {
  if (!condition && InvariantsAreOn()) {
    Violation(message, ScriptOf(input_, log_, calls()), TestOf(message, input_, log_));
  }
}

void RecordRun::CheckShape(const Done &done, Operation operation) {
  bool is_want = done.outcome == NET_TLS_WANT_READ || done.outcome == NET_TLS_WANT_WRITE;
  Require(!is_want || operation == Operation::kAttempt, "I1: a want is no outcome of a whole call");
  Require((done.outcome == NET_TLS_ERROR) == !done.error.empty(),
          "I1: an error without a text, or a text without an error");
  Require(done.outcome != NET_TLS_CLOSED || IsTransfer(operation),
          "I1: closed is no outcome of this call");
  Require(connection_.transport().misuses().empty(),
          "I14: misuse of the transport: " + (connection_.transport().misuses().empty()
                                                  ? std::string()
                                                  : connection_.transport().misuses().front()));
  Require(ERR_peek_error() == 0, "I14: an operation has left an error in BoringSSL's queue");
}

bool RecordRun::NamesItsCause(const std::string &error) {
  if (Has(error, "alert") || Has(error, "end of stream") || Has(error, "verification failed: ") ||
      HasReason(error) || IsOfCall(error) || error == sticky_) {
    return true;
  }
  if (options_.make_memory_short && IsAboutMemory(error)) {
    return true;
  }
  return std::any_of(errnos_.begin(), errnos_.end(),
                     [&](int number) { return Has(error, strerror(number)); });
}

void RecordRun::CheckError(const Done &done) {
  if (done.outcome != NET_TLS_ERROR) {
    return;
  }
  Require(!Has(done.error, "Interrupted"), "I7: EINTR comes out");
  Require(!Has(done.error, "temporarily"), "I7: EAGAIN comes out");
  Require(!Has(done.error, "Success"), "I5: an error says Success");
  // Where there is no memory for a text, there is none but this.
  bool is_bare = options_.make_memory_short && done.error == "out of memory";
  Require(is_bare || NamesItsOperation(done.error),
          "I5: an error does not name its operation: " + done.error);
  Require(NamesItsCause(done.error), "I5: an error does not name its cause: " + done.error);
  Require(has_hard_fault_ || IsOfCall(done.error),
          "I12: an error on a network without hard faults: " + done.error);
}

void RecordRun::CheckSticky(const Before &before, const Done &done, Operation operation) {
  if (!IsTransfer(operation)) {
    return;
  }
  is_end_told_ |= done.outcome == NET_TLS_ERROR && !IsOfCall(done.error) && !is_send_refused_;
  if (!sticky_.empty()) {
    bool is_want = done.outcome == NET_TLS_WANT_WRITE;
    Require(is_want || done.outcome == NET_TLS_ERROR, "I5: the connection's error is forgotten");
    Require(is_want || done.error == sticky_, "I5: another error than before: " + done.error);
    Require(connection_.transport().receives() == before.receives,
            "I5: the socket receives after an error");
    return;
  }
  // After the handshake, handshake only says what a write would.
  bool reads = operation == Operation::kRead || operation == Operation::kPeek ||
               (operation == Operation::kHandshake && !before.was_handshaked);
  if (done.outcome == NET_TLS_ERROR && reads && !IsOfCall(done.error)) {
    sticky_ = done.error;
  }
  bool writes = operation == Operation::kWrite || operation == Operation::kKeyUpdate;
  Require(!writes || done.outcome != NET_TLS_OK || !is_send_refused_,
          "I5: a write is ok although the transport has refused to send");
}

// Where the transport only refused to send, what had come in before can be read.
void RecordRun::CheckRefusal(const Before &before, const Done &done, Operation operation) {
  bool is_refusal = is_send_refused_ && !is_lossy_ && !has_wait_failed_ && !is_corrupted_ &&
                    before.was_handshaked && !is_holding_ && !is_dripping_ &&
                    !has_many_key_updates_ && !options_.make_memory_short &&
                    std::all_of(errnos_.begin(), errnos_.end(),
                                [](int number) { return number == EPIPE || number == ECONNRESET; });
  // A reason of BoringSSL's is about what the peer has sent, and not about the transport.
  if (!is_refusal || done.outcome != NET_TLS_ERROR || Has(done.error, "alert") ||
      HasReason(done.error) || IsOfCall(done.error)) {
    return;
  }
  bool reads = operation == Operation::kRead || operation == Operation::kPeek;
  Require(!reads || read_.size() == from_peer_.size(),
          "I5: what had come in before a send was refused cannot be read");
  bool writes = operation == Operation::kWrite || operation == Operation::kKeyUpdate;
  // What was unread then has hidden the end, and the error of then stays.
  bool was_hidden = before.was_send_refused && !has_read_close_;
  Require(!writes || !has_peer_notified_ || is_receive_kept_back_ || was_hidden ||
              read_.size() < from_peer_.size(),
          "I8: a write to a peer that has closed is an error");
}

// closed_by tells what came first, and knows it where the connection has ended.
void RecordRun::CheckClosedBy(const Done &done) {
  enum net_tls_closed_by closed_by = net_tls_socket_closed_by(connection_.socket());
  bool is_explained =
      closed_by_ == NET_TLS_CLOSED_BY_RESET && closed_by == NET_TLS_CLOSED_BY_CLOSE_NOTIFY;
  Require(closed_by_ == NET_TLS_CLOSED_BY_NOBODY || closed_by == closed_by_ || is_explained,
          "I5: closed_by tells something else than before");
  closed_by_ = closed_by;
  bool has_ended = done.outcome == NET_TLS_CLOSED ||
                   (done.outcome == NET_TLS_ERROR &&
                    (Has(done.error, "alert") || Has(done.error, "end of stream") ||
                     Has(done.error, "reset by peer") || Has(done.error, "Broken pipe")));
  Require(!has_ended || closed_by != NET_TLS_CLOSED_BY_NOBODY,
          "I5: the connection has ended and closed_by does not tell how");
  Require(!Has(done.error, strerror(ECONNRESET)) || !IsHandshaked() ||
              (errnos_.size() > 1 || done.error == strerror(ECONNRESET)) || has_wait_failed_,
          "I5: a reset has one text: " + done.error);
  Require(done.outcome != NET_TLS_CLOSED || closed_by != NET_TLS_CLOSED_BY_ALERT,
          "I8: closed by the peer, and closed_by says that it was an alert");
}

// The alert that an error speaks of has left, unless something was in its way.
void RecordRun::CheckAlert(const Before &before, const Done &done) {
  struct net_tls_alert alert;
  net_testing::Peer &peer = connection_.peer();
  bool is_hindered = connection_.transport().hindrances() > before.hindrances || is_stalled_ ||
                     is_send_refused_ || is_receive_over_ || is_sent_lost_ ||
                     input_.time_per_call > 0 || input_.cpu_per_call > 0;
  if (done.outcome != NET_TLS_ERROR || IsOfCall(done.error) || !IsHandshaked() || is_hindered ||
      is_tls_closed_ || options_.make_memory_short ||
      !net_tls_socket_alert(connection_.socket(), &alert) || !alert.sent || !alert.fatal ||
      !peer.error().empty()) {
    return;
  }
  peer.Run();
  // The peer may not have read until now, and then ends at the key updates before the alert.
  bool has_many_key_updates = key_updates_ > kMostKeyUpdates;
  Require(has_many_key_updates ||
              std::count(peer.alerts().begin(), peer.alerts().end(), alert.description) > 0,
          "I13: an error speaks of an alert that has not been sent");
}

void RecordRun::CheckHandshake(const Done &done, Operation operation) {
  Require(!IsTransfer(operation) || done.outcome != NET_TLS_OK || IsHandshaked(),
          "I10: ok without a handshake");
  bool is_refused = input_.client_certificate == NET_TLS_CLIENT_CERTIFICATE_REQUIRED &&
                    !input_.peer_has_certificate;
  Require(!is_refused || !IsHandshaked(), "I10: a handshake without the certificate it requires");
  if (done.outcome == NET_TLS_OK && IsHandshaked() && !has_hard_fault_ && !is_stalled_) {
    connection_.peer().Run();
    Require(connection_.peer().IsHandshaked(), "I10: the handshake is ok, and the peer's is not");
  }
}

void RecordRun::CheckPeer() {
  net_testing::Peer &peer = connection_.peer();
  peer.Run();
  const std::string &received = peer.received();
  Require(received.size() <= accepted_.size(), "I3: the peer has more than what was accepted");
  size_t fresh = received.size() - std::min(compared_, received.size());
  Require(accepted_.compare(compared_, fresh, received, compared_, fresh) == 0,
          "I3: the peer has other bytes than those that were accepted");
  compared_ = received.size();
  Require(peer.key_updates() <= key_updates_asked_ + peer_key_updates_,
          "I3: a key update that nobody asked for");
  Require(std::count(peer.alerts().begin(), peer.alerts().end(), kCloseNotify) <= 1,
          "I11: close_notify twice");
  // A peer that has ended at key updates takes nothing any more, and has not told the network.
  Require(connection_.transport().deadlocks() == 0 || key_updates_ > kMostKeyUpdates,
          "I10: a call that sleeps forever");
}

void RecordRun::NoteRead(const Done &done, size_t capacity, bool is_peek) {
  // Forged bytes may have made it more.
  size_t position = std::min(read_.size(), from_peer_.size());
  bool is_right = done.bytes.size() <= from_peer_.size() - position &&
                  from_peer_.compare(position, done.bytes.size(), done.bytes) == 0;
  Require(is_forged_ || is_right, "I2: not the bytes that the peer wrote");
  Require(promised_ == 0 || !done.bytes.empty(),
          "I8: bytes that were peeked at, or are pending, cannot be read");
  bool is_short = !is_peek && done.outcome == NET_TLS_OK && done.bytes.size() < capacity;
  Require(!is_short || has_hard_fault_ || net_tls_socket_pending(connection_.socket()) == 0,
          "I8: a read has room for bytes that are there, and leaves them");
  Require(!is_peek || net_tls_socket_pending(connection_.socket()) >= done.bytes.size(),
          "I8: fewer bytes are pending than have been peeked at");
  if (is_peek) {
    promised_ = std::max(promised_, done.bytes.size());
  } else {
    promised_ -= std::min(promised_, done.bytes.size());
    read_ += done.bytes;
  }
  if (done.outcome == NET_TLS_CLOSED && !is_forged_) {
    CheckClosedAtRead();
  }
  has_read_close_ |= done.outcome == NET_TLS_CLOSED;
}

void RecordRun::CheckClosedAtRead() {
  if (input_.allows_truncation && has_fin_) {
    // A caller that waits by itself is the only one to know that its wait has failed.
    Require(
        has_peer_notified_ || has_read_close_ || has_wait_failed_ || errnos_.count(ECONNRESET) == 0,
        "I8: a reset is taken for a truncation that is allowed");
    return;
  }
  Require(has_peer_notified_, "I8: closed, and the peer has not sent close_notify");
  Require(read_.size() == from_peer_.size(), "I8: closed before all of the peer's bytes");
}

void RecordRun::NoteWritten(const Done &done, const std::string &bytes) {
  size_t planted = options_.is_planted && done.written > 0 ? 1 : 0;
  accepted_.append(bytes, 0, done.written - planted);
  Require(done.outcome != NET_TLS_TIMEOUT || bytes.empty() || done.written < bytes.size(),
          "I3: a write that is accepted in whole times out");
  Require(done.outcome != NET_TLS_CLOSED || has_peer_notified_ || is_forged_ ||
              (input_.allows_truncation && has_fin_),
          "I8: a write says closed, and the peer has not sent close_notify");
}

void RecordRun::CheckStranded(const Before &before, const Done &done) {
  if (done.outcome != NET_TLS_TIMEOUT || !before.was_handshaked || has_hard_fault_ || is_holding_ ||
      connection_.transport().NearPending() > 0) {
    return;
  }
  Require(read_.size() + done.bytes.size() == from_peer_.size(),
          "I8: a read times out while the peer's bytes lie in the socket");
  Require(!has_peer_notified_, "I8: a read times out while the peer's close_notify lies there");
}

}  // namespace net_fuzz
