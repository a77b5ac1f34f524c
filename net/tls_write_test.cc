// Writes that cannot end at once (D-05, D-06): what has been accepted goes out before anything
// else, by the next call of any kind, and the caller goes on with whatever bytes it likes.

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"

namespace {

using net_testing::Done;
using net_testing::HasOutcome;
using net_testing::Pattern;

class TlsWriteTest : public net_testing::CaseTest {
 protected:
  static constexpr size_t kWindow = 10000;

  // Writes more than the peer takes.
  void WriteTooMuch() {
    ASSERT_TRUE(connection_.Exchange(1, 10));
    peer().set_is_stalled(true);
    transport().set_window(kWindow);
    SetTimeLimits(50, 50);
    Done done = connection_.Write(bytes_);
    ASSERT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
    EXPECT_LT(done.written, bytes_.size());
    accepted_ = bytes_.substr(0, done.written);
  }

  void LetThePeerRead() {
    peer().set_is_stalled(false);
    SetTimeLimits(-1, -1);
  }

  std::string Received() {
    peer().Run();
    return peer().received().substr(10);
  }

  const std::string bytes_ = Pattern(300000, 1);
  std::string accepted_;
};

TEST_P(TlsWriteTest, ContinuedWithTheRest) {
  WriteTooMuch();
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write(bytes_.substr(accepted_.size()))));
  EXPECT_TRUE(bytes_ == Received());
}

TEST_P(TlsWriteTest, ContinuedWithOtherBytes) {
  WriteTooMuch();
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("something else")));
  EXPECT_TRUE(accepted_ + "something else" == Received());
}

TEST_P(TlsWriteTest, ContinuedWithNothing) {
  WriteTooMuch();
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("")));
  EXPECT_TRUE(accepted_ == Received());
}

TEST_P(TlsWriteTest, TimesOutAgainAndAgain) {
  WriteTooMuch();
  std::string all = accepted_;
  for (unsigned i = 2; i < 10; i++) {
    std::string next = Pattern(100000, i);
    Done done = connection_.Write(next);
    EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
    all += next.substr(0, done.written);
    transport().set_window(kWindow * i);
  }
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("end")));
  EXPECT_TRUE(all + "end" == Received());
}

// What is accepted is bounded, or a peer that takes nothing could fill the memory.
TEST_P(TlsWriteTest, AcceptsLittleMoreThanCanBeSent) {
  WriteTooMuch();
  EXPECT_LE(accepted_.size(), kWindow + 65536);
  EXPECT_EQ(0u, connection_.Write(Pattern(100000)).written);
}

TEST_P(TlsWriteTest, FollowedByARead) {
  WriteTooMuch();
  LetThePeerRead();
  peer().set_on_turn([&] {
    if (peer().received().size() == 10 + accepted_.size()) {
      peer().set_on_turn(nullptr);
      peer().Write("got it");
    }
  });
  EXPECT_EQ("got it", connection_.Read().bytes);
  EXPECT_TRUE(accepted_ == Received());
}

// A read does not starve because the peer does not read.
TEST_P(TlsWriteTest, FollowedByAReadOfAPeerThatDoesNotRead) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  WriteTooMuch();
  peer().Write("I write first");
  EXPECT_EQ("I write first", connection_.Read().bytes);
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("")));
  EXPECT_TRUE(accepted_ == Received());
}

TEST_P(TlsWriteTest, FollowedByAReadOfAPeerThatDoesNotReadAndWritesLater) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  WriteTooMuch();
  SetTimeLimits(-1, -1);
  transport().After(1000, [&] { peer().Write("I write first"); });
  EXPECT_EQ("I write first", connection_.Read().bytes);
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("")));
  EXPECT_TRUE(accepted_ == Received());
}

// A deadline of 0 forbids to wait, and nothing has to be waited for here.
TEST_P(TlsWriteTest, WithoutTimeToAPeerThatTakesAll) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(-1, 0);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write(Pattern(1 << 20))));
}

