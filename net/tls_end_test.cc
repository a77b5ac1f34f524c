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

using TlsEndTest = net_testing::CaseTest;

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

// D-19: not even the alert that says why, which has not left yet.
TEST_P(TlsEndTest, TlsCloseAfterAFailedHandshakeSendsNothing) {
  connection_.Open();
  transport().set_on_idle(nullptr);
  SetTimeLimits(0, 0);
  ASSERT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Handshake()));
  transport().set_window(0);
  transport().FarSend("no record of TLS");
  ASSERT_EQ(NET_TLS_ERROR, connection_.Handshake().outcome);
  ASSERT_EQ("protocol_version, sent, fatal", Alert());
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ(0, transport().calls());
  EXPECT_EQ(NET_TLS_ERROR, connection_.Handshake().outcome);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(0, transport().calls());
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
  for (const char *faults : {"s: pipe", "s: pipe w: intr intr"}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().CloseNotify();
    connection.transport().SetFaults(faults);
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Write("x")));
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Read()));
  }
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

// D-11
TEST_P(TlsEndTest, WaitThatFailsAfterTheEndChangesNothing) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarFin();
  EXPECT_TRUE(IsError(connection_.Read(), kTruncated));
  transport().SetFaults("w: e5");
  EXPECT_EQ(NET_TLS_ERROR, net_tls_socket_wait(socket(), NET_TLS_WANT_WRITE));
  EXPECT_STREQ(kTruncated, net_tls_socket_error(socket()));
  ExpectSticky(kTruncated);
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
