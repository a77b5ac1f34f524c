// How connections end: tls_close and close on this side, close_notify, FIN, reset and alerts on the
// other.

#include <errno.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;
using net_testing::Pattern;

constexpr char kTruncated[] = "read failed: end of stream without close_notify";
constexpr char kReset[] = "Connection reset by peer";
constexpr char kTlsClosed[] = "write failed: the socket's TLS is closed";

class TlsEndTest : public net_testing::CaseTest {
 protected:
  // Whatever is asked for, it is the same error, and the transport is left alone.
  void ExpectSticky(const std::string &text) {
    int calls = transport().calls();
    for (int i = 0; i < 2; i++) {
      EXPECT_TRUE(IsError(connection_.Read(), text));
      EXPECT_TRUE(IsError(connection_.Write("x"), text));
      EXPECT_TRUE(IsError(connection_.Write(""), text));
      EXPECT_TRUE(IsError(connection_.Handshake(), text));
    }
    EXPECT_EQ(calls, transport().calls()) << transport().LogText();
  }

  std::string ClosedBy() {
    const char *name = net_tls_closed_by_name(net_tls_socket_closed_by(socket()));
    return name != nullptr ? name : "";
  }

  // "name, received, fatal" of the last alert.
  std::string Alert() {
    struct net_tls_alert alert;
    if (!net_tls_socket_alert(socket(), &alert)) {
      return "";
    }
    return std::string(alert.name) + (alert.sent ? ", sent" : ", received") +
           (alert.fatal ? ", fatal" : "");
  }
};

// This side closes.

// D-19
TEST_P(TlsEndTest, TlsCloseSendsCloseNotifyOnceAndDoesNotWait) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ(1, transport().calls()) << transport().LogText();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ(1, transport().calls());
  EXPECT_EQ(0, transport().closes());
  EXPECT_EQ("local", ClosedBy());
  EXPECT_EQ("close_notify, sent", Alert());
  peer().Run();
  EXPECT_TRUE(peer().SawCloseNotify());
  EXPECT_EQ(std::vector<uint8_t>{0}, peer().alerts());
  EXPECT_EQ(0u, transport().FarPending());
}

TEST_P(TlsEndTest, AfterTlsCloseReadingGoesOnAndWritingIsAnError) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  ASSERT_EQ(NET_TLS_OK, connection_.TlsClose().outcome);
  peer().Write("the last words");
  EXPECT_TRUE(IsError(connection_.Write("x"), kTlsClosed));
  EXPECT_EQ("the last", connection_.Read(8).bytes);
  EXPECT_EQ(" words", connection_.Read().bytes);
  peer().CloseNotify();
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_TRUE(IsError(connection_.Write("x"), kTlsClosed));
}

// D-19
TEST_P(TlsEndTest, TlsCloseBeforeTheHandshakeSendsNothing) {
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_TRUE(IsError(connection_.Handshake(), "handshake failed: the socket's TLS is closed"));
  EXPECT_TRUE(IsError(connection_.Write("x"), kTlsClosed));
  EXPECT_TRUE(IsError(connection_.Read(), "read failed: the socket's TLS is closed"));
  EXPECT_EQ(0, transport().calls());
}

// D-19
TEST_P(TlsEndTest, TlsCloseInTheHandshakeSendsNothing) {
  connection_.Open();
  transport().set_on_idle(nullptr);
  SetTimeLimits(0, 0);
  ASSERT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Handshake()));
  int sends = transport().sends();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ(sends, transport().sends());
}

