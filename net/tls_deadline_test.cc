// Time (D-13 to D-16), by the virtual clock: one budget for an operation, whatever it has to wait
// for, and neither early nor late.

#include <stdint.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Case;
using net_testing::Done;
using net_testing::Driver;
using net_testing::HasOutcome;
using net_testing::Pattern;

class TlsDeadlineTest : public net_testing::CaseTest {
 protected:
  // A peer that has nothing to say yet.
  void OpenSilent() {
    connection_.Open();
    transport().set_on_idle(nullptr);
  }

  void Revive() {
    transport().set_on_idle([this] { peer().Run(); });
  }
};

TEST_P(TlsDeadlineTest, HandshakeWithASilentPeer) {
  OpenSilent();
  SetTimeLimits(100, -1);
  EXPECT_EQ(100,
            Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Handshake())); }));
  Revive();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
  EXPECT_TRUE(connection_.Exchange(1, 10));
}

TEST_P(TlsDeadlineTest, ReadWithoutData) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(100, -1);
  for (int i = 0; i < 2; i++) {
    EXPECT_EQ(100, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read())); }));
  }
  EXPECT_TRUE(connection_.Exchange(1, 10)) << "the socket is as usable as before";
}

// What arrives at the last moment has arrived.
TEST_P(TlsDeadlineTest, ReadAtTheLastMoment) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(100, -1);
  transport().After(100, [&] { peer().Write("just so"); });
  EXPECT_EQ(100, Duration([&] { EXPECT_EQ("just so", connection_.Read().bytes); }));
}

TEST_P(TlsDeadlineTest, ReadOfWhatIsThereNeedsNoTime) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  peer().Write("one");
  peer().Write("two");
  peer().Release();
  SetTimeLimits(0, 0);
  EXPECT_EQ("on", connection_.Read(2).bytes);
  EXPECT_EQ("e", connection_.Read(1).bytes);
  EXPECT_EQ("two", connection_.Read().bytes);
  EXPECT_EQ(0, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read())); }));
}

// Not to wait is not to do nothing.
TEST_P(TlsDeadlineTest, WriteWithoutTimeGoesOnByTheCall) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(0, 0);
  const std::string bytes = Pattern(200000);
  size_t written = 0;
  EXPECT_EQ(0, Duration([&] {
              while (written < bytes.size()) {
                Done done = connection_.Write(bytes.substr(written));
                ASSERT_NE(NET_TLS_ERROR, done.outcome) << done.error;
                ASSERT_GT(done.written, 0u);
                written += done.written;
              }
            }));
  peer().Run();
  EXPECT_TRUE(bytes == peer().received().substr(10));
}

TEST_P(TlsDeadlineTest, WriteToAFullPeer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(1000);
  SetTimeLimits(-1, 100);
  EXPECT_EQ(100, Duration([&] {
              EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Write(Pattern(200000))));
            }));
}

TEST_P(TlsDeadlineTest, TlsCloseToAFullPeer) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(0);
  SetTimeLimits(-1, 100);
  EXPECT_EQ(100,
            Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.TlsClose())); }));
}

TEST_P(TlsDeadlineTest, WithoutADeadlineItWaits) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(-1, -1);
  transport().After(1000000000, [&] { peer().Write("at last"); });
  EXPECT_EQ("at last", connection_.Read().bytes);
}

TEST_P(TlsDeadlineTest, HugeDeadlinesAreNone) {
  for (int64_t milliseconds : {INT64_MAX, INT64_MAX / 1000000, INT64_MAX / 1000000 + 1}) {
    net_testing::Connection connection(GetParam());
    ASSERT_TRUE(connection.Exchange(1, 10));
    net_tls_socket_set_deadlines(connection.socket(), milliseconds, milliseconds);
    connection.transport().After(1000000000, [&] { connection.peer().Write("at last"); });
    EXPECT_EQ("at last", connection.Read().bytes);
    EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection.Write("x")));
  }
}

// D-13: a system call that the socket's timeout ended is a timeout of the operation, at once.
TEST_P(TlsDeadlineTest, SocketTimeoutEndsTheOperation) {
  if (!IsBlocking()) {
    GTEST_SKIP() << "it is the kernel's who sleeps";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("r: timeout");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_EQ(1, transport().calls());
  transport().SetFaults("s: timeout");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Write(Pattern(100000))));
  EXPECT_EQ(1, transport().calls());
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsDeadlineTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

// D-15: one budget over all waits. Only where the socket or its caller waits.
class TlsBudgetTest : public TlsDeadlineTest {};

