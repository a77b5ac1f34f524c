// Whom a socket believes (D-24): chain, name and time, each insecure_ opt-out, the certificates of
// clients, and where the trusted certificates come from.

#include <stdlib.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::HasOutcome;

constexpr char kFailed[] = "handshake failed: certificate verification failed: ";

// What verification is without.
struct Without {
  bool certificate = false;
  bool name = false;
  bool time = false;
};

class TlsVerifyTest : public testing::TestWithParam<int> {
 protected:
  uint16_t Version() const {
    return static_cast<uint16_t>(GetParam());
  }

  // Returns "" where the client believes the server, and otherwise its error.
  std::string Connect(const std::string &identity, const std::string &server_name = "localhost",
                      Without without = Without()) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    net_tls_config *config = connection.config();
    EXPECT_TRUE(!without.certificate || net_tls_config_insecure_no_verify_certificate(config));
    EXPECT_TRUE(!without.name || net_tls_config_insecure_no_verify_name(config));
    EXPECT_TRUE(!without.time || net_tls_config_insecure_no_verify_time(config));
    connection.set_server_name(server_name);
    connection.peer_options().identity = identity;
    return Result(connection);
  }

  std::string Result(Connection &connection) {
    Done done = connection.Handshake();
    if (done.outcome == NET_TLS_OK) {
      EXPECT_TRUE(connection.Exchange(1, 10));
      return "";
    }
    EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
    connection.peer().Run();
    EXPECT_FALSE(connection.peer().error().empty()) << "the alert has not come";
    EXPECT_EQ(0u, done.error.find(kFailed)) << done.error;
    return done.error.substr(std::min(done.error.size(), sizeof(kFailed) - 1));
  }

  static std::string NotPresent(const std::string &name) {
    return "name '" + name + "' not present in server certificate (sent alert bad_certificate)";
  }
};

constexpr char kExpired[] = "certificate has expired (sent alert certificate_expired)";
constexpr char kNotYetValid[] = "certificate is not yet valid (sent alert certificate_expired)";
constexpr char kSelfSigned[] = "self signed certificate (sent alert unknown_ca)";
constexpr char kUnknownIssuer[] = "unable to get local issuer certificate (sent alert unknown_ca)";
constexpr char kWrongPurpose[] =
    "unsupported certificate purpose (sent alert unsupported_certificate)";

TEST_P(TlsVerifyTest, WhatIsAllRight) {
  EXPECT_EQ("", Connect("server"));
  EXPECT_EQ("", Connect("server_rsa"));
  EXPECT_EQ("", Connect("server_chain"));
}

TEST_P(TlsVerifyTest, WhatIsNot) {
  EXPECT_EQ(kExpired, Connect("expired"));
  EXPECT_EQ(kNotYetValid, Connect("not_yet_valid"));
  EXPECT_EQ(NotPresent("localhost"), Connect("wrong_name"));
  EXPECT_EQ(kSelfSigned, Connect("self_signed"));
  EXPECT_EQ(kWrongPurpose, Connect("client", "client.example.test"));
}

