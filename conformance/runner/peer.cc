#include "conformance/runner/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "conformance/runner/wire_names.h"

namespace conformance {
namespace {

constexpr size_t kBufferSize = 65536;

void Check(int ok, const std::string &what) {
  if (ok != 1) {
    throw std::runtime_error("the runner's own TLS cannot use " + what);
  }
}

std::string TakeErrors() {
  char text[256] = "no reason given";
  uint32_t code = ERR_get_error();
  if (code != 0) {
    ERR_error_string_n(code, text, sizeof text);
  }
  ERR_clear_error();
  return text;
}

void DemandCertificate(SSL_CTX *context, const std::string &authority) {
  Check(SSL_CTX_load_verify_locations(context, authority.c_str(), nullptr), authority);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

}  // namespace

Peer::Peer(int fd, const PeerOptions &options)
    : fd_(fd), record_size_(options.record_size), context_(SSL_CTX_new(TLS_method())) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
  UseOptions(options);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_app_data(ssl_.get(), this);
  SSL_set0_rbio(ssl_.get(), BIO_new(BIO_s_mem()));
  SSL_set0_wbio(ssl_.get(), BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(SSL_get_rbio(ssl_.get()), -1);
  SSL_set_max_send_fragment(ssl_.get(), options.record_size);
  if (options.is_server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
  if (!options.server_name.empty()) {
    Check(SSL_set_tlsext_host_name(ssl_.get(), options.server_name.c_str()), options.server_name);
  }
}

Peer::~Peer() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void Peer::UseOptions(const PeerOptions &options) {
  SSL_CTX *context = context_.get();
  SSL_CTX_set_min_proto_version(context, options.version);
  SSL_CTX_set_max_proto_version(context, options.version);
  SSL_CTX_set_msg_callback(context, OnMessage);
  SSL_CTX_set_msg_callback_arg(context, this);
  SSL_CTX_set_keylog_callback(context, OnSecret);
  if (!options.tickets) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  }
  if (!options.ticket_key.empty()) {
    Check(SSL_CTX_set_tlsext_ticket_keys(context, options.ticket_key.data(),
                                         options.ticket_key.size()),
          "ticket key");
  }
  if (!options.certificate.empty()) {
    Check(SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()),
          options.certificate);
    Check(SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM), options.key);
  }
  if (!options.client_ca.empty()) {
    DemandCertificate(context, options.client_ca);
  }
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const uint8_t *>(options.alpn.data()),
                          static_cast<unsigned>(options.alpn.size()));
}

void Peer::OnMessage(int is_write, int, int content_type, const void *bytes, size_t length, SSL *,
                     void *peer) {
  static_cast<Peer *>(peer)->LogMessage(is_write != 0, content_type,
                                        static_cast<const uint8_t *>(bytes), length);
  if (is_write != 0 || content_type != SSL3_RT_ALERT || length != 2) {
    return;
  }
  static_cast<Peer *>(peer)->NoteAlert(static_cast<const uint8_t *>(bytes)[1]);
}

// A line is a label, the client's random and the secret, in hex.
void Peer::OnSecret(const SSL *ssl, const char *line) {
  std::string text = line;
  size_t hex = text.rfind(' ') + 1;
  std::string secret;
  for (; hex + 2 <= text.size(); hex += 2) {
    secret.push_back(static_cast<char>(std::stoi(text.substr(hex, 2), nullptr, 16)));
  }
  auto *self = static_cast<Peer *>(SSL_get_app_data(ssl));
  self->secrets_[text.substr(0, text.find(' '))] = secret;
}

void Peer::NoteAlert(int description) {
  alerts_.push_back(description);
  close_notifies_ += description == SSL_AD_CLOSE_NOTIFY ? 1 : 0;
}

// Those that its own TLS will not tell of.
void Peer::NotePlainAlerts(const std::string &bytes) {
  for (int description : plain_alerts_.Add(bytes)) {
    untold_alerts_.push_back(description);
  }
  if (!started_ || (!error_.empty() && alerts_.empty())) {
    std::for_each(untold_alerts_.begin(), untold_alerts_.end(),
                  [this](int description) { NoteAlert(description); });
    untold_alerts_.clear();
  }
}

void Peer::LogMessage(bool is_write, int content_type, const uint8_t *bytes, size_t length) {
  if (content_type == SSL3_RT_HEADER && is_write) {
    wire_.Sealed(bytes[0], bytes[3] * size_t{256} + bytes[4]);
  } else if (content_type == SSL3_RT_HEADER) {
    wire_.Opened();
  } else if (content_type == SSL3_RT_HANDSHAKE && is_write) {
    wire_.WroteMessage(HandshakeName(bytes, length));
  } else if (content_type == SSL3_RT_HANDSHAKE) {
    wire_.Contains(HandshakeName(bytes, length));
  } else if (content_type == SSL3_RT_ALERT && is_write) {
    wire_.WroteAlert(AlertName(bytes[0], bytes[1]));
  } else if (content_type == SSL3_RT_ALERT) {
    wire_.Contains(AlertName(bytes[0], bytes[1]));
  }
}

