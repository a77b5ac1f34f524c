// One turn of I/O: what is sent, waited for and received, and what is not.

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
using net_testing::VirtualTransport;

using TlsExchangeTest = net_testing::CaseTest;

TEST_P(TlsExchangeTest, WaitsForASendThatMovesNothingAlone) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (bool moves : {true, false}) {
    transport().SetFaults(moves ? "s: 1" : "s: zero");
    transport().ResetCounts();
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("x")));
    EXPECT_EQ(2, transport().sends());
    EXPECT_EQ(moves || IsBlocking() ? 0 : 1, transport().waits());
  }
}

// A refused send looks at what has come in, and leaves none of BoringSSL's errors behind.
TEST_P(TlsExchangeTest, RefusedWithGarbageThatHasComeIn) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarSend("garbage garbage garbage");
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ(0u, ERR_peek_error());
}

TEST_P(TlsExchangeTest, RefusedWhereReceivingFailsOnce) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarSend("\x17");
  transport().SetFaults("s: pipe r: e5");
  transport().ResetCounts();
  EXPECT_TRUE(IsError(connection_.Write("x"), "write failed: Broken pipe"));
  EXPECT_EQ(1, transport().receives());
}

// What is owed is sent, however often it takes, before anything is received: the peer waits for it.
TEST_P(TlsExchangeTest, InterruptedInAHandshake) {
  connection_.Open();
  transport().SetFaults("s: intr intr intr");
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
}

TEST_P(TlsExchangeTest, InterruptedBeforeTheLastByteOfAFlight) {
  if (!GetParam().is_client) {
    GTEST_SKIP() << "what a server sends first has a signature, whose length differs";
  }
  net_testing::Connection measured(GetParam());
  measured.Open();
  measured.peer().set_is_stalled(true);
  measured.transport().set_socket_timeouts(20, 20);
  net_tls_socket_set_deadlines(measured.socket(), 20, 20);
  ASSERT_TRUE(HasOutcome(NET_TLS_TIMEOUT, measured.Handshake()));
  size_t length = measured.transport().FarPending();
  connection_.Open();
  transport().SetFaults("s: " + std::to_string(length - 1) + " intr");
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
}

// What a refused send has found is told before anything more is received.
TEST_P(TlsExchangeTest, RefusedWhereACloseNotifyHasComeIn) {
  if (IsBlocking()) {
    GTEST_SKIP() << "nothing is owed when a write has returned";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  SetTimeLimits(20, 20);
  ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("owed")));
  peer().CloseNotify();
  transport().SetFaults("s: pipe");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_EQ(1, transport().receives());
}

// What has come in and nobody has read leaves its place to what comes behind it.
TEST_P(TlsExchangeTest, ClosedWithAFullBuffer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write(Pattern(300000));
  ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Read(1)));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(0u, transport().NearPending());
}

// No more than a kernel's buffer is thrown away, and nothing is waited for.
TEST_P(TlsExchangeTest, WhatACloseThrowsAway) {
  for (bool comes : {true, false}) {
    net_testing::Connection connection(GetParam());
    std::string faults = comes ? "r:" : "r: again";
    for (int i = 0; comes && i < 200; i++) {
      faults += " 1";
    }
    ASSERT_TRUE(connection.Exchange(1, 10));
    connection.transport().FarSend(std::string(1000, 'x'));
    connection.transport().SetFaults(faults);
    connection.transport().ResetCounts();
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.Close()));
    EXPECT_EQ(comes ? 128 : 1, connection.transport().receives());
  }
}

// The first reason stays, whatever fails later.
TEST_P(TlsExchangeTest, CloseThatFailsTwice) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("s: e5 c: e9");
  EXPECT_TRUE(IsError(connection_.Close(), "tls_close failed: Input/output error"));
}

TEST_P(TlsExchangeTest, CloseThatTimesOutAndFails) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  transport().SetFaults("c: e9");
  SetTimeLimits(20, 20);
  Done done = connection_.Close();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_EQ("", done.error);
}

TEST_P(TlsExchangeTest, RefusedAfterThePeersAlert) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  SetTimeLimits(20, 20);
  ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("owed")));
  peer().SendFatalAlert(SSL_AD_INTERNAL_ERROR);
  EXPECT_TRUE(IsError(connection_.Read(), "read failed: peer sent alert internal_error"));
  transport().SetFaults("s: pipe");
  EXPECT_TRUE(IsError(connection_.Write("x"), "read failed: peer sent alert internal_error"));
}

// An empty write is done when what has been accepted before is sent.
TEST_P(TlsExchangeTest, EmptyWriteThatTimesOut) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  SetTimeLimits(20, 20);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("owed")));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Write("")));
}

TEST_P(TlsExchangeTest, TlsCloseHasTheTimeOfAWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  SetTimeLimits(20, 50);
  EXPECT_EQ(50,
            Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.TlsClose())); }));
}

TEST_P(TlsExchangeTest, TlsCloseRefusedAtTheLastChance) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(-1, 50);
  transport().SetFaults("s: again intr pipe w: late");
  EXPECT_TRUE(IsError(connection_.TlsClose(), "tls_close failed: Broken pipe"));
}

// Retries: a turn that had no need to wait is followed by another as long as there is time.

// A deadline of 0 forbids to wait, and a write does not.
TEST_P(TlsExchangeTest, RetriesWithoutTime) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport has the time limits";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(0, 0);
  peer().Write("x");
  transport().SetFaults("r: intr");
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_EQ("x", connection_.Read().bytes);
  if (GetParam().version == TLS1_3_VERSION) {
    transport().SetFaults("s: intr intr");
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.KeyUpdate(false)));
    EXPECT_LT(0u, transport().FarPending());
  }
  transport().SetFaults("s: intr intr");
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.TlsClose()));
}

TEST_P(TlsExchangeTest, RetriesOfAWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  net_tls_socket_set_deadlines(socket(), -1, IsBlocking() ? 0 : 50);
  transport().SetFaults("s: late");
  Done done = connection_.Write(Pattern(300000));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_GT(300000u, done.written);
}

// The clock limit is of transports that block.
TEST_P(TlsExchangeTest, RetriesAgainstTheClock) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  net_tls_socket_set_clock_limit(socket(), 0);
  peer().Write("x");
  transport().SetFaults("r: intr intr intr s: again again");
  EXPECT_TRUE(HasOutcome(IsBlocking() ? NET_TLS_TIMEOUT : NET_TLS_OK, connection_.Read()));
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(IsBlocking() ? NET_TLS_TIMEOUT : NET_TLS_OK, connection_.TlsClose()));
  EXPECT_EQ(IsBlocking() ? 1 : 3, transport().sends());
}

// It begins anew whenever a handshake moves on, as it does between messages.
TEST_P(TlsExchangeTest, HandshakeAgainstTheClock) {
  if (!IsBlocking() || !GetParam().is_client || GetParam().version != TLS1_2_VERSION) {
    GTEST_SKIP() << "others receive too little, or have no clock limit";
  }
  std::string faults = "r:";
  for (int i = 0; i < 100; i++) {
    faults += " 100";
  }
  connection_.Open();
  transport().set_cpu_per_call(VirtualTransport::kMillisecond);
  transport().SetFaults(faults);
  net_tls_socket_set_clock_limit(socket(), 7 * VirtualTransport::kMillisecond);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
  EXPECT_LT(11, transport().calls());
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsExchangeTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
