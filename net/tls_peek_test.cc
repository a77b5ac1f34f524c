// What a read would give: peek, which takes nothing, and pending, which counts.

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::IsError;

class TlsPeekTest : public net_testing::CaseTest {
 protected:
  // The peer's records come in with the first one: in one piece.
  void Receive(const std::string &first, const std::string &second) {
    ASSERT_TRUE(connection_.Exchange(1, 10));
    peer().Hold();
    peer().Write(first);
    peer().Write(second);
    peer().Release();
  }

  size_t Pending() {
    return net_tls_socket_pending(socket());
  }
};

TEST_P(TlsPeekTest, TakesNothing) {
  Receive("hello", "world");
  for (int i = 0; i < 3; i++) {
    EXPECT_EQ("hello", connection_.Peek().bytes);
    EXPECT_EQ("he", connection_.Peek(2).bytes);
  }
  EXPECT_EQ("he", connection_.Read(2).bytes);
  EXPECT_EQ("llo", connection_.Peek().bytes);
  EXPECT_EQ("lloworld", connection_.Read().bytes);
}

TEST_P(TlsPeekTest, PerformsTheHandshake) {
  connection_.Open();
  peer().set_on_turn([this] {
    if (peer().IsHandshaked()) {
      peer().set_on_turn(nullptr);
      peer().Write("hello");
    }
  });
  EXPECT_EQ("hello", connection_.Peek().bytes);
  EXPECT_TRUE(net_tls_socket_is_handshaked(socket()));
}

TEST_P(TlsPeekTest, NothingThereYet) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(100, -1);
  EXPECT_EQ(100, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Peek())); }));
  transport().After(100, [&] { peer().Write("just so"); });
  EXPECT_EQ(100, Duration([&] { EXPECT_EQ("just so", connection_.Peek().bytes); }));
  EXPECT_EQ("just so", connection_.Read().bytes);
}

TEST_P(TlsPeekTest, OfNothing) {
  Receive("hello", "world");
  EXPECT_TRUE(IsError(connection_.Peek(0), "Invalid argument"));
  EXPECT_EQ("helloworld", connection_.Read().bytes);
}

TEST_P(TlsPeekTest, TheEnd) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write("last");
  peer().CloseNotify();
  EXPECT_EQ("last", connection_.Peek().bytes);
  EXPECT_EQ("last", connection_.Read().bytes);
  for (int i = 0; i < 2; i++) {
    EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Peek()));
  }
  EXPECT_EQ("close_notify", ClosedBy());
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
}

TEST_P(TlsPeekTest, Failures) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().FarFin();
  const char *text = "peek failed: end of stream without close_notify";
  EXPECT_TRUE(IsError(connection_.Peek(), text));
  EXPECT_TRUE(IsError(connection_.Peek(), text));
  ExpectSticky(text);
  connection_.Close();
  EXPECT_TRUE(IsError(connection_.Peek(), "peek failed: Bad file descriptor"));
}

// Whatever has been received counts, without a read before.
TEST_P(TlsPeekTest, PendingCountsWhatARecordHas) {
  connection_.Open();
  EXPECT_EQ(0u, Pending());
  Receive("hello", "world");
  EXPECT_EQ(0u, Pending()) << "the transport has it";
  EXPECT_EQ("h", connection_.Read(1).bytes);
  int calls = transport().calls();
  EXPECT_EQ(4u, Pending());
  EXPECT_EQ("ello", connection_.Peek().bytes);
  EXPECT_EQ("ello", connection_.Read(4).bytes);
  EXPECT_EQ(5u, Pending());
  EXPECT_EQ("world", connection_.Read(5).bytes);
  EXPECT_EQ(0u, Pending());
  EXPECT_EQ(calls, transport().calls()) << "that was no I/O";
  EXPECT_TRUE(connection_.Exchange(1, 10));
}

TEST_P(TlsPeekTest, PendingLeavesTheEndToTheRead) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  peer().Write("last");
  peer().CloseNotify();
  peer().Release();
  EXPECT_EQ("last", connection_.Read(4).bytes);
  EXPECT_EQ(0u, Pending());
  EXPECT_EQ("", ClosedBy());
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
  EXPECT_TRUE(HasOutcome(NET_TLS_CLOSED, connection_.Read()));
  EXPECT_EQ(0u, Pending());
}

TEST_P(TlsPeekTest, PendingLeavesAFailureToTheRead) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Hold();
  peer().Write("first");
  peer().Write("will be spoilt");
  std::string records = peer().TakeHeld();
  records[records.size() - 1] = static_cast<char>(records[records.size() - 1] ^ 1);
  transport().FarSend(records);
  EXPECT_EQ("first", connection_.Read(5).bytes);
  EXPECT_EQ(0u, Pending());
  EXPECT_TRUE(net_tls_socket_has_buffered(socket()));
  Done done = connection_.Read();
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_EQ(0u, done.error.find("read failed: ")) << done.error;
  EXPECT_NE(std::string::npos, done.error.find(" (sent alert bad_record_mac)")) << done.error;
  EXPECT_EQ(0u, Pending());
  ExpectSticky(done.error);
}

TEST_P(TlsPeekTest, PendingAfterClose) {
  Receive("hello", "world");
  EXPECT_EQ("h", connection_.Read(1).bytes);
  connection_.Close();
  EXPECT_EQ(0u, Pending());
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsPeekTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
