// OCSP responses: stapled by our server, and verified by our client.

#include "net/tls_ocsp.h"

#include <openssl/pem.h>
#include <time.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::ReadCertificate;

const uint8_t *Bytes(const std::string &text) {
  return reinterpret_cast<const uint8_t *>(text.data());
}

bssl::UniquePtr<X509> Read(const std::string &name) {
  std::string text = ReadCertificate(name + ".pem");
  bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return bssl::UniquePtr<X509>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// Verifies what the file holds, or else `der`, as a response to `name` of `issuer` some seconds
// from now.
std::string VerifyBytes(const std::string &der, const std::string &name = "server",
                        const std::string &issuer = "ca", int64_t later = 0,
                        bool checks_time = true) {
  const char *reason =
      net_tls_ocsp_verify(Bytes(der), der.size(), Read(name).get(), Read(issuer).get(),
                          static_cast<int64_t>(time(nullptr)) + later, checks_time);
  return reason != nullptr ? reason : "";
}

std::string Verify(const std::string &file, const std::string &name = "server",
                   const std::string &issuer = "ca", int64_t later = 0, bool checks_time = true) {
  return VerifyBytes(ReadCertificate(file + ".der"), name, issuer, later, checks_time);
}

constexpr char kNotSigned[] = "the response is not signed by whom it should be";
constexpr char kAnother[] = "the response is about another certificate";
constexpr int64_t kDay = 86400;

TEST(TlsOcsp, Good) {
  EXPECT_EQ("", Verify("server_ocsp"));
  EXPECT_EQ("", Verify("server_responder_ocsp"));
}

TEST(TlsOcsp, Revoked) {
  EXPECT_EQ("certificate revoked", Verify("revoked_ocsp", "revoked"));
}

TEST(TlsOcsp, AboutAnother) {
  EXPECT_EQ(kAnother, Verify("server_ocsp", "server_rsa"));
  EXPECT_EQ(kAnother, Verify("revoked_ocsp", "server"));
}

TEST(TlsOcsp, SignedByAnother) {
  EXPECT_EQ(kNotSigned, Verify("server_impostor_ocsp"));
  EXPECT_EQ(kNotSigned, Verify("server_false_ocsp"));
  EXPECT_EQ(kNotSigned, Verify("server_ocsp", "server", "other_ca"));
  EXPECT_EQ(kNotSigned, Verify("server_responder_ocsp", "server", "other_ca"));
}

TEST(TlsOcsp, Time) {
  EXPECT_EQ("", Verify("server_ocsp", "server", "ca", 900000 * kDay));
  EXPECT_EQ("the response has expired", Verify("server_ocsp", "server", "ca", 1000001 * kDay));
  EXPECT_EQ("the response is not yet valid", Verify("server_ocsp", "server", "ca", -3650 * kDay));
  EXPECT_EQ("", Verify("server_ocsp", "server", "ca", 1000001 * kDay, false));
  EXPECT_EQ("", Verify("server_ocsp", "server", "ca", -3650 * kDay, false));
  EXPECT_EQ("certificate revoked", Verify("revoked_ocsp", "revoked", "ca", -3650 * kDay, false));
}

TEST(TlsOcsp, NoAnswer) {
  const std::string try_later("\x30\x03\x0a\x01\x03", 5);
  EXPECT_TRUE(net_tls_ocsp_is_response(Bytes(try_later), try_later.size()));
  EXPECT_EQ("the responder had no answer", VerifyBytes(try_later));
}

// Whatever is cut off or changed, it is no good response any more.
TEST(TlsOcsp, Malformed) {
  const std::string response = ReadCertificate("server_responder_ocsp.der");
  EXPECT_EQ("malformed response", VerifyBytes(""));
  EXPECT_EQ("malformed response", VerifyBytes(response + "x"));
  EXPECT_FALSE(net_tls_ocsp_is_response(Bytes(response), response.size() - 1));
  for (size_t i = 0; i < response.size(); i++) {
    EXPECT_NE("", VerifyBytes(response.substr(0, i))) << i;
  }
  const std::string own = ReadCertificate("server_ocsp.der");
  bssl::UniquePtr<X509> certificate = Read("server");
  bssl::UniquePtr<X509> issuer = Read("ca");
  net_tls_ocsp_response parsed;
  ASSERT_EQ(nullptr, net_tls_ocsp_parse(Bytes(own), own.size(), &parsed));
  size_t begin = static_cast<size_t>(CBS_data(&parsed.signed_data) - Bytes(own));
  for (size_t i = 0; i < CBS_len(&parsed.signed_data); i++) {
    std::string changed = own;
    changed[begin + i] = static_cast<char>(changed[begin + i] ^ 1);
    EXPECT_NE(nullptr, net_tls_ocsp_verify(Bytes(changed), changed.size(), certificate.get(),
                                           issuer.get(), time(nullptr), true))
        << i;
  }
}

class TlsStapleTest : public testing::TestWithParam<int> {
 protected:
  uint16_t Version() const {
    return static_cast<uint16_t>(GetParam());
  }

  // Returns "" where our client believes a server with this staple, and otherwise its error.
  std::string Connect(const std::string &identity, const std::string &staple,
                      bool (*set)(net_tls_config *config) = nullptr) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    EXPECT_TRUE(set == nullptr || set(connection.config()));
    connection.peer_options().identity = identity;
    connection.Open();
    std::string response = staple.empty() ? "" : ReadCertificate(staple + ".der");
    EXPECT_TRUE(staple.empty() ||
                SSL_set_ocsp_response(connection.peer().ssl(), Bytes(response), response.size()));
    Done done = connection.Handshake();
    return done.outcome == NET_TLS_OK ? "" : done.error;
  }

  static std::string Failed(const std::string &reason) {
    return "handshake failed: OCSP verification failed: " + reason;
  }
};

