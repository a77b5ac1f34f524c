#ifndef TESTING_PEER_H_
#define TESTING_PEER_H_

// The other side of a TLS connection over a VirtualTransport: BoringSSL played directly, so that a
// test can make it do anything, at any time.
//
// A Peer takes its turn whenever the near end has nothing to do (and when Run is called): it goes
// on with the handshake, then decrypts what has come. What it is told to do in between, it does at
// once.

#include <openssl/ssl.h>
#include <stdint.h>

#include <functional>
#include <string>
#include <vector>

#include "testing/virtual_transport.h"

namespace net_testing {

struct PeerOptions {
  bool is_server = true;
  // TLS_with_buffers_method() parses no X.509: for many connections, where nobody looks at a
  // certificate of the peer's.
  const SSL_METHOD *method = TLS_method();
  // The versions that it allows.
  uint16_t minimum_version = TLS1_2_VERSION;
  uint16_t maximum_version = TLS1_3_VERSION;
  // The pair of //testing/certificates that it shows: "server" stands for server.pem and
  // server.key. Empty: none.
  std::string identity = "server";
  // Signs in place of the pair's key.
  const SSL_PRIVATE_KEY_METHOD *key_method = nullptr;
  // A server's: SSL_VERIFY_NONE, SSL_VERIFY_PEER, and SSL_VERIFY_FAIL_IF_NO_PEER_CERT. Whatever the
  // client shows is accepted.
  int client_certificate = SSL_VERIFY_NONE;
  // In the form of the wire: each name behind its length.
  std::string alpn;
  std::string groups;
  std::string ciphers;
  // A client's: the name that it asks for.
  std::string server_name;
  // A client's: the session that it offers. Not owned.
  SSL_SESSION *session = nullptr;
  // The context of an earlier peer, whose tickets this one can read. Not owned; the options above
  // that set up a context are ignored.
  SSL_CTX *context = nullptr;
  bool has_tickets = true;
  // The most plaintext in a record, 0: BoringSSL's default.
  uint16_t record_size = 0;
};

class Peer {
 public:
  Peer(VirtualTransport *transport, const PeerOptions &options);
  ~Peer();
  Peer(const Peer &) = delete;
  Peer &operator=(const Peer &) = delete;

  // Takes a turn now.
  void Run();

  // A peer that does not take bytes from the transport: the near end's window fills up.
  void set_is_stalled(bool is_stalled) {
    is_stalled_ = is_stalled;
  }

  // Called at the end of each turn.
  void set_on_turn(std::function<void()> on_turn) {
    on_turn_ = std::move(on_turn);
  }

  // Doing. Those that need the handshake abort without it.

  void Write(const std::string &bytes);
  // A TLS 1.3 KeyUpdate, sent at once in a record of its own; `requested` asks for the near end's.
  void KeyUpdate(bool requested);
  void CloseNotify();
  void SendFatalAlert(uint8_t description);
  // Encrypts and keeps what the peer sends, until Release sends it in one piece.
  void Hold();
  void Release();
  // Takes back what was held and returns it, for the test to send as it likes.
  std::string TakeHeld();

  // What has been seen.

  SSL *ssl() {
    return ssl_;
  }
  SSL_CTX *context() {
    return context_;
  }
  bool IsHandshaked() const {
    return is_handshaked_;
  }
  // What the near end wrote.
  const std::string &received() const {
    return received_;
  }
  // The near end's close_notify has come. What came after it would be pending in the transport.
  bool SawCloseNotify() const {
    return saw_close_notify_;
  }
  // The near end has closed the transport, and everything before that has been read.
  bool SawEnd() const {
    return saw_end_;
  }
  // The alerts that the near end sent, close_notify included.
  const std::vector<uint8_t> &alerts() const {
    return alerts_;
  }
  // What ended the peer's side, "" if nothing has.
  const std::string &error() const {
    return error_;
  }
  // The records that the near end sent.
  int records() const {
    return records_;
  }
  // KeyUpdate messages that the near end sent.
  int key_updates() const {
    return key_updates_;
  }
  SSL_SESSION *session() {
    return session_;
  }

  // True while a Peer's code runs: hooks on allocations tell ours from theirs by it.
  static bool IsActive();

 private:
  friend struct PeerCallbacks;

  void SetUpContext(const PeerOptions &options);
  void SetUpConnection(const PeerOptions &options);
  void ContinueHandshake();
  void ReadAll();
  void NoteFailure(int result);

  VirtualTransport *transport_;
  SSL_CTX *context_ = nullptr;
  SSL *ssl_ = nullptr;
  SSL_SESSION *session_ = nullptr;
  std::string alpn_;
  std::string held_;
  std::string received_;
  std::string error_;
  std::vector<uint8_t> alerts_;
  std::function<void()> on_turn_;
  int records_ = 0;
  int key_updates_ = 0;
  bool is_holding_ = false;
  bool is_stalled_ = false;
  bool is_handshaked_ = false;
  bool saw_close_notify_ = false;
  bool saw_end_ = false;
};

}  // namespace net_testing

#endif  // TESTING_PEER_H_
