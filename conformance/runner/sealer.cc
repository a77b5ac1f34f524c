#include "conformance/runner/sealer.h"

#include <openssl/digest.h>
#include <openssl/hkdf.h>
#include <openssl/nid.h>

#include <stdexcept>

namespace conformance {
namespace {

constexpr size_t kNonceLength = 12;

const uint8_t *Data(const std::string &bytes) {
  return reinterpret_cast<const uint8_t *>(bytes.data());
}

uint8_t *Data(std::string &bytes) {
  return reinterpret_cast<uint8_t *>(bytes.data());
}

void Check(int ok) {
  if (ok != 1) {
    throw std::runtime_error("the runner cannot seal a record");
  }
}

std::string BigEndian(uint64_t number, size_t length) {
  std::string bytes(length, '\0');
  for (size_t i = length; i > 0; i--, number >>= 8) {
    bytes[i - 1] = static_cast<char>(number & 0xff);
  }
  return bytes;
}

const EVP_AEAD *AeadOf(const SSL_CIPHER *cipher) {
  switch (SSL_CIPHER_get_cipher_nid(cipher)) {
    case NID_aes_128_gcm:
      return EVP_aead_aes_128_gcm();
    case NID_aes_256_gcm:
      return EVP_aead_aes_256_gcm();
    case NID_chacha20_poly1305:
      return EVP_aead_chacha20_poly1305();
    default:
      throw std::runtime_error("the runner cannot seal records of this cipher suite");
  }
}

// HKDF-Expand-Label of RFC 8446, section 7.1, without a context.
std::string ExpandLabel(const EVP_MD *hash, const std::string &secret, const std::string &label,
                        size_t length) {
  std::string name = "tls13 " + label;
  std::string info = BigEndian(length, 2) + BigEndian(name.size(), 1) + name + BigEndian(0, 1);
  std::string key(length, '\0');
  Check(HKDF_expand(Data(key), length, hash, Data(secret), secret.size(), Data(info), info.size()));
  return key;
}

}  // namespace

Sealer::Sealer(const SSL_CIPHER *cipher, const std::string &secret, uint64_t sequence)
    : is_tls13_(true), sequence_(sequence) {
  const EVP_AEAD *aead = AeadOf(cipher);
  const EVP_MD *hash = EVP_get_digestbynid(SSL_CIPHER_get_prf_nid(cipher));
  std::string key = ExpandLabel(hash, secret, "key", EVP_AEAD_key_length(aead));
  iv_ = ExpandLabel(hash, secret, "iv", kNonceLength);
  Check(EVP_AEAD_CTX_init(key_.get(), aead, Data(key), key.size(), EVP_AEAD_DEFAULT_TAG_LENGTH,
                          nullptr));
}

Sealer::Sealer(const SSL *ssl) : is_tls13_(false), sequence_(SSL_get_write_sequence(ssl)) {
  const EVP_AEAD *aead = AeadOf(SSL_get_current_cipher(ssl));
  has_explicit_nonce_ = aead != EVP_aead_chacha20_poly1305();
  size_t key_length = EVP_AEAD_key_length(aead);
  size_t iv_length = has_explicit_nonce_ ? 4 : kNonceLength;
  std::string block(SSL_get_key_block_len(ssl), '\0');
  Check(SSL_generate_key_block(ssl, Data(block), block.size()));
  bool is_server = SSL_is_server(ssl) == 1;
  iv_ = block.substr(2 * key_length + (is_server ? iv_length : 0), iv_length);
  Check(EVP_AEAD_CTX_init(key_.get(), aead, Data(block) + (is_server ? key_length : 0), key_length,
                          EVP_AEAD_DEFAULT_TAG_LENGTH, nullptr));
}

std::string Sealer::Nonce() const {
  if (has_explicit_nonce_) {
    return iv_ + BigEndian(sequence_, 8);
  }
  std::string nonce = BigEndian(sequence_, kNonceLength);
  for (size_t i = 0; i < kNonceLength; i++) {
    nonce[i] = static_cast<char>(nonce[i] ^ iv_[i]);
  }
  return nonce;
}

// Of a TLS 1.3 record it is the header, whose length is that of the ciphertext.
std::string Sealer::AdditionalData(uint8_t type, size_t length) const {
  std::string header = BigEndian(type, 1) + "\x03\x03" + BigEndian(length, 2);
  return is_tls13_ ? header : BigEndian(sequence_, 8) + header;
}

std::string Sealer::Seal(uint8_t type, const std::string &content, size_t padding) {
  std::string plain = content;
  if (is_tls13_) {
    plain += BigEndian(type, 1) + std::string(padding, '\0');
    type = SSL3_RT_APPLICATION_DATA;
  }
  std::string sealed(plain.size() + EVP_AEAD_MAX_OVERHEAD, '\0');
  size_t length = 0;
  std::string nonce = Nonce();
  size_t tag = EVP_AEAD_max_overhead(EVP_AEAD_CTX_aead(key_.get()));
  std::string additional = AdditionalData(type, is_tls13_ ? plain.size() + tag : plain.size());
  Check(EVP_AEAD_CTX_seal(key_.get(), Data(sealed), &length, sealed.size(), Data(nonce),
                          nonce.size(), Data(plain), plain.size(), Data(additional),
                          additional.size()));
  sealed.resize(length);
  std::string explicit_nonce = has_explicit_nonce_ ? BigEndian(sequence_, 8) : "";
  sequence_++;
  return BigEndian(type, 1) + "\x03\x03" + BigEndian(explicit_nonce.size() + length, 2) +
         explicit_nonce + sealed;
}

}  // namespace conformance