TEST_P(TlsVerifyTest, Names) {
  for (const char *name : {"localhost", "LOCALHOST", "localhost.", "example.test", "Example.Test",
                           "a.wild.example.test", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"}) {
    EXPECT_EQ("", Connect("server", name)) << name;
  }
  for (const char *name :
       {"other", "localhost.localdomain", "www.example.test", "wild.example.test",
        "a.b.wild.example.test", ".wild.example.test", "*.wild.example.test.org", "127.0.0.2",
        "::2", "127.0.0.1.example.test"}) {
    EXPECT_EQ(NotPresent(name), Connect("server", name)) << name;
  }
  // An address is no DNS name, and the other way round.
  EXPECT_EQ("", Connect("wrong_name", "192.0.2.1"));
  EXPECT_EQ(NotPresent("127.0.0.1"), Connect("wrong_name", "127.0.0.1"));
}

TEST_P(TlsVerifyTest, WithoutCertificate) {
  Without without{true, false, false};
  for (const char *identity : {"server", "self_signed", "expired", "not_yet_valid"}) {
    EXPECT_EQ("", Connect(identity, "localhost", without)) << identity;
  }
  EXPECT_EQ(NotPresent("localhost"), Connect("wrong_name", "localhost", without));
  EXPECT_EQ(NotPresent("other"), Connect("self_signed", "other", without));
}

TEST_P(TlsVerifyTest, WithoutName) {
  Without without{false, true, false};
  EXPECT_EQ("", Connect("server", "other", without));
  EXPECT_EQ("", Connect("wrong_name", "localhost", without));
  EXPECT_EQ(kSelfSigned, Connect("self_signed", "localhost", without));
  EXPECT_EQ(kExpired, Connect("expired", "localhost", without));
}

TEST_P(TlsVerifyTest, WithoutTime) {
  Without without{false, false, true};
  EXPECT_EQ("", Connect("expired", "localhost", without));
  EXPECT_EQ("", Connect("not_yet_valid", "localhost", without));
  EXPECT_EQ(kSelfSigned, Connect("self_signed", "localhost", without));
  EXPECT_EQ(NotPresent("localhost"), Connect("wrong_name", "localhost", without));
  EXPECT_EQ(NotPresent("other"), Connect("expired", "other", without));
}

TEST_P(TlsVerifyTest, WithoutAnything) {
  Without without{true, true, true};
  for (const char *identity : {"expired", "self_signed", "wrong_name", "client"}) {
    EXPECT_EQ("", Connect(identity, "other", without)) << identity;
  }
}

// The opt-outs can be taken back, each of them.
TEST_P(TlsVerifyTest, VerifyAgain) {
  const struct {
    const char *identity;
    std::string reason;
  } cases[] = {
      {"self_signed", kSelfSigned}, {"wrong_name", NotPresent("localhost")}, {"expired", kExpired}};
  for (const auto &each : cases) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    ASSERT_TRUE(net_tls_config_insecure_no_verify_certificate(connection.config()));
    ASSERT_TRUE(net_tls_config_insecure_no_verify_name(connection.config()));
    ASSERT_TRUE(net_tls_config_insecure_no_verify_time(connection.config()));
    ASSERT_TRUE(net_tls_config_verify(connection.config()));
    connection.peer_options().identity = each.identity;
    EXPECT_EQ(each.reason, Result(connection));
  }
}

TEST_P(TlsVerifyTest, WithoutANameNothingIsSentAsOne) {
  Connection connection(Case{true, Version(), Driver::kBlocking});
  char error[NET_TLS_ERROR_SIZE] = "";
  ASSERT_TRUE(net_tls_config_insecure_no_verify_name(connection.config()));
  net_testing::VirtualTransport transport(NET_TRANSPORT_BLOCKING);
  net_tls_socket *socket = net_tls_socket_new_client(connection.config(), transport.transport(),
                                                     NET_TRANSPORT_BLOCKING, nullptr, error);
  ASSERT_NE(nullptr, socket) << error;
  net_testing::Peer peer(&transport, net_testing::PeerOptions());
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_handshake(socket)) << net_tls_socket_error(socket);
  EXPECT_EQ(nullptr, SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name));
  net_tls_socket_free(socket);
}

// RFC 6066, section 3: names are sent, addresses are not.
TEST_P(TlsVerifyTest, ServerNameIndication) {
  for (const char *name : {"localhost", "localhost.", "127.0.0.1", "::1"}) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    connection.set_server_name(name);
    ASSERT_EQ(NET_TLS_OK, connection.Handshake().outcome);
    const char *sent = SSL_get_servername(connection.peer().ssl(), TLSEXT_NAMETYPE_host_name);
    EXPECT_EQ(name[0] == 'l' ? "localhost" : "", std::string(sent != nullptr ? sent : ""));
  }
}

// Where the trusted certificates come from.

class TlsTrustTest : public TlsVerifyTest {
 protected:
  void SetUp() override {
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    config_ = net_tls_config_new();
  }

  void TearDown() override {
    net_tls_config_release(config_);
  }

  std::string ConnectWithConfig(const std::string &identity = "server") {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    connection.UseConfig(config_);
    connection.peer_options().identity = identity;
    std::string error = connection.TryOpen();
    return error.empty() ? Result(connection) : error;
  }

  net_tls_config *config_ = nullptr;
};

