// One send or receive by a clock that a test moves: how long it goes on, and what of the system's
// calls that fail.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "net/vector_io.h"
#include "testing/played_system.h"
#include "testing/sockets.h"

namespace {

using net_testing::PlayedSystem;
using net_testing::SystemCall;

constexpr int kFailure = EDOM;
constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kSignal = PlayedSystem::kSignalNanoseconds;

class TransferTimeTest : public testing::Test {
 protected:
  TransferTimeTest()
      : pair_(net_testing::MakeSocketPair(AF_UNIX)),
        system_([this](int, unsigned directions) { return WakeUp(directions); }) {}

  // Where a call would sleep for ever the far end says something, or takes what there is.
  bool WakeUp(unsigned directions) {
    sleeps_++;
    if ((directions & NET_TRANSPORT_READABLE) != 0) {
      return send(far(), "woken", 5, MSG_DONTWAIT) == 5;
    }
    return net_testing::DrainReceiveBuffer(far()) > 0;
  }

  int near() const {
    return pair_.near.get();
  }
  int far() const {
    return pair_.far.get();
  }

  struct net_error Receive(int flags = 0, size_t capacity = 100) {
    size_t length = 99;
    struct net_error error =
        net_receive(near(), NET_TRANSPORT_BLOCKING, flags, buffer_, capacity, &length);
    received_.assign(buffer_, length);
    return error;
  }

  void SetTimeout(int name, double seconds) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near(), name, seconds).kind);
  }

  void SignalAt(SystemCall call, unsigned times = 1) {
    system_.Fail(call, 0, EINTR, times);
  }

  net_testing::SocketPair pair_;
  PlayedSystem system_;
  char buffer_[200];
  std::string received_;
  int sleeps_ = 0;
};

// Rounded up to a millisecond, as poll counts.
TEST_F(TransferTimeTest, SignalDoesNotBeginTheTimeoutAnew) {
  for (double seconds : {1.0, 0.25, 2.125}) {
    SCOPED_TRACE(seconds);
    SetTimeout(SO_RCVTIMEO, seconds);
    // The kernel counts in ticks.
    double told = 0;
    ASSERT_EQ(NET_ERROR_NONE, net_get_timeout(near(), SO_RCVTIMEO, &told).kind);
    SignalAt(net_testing::kRecv);
    int64_t start = system_.now();
    EXPECT_EQ(NET_ERROR_TIMEOUT, Receive().kind);
    EXPECT_EQ(static_cast<int64_t>(told * 1e3 + 0.5) * kMillisecond + kSignal,
              system_.now() - start);
  }
  EXPECT_EQ(0, sleeps_);
}

TEST_F(TransferTimeTest, EachDirectionHasItsTimeout) {
  SetTimeout(SO_RCVTIMEO, 1);
  SetTimeout(SO_SNDTIMEO, 3);
  net_testing::FillSendBuffer(near());
  SignalAt(net_testing::kSend);
  int64_t start = system_.now();
  size_t sent = 99;
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_send(near(), NET_TRANSPORT_BLOCKING, 0, "bytes", 5, &sent).kind);
  EXPECT_EQ(3000 * kMillisecond + kSignal, system_.now() - start);
  EXPECT_EQ(0u, sent);
}

TEST_F(TransferTimeTest, WithoutATimeoutItWaits) {
  SignalAt(net_testing::kRecv, 3);
  EXPECT_EQ(NET_ERROR_NONE, Receive().kind);
  EXPECT_EQ("woken", received_);
  EXPECT_EQ(1, sleeps_);
}

TEST_F(TransferTimeTest, TimeoutThatIsNotToldIsNone) {
  SetTimeout(SO_RCVTIMEO, 1);
  SignalAt(net_testing::kRecv);
  system_.Fail(net_testing::kGetsockopt, 0, kFailure, 1);
  EXPECT_EQ(NET_ERROR_NONE, Receive().kind);
  EXPECT_EQ("woken", received_);
}