constexpr char kBadStatus[] = " (sent alert bad_certificate_status_response)";

TEST_P(TlsStapleTest, Good) {
  EXPECT_EQ("", Connect("server", "server_ocsp"));
  EXPECT_EQ("", Connect("server", "server_ocsp", net_tls_config_require_ocsp_staple));
  EXPECT_EQ("", Connect("server", "server_responder_ocsp", net_tls_config_require_ocsp_staple));
}

TEST_P(TlsStapleTest, None) {
  EXPECT_EQ("", Connect("server", ""));
  EXPECT_EQ(Failed(std::string("the server has stapled no response") + kBadStatus),
            Connect("server", "", net_tls_config_require_ocsp_staple));
}

TEST_P(TlsStapleTest, Bad) {
  EXPECT_EQ(Failed("certificate revoked (sent alert certificate_revoked)"),
            Connect("revoked", "revoked_ocsp"));
  EXPECT_EQ(Failed(kAnother + std::string(kBadStatus)), Connect("server_rsa", "server_ocsp"));
  EXPECT_EQ(Failed(kNotSigned + std::string(kBadStatus)),
            Connect("server", "server_impostor_ocsp"));
  // Issued by another authority of the chain.
  EXPECT_EQ(Failed(kNotSigned + std::string(kBadStatus)), Connect("server_chain", "server_ocsp"));
}

TEST_P(TlsStapleTest, WithoutVerification) {
  EXPECT_EQ(
      "", Connect("server", "server_impostor_ocsp", net_tls_config_insecure_no_verify_certificate));
}

// A resumed session has the staple of the first one.
TEST_P(TlsStapleTest, Resumption) {
  Case test_case{true, Version(), Driver::kBlocking};
  Connection first(test_case);
  const std::string response = ReadCertificate("server_ocsp.der");
  ASSERT_TRUE(net_tls_config_require_ocsp_staple(first.config()));
  first.Open();
  ASSERT_TRUE(SSL_set_ocsp_response(first.peer().ssl(), Bytes(response), response.size()));
  ASSERT_TRUE(first.Exchange(1, 10));
  net_tls_session *session = net_tls_socket_session(first.socket());
  Connection second(test_case);
  second.UseConfig(first.config());
  second.peer_options().context = first.peer().context();
  second.Open();
  ASSERT_TRUE(net_tls_socket_set_session(second.socket(), session));
  net_tls_session_free(session);
  ASSERT_TRUE(second.Exchange(1, 10));
  EXPECT_TRUE(net_tls_socket_is_reused(second.socket()));
}

