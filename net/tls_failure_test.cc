// Why a connection has failed: errors of the system, alerts, and what becomes of the bytes that are
// still owed.

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

using TlsFailureTest = net_testing::CaseTest;

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
