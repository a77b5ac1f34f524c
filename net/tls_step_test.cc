// What an operation makes of a transport that takes no more bytes, or has no more to give.

#include <openssl/err.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;
using net_testing::Pattern;

using TlsStepTest = net_testing::CaseTest;

// Nothing has been sent as long as its last byte has not.
TEST_P(TlsStepTest, ClosedByTheLastByte) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  SetTimeLimits(0, 0);
  size_t window = 0;
  do {
    transport().set_window(window++);
  } while (connection_.TlsClose().outcome == NET_TLS_TIMEOUT);
  peer().set_is_stalled(false);
  peer().Run();
  EXPECT_TRUE(peer().SawCloseNotify());
}

TEST_P(TlsStepTest, HandshakeByTheLastByte) {
  std::string faults = "s:";
  for (int i = 0; i < 5000; i++) {
    faults += " 1 again";
  }
  connection_.Open();
  transport().SetFaults(faults);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
  peer().Run();
  EXPECT_TRUE(peer().IsHandshaked());
}

// D-08: one read takes what several records hold, and no more than it has room for.
TEST_P(TlsStepTest, ReadsOverShortRecords) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  for (const char *bytes : {"a", "b", "c", "ddd", "eee"}) {
    peer().Write(bytes);
  }
  peer().Release();
  EXPECT_EQ("abc", connection_.Read(3).bytes);
  EXPECT_EQ("ddde", connection_.Read(4).bytes);
  EXPECT_EQ("ee", connection_.Read(4).bytes);
}

// The next piece of a long write is sealed when the one before has left: what a timeout has not
// taken is the caller's.
TEST_P(TlsStepTest, WritesOnePieceAfterTheOther) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(1000);
  transport().SetFaults("s: 1 again 1 again 1 again");
  SetTimeLimits(20, 20);
  Done done = connection_.Write(Pattern(300000));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_EQ(65536u, done.written);
}

// The first that ends a connection is what it was closed by.
TEST_P(TlsStepTest, CloseNotifyBehindOurs) {
  for (bool is_refused : {false, true}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.transport().SetFaults(is_refused ? "s: e32" : "");
    EXPECT_TRUE(HasOutcome(is_refused ? NET_TLS_ERROR : NET_TLS_OK, connection.TlsClose()));
    connection.peer().CloseNotify();
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Read()));
    EXPECT_EQ(NET_TLS_CLOSED_BY_LOCAL, net_tls_socket_closed_by(connection.socket()));
  }
}

// What a handshake has failed by stays its error.
TEST_P(TlsStepTest, TlsCloseAfterACloseNotifyInTheHandshake) {
  const char *text = "handshake failed: peer sent alert close_notify";
  connection_.Open();
  transport().set_on_idle(nullptr);
  transport().FarSend(std::string("\x15\x03\x03\x00\x02\x01\x00", 7));
  EXPECT_TRUE(IsError(connection_.Handshake(), text));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_TRUE(IsError(connection_.Handshake(), text));
}

// Who does not get the first message will not answer.
TEST_P(TlsStepTest, HandshakeThatIsRefused) {
  connection_.Open();
  transport().SetFaults("s: e32");
  EXPECT_TRUE(IsError(connection_.Handshake(), "handshake failed: Broken pipe"));
  EXPECT_EQ("reset", ClosedBy());
  ExpectSticky("handshake failed: Broken pipe");
}

TEST_P(TlsStepTest, HandshakeThatIsRefusedLater) {
  for (int sends = 0;; sends++) {
    std::string faults = "s:";
    for (int i = 0; i < sends; i++) {
      faults += " ok";
    }
    net_testing::Connection connection(GetParam());
    connection.Open();
    connection.transport().SetFaults(faults + " e32");
    if (connection.Handshake().outcome == NET_TLS_OK) {
      EXPECT_LE(1, sends);
      break;
    }
    EXPECT_FALSE(net_tls_socket_is_handshaked(connection.socket())) << sends;
    EXPECT_TRUE(IsError(connection.Read(), "handshake failed: Broken pipe"));
  }
}

TEST_P(TlsStepTest, HandshakeThatIsRefusedWithAnAlert) {
  if (!GetParam().is_client) {
    GTEST_SKIP() << "a client sends first";
  }
  connection_.Open();
  transport().FarSend(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
  transport().SetFaults("s: e32");
  EXPECT_TRUE(
      IsError(connection_.Handshake(), "handshake failed: peer sent alert handshake_failure"));
}

// The other direction may live longer.
TEST_P(TlsStepTest, ReadAfterARefusedWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("s: e32");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  transport().After(100, [&] { peer().Write("late"); });
  EXPECT_EQ("late", connection_.Read().bytes);
  transport().FarFin();
  EXPECT_TRUE(IsError(connection_.Read(), "write failed: Broken pipe"));
}

TEST_P(TlsStepTest, WriteAfterAnEndThatIsAllowed) {
  ASSERT_TRUE(net_tls_config_insecure_allow_truncation(connection_.config()));
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarFin();
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Write("x")));
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
}

TEST_P(TlsStepTest, TlsCloseBeforeTheHandshakeIsWhatEndsIt) {
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ("local", ClosedBy());
}

// What could not be sent has not been said.
TEST_P(TlsStepTest, TlsCloseAfterARefusedWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("s: e32");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ("", Alert());
}

TEST_P(TlsStepTest, HandshakeAfterARefusedWrite) {
  for (bool has_closed : {false, true}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    if (has_closed) {
      connection.peer().CloseNotify();
      EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection.Read()));
    }
    connection.transport().SetFaults("s: e32");
    EXPECT_TRUE(HasOutcome(has_closed ? NET_TLS_CLOSED : NET_TLS_ERROR, connection.Write("x")));
    EXPECT_TRUE(HasOutcome(has_closed ? NET_TLS_OK : NET_TLS_ERROR, connection.Handshake()));
  }
}