TEST_P(TlsTrustTest, AnotherCa) {
  ASSERT_TRUE(net_tls_config_set_ca_file(config_, CertificatePath("other_ca.pem").c_str()));
  EXPECT_EQ(kUnknownIssuer, ConnectWithConfig());
}

TEST_P(TlsTrustTest, SeveralCas) {
  ASSERT_TRUE(net_tls_config_set_ca_file(config_, CertificatePath("other_ca.pem").c_str()));
  ASSERT_TRUE(net_tls_config_set_ca_file(config_, CertificatePath("ca.pem").c_str()));
  EXPECT_EQ("", ConnectWithConfig());
}

TEST_P(TlsTrustTest, Directory) {
  ASSERT_TRUE(net_tls_config_set_ca_path(config_, CertificatePath("ca_path").c_str()));
  EXPECT_EQ("", ConnectWithConfig());
  EXPECT_EQ("", ConnectWithConfig("server_chain"));
  EXPECT_EQ(kSelfSigned, ConnectWithConfig("self_signed"));
}

TEST_P(TlsTrustTest, Memory) {
  std::string ca = net_testing::ReadCertificate("ca.pem");
  ASSERT_TRUE(net_tls_config_set_ca(config_, ca.data(), ca.size()));
  EXPECT_EQ("", ConnectWithConfig());
}

TEST_P(TlsTrustTest, EachOfAList) {
  const std::string list = net_testing::ReadCertificate("other_ca.pem") +
                           net_testing::ReadCertificate("intermediate.pem") +
                           net_testing::ReadCertificate("ca.pem");
  ASSERT_TRUE(net_tls_config_set_ca(config_, list.data(), list.size()));
  EXPECT_EQ("", ConnectWithConfig());
}

TEST_P(TlsTrustTest, ACertificateOfTheServerItself) {
  ASSERT_TRUE(net_tls_config_set_ca_file(config_, CertificatePath("self_signed.pem").c_str()));
  EXPECT_EQ("", ConnectWithConfig("self_signed"));
  EXPECT_EQ(kUnknownIssuer, ConnectWithConfig("server"));
}

// The system's store is found by the variables that OpenSSL's programs obey.
TEST_P(TlsTrustTest, SystemStore) {
  setenv("SSL_CERT_FILE", CertificatePath("ca.pem").c_str(), 1);
  EXPECT_EQ("", ConnectWithConfig());
}

TEST_P(TlsTrustTest, SystemStoreThatDoesNotKnowTheServer) {
  setenv("SSL_CERT_FILE", CertificatePath("other_ca.pem").c_str(), 1);
  EXPECT_EQ(kUnknownIssuer, ConnectWithConfig());
}

TEST_P(TlsTrustTest, SystemDirectory) {
  setenv("SSL_CERT_DIR", CertificatePath("ca_path").c_str(), 1);
  EXPECT_EQ("", ConnectWithConfig());
}

TEST_P(TlsTrustTest, SystemStoreThatCannotBeRead) {
  setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
  EXPECT_EQ("failed to read CA file '/nonexistent/ca.pem' that SSL_CERT_FILE names",
            ConnectWithConfig());
}

// Whoever names a CA does not trust the system's store as well.
TEST_P(TlsTrustTest, OwnCaReplacesTheSystemStore) {
  setenv("SSL_CERT_FILE", CertificatePath("ca.pem").c_str(), 1);
  ASSERT_TRUE(net_tls_config_set_ca_file(config_, CertificatePath("other_ca.pem").c_str()));
  EXPECT_EQ(kUnknownIssuer, ConnectWithConfig());
}

// Who does not verify needs no store.
TEST_P(TlsTrustTest, NoStoreWithoutVerification) {
  setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
  ASSERT_TRUE(net_tls_config_insecure_no_verify_certificate(config_));
  EXPECT_EQ("", ConnectWithConfig());
}

// The certificates of clients.