// D-20
TEST_P(TlsEndTest, CloseNotifiesAndClosesOnce) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(1, transport().closes());
  EXPECT_EQ("local", ClosedBy());
  peer().Run();
  EXPECT_TRUE(peer().SawCloseNotify());
  EXPECT_EQ(std::vector<uint8_t>{0}, peer().alerts());
  int calls = transport().calls();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_TRUE(IsError(connection_.Handshake(), "handshake failed: Bad file descriptor"));
  EXPECT_TRUE(IsError(connection_.Read(), "read failed: Bad file descriptor"));
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Bad file descriptor"));
  EXPECT_EQ(NET_TLS_ERROR, net_tls_socket_wait(socket(), NET_TLS_WANT_READ));
  EXPECT_STREQ("poll_wait failed: Bad file descriptor", net_tls_socket_error(socket()));
  EXPECT_EQ(calls, transport().calls());
  connection_.Free();
  EXPECT_EQ(1, transport().closes());
}

TEST_P(TlsEndTest, CloseBeforeTheHandshake) {
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(0, transport().sends());
  EXPECT_EQ(1, transport().closes());
}

TEST_P(TlsEndTest, CloseTellsWhatTheTransportSays) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("c: e5");
  EXPECT_TRUE(IsError(connection_.Close(), "close failed: Input/output error"));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(1, transport().closes());
}

// D-20
TEST_P(TlsEndTest, CloseClosesEvenWhenNothingCanBeSent) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  SetTimeLimits(-1, 50);
  EXPECT_EQ(50, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Close())); }));
  EXPECT_EQ(1, transport().closes());
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(1, transport().closes());
}

TEST_P(TlsEndTest, TlsCloseThatTimedOutGoesOn) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(3);
  SetTimeLimits(-1, 50);
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.TlsClose()));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.TlsClose()));
  peer().set_is_stalled(false);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  peer().Run();
  EXPECT_TRUE(peer().SawCloseNotify());
  EXPECT_EQ(std::vector<uint8_t>{0}, peer().alerts());
  EXPECT_EQ(0u, transport().FarPending());
}

// D-20
TEST_P(TlsEndTest, CloseTellsWhyItCouldNotNotify) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("s: e5");
  Done done = connection_.Close();
  EXPECT_TRUE(IsError(done, "tls_close failed: Input/output error"));
  EXPECT_EQ(1, transport().closes());
}

// D-21
TEST_P(TlsEndTest, FreeClosesTheTransportAndSaysNothing) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  int calls = transport().calls();
  connection_.Free();
  EXPECT_EQ(1, transport().closes());
  EXPECT_EQ(calls, transport().calls());
  peer().Run();
  EXPECT_TRUE(peer().SawEnd());
  EXPECT_FALSE(peer().SawCloseNotify());
}

// The peer closes.

// D-09
TEST_P(TlsEndTest, CloseNotifyComesBehindTheData) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("all of it");
  peer().CloseNotify();
  transport().FarFin();
  EXPECT_EQ("all", connection_.Read(3).bytes);
  EXPECT_EQ(" of it", connection_.Read().bytes);
  for (int i = 0; i < 3; i++) {
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  }
  EXPECT_EQ("close_notify", ClosedBy());
  EXPECT_EQ("close_notify, received", Alert());
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_wait(socket(), NET_TLS_WANT_READ));
}

// RFC 8446, section 6.1: the other direction stays open.
TEST_P(TlsEndTest, AfterThePeersCloseNotifyWritingGoesOn) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().CloseNotify();
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("an answer")));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ("close_notify", ClosedBy()) << "what came first";
  peer().Run();
  EXPECT_EQ("an answer", peer().received().substr(10));
  EXPECT_EQ(std::vector<uint8_t>{0}, peer().alerts());
}

// D-09
TEST_P(TlsEndTest, WriteToAPeerThatHasClosed) {
  for (const char *fault : {"s: reset", "s: pipe"}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().CloseNotify();
    ASSERT_EQ(NET_TLS_CLOSED, connection.Read().outcome);
    connection.transport().SetFaults(fault);
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Write("x")));
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Write("x")));
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Read()));
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.Close()));
  }
}

