// What a server shows to which client: several key pairs, and configurations by name.

#include <openssl/pem.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_server_names.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::ReadCertificate;

// The file of //testing/certificates, without its end, that the peer was shown first.
std::string ShownTo(SSL *peer) {
  bssl::UniquePtr<X509> shown(SSL_get_peer_certificate(peer));
  for (const char *name : {"server", "server_rsa", "server_p384", "server_chain", "wrong_name"}) {
    std::string text = ReadCertificate(std::string(name) + ".pem");
    bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    bssl::UniquePtr<X509> known(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (shown && X509_cmp(shown.get(), known.get()) == 0) {
      return name;
    }
  }
  return shown ? "another" : "none";
}

struct Asks {
  std::string name;
  // The signature algorithms that the client can verify; empty: all.
  std::vector<uint16_t> algorithms;
  // The cipher suites that it offers before TLS 1.3; empty: all.
  std::string ciphers;
};

class TlsSelectTest : public testing::TestWithParam<int> {
 protected:
  ~TlsSelectTest() override {
    for (net_tls_config *config : configs_) {
      net_tls_config_release(config);
    }
    net_tls_server_names_release(names_);
  }

  uint16_t Version() const {
    return static_cast<uint16_t>(GetParam());
  }
  Case TestCase() const {
    return Case{false, Version(), Driver::kNonblocking};
  }

  net_tls_config *NewConfig(const std::vector<std::string> &identities) {
    net_tls_config *config = net_tls_config_new();
    configs_.push_back(config);
    for (const std::string &identity : identities) {
      Add(config, identity);
    }
    return config;
  }

  static void Add(net_tls_config *config, const std::string &identity) {
    EXPECT_TRUE(net_tls_config_add_keypair_file(config, CertificatePath(identity + ".pem").c_str(),
                                                CertificatePath(identity + ".key").c_str(),
                                                nullptr))
        << net_tls_config_error(config);
  }

  void AddName(const char *name, net_tls_config *config) {
    char error[NET_TLS_ERROR_SIZE] = "";
    EXPECT_TRUE(net_tls_server_names_add(names_, name, config, error)) << error;
  }

  std::string RefuseName(const std::string &name, net_tls_config *config) {
    char error[NET_TLS_ERROR_SIZE] = "";
    EXPECT_FALSE(net_tls_server_names_add(names_, name.c_str(), config, error)) << name;
    return error;
  }

  // Which certificate this client sees, or why it sees none.
  std::string Shown(net_tls_config *config, const Asks &asks) {
    Connection connection(TestCase());
    connection.UseConfig(config);
    connection.peer_options().server_name = asks.name;
    connection.peer_options().ciphers = asks.ciphers;
    connection.Open();
    SSL *peer = connection.peer().ssl();
    EXPECT_TRUE(net_tls_socket_set_server_names(connection.socket(), names_));
    EXPECT_TRUE(
        asks.algorithms.empty() ||
        SSL_set_verify_algorithm_prefs(peer, asks.algorithms.data(), asks.algorithms.size()));
    Done done = connection.Handshake();
    if (done.outcome != NET_TLS_OK) {
      return done.error;
    }
    EXPECT_TRUE(connection.Exchange(1, 10));
    return ShownTo(peer);
  }

  net_tls_server_names *names_ = net_tls_server_names_new();
  std::vector<net_tls_config *> configs_;
};

TEST_P(TlsSelectTest, ByName) {
  net_tls_config *config = NewConfig({"server", "wrong_name"});
  EXPECT_EQ("wrong_name", Shown(config, {"wrong.example.test", {}, ""}));
  EXPECT_EQ("wrong_name", Shown(config, {"WRONG.example.test", {}, ""}));
  EXPECT_EQ("server", Shown(config, {"localhost", {}, ""}));
  EXPECT_EQ("server", Shown(config, {"a.wild.example.test", {}, ""}));
  // Whoever asks for something else, or nothing, gets the first.
  EXPECT_EQ("server", Shown(config, {"other.test", {}, ""}));
  EXPECT_EQ("server", Shown(config, {"", {}, ""}));
  EXPECT_EQ("wrong_name", Shown(NewConfig({"wrong_name", "server"}), {"", {}, ""}));
}

TEST_P(TlsSelectTest, ByWhatTheClientCanVerify) {
  net_tls_config *config = NewConfig({"server", "server_rsa", "server_p384", "wrong_name"});
  bool is_tls_1_3 = Version() == TLS1_3_VERSION;
  Asks rsa{"localhost", {SSL_SIGN_RSA_PSS_RSAE_SHA256, SSL_SIGN_RSA_PKCS1_SHA256}, ""};
  Asks p384{"localhost", {SSL_SIGN_ECDSA_SECP384R1_SHA384}, ""};
  EXPECT_EQ("server", Shown(config, {"localhost", {}, ""}));
  EXPECT_EQ("server_rsa", Shown(config, rsa));
  EXPECT_EQ(is_tls_1_3 ? "server_p384" : "server", Shown(config, p384));
  // It is better to show another name than what cannot be verified at all.
  rsa.name = "wrong.example.test";
  EXPECT_EQ("server_rsa", Shown(config, rsa));
  // TLS 1.3 has no PKCS #1 signatures of its own messages.
  Asks pkcs1{"", {SSL_SIGN_RSA_PKCS1_SHA256, SSL_SIGN_ECDSA_SECP256R1_SHA256}, ""};
  net_tls_config *rsa_first = NewConfig({"server_rsa", "server"});
  EXPECT_EQ(is_tls_1_3 ? "server" : "server_rsa", Shown(rsa_first, pkcs1));
}

TEST_P(TlsSelectTest, ByTheCipherSuites) {
  if (Version() == TLS1_3_VERSION) {
    GTEST_SKIP() << "there they say nothing of certificates";
  }
  net_tls_config *config = NewConfig({"server", "server_rsa"});
  EXPECT_EQ("server_rsa", Shown(config, {"", {}, "ECDHE-RSA-AES128-GCM-SHA256"}));
  EXPECT_EQ("server", Shown(config, {"", {}, "ECDHE-ECDSA-AES128-GCM-SHA256"}));
  net_tls_config *limited = NewConfig({"server", "server_rsa"});
  ASSERT_TRUE(net_tls_config_set_ciphers(limited, "ECDHE-RSA-AES128-GCM-SHA256"));
  EXPECT_EQ("server_rsa", Shown(limited, {"", {}, ""}));
}

// What set_keypair has set comes before what was added, whenever that was.
TEST_P(TlsSelectTest, TheOneThatIsSetIsTheFirst) {
  net_tls_config *config = NewConfig({"server_rsa"});
  ASSERT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  EXPECT_EQ("server", Shown(config, {"", {}, ""}));
}

TEST_P(TlsSelectTest, Names) {
  net_tls_config *config = NewConfig({"server"});
  net_tls_config *exact = NewConfig({"wrong_name"});
  net_tls_config *wild = NewConfig({"server_rsa"});
  AddName("Exact.Wild.test", exact);
  AddName("*.wild.test", wild);
  AddName("one", exact);
  EXPECT_EQ("wrong_name", Shown(config, {"exact.wild.test", {}, ""}));
  EXPECT_EQ("wrong_name", Shown(config, {"ONE", {}, ""}));
  EXPECT_EQ("server_rsa", Shown(config, {"other.wild.test", {}, ""}));
  EXPECT_EQ("server_rsa", Shown(config, {"OTHER.WILD.TEST", {}, ""}));
  for (const char *name : {"wild.test", "a.b.wild.test", "a.exact.wild.test", "two", ""}) {
    EXPECT_EQ("server", Shown(config, {name, {}, ""})) << name;
  }
  // The last one counts.
  AddName("one", wild);
  EXPECT_EQ("server_rsa", Shown(config, {"one", {}, ""}));
}

TEST_P(TlsSelectTest, ManyNames) {
  net_tls_config *config = NewConfig({"server"});
  net_tls_config *other = NewConfig({"wrong_name"});
  for (int i = 0; i < 100; i++) {
    AddName(("n" + std::to_string((i * 37) % 100) + ".test").c_str(), i % 2 == 0 ? config : other);
  }
  for (int i = 0; i < 100; i += 9) {
    EXPECT_EQ(i % 2 == 0 ? "server" : "wrong_name",
              Shown(config, {"n" + std::to_string((i * 37) % 100) + ".test", {}, ""}));
  }
}

// A configuration that was found by its name has several key pairs, too.
TEST_P(TlsSelectTest, KeypairsOfAName) {
  net_tls_config *config = NewConfig({"server"});
  AddName("*.example.test", NewConfig({"server_rsa", "wrong_name"}));
  EXPECT_EQ("wrong_name", Shown(config, {"wrong.example.test", {}, ""}));
  EXPECT_EQ("server_rsa", Shown(config, {"other.example.test", {}, ""}));
}

TEST_P(TlsSelectTest, NamesThatAreRefused) {
  net_tls_config *config = NewConfig({"server"});
  for (const std::string &name :
       {std::string(""), std::string("."), std::string(".test"), std::string("test."),
        std::string("a..test"), std::string("*"), std::string("*."), std::string("*.*.test"),
        std::string("a.*.test"), std::string("a*.test"), std::string("a b"),
        std::string("127.0.0.1"), std::string("::1"), std::string(64, 'x')}) {
    EXPECT_EQ("invalid server name '" + name + "'", RefuseName(name, config));
  }
  std::string longest(253, 'x');
  for (size_t i = 60; i < longest.size(); i += 60) {
    longest[i] = '.';
  }
  AddName(longest.c_str(), config);
  EXPECT_EQ("invalid server name 'x" + longest + "'", RefuseName("x" + longest, config));
  EXPECT_EQ("server without a certificate and key", RefuseName("a.test", NewConfig({})));
  net_tls_config *half = NewConfig({});
  ASSERT_TRUE(net_tls_config_set_certificate_file(half, CertificatePath("server.pem").c_str()));
  EXPECT_EQ("certificate '" + CertificatePath("server.pem") + "' without its private key",
            RefuseName("a.test", half));
  // What was refused can still be made right, and what was taken is frozen.
  EXPECT_TRUE(net_tls_config_set_key_file(half, CertificatePath("server.key").c_str()));
  AddName("a.test", half);
  EXPECT_FALSE(net_tls_config_set_alpn(half, "x"));
}

TEST_P(TlsSelectTest, OnlyForAServerThatHasNotBegun) {
  Connection client(Case{true, Version(), Driver::kNonblocking});
  client.Open();
  EXPECT_FALSE(net_tls_socket_set_server_names(client.socket(), names_));
  Connection server(TestCase());
  server.Open();
  EXPECT_TRUE(net_tls_socket_set_server_names(server.socket(), names_));
  EXPECT_TRUE(net_tls_socket_set_server_names(server.socket(), names_));
  ASSERT_TRUE(server.Exchange(1, 10));
  EXPECT_FALSE(net_tls_socket_set_server_names(server.socket(), names_));
}

class TlsPolicyTest : public TlsSelectTest {
 protected:
  TlsPolicyTest() {
    EXPECT_TRUE(net_tls_config_set_ca_file(policy_, CertificatePath("ca.pem").c_str()));
    connection_.UseConfig(config_);
    connection_.peer_options().server_name = "name.test";
  }

  Done Handshake() {
    AddName("name.test", policy_);
    connection_.Open();
    EXPECT_TRUE(net_tls_socket_set_server_names(connection_.socket(), names_));
    return connection_.Handshake();
  }

  net_tls_config *config_ = NewConfig({"server"});
  net_tls_config *policy_ = NewConfig({"wrong_name"});
  Connection connection_{TestCase()};
};

TEST_P(TlsPolicyTest, Alpn) {
  size_t length = 0;
  ASSERT_TRUE(net_tls_config_set_alpn(config_, "a,b"));
  ASSERT_TRUE(net_tls_config_set_alpn(policy_, "b,a"));
  connection_.peer_options().alpn = "\001a\001b";
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  const char *alpn = net_tls_socket_alpn(connection_.socket(), &length);
  EXPECT_EQ("b", std::string(alpn, length));
}

TEST_P(TlsPolicyTest, Versions) {
  bool is_tls_1_3 = Version() == TLS1_3_VERSION;
  enum net_tls_version other = is_tls_1_3 ? NET_TLS_1_2 : NET_TLS_1_3;
  ASSERT_TRUE(net_tls_config_set_versions(policy_, other, other));
  EXPECT_EQ("handshake failed: UNSUPPORTED_PROTOCOL (sent alert protocol_version)",
            Handshake().error);
}

TEST_P(TlsPolicyTest, VersionsOfTheServerDoNotCount) {
  bool is_tls_1_3 = Version() == TLS1_3_VERSION;
  enum net_tls_version other = is_tls_1_3 ? NET_TLS_1_2 : NET_TLS_1_3;
  ASSERT_TRUE(net_tls_config_set_versions(config_, other, other));
  EXPECT_EQ(NET_TLS_OK, Handshake().outcome);
}

TEST_P(TlsPolicyTest, Groups) {
  ASSERT_TRUE(net_tls_config_set_groups(config_, "X25519"));
  ASSERT_TRUE(net_tls_config_set_groups(policy_, "P-384"));
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  EXPECT_STREQ("P-384", net_tls_socket_group(connection_.socket()));
}

TEST_P(TlsPolicyTest, DefaultGroups) {
  ASSERT_TRUE(net_tls_config_set_groups(config_, "P-384"));
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  EXPECT_STREQ("X25519", net_tls_socket_group(connection_.socket()));
}

TEST_P(TlsPolicyTest, Ciphers) {
  if (Version() == TLS1_3_VERSION) {
    GTEST_SKIP() << "there they are fixed";
  }
  ASSERT_TRUE(net_tls_config_set_ciphers(policy_, "ECDHE-ECDSA-CHACHA20-POLY1305"));
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  EXPECT_STREQ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
               net_tls_socket_cipher(connection_.socket()));
}

