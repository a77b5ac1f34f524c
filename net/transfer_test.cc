// One send or receive, by what its system calls are made to return: which calls follow, with which
// flags, and what comes out.

#include "net/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "testing/sockets.h"

namespace {

using net_testing::SignalStorm;

constexpr int kFlags = MSG_NOSIGNAL;

// A result, or -errno, for each call to come; the last one for all that follow.
std::vector<ssize_t> results;
// What a call that succeeds leaves in errno.
int old_error = 0;
// The bytes moved before, and the flags, of each call.
std::vector<std::pair<size_t, int>> calls;
int far_end = -1;

ssize_t Call(const struct net_transfer *transfer, size_t moved, int flags) {
  EXPECT_EQ(10u, transfer->length);
  ssize_t result = results[std::min(calls.size(), results.size() - 1)];
  calls.emplace_back(moved, flags);
  errno = result < 0 ? static_cast<int>(-result) : old_error;
  return result < 0 ? -1 : result;
}

void SendFromTheFarEnd() {
  (void)send(far_end, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

class TransferTest : public testing::Test {
 protected:
  TransferTest() : pair_(net_testing::MakeSocketPair(AF_UNIX)) {
    far_end = pair_.far.get();
    transfer_.fd = pair_.near.get();
    transfer_.flags = kFlags;
    transfer_.length = 10;
    transfer_.call = Call;
    calls.clear();
  }

  // Runs it with these results.
  struct net_error Run(std::vector<ssize_t> script, bool whole = false,
                       enum net_transport_mode mode = NET_TRANSPORT_BLOCKING) {
    results = std::move(script);
    calls.clear();
    moved_ = 99;
    transfer_.whole = whole;
    return net_transfer_run(&transfer_, mode, &moved_);
  }

  void Expect(enum net_error_kind kind, int code, size_t moved, const struct net_error &error) {
    EXPECT_EQ(kind, error.kind);
    EXPECT_EQ(code, error.code);
    EXPECT_EQ(moved, moved_);
  }
  void ExpectOk(size_t moved, const struct net_error &error) {
    Expect(NET_ERROR_NONE, 0, moved, error);
  }
  void ExpectTimeout(size_t moved, const struct net_error &error) {
    Expect(NET_ERROR_TIMEOUT, 0, moved, error);
  }

  void SetTimeout(int name, int64_t seconds, int64_t microseconds) {
    struct timeval timeout = {static_cast<time_t>(seconds), static_cast<suseconds_t>(microseconds)};
    ASSERT_EQ(0, setsockopt(transfer_.fd, SOL_SOCKET, name, &timeout, sizeof(timeout)));
  }

  net_testing::SocketPair pair_;
  struct net_transfer transfer_ = {};
  size_t moved_ = 0;
};

using Calls = std::vector<std::pair<size_t, int>>;

TEST_F(TransferTest, OneCall) {
  for (enum net_transport_mode mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
    int flags = mode == NET_TRANSPORT_BLOCKING ? kFlags : kFlags | MSG_DONTWAIT;
    ExpectOk(5, Run({5}, false, mode));
    EXPECT_EQ((Calls{{0, flags}}), calls);
    ExpectOk(10, Run({10}, true, mode));
    EXPECT_EQ((Calls{{0, flags}}), calls);
    ExpectOk(0, Run({0}, true, mode));
    EXPECT_EQ((Calls{{0, flags}}), calls);
    Expect(NET_ERROR_SYSTEM, ECONNRESET, 0, Run({-ECONNRESET}, true, mode));
    EXPECT_EQ((Calls{{0, flags}}), calls);
  }
}

TEST_F(TransferTest, TheWholeTakesSeveralCalls) {
  SendFromTheFarEnd();
  ExpectOk(10, Run({4, 5, 1}, true));
  EXPECT_EQ((Calls{{0, kFlags}, {4, kFlags | MSG_DONTWAIT}, {9, kFlags | MSG_DONTWAIT}}), calls);
  ExpectOk(10, Run({4, -EAGAIN, -EINTR, 6}, true));
  EXPECT_EQ(4u, calls.size());
  ExpectOk(10, Run({1, 9}, true));
  EXPECT_EQ(2u, calls.size());
}

TEST_F(TransferTest, OldErrorsAreNone) {
  for (int error : {EINTR, EAGAIN}) {
    old_error = error;
    for (enum net_transport_mode mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
      for (size_t moved : {0, 3}) {
        ExpectOk(moved, Run({static_cast<ssize_t>(moved), -ECONNRESET}, false, mode));
        EXPECT_EQ(1u, calls.size());
      }
    }
  }
  old_error = 0;
}

TEST_F(TransferTest, WhatWasMovedComesBeforeTheEnd) {
  SendFromTheFarEnd();
  for (bool sends : {false, true}) {
    transfer_.sends = sends;
    ExpectOk(4, Run({4, 0}, true));
    EXPECT_EQ(2u, calls.size());
    ExpectOk(4, Run({4, -ECONNRESET}, true));
    EXPECT_EQ(2u, calls.size());
    ExpectOk(1, Run({1, -ECONNRESET}, true));
  }
}

TEST_F(TransferTest, ASignalIsNoEnd) {
  SendFromTheFarEnd();
  for (bool whole : {false, true}) {
    ExpectOk(0, Run({-EINTR, 0}, whole));
    EXPECT_EQ((Calls{{0, kFlags}, {0, kFlags | MSG_DONTWAIT}}), calls);
    Expect(NET_ERROR_SYSTEM, ECONNRESET, 0, Run({-EINTR, -ECONNRESET}, whole));
    EXPECT_EQ(2u, calls.size());
  }
  ExpectOk(3, Run({-EINTR, -EAGAIN, -EINTR, 3}));
  EXPECT_EQ(4u, calls.size());
  ExpectOk(10, Run({-EINTR, 3, 7}, true));
  EXPECT_EQ(3u, calls.size());
}

TEST_F(TransferTest, WhatMustNotSleepDoesNotGoOn) {
  Expect(NET_ERROR_SYSTEM, EAGAIN, 0, Run({-EAGAIN}, false, NET_TRANSPORT_NONBLOCKING));
  ExpectOk(4, Run({4}, true, NET_TRANSPORT_NONBLOCKING));
  EXPECT_EQ(1u, calls.size());
  transfer_.flags = MSG_DONTWAIT;
  Expect(NET_ERROR_SYSTEM, EAGAIN, 0, Run({-EAGAIN}));
  ExpectOk(4, Run({4}, true));
  EXPECT_EQ(1u, calls.size());
  transfer_.flags = 0;
  ASSERT_EQ(0, fcntl(transfer_.fd, F_SETFL, O_NONBLOCK));
  Expect(NET_ERROR_SYSTEM, EAGAIN, 0, Run({-EAGAIN}));
  ExpectOk(4, Run({4}, true));
  EXPECT_EQ(1u, calls.size());
}

TEST_F(TransferTest, WhatMaySleepHasTimedOut) {
  ExpectTimeout(0, Run({-EAGAIN}));
  EXPECT_EQ(1u, calls.size());
  // What cannot be asked is not said to be non-blocking.
  transfer_.fd = -1;
  ExpectTimeout(0, Run({-EAGAIN}));
}

TEST_F(TransferTest, NonblockingCallsGoOnAfterSignals) {
  ExpectOk(3, Run({-EINTR, -EINTR, 3}, false, NET_TRANSPORT_NONBLOCKING));
  int flags = kFlags | MSG_DONTWAIT;
  EXPECT_EQ((Calls{{0, flags}, {0, flags}, {0, flags}}), calls);
}

TEST_F(TransferTest, TheTimeoutOfReceives) {
  SetTimeout(SO_RCVTIMEO, 0, 30000);
  SetTimeout(SO_SNDTIMEO, 3600, 0);
  int64_t start = net_deadline_after(0);
  ExpectTimeout(0, Run({-EINTR}));
  EXPECT_EQ(1u, calls.size());
  EXPECT_GE(net_deadline_after(0) - start, 30000000) << "it is over early";
  ExpectOk(4, Run({4}, true));
  ExpectOk(1, Run({1}, true));
}

TEST_F(TransferTest, TheTimeoutOfSends) {
  net_testing::FillSendBuffer(transfer_.fd);
  SetTimeout(SO_SNDTIMEO, 0, 30000);
  SetTimeout(SO_RCVTIMEO, 3600, 0);
  transfer_.sends = true;
  ExpectTimeout(0, Run({-EINTR}));
  ExpectTimeout(4, Run({4}, true));
  EXPECT_EQ(1u, calls.size());
}

TEST_F(TransferTest, ATimeoutOfWholeSeconds) {
  SetTimeout(SO_RCVTIMEO, 1, 0);
  int64_t start = net_deadline_after(0);
  ExpectTimeout(0, Run({-EINTR}));
  EXPECT_GE(net_deadline_after(0) - start, 1000000000) << "it is over early";
}

TEST_F(TransferTest, WithoutATimeoutItSleepsUntilItIsReady) {
  SignalStorm storm(3, SendFromTheFarEnd);
  ExpectOk(2, Run({-EINTR, 2}));
  EXPECT_GE(SignalStorm::count(), 3);
}

// In nanoseconds no clock could hold it.
TEST_F(TransferTest, ATimeoutOfThousandsOfYears) {
  SetTimeout(SO_RCVTIMEO, INT64_C(10000000000), 0);
  SignalStorm storm(3, SendFromTheFarEnd);
  ExpectOk(2, Run({-EINTR, 2}));
  EXPECT_GE(SignalStorm::count(), 3);
}

}  // namespace
