// Which of a server's key pairs a client's first message asks for, where it is an odd one: old
// versions, curves, algorithms that nobody uses, and names of doubtful forms.

#include <openssl/pem.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "testing/certificates.h"
#include "testing/connection.h"
#include "testing/ocsp.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::OcspCertificate;

std::string Pem(const OcspCertificate &made, bool is_key) {
  bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  EXPECT_TRUE(is_key ? PEM_write_bio_PKCS8PrivateKey(bio.get(), made.key.get(), nullptr, nullptr, 0,
                                                     nullptr, nullptr)
                     : PEM_write_bio_X509(bio.get(), made.x509.get()));
  const uint8_t *bytes = nullptr;
  size_t length = 0;
  EXPECT_TRUE(BIO_mem_contents(bio.get(), &bytes, &length));
  return std::string(reinterpret_cast<const char *>(bytes), length);
}

class TlsClientHelloTest : public testing::Test {
 protected:
  // Sets what a client of these versions is to meet.
  void Use(uint16_t minimum, uint16_t maximum, const std::vector<std::string> &identities) {
    connection_ = std::make_unique<Connection>(Case{false, maximum, Driver::kNonblocking});
    net_tls_config *config = net_tls_config_new();
    connection_->UseConfig(config);
    net_tls_config_release(config);
    for (const std::string &identity : identities) {
      EXPECT_TRUE(
          net_tls_config_add_keypair_file(config, CertificatePath(identity + ".pem").c_str(),
                                          CertificatePath(identity + ".key").c_str(), nullptr));
    }
    connection_->peer_options().minimum_version = minimum;
  }

  void AddMade(const OcspCertificate &made) {
    const std::string certificate = Pem(made, false);
    const std::string key = Pem(made, true);
    EXPECT_TRUE(net_tls_config_add_keypair(connection_->config(), certificate.data(),
                                           certificate.size(), key.data(), key.size(), nullptr, 0))
        << net_tls_config_error(connection_->config());
  }

  // Returns the type of the key that the client sees, and for EC its bits; "" where it sees none.
  std::string Shown(const std::vector<uint16_t> &algorithms = {}) {
    connection_->Open();
    SSL *peer = connection_->peer().ssl();
    SSL_CTX_set_grease_enabled(SSL_get_SSL_CTX(peer), 1);
    EXPECT_TRUE(algorithms.empty() ||
                SSL_set_verify_algorithm_prefs(peer, algorithms.data(), algorithms.size()));
    if (connection_->Handshake().outcome != NET_TLS_OK) {
      return "";
    }
    EXPECT_TRUE(connection_->Exchange(1, 10));
    bssl::UniquePtr<X509> shown(SSL_get_peer_certificate(peer));
    bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(shown.get()));
    return EVP_PKEY_id(key.get()) == EVP_PKEY_RSA
               ? "RSA"
               : "EC " + std::to_string(EVP_PKEY_bits(key.get()));
  }

  std::unique_ptr<Connection> connection_;
};

// Such clients say nothing of signature algorithms.
TEST_F(TlsClientHelloTest, ClientsBeforeTls12) {
  for (uint16_t version : {TLS1_VERSION, TLS1_1_VERSION}) {
    for (bool is_rsa : {true, false}) {
      Use(version, version, {"server", "server_rsa"});
      ASSERT_TRUE(net_tls_config_set_versions(connection_->config(), NET_TLS_1_0, NET_TLS_1_3));
      connection_->peer_options().ciphers =
          is_rsa ? "ECDHE-RSA-AES128-SHA" : "ECDHE-ECDSA-AES128-SHA";
      EXPECT_EQ(is_rsa ? "RSA" : "EC 256", Shown());
    }
  }
}

// There a signature algorithm says nothing of the curve, whatever else the client could speak.
TEST_F(TlsClientHelloTest, AServerWithoutTls13) {
  Use(TLS1_2_VERSION, TLS1_3_VERSION, {"server", "server_p384"});
  ASSERT_TRUE(net_tls_config_set_versions(connection_->config(), NET_TLS_1_2, NET_TLS_1_2));
  EXPECT_EQ("EC 256", Shown({SSL_SIGN_ECDSA_SECP384R1_SHA384}));
}

TEST_F(TlsClientHelloTest, CurvesOfTls13) {
  Use(TLS1_3_VERSION, TLS1_3_VERSION, {"server_p384", "server"});
  EXPECT_EQ("EC 256", Shown({SSL_SIGN_ECDSA_SECP256R1_SHA256}));
  Use(TLS1_3_VERSION, TLS1_3_VERSION, {"server", "server_p384"});
  EXPECT_EQ("EC 384", Shown({SSL_SIGN_ECDSA_SECP384R1_SHA384}));
}

TEST_F(TlsClientHelloTest, TheCurveThatFewHave) {
  OcspCertificate made;
  bssl::UniquePtr<EC_KEY> key(EC_KEY_new_by_curve_name(NID_secp521r1));
  ASSERT_TRUE(EC_KEY_generate_key(key.get()));
  ASSERT_TRUE(EVP_PKEY_set1_EC_KEY(made.key.get(), key.get()));
  OcspCertificate signer = net_testing::Make("few", nullptr);
  made.x509 = std::move(signer.x509);
  ASSERT_TRUE(X509_set_pubkey(made.x509.get(), made.key.get()));
  ASSERT_GT(X509_sign(made.x509.get(), made.key.get(), EVP_sha256()), 0);
  Use(TLS1_3_VERSION, TLS1_3_VERSION, {"server"});
  AddMade(made);
  EXPECT_EQ("EC 521", Shown({SSL_SIGN_ECDSA_SECP521R1_SHA512}));
  Use(TLS1_3_VERSION, TLS1_3_VERSION, {"server_p384", "server_rsa"});
  EXPECT_EQ("RSA", Shown({SSL_SIGN_ECDSA_SECP521R1_SHA512, SSL_SIGN_RSA_PSS_RSAE_SHA256}));
}

// No signature of TLS 1.3 is of SHA-1.
TEST_F(TlsClientHelloTest, AnAlgorithmThatTls13HasNot) {
  Use(TLS1_3_VERSION, TLS1_3_VERSION, {"server", "server_rsa"});
  EXPECT_EQ("RSA", Shown({SSL_SIGN_ECDSA_SHA1, SSL_SIGN_RSA_PSS_RSAE_SHA256}));
}

TEST_F(TlsClientHelloTest, WhatCanBeVerifiedComesBeforeTheName) {
  Use(TLS1_3_VERSION, TLS1_3_VERSION, {"wrong_name", "server_rsa"});
  connection_->peer_options().server_name = "wrong.example.test";
  EXPECT_EQ("RSA", Shown({SSL_SIGN_RSA_PSS_RSAE_SHA256}));
}

// What a client would not take for the name is not chosen by it either.
TEST_F(TlsClientHelloTest, NamesThatAreNone) {
  for (const char *name : {"common.test.org", "ab.part.org", "ab.whole.org"}) {
    Use(TLS1_3_VERSION, TLS1_3_VERSION, {"server_rsa"});
    AddMade(net_testing::Make("common.test.org", nullptr));
    AddMade(net_testing::Make("made", nullptr,
                              {{NID_subject_alt_name, "DNS:a*.part.org,DNS:*.whole.org"}}));
    connection_->peer_options().server_name = name;
    EXPECT_EQ(std::string(name) == "ab.whole.org" ? "EC 256" : "RSA", Shown()) << name;
  }
}

}  // namespace