void Peer::StartHandshake() {
  started_ = true;
  Advance();
}

void Peer::Write(const std::string &bytes) {
  unwritten_ += bytes;
  Advance();
}

void Peer::CloseNotify() {
  Advance();
  SSL_shutdown(ssl_.get());
  CollectOutput();
  SendOutput();
}

void Peer::FatalAlert(uint8_t description) {
  SSL_send_fatal_alert(ssl_.get(), description);
  ERR_clear_error();
  CollectOutput();
  SendOutput();
}

void Peer::KeyUpdate() {
  SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
  // It is sealed with the next write, an empty one here.
  SSL_write(ssl_.get(), "", 0);
  CollectOutput();
  SendOutput();
}

void Peer::SendRaw(const std::string &bytes) {
  output_ += bytes;
  wire_.QueuedRaw(bytes);
  SendOutput();
}

void Peer::SendSealed(uint8_t type, const std::string &content, const std::string &record) {
  bool is_alert = type == SSL3_RT_ALERT && content.size() == 2;
  wire_.Sealed(static_cast<uint8_t>(record[0]), record.size() - SSL3_RT_HEADER_LENGTH);
  wire_.WroteAlert(is_alert ? AlertName(content[0], content[1])
                            : std::to_string(content.size()) + " bytes of " + RecordName(type));
  output_ += record;
  wire_.Queued(record.size());
  SendOutput();
}

void Peer::Seal(uint8_t type, const std::string &content, size_t padding) {
  if (!sealer_ && SSL_version(ssl_.get()) == TLS1_3_VERSION) {
    const char *name =
        SSL_is_server(ssl_.get()) ? "SERVER_TRAFFIC_SECRET_0" : "CLIENT_TRAFFIC_SECRET_0";
    sealer_ = std::make_unique<Sealer>(SSL_get_current_cipher(ssl_.get()), secrets_[name],
                                       SSL_get_write_sequence(ssl_.get()));
  } else if (!sealer_) {
    sealer_ = std::make_unique<Sealer>(ssl_.get());
  }
  SendSealed(type, content, sealer_->Seal(type, content, padding));
}

void Peer::SealInHandshake(uint8_t type, const std::string &content) {
  const SSL_CIPHER *cipher = SSL_get_pending_cipher(ssl_.get());
  const char *name = SSL_is_server(ssl_.get()) ? "SERVER_HANDSHAKE_TRAFFIC_SECRET"
                                               : "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
  if (!sealer_) {
    sealer_ = std::make_unique<Sealer>(cipher ? cipher : SSL_get_current_cipher(ssl_.get()),
                                       secrets_[name], 0);
  }
  SendSealed(type, content, sealer_->Seal(type, content));
}

void Peer::Finish() {
  finish_wanted_ = true;
  FinishIfDue();
}

void Peer::Reset() {
  linger abort = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  End("RST");
}

void Peer::Leave() {
  End("closed both ways");
}

void Peer::End(const std::string &event) {
  wire_.Event(Direction::kToDriver, event);
  close(fd_);
  fd_ = -1;
}

void Peer::Release(size_t length) {
  bool is_all = length == SIZE_MAX;
  std::string rest = length < output_.size() ? output_.substr(length) : "";
  output_.resize(output_.size() - rest.size());
  holding_ = false;
  SendOutput();
  output_ += rest;
  holding_ = !is_all;
}

void Peer::DropHeld() {
  output_.clear();
  wire_.Dropped();
  FinishIfDue();
}

std::string Peer::TakeHeld() {
  std::string bytes;
  bytes.swap(output_);
  wire_.Dropped();
  holding_ = false;
  return bytes;
}

bool Peer::handshaked() const {
  return started_ && !SSL_in_init(ssl_.get());
}

size_t Peer::received_after_close() const {
  return close_notifies_ > 0 ? BIO_pending(SSL_get_rbio(ssl_.get())) : 0;
}

bool Peer::resumed() const {
  return SSL_session_reused(ssl_.get()) != 0;
}

std::string Peer::Export(const std::string &label, const std::string &context,
                         size_t length) const {
  std::string out(length, '\0');
  SSL_export_keying_material(ssl_.get(), reinterpret_cast<uint8_t *>(out.data()), out.size(),
                             label.data(), label.size(),
                             reinterpret_cast<const uint8_t *>(context.data()), context.size(), 1);
  return out;
}

