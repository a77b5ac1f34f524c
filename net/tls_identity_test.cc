// The key pairs of a configuration, half by half, and what a configuration in use refuses.

#include <stdlib.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "net/tls_file.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::ReadCertificate;

class TlsIdentityTest : public testing::Test {
 protected:
  ~TlsIdentityTest() override {
    net_tls_config_release(config_);
  }

  bool SetCertificate(const std::string &name) {
    return net_tls_config_set_certificate_file(config_, CertificatePath(name + ".pem").c_str());
  }
  bool SetKey(const std::string &name) {
    return net_tls_config_set_key_file(config_, CertificatePath(name + ".key").c_str());
  }

  bool Serves() {
    Connection connection(Case{false, TLS1_3_VERSION, Driver::kNonblocking});
    connection.UseConfig(config_);
    return connection.Exchange(1, 10);
  }

  // Why no server can be made.
  std::string WhyNot() {
    Connection connection(Case{false, TLS1_3_VERSION, Driver::kNonblocking});
    connection.UseConfig(config_);
    return connection.TryOpen();
  }

  std::string Error() {
    return net_tls_config_error(config_);
  }
  static std::string Quoted(const std::string &name) {
    return "'" + CertificatePath(name) + "'";
  }

  net_tls_config *config_ = net_tls_config_new();
};

TEST_F(TlsIdentityTest, CertificateThenKey) {
  ASSERT_TRUE(SetCertificate("server"));
  EXPECT_FALSE(SetKey("client"));
  EXPECT_EQ("private key " + Quoted("client.key") + " does not match the certificate", Error());
  ASSERT_TRUE(SetKey("server"));
  EXPECT_TRUE(Serves());
}

TEST_F(TlsIdentityTest, KeyThenCertificate) {
  ASSERT_TRUE(SetKey("server"));
  EXPECT_FALSE(SetCertificate("client"));
  EXPECT_EQ("certificate " + Quoted("client.pem") + " does not match the private key", Error());
  ASSERT_TRUE(SetCertificate("server"));
  EXPECT_TRUE(Serves());
}

TEST_F(TlsIdentityTest, InMemory) {
  std::string certificate = ReadCertificate("server.pem");
  std::string key = ReadCertificate("server.key");
  std::string other = ReadCertificate("client.key");
  ASSERT_TRUE(net_tls_config_set_certificate(config_, certificate.data(), certificate.size()));
  EXPECT_FALSE(net_tls_config_set_key(config_, other.data(), other.size()));
  EXPECT_EQ("private key in memory does not match the certificate", Error());
  ASSERT_TRUE(net_tls_config_set_key(config_, key.data(), key.size()));
  EXPECT_TRUE(Serves());
}

TEST_F(TlsIdentityTest, HalfAPair) {
  ASSERT_TRUE(SetCertificate("server"));
  EXPECT_EQ("certificate " + Quoted("server.pem") + " without its private key", WhyNot());
  // Nothing has been frozen by the attempt.
  ASSERT_TRUE(SetKey("server"));
  EXPECT_EQ("", WhyNot());
}