class TlsClientCertificateTest : public TlsVerifyTest {
 protected:
  // Returns "" where the server believes the client, and otherwise its error.
  std::string Accept(enum net_tls_client_certificate policy, const std::string &identity,
                     bool verifies = true) {
    Connection connection(Case{false, Version(), Driver::kBlocking});
    net_tls_config *config = connection.config();
    EXPECT_TRUE(net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
    EXPECT_TRUE(net_tls_config_set_client_certificate(config, policy));
    EXPECT_TRUE(verifies || net_tls_config_insecure_no_verify_certificate(config));
    connection.peer_options().identity = identity;
    Done done = connection.Handshake();
    if (done.outcome != NET_TLS_OK) {
      EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
      return done.error;
    }
    EXPECT_TRUE(connection.Exchange(1, 10));
    net_tls_certificate *certificate = net_tls_socket_peer_certificate(connection.socket());
    bool has_certificate = certificate != nullptr;
    net_tls_certificate_free(certificate);
    EXPECT_EQ(policy != NET_TLS_CLIENT_CERTIFICATE_NONE && !identity.empty(), has_certificate);
    return "";
  }

  std::string Failed(const char *reason) {
    return std::string(kFailed) + reason;
  }
};

TEST_P(TlsClientCertificateTest, None) {
  EXPECT_EQ("", Accept(NET_TLS_CLIENT_CERTIFICATE_NONE, ""));
  EXPECT_EQ("", Accept(NET_TLS_CLIENT_CERTIFICATE_NONE, "other_client"));
}

TEST_P(TlsClientCertificateTest, Optional) {
  EXPECT_EQ("", Accept(NET_TLS_CLIENT_CERTIFICATE_OPTIONAL, ""));
  EXPECT_EQ("", Accept(NET_TLS_CLIENT_CERTIFICATE_OPTIONAL, "client"));
  EXPECT_EQ(Failed(kUnknownIssuer), Accept(NET_TLS_CLIENT_CERTIFICATE_OPTIONAL, "other_client"));
  EXPECT_EQ(Failed(kWrongPurpose), Accept(NET_TLS_CLIENT_CERTIFICATE_OPTIONAL, "server"));
}

TEST_P(TlsClientCertificateTest, Required) {
  EXPECT_EQ("", Accept(NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "client"));
  EXPECT_EQ(Failed(kUnknownIssuer), Accept(NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "other_client"));
  EXPECT_EQ(Failed(kWrongPurpose), Accept(NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "server"));
  std::string alert = Version() == TLS1_3_VERSION ? "certificate_required" : "handshake_failure";
  EXPECT_EQ("handshake failed: PEER_DID_NOT_RETURN_A_CERTIFICATE (sent alert " + alert + ")",
            Accept(NET_TLS_CLIENT_CERTIFICATE_REQUIRED, ""));
}

TEST_P(TlsClientCertificateTest, RequiredButNotVerified) {
  EXPECT_EQ("", Accept(NET_TLS_CLIENT_CERTIFICATE_REQUIRED, "other_client", false));
}

// No client staples anything.
TEST_P(TlsClientCertificateTest, WithoutAStaple) {
  Connection connection(Case{false, Version(), Driver::kBlocking});
  net_tls_config *config = connection.config();
  ASSERT_TRUE(net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
  ASSERT_TRUE(net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  ASSERT_TRUE(net_tls_config_require_ocsp_staple(config));
  connection.peer_options().identity = "client";
  EXPECT_TRUE(connection.Exchange(1, 10));
}

// A client shows its key pair where it is asked for one.
TEST_P(TlsClientCertificateTest, OfOurClient) {
  for (const char *identity : {"", "client"}) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    if (identity[0] != '\0') {
      ASSERT_TRUE(net_tls_config_set_keypair_file(connection.config(),
                                                  CertificatePath("client.pem").c_str(),
                                                  CertificatePath("client.key").c_str()));
    }
    connection.peer_options().client_certificate = SSL_VERIFY_PEER;
    ASSERT_TRUE(connection.Exchange(1, 10));
    EXPECT_EQ(identity[0] != '\0' ? 1u : 0u,
              sk_CRYPTO_BUFFER_num(SSL_get0_peer_certificates(connection.peer().ssl())));
  }
}

std::string VersionName(const testing::TestParamInfo<int> &info) {
  return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsVerifyTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         VersionName);
INSTANTIATE_TEST_SUITE_P(Versions, TlsTrustTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         VersionName);
INSTANTIATE_TEST_SUITE_P(Versions, TlsClientCertificateTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), VersionName);

}  // namespace