// Nothing is lost where all that a peer that has closed does not take is our close_notify.
TEST_P(TlsEndTest, TlsCloseToAPeerThatHasClosed) {
  for (const char *fault : {"s: reset", "s: pipe"}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().CloseNotify();
    ASSERT_EQ(NET_TLS_CLOSED, connection.Read().outcome);
    connection.transport().SetFaults(fault);
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.TlsClose()));
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.Close()));
  }
}

// But it is an error where it has not closed, or does not take what was written.
TEST_P(TlsEndTest, TlsCloseThatLosesSomething) {
  for (bool has_closed : {false, true}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    if (has_closed) {
      connection.peer().CloseNotify();
      ASSERT_EQ(NET_TLS_CLOSED, connection.Read().outcome);
      connection.transport().SetFaults("s: timeout pipe");
      ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection.Write("owed")));
    } else {
      connection.transport().SetFaults("s: pipe");
    }
    EXPECT_TRUE(IsError(connection.Close(), "tls_close failed: Broken pipe"));
    EXPECT_EQ(1, connection.transport().closes());
  }
}

// The same where its close_notify has come but not been read.
TEST_P(TlsEndTest, WriteToAPeerThatHasClosedUnnoticed) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().CloseNotify();
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Write("x")));
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
}

// D-10
TEST_P(TlsEndTest, EndWithoutCloseNotifyIsTruncation) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  transport().FarFin();
  EXPECT_EQ("what came before", connection_.Read().bytes);
  EXPECT_TRUE(IsError(connection_.Read(), kTruncated));
  EXPECT_EQ("eof", ClosedBy());
  ExpectSticky(kTruncated);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
}

TEST_P(TlsEndTest, EndInTheMiddleOfARecordIsTruncation) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  peer().Write("half of it");
  std::string record = peer().TakeHeld();
  transport().FarSend(record.substr(0, record.size() - 1));
  transport().FarFin();
  EXPECT_TRUE(IsError(connection_.Read(), kTruncated));
  ExpectSticky(kTruncated);
}

// D-10
TEST_P(TlsEndTest, EndWithoutCloseNotifyWhereThatIsAllowed) {
  ASSERT_TRUE(net_tls_config_insecure_allow_truncation(connection_.config()));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  transport().FarFin();
  EXPECT_EQ("what came before", connection_.Read().bytes);
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_EQ("eof", ClosedBy());
}

TEST_P(TlsEndTest, EndInTheHandshakeIsAnErrorInAnyCase) {
  ASSERT_TRUE(net_tls_config_insecure_allow_truncation(connection_.config()));
  connection_.Open();
  transport().set_on_idle(nullptr);
  transport().FarFin();
  const char *text = "handshake failed: end of stream without close_notify";
  EXPECT_TRUE(IsError(connection_.Handshake(), text));
  EXPECT_EQ("eof", ClosedBy());
  ExpectSticky(text);
}

TEST_P(TlsEndTest, CloseNotifyInTheHandshakeIsAnError) {
  connection_.Open();
  transport().set_on_idle(nullptr);
  transport().FarSend(std::string("\x15\x03\x03\x00\x02\x01\x00", 7));
  const char *text = "handshake failed: peer sent alert close_notify";
  EXPECT_TRUE(IsError(connection_.Read(), text));
  EXPECT_EQ("close_notify", ClosedBy());
  ExpectSticky(text);
}

// D-10
TEST_P(TlsEndTest, ResetAtRead) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  transport().FarReset();
  EXPECT_EQ("what came before", connection_.Read().bytes);
  EXPECT_TRUE(IsError(connection_.Read(), kReset));
  EXPECT_EQ("reset", ClosedBy());
  ExpectSticky(kReset);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
}

TEST_P(TlsEndTest, ResetIsNoTruncationThatCouldBeAllowed) {
  ASSERT_TRUE(net_tls_config_insecure_allow_truncation(connection_.config()));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarReset();
  EXPECT_TRUE(IsError(connection_.Read(), kReset));
}