TEST_P(TlsBudgetTest, HandshakeByteByByte) {
  connection_.Open();
  transport().Drip(1, 10);
  net_tls_socket_set_deadlines(socket(), 105, -1);
  EXPECT_EQ(105,
            Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Handshake())); }));
  EXPECT_GE(transport().receives(), 10);
  net_tls_socket_set_deadlines(socket(), -1, -1);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
}

TEST_P(TlsBudgetTest, ReadWithTheHandshakeByteByByte) {
  connection_.Open();
  transport().Drip(100, 10);
  net_tls_socket_set_deadlines(socket(), -1, -1);
  int64_t handshake = Duration([&] { ASSERT_EQ(NET_TLS_OK, connection_.Handshake().outcome); });
  // The same again, with a read that begins with the handshake and then waits for data.
  net_testing::Connection connection(GetParam());
  connection.Open();
  connection.transport().Drip(100, 10);
  net_tls_socket_set_deadlines(connection.socket(), handshake + 50, -1);
  int64_t start = connection.transport().now();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection.Read()));
  EXPECT_EQ(handshake + 50,
            (connection.transport().now() - start) / net_testing::VirtualTransport::kMillisecond);
  EXPECT_TRUE(net_tls_socket_is_handshaked(connection.socket()));
}

TEST_P(TlsBudgetTest, WriteWithTheHandshakeByteByByte) {
  connection_.Open();
  transport().Drip(1, 10);
  net_tls_socket_set_deadlines(socket(), -1, 105);
  Done done;
  EXPECT_EQ(105, Duration([&] { done = connection_.Write("hello"); }));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_EQ(0u, done.written);
}

TEST_P(TlsBudgetTest, ReadOfARecordByteByByte) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().Drip(1, 10);
  net_tls_socket_set_deadlines(socket(), 105, -1);
  peer().Write("slowly, slowly");
  EXPECT_EQ(105, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read())); }));
  net_tls_socket_set_deadlines(socket(), -1, -1);
  EXPECT_EQ("slowly, slowly", connection_.Read().bytes);
}

// A peer that takes a little at a time.
TEST_P(TlsBudgetTest, WriteBitByBit) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(1000);
  for (int i = 1; i < 1000; i++) {
    transport().After(10 * i, [&] { transport().FarReceive(100); });
  }
  net_tls_socket_set_deadlines(socket(), -1, 105);
  EXPECT_EQ(105, Duration([&] {
              EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Write(Pattern(300000))));
            }));
  EXPECT_GE(transport().sends(), 10);
}

TEST_P(TlsBudgetTest, SpuriousWakeUpsCostNothing) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().SetFaults("w: early early intr early r: again again intr again");
  net_tls_socket_set_deadlines(socket(), 100, -1);
  EXPECT_EQ(100, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read())); }));
}

// Milliseconds are what a wait is told; a fraction of one is not given away.
TEST_P(TlsBudgetTest, FractionsOfAMillisecond) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().set_time_per_call(300000);
  transport().SetFaults("w: early early early");
  net_tls_socket_set_deadlines(socket(), 100, -1);
  int64_t start = transport().now();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  int64_t taken = transport().now() - start;
  EXPECT_GE(taken, 100 * net_testing::VirtualTransport::kMillisecond);
  EXPECT_LE(taken, 102 * net_testing::VirtualTransport::kMillisecond);
}

TEST_P(TlsBudgetTest, RecordsWithoutDataDoNotBeginAgain) {
  if (GetParam().version != TLS1_3_VERSION) {
    GTEST_SKIP() << "TLS 1.2 has no such records";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (int i = 1; i < 20; i++) {
    transport().After(10 * i, [&] { peer().KeyUpdate(false); });
  }
  net_tls_socket_set_deadlines(socket(), 105, -1);
  EXPECT_EQ(105, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read())); }));
}

// An operation without a deadline is held to the other one while it waits for that direction.
TEST_P(TlsBudgetTest, HandshakeThatCannotSend) {
  connection_.Open();
  peer().set_is_stalled(true);
  transport().set_window(0);
  if (!GetParam().is_client) {
    net_testing::Connection other(Case{true, GetParam().version, Driver::kNonblocking});
    other.Open();
    other.transport().set_on_idle(nullptr);
    net_tls_socket_set_deadlines(other.socket(), 0, 0);
    ASSERT_EQ(NET_TLS_TIMEOUT, other.Handshake().outcome);
    transport().set_on_idle(nullptr);
    transport().FarSend(other.transport().FarReceive());
  }
  net_tls_socket_set_deadlines(socket(), -1, 50);
  EXPECT_EQ(50,
            Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Handshake())); }));
}

