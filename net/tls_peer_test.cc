// What a socket knows of its connection and of its peer, resumption, and what both sides agree on.

#include <openssl/base64.h>
#include <openssl/sha.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::ReadCertificate;

constexpr char kH2AndHttp[] = "\x02h2\x08http/1.1";

class TlsPeerTest : public net_testing::CaseTest {
 protected:
  bool IsTls13() const {
    return GetParam().version == TLS1_3_VERSION;
  }

  std::string Alpn() {
    size_t length = 7;
    const char *alpn = net_tls_socket_alpn(socket(), &length);
    EXPECT_EQ(alpn == nullptr, length == 0);
    return alpn != nullptr ? std::string(alpn, length) : "";
  }
};

TEST_P(TlsPeerTest, WhatHasBeenAgreedOn) {
  // TLS 1.2 needs the group of the certificate's key as well.
  ASSERT_TRUE(net_tls_config_set_groups(connection_.config(), "P-384:P-256"));
  connection_.peer_options().groups = "P-384:P-256";
  ASSERT_TRUE(net_tls_config_set_ciphers(connection_.config(), "ECDHE-ECDSA-CHACHA20-POLY1305"));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_STREQ(IsTls13() ? "TLSv1.3" : "TLSv1.2", net_tls_socket_version(socket()));
  EXPECT_STREQ("P-384", net_tls_socket_group(socket()));
  EXPECT_EQ(std::string(SSL_CIPHER_standard_name(SSL_get_current_cipher(peer().ssl()))),
            net_tls_socket_cipher(socket()));
  if (!IsTls13()) {
    EXPECT_STREQ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", net_tls_socket_cipher(socket()));
  }
  EXPECT_EQ("", Alpn());
  EXPECT_FALSE(net_tls_socket_is_reused(socket()));
}

TEST_P(TlsPeerTest, NoCommonGroup) {
  ASSERT_TRUE(net_tls_config_set_groups(connection_.config(), "P-384"));
  connection_.peer_options().groups = "X25519";
  Done done = connection_.Handshake();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find("alert handshake_failure")) << done.error;
}

TEST_P(TlsPeerTest, Alpn) {
  ASSERT_TRUE(net_tls_config_set_alpn(connection_.config(), "spdy/1,http/1.1,h2"));
  connection_.peer_options().alpn = kH2AndHttp;
  ASSERT_TRUE(connection_.Exchange(1, 10));
  // The server's preference counts: the peer's where this side is the client.
  EXPECT_EQ(GetParam().is_client ? "h2" : "http/1.1", Alpn());
}

// RFC 7301, section 3.2
TEST_P(TlsPeerTest, NoCommonProtocol) {
  ASSERT_TRUE(net_tls_config_set_alpn(connection_.config(), "spdy/1"));
  connection_.peer_options().alpn = kH2AndHttp;
  Done done = connection_.Handshake();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find("alert no_application_protocol")) << done.error;
  struct net_tls_alert alert;
  ASSERT_TRUE(net_tls_socket_alert(socket(), &alert));
  EXPECT_EQ(SSL_AD_NO_APPLICATION_PROTOCOL, alert.description);
  EXPECT_EQ(!GetParam().is_client, alert.sent);
}

TEST_P(TlsPeerTest, AlpnOfOneSideAlone) {
  ASSERT_TRUE(net_tls_config_set_alpn(connection_.config(), "h2"));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ("", Alpn());
}

TEST_P(TlsPeerTest, ServerName) {
  connection_.peer_options().server_name = GetParam().is_client ? "" : "example.test";
  ASSERT_TRUE(connection_.Exchange(1, 10));
  const char *name = net_tls_socket_server_name(socket());
  if (GetParam().is_client) {
    ASSERT_NE(nullptr, name);
    EXPECT_STREQ("localhost", name);
  } else {
    ASSERT_NE(nullptr, name);
    EXPECT_STREQ("example.test", name);
  }
}

TEST_P(TlsPeerTest, KeyLog) {
  std::string file = testing::TempDir() + "/key_log_" + net_testing::CaseName(GetParam());
  std::ofstream(file) << "what was there\n";
  ASSERT_TRUE(net_tls_config_set_key_log_file(connection_.config(), file.c_str()));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  std::ifstream opened(file);
  std::string line;
  std::vector<std::string> labels;
  while (std::getline(opened, line)) {
    labels.push_back(line.substr(0, line.find(' ')));
  }
  ASSERT_FALSE(labels.empty());
  EXPECT_EQ("what", labels[0]);
  labels.erase(labels.begin());
  if (IsTls13()) {
    EXPECT_EQ(5u, labels.size());
    EXPECT_NE(labels.end(), std::find(labels.begin(), labels.end(), "CLIENT_TRAFFIC_SECRET_0"));
    EXPECT_NE(labels.end(), std::find(labels.begin(), labels.end(), "SERVER_TRAFFIC_SECRET_0"));
  } else {
    EXPECT_EQ(std::vector<std::string>{"CLIENT_RANDOM"}, labels);
  }
}

