#include "testing/peer.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>

#include "testing/certificates.h"

namespace net_testing {

namespace {

int active_peers = 0;

struct Active {
  Active() {
    active_peers++;
  }
  ~Active() {
    active_peers--;
  }
};

void Check(bool condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "peer: %s failed\n", what);
    ERR_print_errors_fp(stderr);
    abort();
  }
}

// Mostly there is none, and to look is cheaper.
void ClearErrors() {
  if (ERR_peek_error() != 0) {
    ERR_clear_error();
  }
}

std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> ReadChain(const std::string &name) {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> chain;
  bssl::UniquePtr<BIO> file(BIO_new_file(CertificatePath(name).c_str(), "r"));
  char *label = nullptr;
  char *header = nullptr;
  uint8_t *data = nullptr;
  long length = 0;
  while (PEM_read_bio(file.get(), &label, &header, &data, &length)) {
    chain.emplace_back(CRYPTO_BUFFER_new(data, static_cast<size_t>(length), nullptr));
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  ERR_clear_error();
  return chain;
}

void UseIdentity(SSL_CTX *context, const PeerOptions &options) {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> chain = ReadChain(options.identity + ".pem");
  std::vector<CRYPTO_BUFFER *> certificates;
  for (const bssl::UniquePtr<CRYPTO_BUFFER> &certificate : chain) {
    certificates.push_back(certificate.get());
  }
  bssl::UniquePtr<BIO> file(BIO_new_file(CertificatePath(options.identity + ".key").c_str(), "r"));
  bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  Check(key != nullptr &&
            SSL_CTX_set_chain_and_key(context, certificates.data(), certificates.size(),
                                      options.key_method == nullptr ? key.get() : nullptr,
                                      options.key_method),
        "certificate and key");
}

}  // namespace

bool Peer::IsActive() {
  return active_peers > 0;
}

// What BoringSSL calls.
struct PeerCallbacks {
  static Peer *Of(const SSL *ssl) {
    return static_cast<Peer *>(SSL_get_app_data(ssl));
  }

  static int Read(BIO *bio, char *out, int length) {
    auto *peer = static_cast<Peer *>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    size_t count = 0;
    if (!peer->is_stalled_) {
      count = peer->transport_->FarReceive(out, static_cast<size_t>(length));
    }
    if (count > 0) {
      return static_cast<int>(count);
    }
    if (!peer->is_stalled_ && peer->transport_->IsNearClosed()) {
      peer->saw_end_ = true;
      return 0;
    }
    BIO_set_retry_read(bio);
    return -1;
  }

  static int Write(BIO *bio, const char *in, int length) {
    auto *peer = static_cast<Peer *>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    std::string bytes(in, static_cast<size_t>(length));
    if (peer->is_holding_) {
      peer->held_ += bytes;
    } else {
      peer->transport_->FarSend(bytes);
    }
    return length;
  }

  static long Control(BIO *, int command, long, void *) {
    return command == BIO_CTRL_FLUSH;
  }

  static BIO_METHOD *Method() {
    static BIO_METHOD *method = [] {
      BIO_METHOD *made = BIO_meth_new(0, "peer");
      BIO_meth_set_read(made, Read);
      BIO_meth_set_write(made, Write);
      BIO_meth_set_ctrl(made, Control);
      return made;
    }();
    return method;
  }

  static void Message(int is_write, int, int content_type, const void *bytes, size_t length,
                      SSL *ssl, void *) {
    Peer *peer = Of(ssl);
    const auto *octets = static_cast<const uint8_t *>(bytes);
    if (is_write != 0 || peer == nullptr) {
      return;
    }
    if (content_type == SSL3_RT_HEADER) {
      peer->records_++;
    } else if (content_type == SSL3_RT_ALERT && length == 2) {
      peer->alerts_.push_back(octets[1]);
    } else if (content_type == SSL3_RT_HANDSHAKE && length > 0 && octets[0] == SSL3_MT_KEY_UPDATE) {
      peer->key_updates_++;
    }
  }

  static ssl_verify_result_t Verify(SSL *, uint8_t *) {
    return ssl_verify_ok;
  }

  static int NewSession(SSL *ssl, SSL_SESSION *session) {
    Peer *peer = Of(ssl);
    SSL_SESSION_free(peer->session_);
    peer->session_ = session;
    return 1;
  }

