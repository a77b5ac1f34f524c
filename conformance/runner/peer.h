#ifndef CONFORMANCE_RUNNER_PEER_H
#define CONFORMANCE_RUNNER_PEER_H

// The other end of the connection, played by the runner with BoringSSL: it does what a case tells
// it, well-behaved or not, and remembers what it saw.

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/runner/plain_alerts.h"
#include "conformance/runner/pump.h"
#include "conformance/runner/sealer.h"
#include "conformance/runner/wire.h"

namespace conformance {

struct PeerOptions {
  bool is_server = true;
  uint16_t version = TLS1_3_VERSION;
  // The files of its identity; empty: none.
  std::string certificate;
  std::string key;
  // The authority whose client certificates it demands; empty: it asks for none.
  std::string client_ca;
  // Session tickets. Off unless they are the subject: a ticket that nobody has read turns the
  // driver's FIN into a reset.
  bool tickets = false;
  // What tickets are sealed by; of peers with the same key each knows those of the others. Empty: a
  // key of its own.
  std::string ticket_key;
  // The name that a client asks for; empty: none.
  std::string server_name;
  // Protocols in ALPN's wire format that a client offers.
  std::string alpn;
  // The largest plaintext of its records.
  size_t record_size = 16384;
  // Receive buffer of its socket in bytes, 0: the system's.
  int receive_buffer = 0;
};

class Peer : public Pumped {
 public:
  // `fd` is its connected socket, which it owns.
  Peer(int fd, const PeerOptions &options);
  ~Peer() override;

  // What it does. Each takes effect at once, as far as the kernel's buffers allow; the rest when it
  // is pumped.
  void StartHandshake();
  void Write(const std::string &bytes);
  void CloseNotify();
  void FatalAlert(uint8_t description);
  void KeyUpdate();
  void SendRaw(const std::string &bytes);
  // Seal sends any content as a record of the connection, whose handshake is done. Its own TLS does
  // not know of that record: from then on it sends by Seal alone.
  void Seal(uint8_t type, const std::string &content, size_t padding = 0);
  // SealInHandshake does so under the keys that a TLS 1.3 handshake begins with.
  void SealInHandshake(uint8_t type, const std::string &content);
  // Finish sends a FIN after all that was to be sent.
  void Finish();
  // Reset makes the connection end with a RST. Unix sockets have none: the driver reads "Connection
  // reset by peer" where the peer has left bytes unread, and otherwise it is as with Leave.
  void Reset();
  // Leave closes it both ways: what still comes is answered by a RST, or by EPIPE.
  void Leave();
  // While stalled it receives nothing.
  void Stall(bool stalled) {
    stalled_ = stalled;
  }
  // Sip receives at most `length` bytes, also while stalled.
  void Sip(size_t length);
  // While held, what it would send is kept. Release sends the first `length` bytes of that and
  // keeps the rest; without a length it sends all and holds no more. DropHeld forgets it.
  void Hold() {
    holding_ = true;
  }
  void Release(size_t length = SIZE_MAX);
  void DropHeld();
  // TakeHeld forgets it, holds no more, and returns it.
  std::string TakeHeld();
  // Nothing is held for a connection that is gone.
  size_t held() const {
    return saw_reset_ ? 0 : output_.size();
  }

  // What it saw.
  bool handshaked() const;
  const std::string &received() const {
    return received_;
  }
  size_t received_raw() const {
    return received_raw_;
  }
  // Bytes that came after the driver's close_notify.
  size_t received_after_close() const;
  int close_notifies() const {
    return close_notifies_;
  }
  // Descriptions of the alerts that came, close_notify among them.
  const std::vector<int> &alerts() const {
    return alerts_;
  }
  bool saw_fin() const {
    return saw_fin_;
  }
  bool saw_reset() const {
    return saw_reset_;
  }
  bool saw_end() const {
    return saw_fin_ || saw_reset_;
  }
  // Why its TLS failed; "" while it has not.
  const std::string &error() const {
    return error_;
  }
  // Whether it resumed an earlier session.
  bool resumed() const;
  // Bytes derived from the connection's secrets (RFC 5705).
  std::string Export(const std::string &label, const std::string &context, size_t length) const;
  // Whether the certificate that it was shown is the first one of a file.
  bool IsShown(const std::string &pem_file) const;
  // Name in SNI that came, "" for none.
  std::string server_name() const;
  // One line for the report of a failure.
  std::string Describe() const;
  // What went over the wire, a line a record.
  std::string wire() const {
    return wire_.Text();
  }

  int fd() const override {
    return events() != 0 ? fd_ : -1;
  }
  short events() const override;
  void Ready() override;

 private:
  static void OnMessage(int is_write, int version, int content_type, const void *bytes,
                        size_t length, SSL *ssl, void *peer);
  void LogMessage(bool is_write, int content_type, const uint8_t *bytes, size_t length);
  static void OnSecret(const SSL *ssl, const char *line);
  void SendSealed(uint8_t type, const std::string &content, const std::string &record);
  void NoteAlert(int description);
  void NotePlainAlerts(const std::string &bytes);
  void UseOptions(const PeerOptions &options);
  void Receive(size_t most);
  void Advance();
  void ReadPlaintext();
  void Fail(int result);
  void SeeReset();
  void CollectOutput();
  void SendOutput();
  void FinishIfDue();
  void End(const std::string &event);

  int fd_;
  size_t record_size_;
  Wire wire_;
  bssl::UniquePtr<SSL_CTX> context_;
  bssl::UniquePtr<SSL> ssl_;
  std::unique_ptr<Sealer> sealer_;
  // The secrets of TLS 1.3 by their names in the key log.
  std::map<std::string, std::string> secrets_;
  bool started_ = false;
  bool stalled_ = false;
  bool holding_ = false;
  bool finish_wanted_ = false;
  bool finished_ = false;
  bool saw_fin_ = false;
  bool saw_reset_ = false;
  PlainAlerts plain_alerts_;
  std::vector<int> untold_alerts_;
  // What it has still to send.
  std::string output_;
  // What it has still to write as TLS, until the handshake is done.
  std::string unwritten_;
  std::string received_;
  size_t received_raw_ = 0;
  int close_notifies_ = 0;
  std::vector<int> alerts_;
  std::string error_;
};

}  // namespace conformance

#endif