// What has been agreed on is known after the end, too.
TEST_P(TlsPeerTest, AfterClose) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  ASSERT_EQ(NET_TLS_OK, connection_.Close().outcome);
  EXPECT_STREQ(IsTls13() ? "TLSv1.3" : "TLSv1.2", net_tls_socket_version(socket()));
  EXPECT_NE(nullptr, net_tls_socket_cipher(socket()));
  net_tls_certificate *certificate = net_tls_socket_peer_certificate(socket());
  EXPECT_EQ(GetParam().is_client, certificate != nullptr);
  net_tls_certificate_free(certificate);
}

// What the server has for its certificate comes along, and with a session again.
TEST_P(TlsPeerTest, StaplesAndTimestamps) {
  const std::string response = net_testing::ReadCertificate("server_ocsp.der");
  const std::string list = std::string("\0\5\0\3abc", 7);
  auto staple = [&](net_testing::Peer *server) {
    ASSERT_TRUE(SSL_set_ocsp_response(
        server->ssl(), reinterpret_cast<const uint8_t *>(response.data()), response.size()));
    ASSERT_TRUE(SSL_set_signed_cert_timestamp_list(
        server->ssl(), reinterpret_cast<const uint8_t *>(list.data()), list.size()));
  };
  auto staples = [](const net_tls_socket *socket) {
    size_t length = 7;
    const uint8_t *bytes = net_tls_socket_ocsp_response(socket, &length);
    std::string both(reinterpret_cast<const char *>(bytes), length);
    EXPECT_EQ(bytes == nullptr, length == 0);
    length = 7;
    bytes = net_tls_socket_scts(socket, &length);
    EXPECT_EQ(bytes == nullptr, length == 0);
    return both + "|" + std::string(reinterpret_cast<const char *>(bytes), length);
  };
  connection_.Open();
  if (GetParam().is_client) {
    staple(&peer());
  }
  EXPECT_EQ("|", staples(socket()));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  ASSERT_EQ(GetParam().is_client ? response + "|" + list : "|", staples(socket()));
  if (GetParam().is_client) {
    net_tls_session *session = net_tls_socket_session(socket());
    Connection second(GetParam());
    second.UseConfig(connection_.config());
    second.peer_options().context = peer().context();
    second.Open();
    EXPECT_TRUE(net_tls_socket_set_session(second.socket(), session));
    ASSERT_TRUE(second.Exchange(1, 10));
    EXPECT_TRUE(net_tls_socket_is_reused(second.socket()));
    EXPECT_EQ(response + "|" + list, staples(second.socket()));
    net_tls_session_free(session);
  }
}

TEST_P(TlsPeerTest, NoStaples) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  size_t length = 7;
  EXPECT_EQ(nullptr, net_tls_socket_ocsp_response(socket(), &length));
  EXPECT_EQ(0u, length);
  EXPECT_EQ(nullptr, net_tls_socket_scts(socket(), &length));
}