  static int SelectProtocol(SSL *ssl, const uint8_t **out, uint8_t *out_length, const uint8_t *in,
                            unsigned in_length, void *) {
    const std::string &own = Of(ssl)->alpn_;
    uint8_t *selected = nullptr;
    if (SSL_select_next_proto(&selected, out_length, reinterpret_cast<const uint8_t *>(own.data()),
                              static_cast<unsigned>(own.size()), in,
                              in_length) != OPENSSL_NPN_NEGOTIATED) {
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = selected;
    return SSL_TLSEXT_ERR_OK;
  }
};

Peer::Peer(VirtualTransport *transport, const PeerOptions &options)
    : transport_(transport), alpn_(options.alpn) {
  Active active;
  if (options.context != nullptr) {
    SSL_CTX_up_ref(options.context);
    context_ = options.context;
  } else {
    SetUpContext(options);
  }
  SetUpConnection(options);
  transport->set_on_idle([this] { Run(); });
}

Peer::~Peer() {
  Active active;
  transport_->set_on_idle(nullptr);
  SSL_SESSION_free(session_);
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

void Peer::SetUpContext(const PeerOptions &options) {
  context_ = SSL_CTX_new(options.method);
  Check(context_ != nullptr, "SSL_CTX_new");
  Check(SSL_CTX_set_min_proto_version(context_, options.minimum_version), "minimum version");
  Check(SSL_CTX_set_max_proto_version(context_, options.maximum_version), "maximum version");
  if (!options.identity.empty()) {
    UseIdentity(context_, options);
  }
  if (!options.ciphers.empty()) {
    Check(SSL_CTX_set_strict_cipher_list(context_, options.ciphers.c_str()), "ciphers");
  }
  if (!options.groups.empty()) {
    Check(SSL_CTX_set1_curves_list(context_, options.groups.c_str()), "groups");
  }
  if (!options.alpn.empty()) {
    SSL_CTX_set_alpn_protos(context_, reinterpret_cast<const uint8_t *>(options.alpn.data()),
                            static_cast<unsigned>(options.alpn.size()));
    SSL_CTX_set_alpn_select_cb(context_, PeerCallbacks::SelectProtocol, nullptr);
  }
  if (!options.has_tickets) {
    SSL_CTX_set_options(context_, SSL_OP_NO_TICKET);
  }
  static const uint8_t kSessionContext[] = "peer";
  SSL_CTX_set_session_id_context(context_, kSessionContext, sizeof(kSessionContext));
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_BOTH | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context_, PeerCallbacks::NewSession);
  SSL_CTX_set_custom_verify(context_,
                            options.is_server ? options.client_certificate : SSL_VERIFY_PEER,
                            PeerCallbacks::Verify);
}

void Peer::SetUpConnection(const PeerOptions &options) {
  ssl_ = SSL_new(context_);
  BIO *bio = BIO_new(PeerCallbacks::Method());
  Check(ssl_ != nullptr && bio != nullptr, "SSL_new");
  SSL_set_app_data(ssl_, this);
  SSL_set_msg_callback(ssl_, PeerCallbacks::Message);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  if (options.record_size > 0) {
    Check(SSL_set_max_send_fragment(ssl_, options.record_size), "record size");
  }
  if (options.session != nullptr) {
    Check(SSL_set_session(ssl_, options.session), "session");
  }
  if (!options.server_name.empty()) {
    Check(SSL_set_tlsext_host_name(ssl_, options.server_name.c_str()), "server name");
  }
  if (options.is_server) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
  }
}

void Peer::NoteFailure(int result) {
  int reason = SSL_get_error(ssl_, result);
  if (reason == SSL_ERROR_ZERO_RETURN) {
    saw_close_notify_ = true;
  } else if (reason == SSL_ERROR_SSL) {
    const char *text = ERR_reason_error_string(ERR_peek_error());
    error_ = text != nullptr ? text : "unknown";
  } else if (reason == SSL_ERROR_SYSCALL) {
    error_ = "end of stream";
  }
  ClearErrors();
}

void Peer::ContinueHandshake() {
  int result = SSL_do_handshake(ssl_);
  is_handshaked_ = result == 1;
  if (!is_handshaked_) {
    NoteFailure(result);
  }
}

void Peer::ReadAll() {
  char bytes[16384];
  int count = 0;
  while ((count = SSL_read(ssl_, bytes, sizeof(bytes))) > 0) {
    received_.append(bytes, static_cast<size_t>(count));
  }
  NoteFailure(count);
}

void Peer::Run() {
  Active active;
  ClearErrors();
  if (!is_handshaked_ && error_.empty()) {
    ContinueHandshake();
  }
  if (is_handshaked_ && error_.empty() && !saw_close_notify_ && !is_stalled_) {
    ReadAll();
  }
  std::function<void()> on_turn = on_turn_;  // which may replace itself
  if (on_turn) {
    on_turn();
  }
}

void Peer::Write(const std::string &bytes) {
  Active active;
  Check(is_handshaked_, "write before the handshake");
  for (size_t sent = 0; sent < bytes.size();) {
    int count = SSL_write(ssl_, bytes.data() + sent,
                          static_cast<int>(std::min<size_t>(bytes.size() - sent, 1 << 20)));
    Check(count > 0, "SSL_write");
    sent += static_cast<size_t>(count);
  }
}

// BoringSSL sends a KeyUpdate with the next write, and an empty write brings it out.
void Peer::KeyUpdate(bool requested) {
  Active active;
  Check(SSL_key_update(ssl_, requested ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED),
        "SSL_key_update");
  Check(SSL_write(ssl_, "", 0) >= 0, "SSL_write");
  ERR_clear_error();
}

void Peer::CloseNotify() {
  Active active;
  Check(is_handshaked_, "close_notify before the handshake");
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

void Peer::SendFatalAlert(uint8_t description) {
  Active active;
  SSL_send_fatal_alert(ssl_, description);
  ERR_clear_error();
}

void Peer::Hold() {
  is_holding_ = true;
}

void Peer::Release() {
  transport_->FarSend(TakeHeld());
}

std::string Peer::TakeHeld() {
  is_holding_ = false;
  std::string bytes;
  bytes.swap(held_);
  return bytes;
}

}  // namespace net_testing