// More than the clock can count.
TEST_F(TransferTimeTest, TimeoutOfCenturiesIsNone) {
  struct timeval timeout = {INT64_C(20000000000), 0};
  ASSERT_EQ(0, setsockopt(near(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
  SignalAt(net_testing::kRecv);
  EXPECT_EQ(NET_ERROR_NONE, Receive().kind);
  EXPECT_EQ("woken", received_);
}

TEST_F(TransferTimeTest, WhatHasComeIsToldBeforeATimeout) {
  SetTimeout(SO_RCVTIMEO, 1);
  ASSERT_EQ(3, send(far(), "abc", 3, 0));
  EXPECT_EQ(NET_ERROR_NONE, Receive(MSG_WAITALL, 10).kind);
  EXPECT_EQ("abc", received_);
}

TEST_F(TransferTimeTest, FailureAfterAPartIsToldByTheNextCall) {
  ASSERT_EQ(3, send(far(), "abc", 3, 0));
  // The second receive.
  system_.Fail(net_testing::kRecv, 1, kFailure, 1);
  EXPECT_EQ(NET_ERROR_NONE, Receive(MSG_WAITALL, 10).kind);
  EXPECT_EQ("abc", received_);
}

TEST_F(TransferTimeTest, WaitThatFails) {
  SignalAt(net_testing::kRecv);
  system_.Fail(net_testing::kPoll, 0, kFailure, 1);
  EXPECT_EQ(kFailure, Receive().code);
  EXPECT_EQ("", received_);
}

TEST_F(TransferTimeTest, SignalsAtAWait) {
  SetTimeout(SO_RCVTIMEO, 1);
  SignalAt(net_testing::kPoll, 2);
  int64_t start = system_.now();
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait(near(), NET_TRANSPORT_READABLE, 10).kind);
  // Two signals, and then what was left, rounded up.
  EXPECT_EQ(2 * kSignal + 9 * kMillisecond, system_.now() - start);
}

TEST_F(TransferTimeTest, WaitForNothing) {
  int64_t start = system_.now();
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait(near(), NET_TRANSPORT_READABLE, 0).kind);
  EXPECT_EQ(start, system_.now());
  EXPECT_EQ(EBADF, net_wait(-1, NET_TRANSPORT_READABLE, 0).code);
  EXPECT_EQ(NET_ERROR_NONE, net_wait(near(), NET_TRANSPORT_WRITABLE, 0).kind);
  int closed = dup(near());
  close(closed);
  EXPECT_EQ(EBADF, net_wait(closed, NET_TRANSPORT_READABLE, 0).code);
}

TEST_F(TransferTimeTest, WaitForAny) {
  struct net_wait_entry entries[] = {{near(), NET_TRANSPORT_READABLE, true},
                                     {far(), NET_TRANSPORT_READABLE, true}};
  system_.Fail(net_testing::kCalloc, 0, ENOMEM, 1);
  EXPECT_EQ(ENOMEM, net_wait_any(entries, 2, 10).code);
  system_.Fail(net_testing::kPoll, 0, kFailure, 1);
  EXPECT_EQ(kFailure, net_wait_any(entries, 2, 10).code);
  EXPECT_FALSE(entries[0].is_ready || entries[1].is_ready);
  int64_t start = system_.now();
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait_any(entries, 2, 10).kind);
  EXPECT_EQ(10 * kMillisecond, system_.now() - start);
  ASSERT_EQ(1, send(near(), "x", 1, 0));
  EXPECT_EQ(NET_ERROR_NONE, net_wait_any(entries, 2, 10).kind);
  EXPECT_FALSE(entries[0].is_ready);
  EXPECT_TRUE(entries[1].is_ready);
}

TEST_F(TransferTimeTest, Deadlines) {
  int64_t now = system_.now();
  EXPECT_EQ(now + 1500 * kMillisecond, net_deadline_after(1500));
  EXPECT_EQ(now, net_deadline_after(0));
  EXPECT_EQ(NET_NO_DEADLINE, net_deadline_after(-1));
  EXPECT_EQ(NET_NO_DEADLINE, net_deadline_after(INT64_MAX));
  EXPECT_EQ(-1, net_deadline_remaining(NET_NO_DEADLINE));
  EXPECT_EQ(0, net_deadline_remaining(now));
  EXPECT_EQ(0, net_deadline_remaining(now - 1));
  EXPECT_EQ(1, net_deadline_remaining(now + 1));
  EXPECT_EQ(1, net_deadline_remaining(now + kMillisecond));
  EXPECT_EQ(2, net_deadline_remaining(now + kMillisecond + 1));
  // The last that the clock can count to.
  int64_t most = (INT64_MAX - now) / kMillisecond;
  EXPECT_EQ(now + most * kMillisecond, net_deadline_after(most));
  EXPECT_EQ(NET_NO_DEADLINE, net_deadline_after(most + 1));
}

TEST_F(TransferTimeTest, Vectors) {
  char first[3];
  char second[3];
  struct iovec parts[] = {{first, sizeof(first)}, {second, sizeof(second)}};
  size_t length = 99;
  ASSERT_EQ(4, send(far(), "abcd", 4, 0));
  SignalAt(net_testing::kReadv, 2);
  ASSERT_EQ(NET_ERROR_NONE, net_read_vector(near(), parts, 2, &length).kind);
  EXPECT_EQ(4u, length);
  EXPECT_EQ("abcd", std::string(first, 3) + second[0]);
  system_.Fail(net_testing::kReadv, 0, kFailure, 1);
  EXPECT_EQ(kFailure, net_read_vector(near(), parts, 2, &length).code);
  EXPECT_EQ(0u, length);
  SignalAt(net_testing::kWritev, 2);
  ASSERT_EQ(NET_ERROR_NONE, net_write_vector(near(), parts, 1, &length).kind);
  EXPECT_EQ(3u, length);
  system_.Fail(net_testing::kWritev, 0, kFailure, 1);
  EXPECT_EQ(kFailure, net_write_vector(near(), parts, 1, &length).code);
  EXPECT_EQ(0u, length);
}

}  // namespace