TEST_P(TlsBudgetTest, WriteThatWaitsForTheHandshake) {
  OpenSilent();
  net_tls_socket_set_deadlines(socket(), 50, -1);
  EXPECT_EQ(50,
            Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Write("x"))); }));
}

std::vector<Case> WaitingCases() {
  std::vector<Case> cases;
  for (const Case &test_case : net_testing::AllCases()) {
    if (test_case.driver != Driver::kBlocking) {
      cases.push_back(test_case);
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsBudgetTest, testing::ValuesIn(WaitingCases()),
                         net_testing::CaseParamName);

// D-14: the clock limit, by virtual CPU time.
class TlsClockLimitTest : public net_testing::CaseTest {};

constexpr int64_t kMillisecond = net_testing::VirtualTransport::kMillisecond;

TEST_P(TlsClockLimitTest, EndsAReadThatGoesOnByteByByte) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().Drip(1, 0);
  transport().set_cpu_per_call(kMillisecond);
  peer().Write("a record of some length");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_GE(transport().receives(), 10);
  EXPECT_LE(transport().receives(), 12);
  transport().set_cpu_per_call(0);
  EXPECT_EQ("a record of some length", connection_.Read().bytes);
}

TEST_P(TlsClockLimitTest, EndsAReadOfRecordsWithoutData) {
  if (GetParam().version != TLS1_3_VERSION) {
    GTEST_SKIP() << "TLS 1.2 has no such records";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().Drip(22 + 5, 0);  // at most a record at a time
  transport().set_cpu_per_call(kMillisecond);
  for (int i = 0; i < 30; i++) {
    peer().KeyUpdate(false);
  }
  peer().Write("behind them");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_LE(transport().receives(), 12);
  net_tls_socket_set_clock_limit(socket(), 1000 * kMillisecond);
  EXPECT_EQ("behind them", connection_.Read().bytes);
}

TEST_P(TlsClockLimitTest, EndsBusyRetries) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  std::string busy = "r:";
  for (int i = 0; i < 100; i++) {
    busy += " again";
  }
  transport().SetFaults(busy);
  transport().set_cpu_per_call(kMillisecond);
  peer().Write("never mind");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_GE(transport().receives(), 10);
  EXPECT_LE(transport().receives(), 12);
  net_tls_socket_set_clock_limit(socket(), 50 * kMillisecond);
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_GE(transport().receives(), 50);
  EXPECT_LE(transport().receives(), 52);
}

TEST_P(TlsClockLimitTest, EndsBusyRetriesOfAWrite) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  std::string busy = "s:";
  for (int i = 0; i < 100; i++) {
    busy += i % 2 == 0 ? " again" : " zero";
  }
  transport().SetFaults(busy);
  transport().set_cpu_per_call(kMillisecond);
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Write(Pattern(100000))));
  EXPECT_GE(transport().sends(), 10);
  EXPECT_LE(transport().sends(), 12);
}

TEST_P(TlsClockLimitTest, OfNothingAllowsNoRetry) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  net_tls_socket_set_clock_limit(socket(), 0);
  transport().SetFaults("r: again again again");
  peer().Write("here");
  transport().ResetCounts();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Read()));
  EXPECT_EQ(1, transport().receives());
  transport().SetFaults("");
  EXPECT_EQ("here", connection_.Read().bytes) << "the first try is no retry";
}

// Work is not retrying: a handshake that moves on, a large write.
TEST_P(TlsClockLimitTest, DoesNotBoundWork) {
  connection_.Open();
  transport().set_cpu_per_call(9 * kMillisecond);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Handshake()));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write(Pattern(1000000))));
  peer().Run();
  EXPECT_TRUE(connection_.Exchange(3, 100000));
}

// A call that sleeps in the kernel does not use it up.
TEST_P(TlsClockLimitTest, DoesNotCountSleep) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().After(1000000, [&] { peer().Write("at last"); });
  EXPECT_EQ("at last", connection_.Read().bytes);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsClockLimitTest,
                         testing::Values(Case{true, TLS1_2_VERSION, Driver::kBlocking},
                                         Case{true, TLS1_3_VERSION, Driver::kBlocking},
                                         Case{false, TLS1_2_VERSION, Driver::kBlocking},
                                         Case{false, TLS1_3_VERSION, Driver::kBlocking}),
                         net_testing::CaseParamName);

}  // namespace
