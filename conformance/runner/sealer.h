#ifndef CONFORMANCE_RUNNER_SEALER_H
#define CONFORMANCE_RUNNER_SEALER_H

// Seals any content as a record of an encrypted connection: what no TLS library lets its caller
// send, such as an alert of three bytes or a message out of turn.

#include <openssl/aead.h>
#include <openssl/ssl.h>

#include <string>

namespace conformance {

class Sealer {
 public:
  // The keys of a TLS 1.3 traffic secret (RFC 8446, section 7.3), of which `sequence` records have
  // been sent.
  Sealer(const SSL_CIPHER *cipher, const std::string &secret, uint64_t sequence);
  // The keys that `ssl` writes with after a TLS 1.2 handshake (RFC 5246, section 6.3).
  explicit Sealer(const SSL *ssl);

  // Seal returns the next record. `padding` zeros follow the content in TLS 1.3.
  std::string Seal(uint8_t type, const std::string &content, size_t padding = 0);

 private:
  std::string Nonce() const;
  std::string AdditionalData(uint8_t type, size_t length) const;

  bool is_tls13_;
  // Whether the nonce's last 8 bytes are in the record and not xored (RFC 5288).
  bool has_explicit_nonce_ = false;
  bssl::ScopedEVP_AEAD_CTX key_;
  std::string iv_;
  uint64_t sequence_ = 0;
};

}  // namespace conformance

#endif