// Our server staples what belongs to the key pair that it shows.
TEST_P(TlsStapleTest, OfOurServer) {
  const std::string response = ReadCertificate("server_ocsp.der");
  auto path = [](const char *name) { return CertificatePath(name); };
  for (const char *name : {"localhost", "wrong.example.test"}) {
    Connection connection(Case{false, Version(), Driver::kBlocking});
    net_tls_config *config = connection.config();
    ASSERT_TRUE(net_tls_config_add_keypair_file(config, path("wrong_name.pem").c_str(),
                                                path("wrong_name.key").c_str(), nullptr));
    ASSERT_TRUE(net_tls_config_set_ocsp_staple_file(config, path("server_ocsp.der").c_str()))
        << net_tls_config_error(config);
    connection.peer_options().server_name = name;
    connection.Open();
    SSL_enable_ocsp_stapling(connection.peer().ssl());
    ASSERT_TRUE(connection.Exchange(1, 10));
    const uint8_t *staple = nullptr;
    size_t length = 0;
    SSL_get0_ocsp_response(connection.peer().ssl(), &staple, &length);
    EXPECT_EQ(name[0] == 'l' ? response : "",
              std::string(reinterpret_cast<const char *>(staple), length));
  }
}

TEST_P(TlsStapleTest, OfAnAddedKeypair) {
  const std::string response = ReadCertificate("server_ocsp.der");
  Connection connection(Case{false, Version(), Driver::kBlocking});
  net_tls_config *config = net_tls_config_new();
  ASSERT_TRUE(net_tls_config_add_keypair_file(config, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str(),
                                              CertificatePath("server_ocsp.der").c_str()));
  connection.UseConfig(config);
  net_tls_config_release(config);
  connection.Open();
  SSL_enable_ocsp_stapling(connection.peer().ssl());
  ASSERT_TRUE(connection.Exchange(1, 10));
  const uint8_t *staple = nullptr;
  size_t length = 0;
  SSL_get0_ocsp_response(connection.peer().ssl(), &staple, &length);
  EXPECT_EQ(response, std::string(reinterpret_cast<const char *>(staple), length));
}

TEST_P(TlsStapleTest, WhatIsNoStaple) {
  Connection connection(Case{false, Version(), Driver::kBlocking});
  net_tls_config *config = connection.config();
  std::string pem = CertificatePath("server.pem");
  std::string key = CertificatePath("server.key");
  EXPECT_FALSE(net_tls_config_set_ocsp_staple_file(config, "/nonexistent"));
  EXPECT_STREQ("failed to open OCSP staple file '/nonexistent': No such file or directory",
               net_tls_config_error(config));
  EXPECT_FALSE(net_tls_config_set_ocsp_staple_file(config, pem.c_str()));
  EXPECT_EQ("failed to read OCSP staple '" + pem + "': malformed OCSP response",
            net_tls_config_error(config));
  EXPECT_FALSE(net_tls_config_set_ocsp_staple(config, "", 0));
  EXPECT_STREQ("failed to read OCSP staple in memory: malformed OCSP response",
               net_tls_config_error(config));
  EXPECT_FALSE(
      net_tls_config_set_keypair_ocsp_file(config, pem.c_str(), key.c_str(), "/nonexistent"));
  EXPECT_STREQ("failed to open OCSP staple file '/nonexistent': No such file or directory",
               net_tls_config_error(config));
}

std::string VersionName(const testing::TestParamInfo<int> &info) {
  return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsStapleTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         VersionName);

}  // namespace
