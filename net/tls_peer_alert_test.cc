// Warnings of a peer: which of them end a connection, and which alert is told.

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;

// A warning, before anything is encrypted.
std::string Warning(uint8_t description) {
  return std::string("\x15\x03\x03\x00\x02\x01", 6) + static_cast<char>(description);
}

class TlsPeerAlertTest : public net_testing::CaseTest {
 protected:
  // A handshake in which a server under test asks for another key share, so that it knows the
  // version while nothing is encrypted yet; then the peer sends `bytes`, and goes on.
  Done HandshakeWith(const std::string &bytes) {
    EXPECT_TRUE(net_tls_config_set_groups(connection_.config(), "P-256"));
    connection_.peer_options().groups = "X25519:P-256";
    connection_.Open();
    transport().set_on_idle([this, bytes, turn = 0]() mutable {
      if (turn++ == (GetParam().is_client ? 0 : 1)) {
        transport().FarSend(bytes);
      }
      peer().Run();
    });
    return connection_.Handshake();
  }
};

TEST_P(TlsPeerAlertTest, AWarningEndsNothing) {
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, HandshakeWith(Warning(SSL_AD_USER_CANCELLED))));
  EXPECT_EQ("user_canceled, received", Alert());
  EXPECT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ("", ClosedBy());
}

// What fails later is not the peer's doing.
TEST_P(TlsPeerAlertTest, AWarningIsNotTheReason) {
  Done done = HandshakeWith(Warning(SSL_AD_USER_CANCELLED) + "no record of TLS");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find(" (sent alert ")) << done.error;
  EXPECT_NE(std::string::npos, Alert().find(", sent, fatal")) << Alert();
}

// RFC 8446, section 6: but these two all are fatal in TLS 1.3, and what is answered says less.
TEST_P(TlsPeerAlertTest, AWarningOfTls13) {
  if (GetParam().version == TLS1_3_VERSION && GetParam().is_client) {
    return;  // Before a server has answered, no version is known.
  }
  Done done = HandshakeWith(Warning(SSL_AD_CERTIFICATE_UNKNOWN));
  if (GetParam().version == TLS1_3_VERSION) {
    EXPECT_TRUE(IsError(done, "handshake failed: peer sent alert certificate_unknown"));
    EXPECT_EQ("certificate_unknown, received, fatal", Alert());
  } else {
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, done));
    EXPECT_EQ("certificate_unknown, received", Alert());
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsPeerAlertTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
