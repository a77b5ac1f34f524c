// Alerts: those of the peer and our own, and what else can be wrong with what comes in.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;

using TlsAlertTest = net_testing::CaseTest;

TEST_P(TlsAlertTest, FatalAlertOfThePeer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  peer().SendFatalAlert(SSL_AD_DECRYPT_ERROR);
  Done before = connection_.Read();
  EXPECT_EQ("what came before", before.bytes);
  EXPECT_EQ("", before.error) << "the alert behind it is for the next read to tell";
  const char *text = "read failed: peer sent alert decrypt_error";
  EXPECT_TRUE(IsError(connection_.Read(), text));
  EXPECT_EQ("alert", ClosedBy());
  EXPECT_EQ("decrypt_error, received, fatal", Alert());
  ExpectSticky(text);
  int calls = transport().calls();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ(calls, transport().calls()) << "there is nothing to notify";
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
}

TEST_P(TlsAlertTest, AlertWithoutAName) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().SendFatalAlert(137);
  EXPECT_TRUE(IsError(connection_.Read(), "read failed: peer sent alert unknown (137)"));
  EXPECT_EQ("unknown, received, fatal", Alert());
}

TEST_P(TlsAlertTest, AlertThatExplainsWhyAWriteIsRefused) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().SendFatalAlert(SSL_AD_ACCESS_DENIED);
  transport().SetFaults("s: pipe");
  Done done = connection_.Write("x");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_NE(std::string::npos, done.error.find("peer sent alert access_denied")) << done.error;
  EXPECT_EQ("access_denied, received, fatal", Alert());
  ExpectSticky(done.error);
}

// The refusal is what the write tells; what is wrong with the input is for the read.
TEST_P(TlsAlertTest, GarbageBehindARefusedWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarSend(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ("reset", ClosedBy());
  EXPECT_TRUE(IsError(connection_.Read(), "read failed: BAD_DECRYPT"));
}

TEST_P(TlsAlertTest, DataAndCloseNotifyBehindARefusedWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("the last word");
  peer().CloseNotify();
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ("reset", ClosedBy());
  EXPECT_EQ("the last word", connection_.Read().bytes);
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_EQ("close_notify", ClosedBy());
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Write("x")));
}

// I13: the alert reaches the wire.
TEST_P(TlsAlertTest, GarbageIsAnsweredByAnAlert) {
  for (const char *faults : {"", "s: again 1 intr", "s: zero 1 1", "s: again w: e5"}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().Hold();
    connection.peer().Write("will be spoilt");
    std::string record = connection.peer().TakeHeld();
    record[record.size() - 1] = static_cast<char>(record[record.size() - 1] ^ 1);
    connection.transport().FarSend(record);
    connection.transport().SetFaults(faults);
    Done done = connection.Read();
    EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
    EXPECT_NE(std::string::npos, done.error.find(" (sent alert bad_record_mac)")) << done.error;
    EXPECT_EQ(NET_TLS_CLOSED_BY_ALERT, net_tls_socket_closed_by(connection.socket()));
    // Where a wait has failed, it leaves with the next call.
    EXPECT_TRUE(IsError(connection.Write("x"), done.error));
    connection.peer().Run();
    EXPECT_EQ(std::vector<uint8_t>{SSL_AD_BAD_RECORD_MAC}, connection.peer().alerts());
    int calls = connection.transport().calls();
    EXPECT_TRUE(IsError(connection.Write("x"), done.error));
    EXPECT_EQ(calls, connection.transport().calls());
  }
}

// The alert cannot leave at once: the next call of any kind takes it along.
TEST_P(TlsAlertTest, AlertThatHasToWait) {
  for (bool by_close : {false, true}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().set_is_stalled(true);
    connection.transport().set_window(0);
    connection.transport().FarSend("garbage garbage garbage");
    connection.transport().set_socket_timeouts(20, 20);
    net_tls_socket_set_deadlines(connection.socket(), 20, 20);
    Done done = connection.Read();
    EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
    EXPECT_TRUE(connection.peer().alerts().empty());
    connection.peer().set_is_stalled(false);
    connection.transport().set_window(SIZE_MAX);
    if (by_close) {
      EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.Close()));
    } else {
      EXPECT_TRUE(IsError(connection.Read(), done.error));
    }
    connection.peer().Run();
    EXPECT_EQ(1u, connection.peer().alerts().size());
  }
}

TEST_P(TlsAlertTest, HandshakeWithoutACommonVersion) {
  auto other = GetParam().version == TLS1_2_VERSION ? NET_TLS_1_3 : NET_TLS_1_2;
  ASSERT_TRUE(net_tls_config_set_versions(connection_.config(), other, other));
  Done done = connection_.Handshake();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_EQ("alert", ClosedBy());
  EXPECT_NE(std::string::npos, done.error.find("protocol_version")) << done.error;
  EXPECT_NE(std::string::npos, Alert().find("protocol_version, ")) << Alert();
  ExpectSticky(done.error);
  peer().Run();
  EXPECT_FALSE(peer().error().empty()) << "the alert has not come";
}

TEST_P(TlsAlertTest, HandshakeWithSomethingElse) {
  connection_.Open();
  transport().set_on_idle(nullptr);
  transport().FarSend("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Done done = connection_.Write("hello");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_EQ(0u, done.written);
  EXPECT_EQ(0u, done.error.find("handshake failed: ")) << done.error;
  ExpectSticky(done.error);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsAlertTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