// A byte is buffered, and so is a whole record; a part of one is not, unless it is no record.
TEST_P(TlsStepTest, BufferedRecords) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  peer().Write("ab");
  peer().Write(std::string(500, 'x'));
  peer().Write("c");
  peer().Write(std::string(500, 'y'));
  const std::string records = peer().TakeHeld();
  transport().FarSend(records.substr(0, records.size() - 200));
  EXPECT_EQ("a", connection_.Read(1).bytes);
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
  EXPECT_EQ("b", connection_.Read(1).bytes);
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
  EXPECT_EQ(std::string(500, 'x') + "c", connection_.Read(501).bytes);
  EXPECT_FALSE(net_tls_socket_has_buffered(socket()));
  transport().FarSend(records.substr(records.size() - 200));
  EXPECT_EQ(std::string(500, 'y'), connection_.Read().bytes);
}

// RFC 8446, section 5.2, and RFC 5246, section 6.2.3: 2048 bytes more than a record's plaintext.
TEST_P(TlsStepTest, BufferedHeaders) {
  for (bool is_too_long : {false, true}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().Hold();
    connection.peer().Write("a");
    connection.transport().FarSend(connection.peer().TakeHeld() +
                                   std::string("\x17\x03\x03\x48", 4) +
                                   (is_too_long ? '\1' : '\0'));
    EXPECT_EQ("a", connection.Read(1).bytes);
    EXPECT_EQ(is_too_long, net_tls_socket_has_buffered(connection.socket()));
  }
}

// What the next read tells at once is buffered, too.
TEST_P(TlsStepTest, BufferedEnds) {
  for (const char *receive : {"end", "e5"}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.transport().FarSend("\x17");
    connection.transport().SetFaults(std::string("s: e32 r: ") + receive);
    EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, connection.Write("x")));
    EXPECT_TRUE(net_tls_socket_has_buffered(connection.socket()));
    EXPECT_EQ(0u, net_tls_socket_pending(connection.socket()));
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().SendFatalAlert(SSL_AD_INTERNAL_ERROR);
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, connection_.Read()));
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
}

// The rest of what has come in before is not for a socket that has failed.
TEST_P(TlsStepTest, NothingIsPendingAfterAFailure) {
  if (GetParam().driver != net_testing::Driver::kNonblocking) {
    GTEST_SKIP() << "no other one waits by itself";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("ab");
  EXPECT_EQ("a", connection_.Read(1).bytes);
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
  EXPECT_EQ(1u, net_tls_socket_pending(socket()));
  transport().SetFaults("s: again w: e5");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, connection_.Write("x")));
  EXPECT_EQ(0u, net_tls_socket_pending(socket()));
}

// To count what is there changes nothing of it.
TEST_P(TlsStepTest, PendingSeesNoEndWhereNoneIs) {
  for (bool is_key : {false, true}) {
    if (is_key && GetParam().version != TLS1_3_VERSION) {
      continue;  // TLS 1.2 has none.
    }
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().Hold();
    connection.peer().Write("a");
    if (is_key) {
      connection.peer().KeyUpdate(false);
    } else {
      connection.peer().Write("b");
    }
    connection.peer().Release();
    EXPECT_EQ("a", connection.Read(1).bytes);
    EXPECT_EQ(is_key ? 0u : 1u, net_tls_socket_pending(connection.socket()));
    EXPECT_EQ(is_key ? "" : "b", is_key ? "" : connection.Peek(1).bytes);
    EXPECT_EQ(is_key ? "" : "b", is_key ? "" : connection.Read(1).bytes);
    EXPECT_FALSE(net_tls_socket_has_buffered(connection.socket()));
  }
}

// What is wrong behind bytes is for the next read to tell.
TEST_P(TlsStepTest, AByteBeforeTheEnd) {
  for (bool is_closed : {false, true}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.peer().Hold();
    connection.peer().Write("a");
    connection.peer().Write("b");
    if (is_closed) {
      connection.peer().CloseNotify();
    }
    connection.transport().FarSend(connection.peer().TakeHeld() + "garbage garbage garbage");
    EXPECT_EQ("a", connection.Read(1).bytes);
    EXPECT_EQ("b", connection.Read().bytes);
    EXPECT_EQ(0u, net_tls_socket_pending(connection.socket()));
    EXPECT_EQ(0u, ERR_peek_error());
    EXPECT_TRUE(HasOutcome(is_closed ? NET_TLS_CLOSED : NET_TLS_ERROR, connection.Read()));
  }
}

TEST_P(TlsStepTest, PendingLeavesNoErrorBehind) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  peer().Write("a");
  transport().FarSend(peer().TakeHeld() + "garbage garbage garbage");
  EXPECT_EQ("a", connection_.Read(1).bytes);
  EXPECT_EQ(0u, net_tls_socket_pending(socket()));
  EXPECT_EQ(0u, ERR_peek_error());
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, connection_.Read()));
}

// Capacities that are no int.
TEST_P(TlsStepTest, ReadsOfVeryMuch) {
  const size_t capacity = size_t{1} << 32;
  char byte = '\0';
  size_t length = 0;
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("a");
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_peek(socket(), &byte, capacity, &length));
  EXPECT_EQ(1u, length);
  EXPECT_EQ(NET_TLS_OK, net_tls_socket_read(socket(), &byte, capacity, &length));
  EXPECT_EQ(1u, length);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsStepTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