// A peer that is not who it should be: what it has agreed to is nobody's.
TEST_P(TlsPeerTest, NothingIsKnownOfAFailedHandshake) {
  ASSERT_TRUE(net_tls_config_set_alpn(connection_.config(), "h2"));
  connection_.peer_options().alpn = kH2AndHttp;
  connection_.set_server_name("another.test");
  if (!GetParam().is_client) {
    ASSERT_TRUE(
        net_tls_config_set_ca_file(connection_.config(), CertificatePath("ca.pem").c_str()));
    ASSERT_TRUE(net_tls_config_set_client_certificate(connection_.config(),
                                                      NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  }
  connection_.Open();
  const uint8_t bytes[] = {0, 5, 0, 3, 'a', 'b', 'c'};
  ASSERT_TRUE(SSL_set_ocsp_response(peer().ssl(), bytes, sizeof(bytes)));
  ASSERT_TRUE(SSL_set_signed_cert_timestamp_list(peer().ssl(), bytes, sizeof(bytes)));
  ASSERT_TRUE(HasOutcome(NET_TLS_ERROR, connection_.Handshake()));
  EXPECT_FALSE(net_tls_socket_is_handshaked(socket()));
  EXPECT_EQ(nullptr, net_tls_socket_version(socket()));
  EXPECT_EQ(nullptr, net_tls_socket_cipher(socket()));
  EXPECT_EQ(nullptr, net_tls_socket_group(socket()));
  EXPECT_EQ("", Alpn());
  size_t length = 7;
  EXPECT_EQ(nullptr, net_tls_socket_ocsp_response(socket(), &length));
  EXPECT_EQ(0u, length);
  EXPECT_EQ(nullptr, net_tls_socket_scts(socket(), &length));
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsPeerTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

// Certificates.

std::string Sha256(const std::string &pem) {
  const std::string begin = "-----BEGIN CERTIFICATE-----\n";
  std::string body = pem.substr(begin.size(), pem.find("-----END") - begin.size());
  std::string text;
  for (char character : body) {
    text += character == '\n' ? "" : std::string(1, character);
  }
  std::vector<uint8_t> der(text.size());
  size_t length = 0;
  EXPECT_TRUE(EVP_DecodeBase64(der.data(), &length, der.size(),
                               reinterpret_cast<const uint8_t *>(text.data()), text.size()));
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(der.data(), length, digest);
  std::string hex;
  for (uint8_t byte : digest) {
    char digits[3];
    snprintf(digits, sizeof(digits), "%02x", byte);
    hex += digits;
  }
  return hex;
}

std::vector<std::string> Names(const net_tls_certificate *certificate) {
  std::vector<std::string> names;
  for (size_t i = 0; i < net_tls_certificate_num_names(certificate); i++) {
    names.emplace_back(net_tls_certificate_name(certificate, i));
  }
  EXPECT_EQ(nullptr, net_tls_certificate_name(certificate, names.size()));
  return names;
}

TEST(TlsCertificate, OfAServer) {
  Connection connection((Case()));
  connection.Open();
  EXPECT_EQ(nullptr, net_tls_socket_peer_certificate(connection.socket()));
  ASSERT_TRUE(connection.Exchange(1, 10));
  net_tls_certificate *certificate = net_tls_socket_peer_certificate(connection.socket());
  connection.Free();
  ASSERT_NE(nullptr, certificate);
  EXPECT_STREQ("CN=localhost", net_tls_certificate_subject(certificate));
  EXPECT_STREQ("CN=Test CA", net_tls_certificate_issuer(certificate));
  EXPECT_EQ((std::vector<std::string>{"DNS:localhost", "DNS:example.test",
                                      "DNS:*.wild.example.test", "IP:127.0.0.1", "IP:::1"}),
            Names(certificate));
  EXPECT_EQ(946684800, net_tls_certificate_not_before(certificate));
  EXPECT_EQ(INT64_C(253402300799), net_tls_certificate_not_after(certificate));
  std::string pem = ReadCertificate("server.pem");
  EXPECT_EQ(pem, net_tls_certificate_pem(certificate));
  EXPECT_EQ(Sha256(pem), net_tls_certificate_sha256(certificate));
  net_tls_certificate_free(certificate);
}

TEST(TlsCertificate, WholeChain) {
  Connection connection((Case()));
  connection.peer_options().identity = "server_chain";
  connection.Open();
  EXPECT_EQ(0u, net_tls_socket_num_peer_certificates(connection.socket()));
  EXPECT_EQ(nullptr, net_tls_socket_peer_certificate_at(connection.socket(), 0));
  ASSERT_TRUE(connection.Exchange(1, 10));
  ASSERT_EQ(2u, net_tls_socket_num_peer_certificates(connection.socket()));
  std::string chain;
  for (size_t i = 0; i < 2; i++) {
    net_tls_certificate *certificate = net_tls_socket_peer_certificate_at(connection.socket(), i);
    ASSERT_NE(nullptr, certificate);
    chain += net_tls_certificate_pem(certificate);
    net_tls_certificate_free(certificate);
  }
  EXPECT_EQ(ReadCertificate("server_chain.pem"), chain);
  EXPECT_EQ(nullptr, net_tls_socket_peer_certificate_at(connection.socket(), 2));
}

TEST(TlsCertificate, OfAClient) {
  Connection connection(Case{false, TLS1_3_VERSION, net_testing::Driver::kBlocking});
  ASSERT_TRUE(net_tls_config_set_ca_file(connection.config(), CertificatePath("ca.pem").c_str()));
  ASSERT_TRUE(net_tls_config_set_client_certificate(connection.config(),
                                                    NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
  connection.peer_options().identity = "client";
  ASSERT_TRUE(connection.Exchange(1, 10));
  net_tls_certificate *certificate = net_tls_socket_peer_certificate(connection.socket());
  ASSERT_NE(nullptr, certificate);
  EXPECT_STREQ("CN=Test client", net_tls_certificate_subject(certificate));
  EXPECT_EQ((std::vector<std::string>{"DNS:client.example.test", "email:client@example.test",
                                      "URI:https://example.test/client"}),
            Names(certificate));
  net_tls_certificate_free(certificate);
  net_tls_certificate_free(nullptr);
}

}  // namespace
