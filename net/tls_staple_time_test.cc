// When a staple that a server shows in the handshake was valid.

#include <ctime>
#include <string>

#include "gtest/gtest.h"
#include "net/tls_session.h"
#include "testing/connection.h"
#include "testing/ocsp.h"

namespace {

using net_testing::Connection;
using net_testing::Driver;
using net_testing::kHour;
using net_testing::Make;
using net_testing::OcspCertificate;
using net_testing::Pem;

class TlsStapleTimeTest : public testing::TestWithParam<int> {
 protected:
  // Returns "" where our client believes a server whose staple is valid from `begin` to `end`, in
  // seconds from now, and otherwise its error.
  std::string Connect(int64_t begin, int64_t end,
                      bool (*set)(net_tls_config *config) = nullptr) const {
    Connection connection({true, static_cast<uint16_t>(GetParam()), Driver::kBlocking});
    Prepare(&connection, begin, end, set);
    net_testing::Done done = connection.Handshake();
    return done.outcome == NET_TLS_OK ? "" : done.error;
  }

  void Prepare(Connection *connection, int64_t begin, int64_t end,
               bool (*set)(net_tls_config *config)) const {
    net_testing::OcspResponse response;
    response.signer = &issuer_;
    response.by = issuer_.x509.get();
    response.about = leaf_.x509.get();
    response.this_update = net_testing::Time(now_ + begin);
    response.next_update = net_testing::Time(now_ + end);
    const std::string staple = response.Der();
    const std::string trusted = Pem(issuer_.x509.get());
    EXPECT_TRUE(net_tls_config_set_ca(connection->config(), trusted.data(), trusted.size()));
    EXPECT_TRUE(set == nullptr || set(connection->config()));
    connection->Open();
    SSL *peer = connection->peer().ssl();
    EXPECT_TRUE(SSL_use_certificate(peer, leaf_.x509.get()));
    EXPECT_TRUE(SSL_use_PrivateKey(peer, leaf_.key.get()));
    EXPECT_TRUE(SSL_set_ocsp_response(peer, reinterpret_cast<const uint8_t *>(staple.data()),
                                      staple.size()));
  }

  const int64_t now_ = time(nullptr);
  const OcspCertificate issuer_ =
      Make("issuer", nullptr, {{NID_basic_constraints, "critical,CA:TRUE"}}, now_ - 48 * kHour,
           now_ + 48 * kHour);
  const OcspCertificate leaf_ = Make("leaf", &issuer_, {{NID_subject_alt_name, "DNS:localhost"}},
                                     now_ - 48 * kHour, now_ + 48 * kHour);
};

constexpr char kExpired[] =
    "handshake failed: OCSP verification failed: the response has expired (sent alert "
    "bad_certificate_status_response)";
constexpr char kNotYetValid[] =
    "handshake failed: OCSP verification failed: the response is not yet valid (sent alert "
    "bad_certificate_status_response)";

TEST_P(TlsStapleTimeTest, AValidOneIsBelieved) {
  EXPECT_EQ("", Connect(-kHour, kHour));
}

TEST_P(TlsStapleTimeTest, AnotherOneIsNot) {
  EXPECT_EQ(kExpired, Connect(-24 * kHour, -12 * kHour));
  EXPECT_EQ(kNotYetValid, Connect(12 * kHour, 24 * kHour));
}

TEST_P(TlsStapleTimeTest, ItIsBelievedWhereTimeDoesNotMatter) {
  EXPECT_EQ("", Connect(-24 * kHour, -12 * kHour, net_tls_config_insecure_no_verify_time));
  EXPECT_EQ("", Connect(12 * kHour, 24 * kHour, net_tls_config_insecure_no_verify_time));
}

// It was right when it came.
TEST_P(TlsStapleTimeTest, InASessionItMayHaveExpired) {
  const net_testing::Case test_case{true, static_cast<uint16_t>(GetParam()), Driver::kBlocking};
  Connection first(test_case);
  Prepare(&first, -24 * kHour, -12 * kHour, net_tls_config_insecure_no_verify_time);
  ASSERT_TRUE(first.Exchange(1, 10));
  net_tls_session *session = net_tls_socket_session(first.socket());
  ASSERT_NE(nullptr, session);
  size_t length = 0;
  uint8_t *bytes = net_tls_session_export(session, &length);
  Connection second(test_case);
  second.peer_options().context = first.peer().context();
  Prepare(&second, -kHour, kHour, nullptr);
  char error[NET_TLS_ERROR_SIZE] = "";
  net_tls_session *imported = net_tls_session_import(second.config(), bytes, length, error);
  ASSERT_NE(nullptr, imported) << error;
  EXPECT_TRUE(net_tls_socket_set_session(second.socket(), imported));
  EXPECT_EQ(NET_TLS_OK, second.Handshake().outcome) << net_tls_socket_error(second.socket());
  EXPECT_TRUE(net_tls_socket_is_reused(second.socket()));
  net_tls_session_free(imported);
  net_tls_session_free(session);
  net_tls_session_free_bytes(bytes);
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsStapleTimeTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int> &info) {
                           return info.param == TLS1_3_VERSION ? "Tls13" : "Tls12";
                         });

}  // namespace
