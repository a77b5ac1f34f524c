// What seldom happens to a configuration: BoringSSL refuses what net/ has let through, texts are of
// odd lengths and names, and descriptor 0 is free.

#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "testing/certificates.h"

namespace {

// What BoringSSL puts into its queue and fails with; 0: it does not.
int refusal = 0;

int Refuse() {
  ERR_put_error(ERR_LIB_SSL, 0, refusal, __FILE__, __LINE__);
  return 0;
}

}  // namespace

extern "C" {
int __real_SSL_CTX_set_max_proto_version(SSL_CTX *context, uint16_t version);
int __real_SSL_CTX_set_min_proto_version(SSL_CTX *context, uint16_t version);
int __real_SSL_CTX_set_session_id_context(SSL_CTX *context, const uint8_t *id, size_t length);
int __real_SSL_set_chain_and_key(SSL *ssl, CRYPTO_BUFFER *const *chain, size_t length,
                                 EVP_PKEY *key, const SSL_PRIVATE_KEY_METHOD *method);

int __wrap_SSL_CTX_set_max_proto_version(SSL_CTX *context, uint16_t version) {
  bool is_refused = refusal != 0 && version == TLS1_3_VERSION;
  return is_refused ? Refuse() : __real_SSL_CTX_set_max_proto_version(context, version);
}

int __wrap_SSL_CTX_set_min_proto_version(SSL_CTX *context, uint16_t version) {
  bool is_refused = refusal != 0 && version == TLS1_VERSION;
  return is_refused ? Refuse() : __real_SSL_CTX_set_min_proto_version(context, version);
}

int __wrap_SSL_CTX_set_session_id_context(SSL_CTX *context, const uint8_t *id, size_t length) {
  return refusal != 0 ? Refuse() : __real_SSL_CTX_set_session_id_context(context, id, length);
}

int __wrap_SSL_set_chain_and_key(SSL *ssl, CRYPTO_BUFFER *const *chain, size_t length,
                                 EVP_PKEY *key, const SSL_PRIVATE_KEY_METHOD *method) {
  return refusal != 0 ? Refuse() : __real_SSL_set_chain_and_key(ssl, chain, length, key, method);
}
}

namespace {

using net_testing::CertificatePath;
using net_testing::ReadCertificate;

class TlsConfigOddTest : public testing::Test {
 protected:
  ~TlsConfigOddTest() override {
    refusal = 0;
    net_tls_config_release(config_);
  }

  void ExpectRefused(const std::string &reason, bool is_set) {
    EXPECT_FALSE(is_set);
    EXPECT_EQ(reason, net_tls_config_error(config_));
    EXPECT_EQ(0u, ERR_peek_error());
  }

  net_tls_config *config_ = net_tls_config_new();
};

TEST_F(TlsConfigOddTest, BoringSSLRefuses) {
  const int reasons[] = {SSL_R_UNKNOWN_SSL_VERSION, ERR_R_MALLOC_FAILURE};
  for (int reason : reasons) {
    refusal = reason;
    const std::string text =
        reason == ERR_R_MALLOC_FAILURE ? "out of memory" : "UNKNOWN_SSL_VERSION";
    ExpectRefused("invalid range of versions: " + text,
                  net_tls_config_set_versions(config_, NET_TLS_1_0, NET_TLS_1_2));
    ExpectRefused("invalid range of versions: " + text,
                  net_tls_config_set_versions(config_, NET_TLS_1_2, NET_TLS_1_3));
    ExpectRefused("invalid session ID: " + text, net_tls_config_set_session_id(config_, "x", 1));
    ExpectRefused("the key pair cannot be used: " + text,
                  net_tls_config_set_keypair_file(config_, CertificatePath("server.pem").c_str(),
                                                  CertificatePath("server.key").c_str()));
  }
}

// Where a program has closed its standard input.
TEST_F(TlsConfigOddTest, KeyLogInDescriptorZero) {
  const std::string file = testing::TempDir() + "/key_log_in_descriptor_zero";
  int input = dup(STDIN_FILENO);
  close(STDIN_FILENO);
  net_tls_config *config = net_tls_config_new();
  EXPECT_TRUE(net_tls_config_set_key_log_file(config, file.c_str()));
  EXPECT_NE(-1, fcntl(STDIN_FILENO, F_GETFD));
  net_tls_config_release(config);
  EXPECT_EQ(-1, fcntl(STDIN_FILENO, F_GETFD));
  if (input >= 0) {
    EXPECT_EQ(STDIN_FILENO, dup2(input, STDIN_FILENO));
    close(input);
  }
}

// The name that certificates had in PEM long ago.
TEST_F(TlsConfigOddTest, CaByAnOldName) {
  std::string text = ReadCertificate("ca.pem");
  text.replace(text.find("BEGIN CERT"), 6, "BEGIN X509 ");
  text.replace(text.find("END CERT"), 4, "END X509 ");
  EXPECT_TRUE(net_tls_config_set_ca(config_, text.data(), text.size()));
}

// BoringSSL takes no more than an int tells, and would take the rest for a negative length.
TEST_F(TlsConfigOddTest, TextThatIsTooLong) {
  const size_t length = static_cast<size_t>(INT_MAX) + 1;
  void *text = mmap(nullptr, length, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(MAP_FAILED, text);
  const std::string ca = ReadCertificate("ca.pem");
  memcpy(text, ca.data(), ca.size());
  ExpectRefused("failed to read CA in memory: out of memory",
                net_tls_config_set_ca(config_, static_cast<const char *>(text), length));
  const std::string key = ReadCertificate("server.key");
  memcpy(text, key.data(), key.size());
  ExpectRefused("failed to read private key in memory: malformed private key",
                net_tls_config_set_key(config_, static_cast<const char *>(text), length));
  munmap(text, length);
}

TEST_F(TlsConfigOddTest, MoreThanARevocationList) {
  const std::string text = ReadCertificate("ca_crl.pem");
  bssl::UniquePtr<BIO> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char *name = nullptr;
  char *header = nullptr;
  uint8_t *der = nullptr;
  long length = 0;
  ASSERT_TRUE(PEM_read_bio(in.get(), &name, &header, &der, &length));
  std::string longer(reinterpret_cast<char *>(der), static_cast<size_t>(length));
  longer += '\0';
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  ASSERT_TRUE(PEM_write_bio(out.get(), name, header,
                            reinterpret_cast<const uint8_t *>(longer.data()), length + 1));
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(der);
  const uint8_t *bytes = nullptr;
  size_t size = 0;
  ASSERT_TRUE(BIO_mem_contents(out.get(), &bytes, &size));
  ExpectRefused("failed to read CRL in memory: malformed CRL",
                net_tls_config_set_crl(config_, reinterpret_cast<const char *>(bytes), size));
}

}  // namespace