TEST_P(TlsPolicyTest, ClientCertificate) {
  ASSERT_TRUE(net_tls_config_set_client_certificate(policy_, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  connection_.peer_options().identity = "other_client";
  EXPECT_EQ(
      "handshake failed: certificate verification failed: unable to get local issuer "
      "certificate (sent alert unknown_ca)",
      Handshake().error);
}

TEST_P(TlsPolicyTest, ClientCertificateIsVerifiedByTheNamesAuthority) {
  ASSERT_TRUE(net_tls_config_set_client_certificate(policy_, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  connection_.peer_options().identity = "client";
  EXPECT_EQ(NET_TLS_OK, Handshake().outcome);
  net_tls_certificate *certificate = net_tls_socket_peer_certificate(connection_.socket());
  EXPECT_NE(nullptr, certificate);
  net_tls_certificate_free(certificate);
}

TEST_P(TlsPolicyTest, NoClientCertificate) {
  ASSERT_TRUE(net_tls_config_set_ca_file(config_, CertificatePath("ca.pem").c_str()));
  ASSERT_TRUE(net_tls_config_set_client_certificate(config_, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  EXPECT_EQ(NET_TLS_OK, Handshake().outcome);
}

TEST_P(TlsPolicyTest, NoTickets) {
  ASSERT_TRUE(net_tls_config_set_session_tickets(policy_, false));
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ(nullptr, connection_.peer().session());
}

TEST_P(TlsPolicyTest, TicketsThatTheServerHasNot) {
  ASSERT_TRUE(net_tls_config_set_session_tickets(config_, false));
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_NE(nullptr, connection_.peer().session());
}

TEST_P(TlsPolicyTest, Truncation) {
  ASSERT_TRUE(net_tls_config_insecure_allow_truncation(policy_));
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  connection_.transport().FarFin();
  EXPECT_EQ(NET_TLS_CLOSED, connection_.Read().outcome);
}

// A session of one name is none for another: what was asked of the client may differ.
TEST_P(TlsPolicyTest, SessionsStayWithTheirName) {
  AddName("other.test", policy_);
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  ASSERT_TRUE(connection_.Exchange(1, 10));
  ASSERT_NE(nullptr, connection_.peer().session());
  for (const char *name : {"name.test", "NAME.test", "other.test", "localhost", ""}) {
    Connection second(TestCase());
    second.UseConfig(config_);
    second.peer_options().server_name = name;
    second.peer_options().session = connection_.peer().session();
    second.Open();
    EXPECT_TRUE(net_tls_socket_set_server_names(second.socket(), names_));
    ASSERT_TRUE(second.Exchange(1, 10));
    bool is_same = std::string(name) == "name.test" || std::string(name) == "NAME.test";
    EXPECT_EQ(is_same, net_tls_socket_is_reused(second.socket())) << name;
  }
}

// A name whose configuration is replaced by one that asks for more.
TEST_P(TlsPolicyTest, SessionsDoNotOutliveWhatIsAskedOfTheirClients) {
  ASSERT_EQ(NET_TLS_OK, Handshake().outcome);
  ASSERT_TRUE(connection_.Exchange(1, 10));
  ASSERT_NE(nullptr, connection_.peer().session());
  net_tls_config *strict = NewConfig({"wrong_name"});
  ASSERT_TRUE(net_tls_config_set_ca_file(strict, CertificatePath("ca.pem").c_str()));
  ASSERT_TRUE(net_tls_config_set_client_certificate(strict, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  AddName("name.test", strict);
  Connection second(TestCase());
  second.UseConfig(config_);
  second.peer_options().server_name = "name.test";
  second.peer_options().identity = "client";
  second.peer_options().session = connection_.peer().session();
  second.Open();
  EXPECT_TRUE(net_tls_socket_set_server_names(second.socket(), names_));
  EXPECT_EQ(NET_TLS_OK, second.Handshake().outcome);
  EXPECT_FALSE(net_tls_socket_is_reused(second.socket()));
}

std::string VersionName(const testing::TestParamInfo<int> &info) {
  return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsSelectTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         VersionName);
INSTANTIATE_TEST_SUITE_P(Versions, TlsPolicyTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         VersionName);

}  // namespace