TEST_P(TlsWriteTest, FollowedByTlsClose) {
  WriteTooMuch();
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.TlsClose()));
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.TlsClose()));
  EXPECT_TRUE(accepted_ == Received());
  EXPECT_TRUE(peer().SawCloseNotify());
  EXPECT_EQ(std::vector<uint8_t>{0}, peer().alerts());
}

TEST_P(TlsWriteTest, FollowedByClose) {
  WriteTooMuch();
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_TRUE(accepted_ == Received());
  EXPECT_TRUE(peer().SawCloseNotify());
  EXPECT_EQ(1, transport().closes());
}

// D-20: no longer than the write deadline.
TEST_P(TlsWriteTest, FollowedByACloseThatTimesOut) {
  WriteTooMuch();
  EXPECT_EQ(50, Duration([&] { EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Close())); }));
  EXPECT_EQ(1, transport().closes());
}

// The read that had the bytes has seen the alert behind them, which no caller was told.
TEST_P(TlsWriteTest, FollowedByACloseWithAnAlertThatNobodyWasTold) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  WriteTooMuch();
  peer().Write("ab");
  peer().SendFatalAlert(SSL_AD_INTERNAL_ERROR);
  ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Read(100)));
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, connection_.Close()));
  EXPECT_EQ(1, transport().closes());
}

// After the error there is nothing more to say.
TEST_P(TlsWriteTest, FollowedByACloseAfterAnAlert) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  WriteTooMuch();
  peer().SendFatalAlert(SSL_AD_INTERNAL_ERROR);
  ASSERT_TRUE(HasOutcome(NET_TLS_ERROR, connection_.Read(100)));
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Close()));
  EXPECT_EQ(1, transport().closes());
}

// The deadline has passed by the time of the send that finds out.
TEST_P(TlsWriteTest, RefusedAtTheLastChance) {
  if (IsBlocking()) {
    GTEST_SKIP() << "the transport sleeps in send";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  SetTimeLimits(-1, 50);
  transport().SetFaults("s: again intr pipe w: late");
  Done done = connection_.Write("hello");
  EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
  EXPECT_EQ("write failed: Broken pipe", done.error);
}

// D-05: `timeout` is true exactly when fewer bytes than asked for have been accepted.
TEST_P(TlsWriteTest, AllAcceptedIsNoTimeout) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().set_is_stalled(true);
  transport().set_window(10);
  SetTimeLimits(-1, 50);
  Done done = connection_.Write("a little more than ten bytes");
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, done));
  EXPECT_EQ(28u, done.written);
  done = connection_.Write("more");
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_EQ(0u, done.written);
  LetThePeerRead();
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("more")));
  EXPECT_EQ("a little more than ten bytesmore", Received());
}

TEST_P(TlsWriteTest, OfHandshakeThatTimesOutAcceptsNothing) {
  connection_.Open();
  transport().set_on_idle(nullptr);
  SetTimeLimits(50, 50);
  Done done = connection_.Write("hello");
  EXPECT_TRUE(HasOutcome(NET_TLS_TIMEOUT, done));
  EXPECT_EQ(0u, done.written);
  transport().set_on_idle([&] { peer().Run(); });
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write("hello")));
  peer().Run();
  EXPECT_EQ("hello", peer().received());
}

// RFC 8446, section 4.6.3
TEST_P(TlsWriteTest, KeyUpdatesInBothDirections) {
  if (GetParam().version != TLS1_3_VERSION) {
    GTEST_SKIP() << "TLS 1.2 has no KeyUpdate";
  }
  ASSERT_TRUE(connection_.Exchange(1, 10));
  for (int i = 0; i < 40; i++) {
    peer().KeyUpdate(i % 2 == 0);
    EXPECT_TRUE(connection_.Exchange(1, 100));
  }
  EXPECT_EQ(20, peer().key_updates());
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsWriteTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