bool Peer::IsShown(const std::string &pem_file) const {
  bssl::UniquePtr<BIO> file(BIO_new_file(pem_file.c_str(), "r"));
  Check(file != nullptr, pem_file);
  bssl::UniquePtr<X509> expected(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  Check(expected != nullptr, pem_file);
  bssl::UniquePtr<X509> shown(SSL_get_peer_certificate(ssl_.get()));
  return shown != nullptr && X509_cmp(shown.get(), expected.get()) == 0;
}

std::string Peer::server_name() const {
  const char *name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

std::string Peer::Describe() const {
  std::string text = handshaked() ? "handshake done" : "handshake not done";
  text += ", " + std::to_string(received_.size()) + " bytes read of " +
          std::to_string(received_raw_) + " received";
  text += ", " + std::to_string(close_notifies_) + " close_notify";
  text += saw_fin_ ? ", FIN seen" : saw_reset_ ? ", reset seen" : ", connection open";
  text += output_.empty() ? "" : ", " + std::to_string(output_.size()) + " bytes unsent";
  return text + (error_.empty() ? "" : ", failed: " + error_);
}

short Peer::events() const {
  bool receive = !stalled_ && !saw_end();
  bool send = !output_.empty() && !holding_ && !saw_reset_;
  return static_cast<short>((receive ? POLLIN : 0) | (send ? POLLOUT : 0));
}

void Peer::Ready() {
  if (!stalled_ && !saw_end()) {
    Receive(kBufferSize);
  }
  Advance();
}

void Peer::Sip(size_t length) {
  Receive(std::min(length, kBufferSize));
  Advance();
}

void Peer::Receive(size_t most) {
  char buffer[kBufferSize];
  ssize_t count = recv(fd_, buffer, most, 0);
  if (count > 0) {
    received_raw_ += static_cast<size_t>(count);
    wire_.Received(buffer, static_cast<size_t>(count));
    if (!handshaked()) {
      NotePlainAlerts(std::string(buffer, static_cast<size_t>(count)));
    }
    BIO_write(SSL_get_rbio(ssl_.get()), buffer, static_cast<int>(count));
  } else if (count == 0) {
    saw_fin_ = true;
    wire_.Event(Direction::kFromDriver, "FIN");
  } else if (errno != EAGAIN && errno != EINTR) {
    SeeReset();
  }
}

void Peer::SeeReset() {
  if (!saw_reset_) {
    saw_reset_ = true;
    wire_.Event(Direction::kFromDriver, "RST");
  }
}

void Peer::Advance() {
  if (started_ && error_.empty() && !handshaked()) {
    Fail(SSL_do_handshake(ssl_.get()));
  }
  if (handshaked() && !unwritten_.empty()) {
    // A memory BIO takes all of it.
    wire_.Writes(unwritten_.size(), record_size_);
    SSL_write(ssl_.get(), unwritten_.data(), static_cast<int>(unwritten_.size()));
    unwritten_.clear();
  }
  if (handshaked() && error_.empty()) {
    ReadPlaintext();
  }
  CollectOutput();
  SendOutput();
}

void Peer::ReadPlaintext() {
  char buffer[kBufferSize];
  int count;
  while ((count = SSL_read(ssl_.get(), buffer, sizeof buffer)) > 0) {
    // One record's, or the rest of it.
    received_.append(buffer, static_cast<size_t>(count));
    wire_.Contains(std::to_string(count) + (count == 1 ? " byte" : " bytes") + " of data");
  }
  Fail(count);
}

void Peer::Fail(int result) {
  int reason = SSL_get_error(ssl_.get(), result);
  if (reason == SSL_ERROR_SSL || reason == SSL_ERROR_SYSCALL) {
    error_ = TakeErrors();
    NotePlainAlerts("");
    wire_.Event(Direction::kToDriver, "(the peer's TLS failed: " + error_ + ")");
  }
}

// At once: BIO_read moves all the rest to the front each time.
void Peer::CollectOutput() {
  BIO *bio = SSL_get_wbio(ssl_.get());
  const uint8_t *bytes = nullptr;
  size_t length = 0;
  BIO_mem_contents(bio, &bytes, &length);
  output_.append(reinterpret_cast<const char *>(bytes), length);
  wire_.Queued(length);
  BIO_reset(bio);
}

void Peer::SendOutput() {
  size_t sent = 0;
  while (!holding_ && sent < output_.size() && fd_ >= 0) {
    ssize_t count = send(fd_, output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EPIPE || errno == ECONNRESET) {
        SeeReset();
      }
      break;
    }
    wire_.Sent(static_cast<size_t>(count));
    sent += static_cast<size_t>(count);
  }
  output_.erase(0, sent);
  FinishIfDue();
}

void Peer::FinishIfDue() {
  if (finish_wanted_ && !finished_ && output_.empty() && unwritten_.empty() && fd_ >= 0) {
    shutdown(fd_, SHUT_WR);
    wire_.Event(Direction::kToDriver, "FIN");
    finished_ = true;
  }
}

}  // namespace conformance