// The system tells a reset once; after that a read finds nothing but an end.
TEST_P(TlsEndTest, ResetAtWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarReset();
  EXPECT_TRUE(IsError(connection_.Write("x"), kReset));
  EXPECT_TRUE(IsError(connection_.Read(), kReset));
  EXPECT_EQ("reset", ClosedBy());
  ExpectSticky(kReset);
}

// What has come in before the reset is not lost, although a write was the first to find out.
TEST_P(TlsEndTest, ResetAtWriteLeavesWhatCanBeRead) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  transport().FarReset();
  EXPECT_TRUE(IsError(connection_.Write("x"), kReset));
  EXPECT_TRUE(IsError(connection_.Write("x"), kReset));
  EXPECT_EQ("what came before", connection_.Read().bytes);
  EXPECT_TRUE(IsError(connection_.Read(), kReset));
  ExpectSticky(kReset);
}

// A transport that has refused to send is not asked again, not even for an alert.
TEST_P(TlsEndTest, AfterARefusedSendNothingIsSent) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  transport().FarSend("garbage garbage garbage");
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, connection_.Write("x")));
  int sends = transport().sends();
  EXPECT_EQ("what came before", connection_.Read().bytes);
  Done done = connection_.Read();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  ExpectSticky(done.error);
  connection_.Close();
  EXPECT_EQ(sends, transport().sends());
}

// Alerts.

TEST_P(TlsEndTest, FatalAlertOfThePeer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("what came before");
  peer().SendFatalAlert(SSL_AD_DECRYPT_ERROR);
  EXPECT_EQ("what came before", connection_.Read().bytes);
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

TEST_P(TlsEndTest, AlertThatExplainsWhyAWriteIsRefused) {
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
TEST_P(TlsEndTest, GarbageBehindARefusedWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarSend(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ("reset", ClosedBy());
  EXPECT_TRUE(IsError(connection_.Read(), "read failed: BAD_DECRYPT"));
}

TEST_P(TlsEndTest, DataAndCloseNotifyBehindARefusedWrite) {
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
TEST_P(TlsEndTest, GarbageIsAnsweredByAnAlert) {
  for (const char *faults : {"", "s: again 1 intr", "s: zero 1 1"}) {
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
    connection.peer().Run();
    EXPECT_EQ(std::vector<uint8_t>{SSL_AD_BAD_RECORD_MAC}, connection.peer().alerts());
    int calls = connection.transport().calls();
    EXPECT_TRUE(IsError(connection.Write("x"), done.error));
    EXPECT_EQ(calls, connection.transport().calls());
  }
}

// The alert cannot leave at once: the next call of any kind takes it along.
TEST_P(TlsEndTest, AlertThatHasToWait) {
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

TEST_P(TlsEndTest, HandshakeWithoutACommonVersion) {
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

TEST_P(TlsEndTest, HandshakeWithSomethingElse) {
  connection_.Open();
  transport().set_on_idle(nullptr);
  transport().FarSend("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Done done = connection_.Write("hello");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_EQ(0u, done.written);
  EXPECT_EQ(0u, done.error.find("handshake failed: ")) << done.error;
  ExpectSticky(done.error);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsEndTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

TEST(ClosedByName, OfEach) {
  EXPECT_EQ(nullptr, net_tls_closed_by_name(NET_TLS_CLOSED_BY_NOBODY));
  EXPECT_STREQ("close_notify", net_tls_closed_by_name(NET_TLS_CLOSED_BY_CLOSE_NOTIFY));
  EXPECT_STREQ("eof", net_tls_closed_by_name(NET_TLS_CLOSED_BY_EOF));
  EXPECT_STREQ("reset", net_tls_closed_by_name(NET_TLS_CLOSED_BY_RESET));
  EXPECT_STREQ("alert", net_tls_closed_by_name(NET_TLS_CLOSED_BY_ALERT));
  EXPECT_STREQ("local", net_tls_closed_by_name(NET_TLS_CLOSED_BY_LOCAL));
}

}  // namespace