TEST_F(TlsIdentityTest, HalfAPairOfAClient) {
  Connection client(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
  ASSERT_TRUE(net_tls_config_set_key_file(client.config(), CertificatePath("client.key").c_str()));
  EXPECT_EQ("private key " + Quoted("client.key") + " without its certificate", client.TryOpen());
}

TEST_F(TlsIdentityTest, AnotherCertificateAndItsKey) {
  ASSERT_TRUE(SetKey("server") && SetCertificate("server"));
  ASSERT_TRUE(SetCertificate("server_rsa")) << Error();
  EXPECT_EQ("", Error());
  EXPECT_EQ("certificate " + Quoted("server_rsa.pem") + " without its private key", WhyNot());
  ASSERT_TRUE(SetKey("server_rsa"));
  EXPECT_TRUE(Serves());
}

TEST_F(TlsIdentityTest, ARenewedCertificateKeepsItsKey) {
  ASSERT_TRUE(SetCertificate("server") && SetKey("server") && SetCertificate("server"));
  EXPECT_TRUE(Serves());
}

TEST_F(TlsIdentityTest, WhatFailsChangesNothing) {
  ASSERT_TRUE(SetCertificate("server") && SetKey("server"));
  EXPECT_FALSE(SetKey("client"));
  EXPECT_FALSE(net_tls_config_set_certificate_file(config_, "/nonexistent"));
  EXPECT_EQ("failed to open certificate file '/nonexistent': No such file or directory", Error());
  EXPECT_FALSE(net_tls_config_set_key_file(config_, CertificatePath("server.pem").c_str()));
  EXPECT_EQ("failed to read private key " + Quoted("server.pem") + ": no private key found",
            Error());
  EXPECT_FALSE(net_tls_config_add_keypair_file(config_, CertificatePath("client.pem").c_str(),
                                               CertificatePath("server.key").c_str(), nullptr));
  EXPECT_TRUE(Serves());
}

TEST_F(TlsIdentityTest, ClearedKeys) {
  ASSERT_TRUE(SetCertificate("server") && SetKey("server"));
  ASSERT_TRUE(net_tls_config_clear_keys(config_));
  EXPECT_EQ("certificate " + Quoted("server.pem") + " without its private key", WhyNot());
  ASSERT_TRUE(SetKey("server"));
  EXPECT_TRUE(Serves());
}

// What replaces the first pair leaves the added ones.
TEST_F(TlsIdentityTest, ReplacedBeforeAnother) {
  ASSERT_TRUE(net_tls_config_add_keypair_file(config_, CertificatePath("server_rsa.pem").c_str(),
                                              CertificatePath("server_rsa.key").c_str(), nullptr));
  ASSERT_TRUE(net_tls_config_set_keypair_file(config_, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  ASSERT_TRUE(net_tls_config_clear_keys(config_));
  ASSERT_TRUE(SetKey("server"));
  EXPECT_EQ("certificate " + Quoted("server_rsa.pem") + " without its private key", WhyNot());
}

TEST_F(TlsIdentityTest, InUse) {
  ASSERT_TRUE(SetCertificate("server") && SetKey("server"));
  ASSERT_TRUE(Serves());
  const std::string in_use = "the configuration is in use and cannot be changed";
  const std::string text = ReadCertificate("server_ocsp.der");
  auto expect_refused = [&](bool is_set) {
    EXPECT_FALSE(is_set);
    EXPECT_EQ(in_use, Error());
  };
  expect_refused(SetCertificate("server"));
  expect_refused(SetKey("server"));
  expect_refused(net_tls_config_clear_keys(config_));
  expect_refused(net_tls_config_add_keypair_file(config_, "", "", nullptr));
  expect_refused(net_tls_config_set_ocsp_staple(config_, text.data(), text.size()));
  expect_refused(net_tls_config_set_crl_file(config_, CertificatePath("ca_crl.pem").c_str()));
  expect_refused(net_tls_config_set_verify_depth(config_, 1));
  expect_refused(net_tls_config_require_ocsp_staple(config_));
  expect_refused(net_tls_config_set_session_id(config_, "x", 1));
  expect_refused(net_tls_config_set_session_lifetime(config_, 100));
  expect_refused(net_tls_config_prefer_ciphers_client(config_));
  expect_refused(net_tls_config_prefer_ciphers_server(config_));
}

TEST(TlsFile, AsItIs) {
  char error[NET_TLS_ERROR_SIZE] = "";
  net_tls_file *file =
      net_tls_load_file(CertificatePath("server_ocsp.der").c_str(), nullptr, error);
  ASSERT_NE(nullptr, file) << error;
  EXPECT_EQ(ReadCertificate("server_ocsp.der"), std::string(file->bytes, file->length));
  net_tls_file_free(file);
  EXPECT_EQ(nullptr, net_tls_load_file("/nonexistent", nullptr, error));
  EXPECT_STREQ("failed to open file '/nonexistent': No such file or directory", error);
  net_tls_file_free(nullptr);
}

TEST(TlsFile, KeyWithAPassword) {
  std::string certificate = ReadCertificate("server.pem");
  for (const char *name :
       {"server_encrypted.key", "server_encrypted_traditional.key", "server.key"}) {
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_config *config = net_tls_config_new();
    net_tls_file *file = net_tls_load_file(CertificatePath(name).c_str(), "secret", error);
    ASSERT_NE(nullptr, file) << error;
    EXPECT_TRUE(net_tls_config_set_keypair(config, certificate.data(), certificate.size(),
                                           file->bytes, file->length))
        << net_tls_config_error(config);
    net_tls_file_free(file);
    net_tls_config_release(config);
  }
}

TEST(TlsFile, KeyWithAWrongPassword) {
  for (const char *name : {"server_encrypted.key", "server_encrypted_traditional.key"}) {
    for (const char *password : {"", "wrong"}) {
      char error[NET_TLS_ERROR_SIZE] = "";
      EXPECT_EQ(nullptr, net_tls_load_file(CertificatePath(name).c_str(), password, error));
      EXPECT_EQ(0u, std::string(error).find("failed to read private key '" + CertificatePath(name)))
          << error;
    }
  }
}

// A staple that is set before its pair is that of the pair.
TEST_F(TlsIdentityTest, StapleBeforeItsPair) {
  const std::string staple = ReadCertificate("server_ocsp.der");
  ASSERT_TRUE(net_tls_config_set_ocsp_staple(config_, staple.data(), staple.size()));
  ASSERT_TRUE(net_tls_config_set_keypair_file(config_, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  Connection connection(Case{false, TLS1_3_VERSION, Driver::kNonblocking});
  connection.UseConfig(config_);
  connection.Open();
  SSL_enable_ocsp_stapling(connection.peer().ssl());
  ASSERT_TRUE(connection.Exchange(1, 10));
  const uint8_t *shown = nullptr;
  size_t length = 0;
  SSL_get0_ocsp_response(connection.peer().ssl(), &shown, &length);
  EXPECT_EQ(staple, std::string(reinterpret_cast<const char *>(shown), length));
}

// A pair with a staple takes the place of the one that is there.
TEST_F(TlsIdentityTest, PairInMemoryReplaces) {
  const std::string staple = ReadCertificate("server_ocsp.der");
  const std::string key = ReadCertificate("client.key");
  for (const char *name : {"client", "server"}) {
    const std::string certificate = ReadCertificate(std::string(name) + ".pem");
    const std::string own_key = ReadCertificate(std::string(name) + ".key");
    ASSERT_TRUE(net_tls_config_set_keypair_ocsp(config_, certificate.data(), certificate.size(),
                                                own_key.data(), own_key.size(), staple.data(),
                                                staple.size()))
        << Error();
  }
  EXPECT_FALSE(net_tls_config_set_key(config_, key.data(), key.size()));
  EXPECT_EQ("private key in memory does not match the certificate", Error());
}

// A server needs trusted certificates where it verifies its clients, and nowhere else.
TEST_F(TlsIdentityTest, TrustOfAServer) {
  setenv("SSL_CERT_FILE", "/nonexistent", 1);
  for (bool verifies : {false, true}) {
    for (bool is_asked : {false, true}) {
      net_tls_config_release(config_);
      config_ = net_tls_config_new();
      ASSERT_TRUE(SetCertificate("server"));
      ASSERT_TRUE(SetKey("server"));
      ASSERT_TRUE(verifies || net_tls_config_insecure_no_verify_certificate(config_));
      ASSERT_TRUE(!is_asked || net_tls_config_set_client_certificate(
                                   config_, NET_TLS_CLIENT_CERTIFICATE_OPTIONAL));
      EXPECT_EQ(verifies && is_asked, !WhyNot().empty()) << verifies << is_asked;
    }
  }
  unsetenv("SSL_CERT_FILE");
}

TEST(TlsDefaultCaFile, IsTheOneOfTheEnvironment) {
  setenv("SSL_CERT_FILE", "/some/file", 1);
  EXPECT_STREQ("/some/file", net_tls_default_ca_file());
  unsetenv("SSL_CERT_FILE");
  EXPECT_EQ('/', net_tls_default_ca_file()[0]);
}

}  // namespace
