// Why a connection has failed: alerts that end it and those that do not, errors of the system, and
// what becomes of the bytes that are still owed.

#include <iterator>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Connection;
using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;

constexpr char kTruncated[] = "read failed: end of stream without close_notify";

// A warning, before anything is encrypted.
std::string Warning(uint8_t description) {
  return std::string("\x15\x03\x03\x00\x02\x01", 6) + static_cast<char>(description);
}

class TlsFailureTest : public net_testing::CaseTest {
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

TEST_P(TlsFailureTest, AWarningEndsNothing) {
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, HandshakeWith(Warning(SSL_AD_USER_CANCELLED))));
  EXPECT_EQ("user_canceled, received", Alert());
  EXPECT_TRUE(connection_.Exchange(1, 10));
  EXPECT_EQ("", ClosedBy());
}

// What fails later is not the peer's doing.
TEST_P(TlsFailureTest, AWarningIsNotTheReason) {
  Done done = HandshakeWith(Warning(SSL_AD_USER_CANCELLED) + "no record of TLS");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find(" (sent alert ")) << done.error;
  EXPECT_NE(std::string::npos, Alert().find(", sent, fatal")) << Alert();
}

// RFC 8446, section 6: but these two all are fatal in TLS 1.3, and what is answered says less.
TEST_P(TlsFailureTest, AWarningOfTls13) {
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

TEST_P(TlsFailureTest, WhoseDoingAnErrorIs) {
  const std::pair<const char *, const char *> errors[] = {
      {"r: e32", "read failed: Broken pipe"},
      {"r: e103", "read failed: Software caused connection abort"},
      {"r: e104", "Connection reset by peer"},
      {"r: e110", "read failed: Connection timed out"},
      {"r: e5", "read failed: Input/output error"},
      {"r: e113", "read failed: No route to host"},
      {"r: e4000", "read failed: Unknown error 4000"}};
  for (size_t i = 0; i < std::size(errors); i++) {
    Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.transport().SetFaults(errors[i].first);
    EXPECT_TRUE(IsError(connection.Read(), errors[i].second));
    EXPECT_EQ(i < 4 ? NET_TLS_CLOSED_BY_RESET : NET_TLS_CLOSED_BY_NOBODY,
              net_tls_socket_closed_by(connection.socket()));
  }
}

TEST_P(TlsFailureTest, ResetInTheHandshake) {
  connection_.Open();
  transport().SetFaults("r: e104");
  EXPECT_TRUE(IsError(connection_.Handshake(), "handshake failed: Connection reset by peer"));
  EXPECT_EQ("reset", ClosedBy());
}

// The connection is over for both directions.
TEST_P(TlsFailureTest, WhatIsOwedIsNotSentAnyMore) {
  if (IsBlocking()) {
    return;  // A transport that sleeps receives nothing as long as something is owed.
  }
  for (bool is_truncated : {false, true}) {
    Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().set_is_stalled(true);
    connection.transport().set_window(0);
    net_tls_socket_set_deadlines(connection.socket(), -1, 20);
    ASSERT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection.TlsClose()));
    if (is_truncated) {
      connection.transport().FarFin();
    } else {
      connection.transport().SetFaults("r: e5");
    }
    EXPECT_TRUE(
        IsError(connection.Read(), is_truncated ? kTruncated : "read failed: Input/output error"));
    connection.peer().set_is_stalled(false);
    connection.transport().set_window(SIZE_MAX);
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.Close()));
    connection.peer().Run();
    EXPECT_FALSE(connection.peer().SawCloseNotify());
  }
}

// An alert that cannot leave holds a close up, but where the error has been told.
TEST_P(TlsFailureTest, CloseWithAnAlertThatDoesNotLeave) {
  for (bool is_told : {true, false}) {
    Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().set_is_stalled(true);
    connection.transport().set_window(0);
    connection.transport().set_socket_timeouts(20, 20);
    net_tls_socket_set_deadlines(connection.socket(), 20, 20);
    if (!is_told) {
      connection.peer().set_is_stalled(false);
      connection.peer().Write("what came before");
      connection.peer().set_is_stalled(true);
    }
    connection.transport().FarSend("garbage garbage garbage");
    EXPECT_TRUE(HasOutcome(is_told ? NET_TLS_ERROR : NET_TLS_OK, connection.Read()));
    EXPECT_TRUE(HasOutcome(is_told ? NET_TLS_OK : NET_TLS_TIMEOUT, connection.Close()));
    EXPECT_EQ(1, connection.transport().closes());
  }
}

// What a connection has failed by first stays the reason.
TEST_P(TlsFailureTest, AlertThatIsRefused) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  transport().FarSend("garbage garbage garbage");
  transport().set_socket_timeouts(20, 20);
  net_tls_socket_set_deadlines(socket(), 20, 20);
  Done done = connection_.Read();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find(" (sent alert ")) << done.error;
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Read(), done.error));
  EXPECT_EQ("alert", ClosedBy());
  ExpectSticky(done.error);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsFailureTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
