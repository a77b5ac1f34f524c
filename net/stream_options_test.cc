#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "testing/sockets.h"

namespace {

class StreamOptionsTest : public testing::Test {
 protected:
  net_testing::SocketPair pair_ = net_testing::MakeSocketPair(AF_INET);
  int fd_ = pair_.near.get();

  double Timeout(int name) {
    double seconds = -1;
    EXPECT_EQ(NET_ERROR_NONE, net_get_timeout(fd_, name, &seconds).kind);
    return seconds;
  }
};

void ExpectSystemError(int code, struct net_error error) {
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(code, error.code);
}

TEST_F(StreamOptionsTest, AreWrittenAndRead) {
  for (int wanted : {1, 0}) {
    int value = -1;
    ASSERT_EQ(NET_ERROR_NONE, net_set_option(fd_, IPPROTO_TCP, TCP_NODELAY, wanted).kind);
    ASSERT_EQ(NET_ERROR_NONE, net_get_option(fd_, IPPROTO_TCP, TCP_NODELAY, &value).kind);
    EXPECT_EQ(wanted, value);
  }
}

TEST_F(StreamOptionsTest, ThatTheSystemDoesNotHave) {
  int value = 7;
  ExpectSystemError(ENOPROTOOPT, net_get_option(fd_, IPPROTO_TCP, 12345, &value));
  ExpectSystemError(ENOPROTOOPT, net_set_option(fd_, IPPROTO_TCP, 12345, 1));
  ExpectSystemError(EBADF, net_set_option(-1, IPPROTO_TCP, TCP_NODELAY, 1));
  EXPECT_EQ(7, value);
}

TEST_F(StreamOptionsTest, TimeoutsAreSeconds) {
  EXPECT_EQ(0, Timeout(SO_RCVTIMEO));
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 1.5).kind);
  EXPECT_EQ(1.5, Timeout(SO_RCVTIMEO));
  EXPECT_EQ(0, Timeout(SO_SNDTIMEO));
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_SNDTIMEO, 3600).kind);
  EXPECT_EQ(3600, Timeout(SO_SNDTIMEO));
  EXPECT_EQ(1.5, Timeout(SO_RCVTIMEO));
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 0).kind);
  EXPECT_EQ(0, Timeout(SO_RCVTIMEO));
}

TEST_F(StreamOptionsTest, ShortTimeoutsDoNotBecomeNone) {
  for (double seconds : {1e-9, 1e-300, std::numeric_limits<double>::denorm_min(), 4e-7}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, seconds).kind);
    EXPECT_GT(Timeout(SO_RCVTIMEO), 0) << seconds;
    EXPECT_LT(Timeout(SO_RCVTIMEO), 0.1) << seconds;
  }
}

TEST_F(StreamOptionsTest, TimeoutsRoundUpToTheNextSecond) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 1.9999999).kind);
  EXPECT_EQ(2, Timeout(SO_RCVTIMEO));
}

TEST_F(StreamOptionsTest, TimeoutsBeyondTheKernelAreNone) {
  for (double seconds : {1e18, 1e300, std::numeric_limits<double>::infinity()}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 1).kind);
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, seconds).kind) << seconds;
    EXPECT_EQ(0, Timeout(SO_RCVTIMEO)) << seconds;
  }
}

int far_end = -1;

void SendFromTheFarEnd() {
  (void)send(far_end, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// The kernel tells 0 of what does not wait at all, too.
TEST_F(StreamOptionsTest, WithoutATimeoutItWaits) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 1e18).kind);
  far_end = pair_.far.get();
  net_testing::SignalStorm storm(3, SendFromTheFarEnd);
  char byte = 0;
  size_t length = 0;
  EXPECT_EQ(NET_ERROR_NONE, net_receive(fd_, NET_TRANSPORT_BLOCKING, 0, &byte, 1, &length).kind);
  EXPECT_EQ(1u, length);
}

TEST_F(StreamOptionsTest, TheLongestTimeout) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 1e15).kind);
  EXPECT_EQ(1e15, Timeout(SO_RCVTIMEO));
}

// By the kernel's ticks, 4 ms and 4.001 ms are far apart.
TEST_F(StreamOptionsTest, TimeoutsAreRoundedToMicroseconds) {
  struct timeval rounded = {1, 4001};
  ASSERT_EQ(0, setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &rounded, sizeof(rounded)));
  for (double seconds : {1.0040007, 1.0040013}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, seconds).kind);
    EXPECT_EQ(Timeout(SO_SNDTIMEO), Timeout(SO_RCVTIMEO)) << seconds;
  }
}

TEST_F(StreamOptionsTest, TimeoutsThatAreNone) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 1).kind);
  ExpectSystemError(EINVAL, net_set_timeout(fd_, SO_RCVTIMEO, -1));
  ExpectSystemError(EINVAL, net_set_timeout(fd_, SO_RCVTIMEO, -1e-9));
  ExpectSystemError(EINVAL, net_set_timeout(fd_, SO_RCVTIMEO, std::nan("")));
  EXPECT_EQ(1, Timeout(SO_RCVTIMEO));
  ExpectSystemError(EBADF, net_set_timeout(-1, SO_RCVTIMEO, 1));
  double seconds = 7;
  ExpectSystemError(EBADF, net_get_timeout(-1, SO_RCVTIMEO, &seconds));
  EXPECT_EQ(7, seconds);
}

TEST_F(StreamOptionsTest, LingerIsSecondsOrOff) {
  int seconds = 7;
  for (int wanted : {0, 3, -1, 2, -100}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_linger(fd_, wanted).kind);
    ASSERT_EQ(NET_ERROR_NONE, net_get_linger(fd_, &seconds).kind);
    EXPECT_EQ(wanted < 0 ? -1 : wanted, seconds);
  }
  ExpectSystemError(EBADF, net_set_linger(-1, 1));
  ExpectSystemError(EBADF, net_get_linger(-1, &seconds));
  EXPECT_EQ(-1, seconds);
}

TEST_F(StreamOptionsTest, TheMarkIsBehindUrgentData) {
  bool at_mark = true;
  char byte = 0;
  ASSERT_EQ(NET_ERROR_NONE, net_at_mark(fd_, &at_mark).kind);
  EXPECT_FALSE(at_mark);
  ASSERT_EQ(2, send(pair_.far.get(), "ab", 2, MSG_OOB));
  ASSERT_EQ(1, recv(fd_, &byte, 1, 0));
  ASSERT_EQ(NET_ERROR_NONE, net_at_mark(fd_, &at_mark).kind);
  EXPECT_TRUE(at_mark);
  for (bool before : {true, false}) {
    at_mark = before;
    ExpectSystemError(EBADF, net_at_mark(-1, &at_mark));
    EXPECT_EQ(before, at_mark);
  }
}

TEST_F(StreamOptionsTest, CloseOnExecIsSetAndCleared) {
  for (bool wanted : {true, false, false, true, true}) {
    bool is_set = !wanted;
    EXPECT_EQ(NET_ERROR_NONE, net_set_close_on_exec(fd_, wanted).kind);
    EXPECT_EQ(NET_ERROR_NONE, net_get_close_on_exec(fd_, &is_set).kind);
    EXPECT_EQ(wanted, is_set);
    EXPECT_EQ(wanted ? FD_CLOEXEC : 0, fcntl(fd_, F_GETFD));
  }
  ExpectSystemError(EBADF, net_set_close_on_exec(-1, true));
  for (bool before : {true, false}) {
    bool is_set = before;
    ExpectSystemError(EBADF, net_get_close_on_exec(-1, &is_set));
    EXPECT_EQ(before, is_set);
  }
}

TEST_F(StreamOptionsTest, NonblockingIsSetAndCleared) {
  int before = fcntl(fd_, F_GETFL);
  for (int i = 0; i < 2; i++) {
    EXPECT_EQ(NET_ERROR_NONE, net_set_nonblocking(fd_, true).kind);
    EXPECT_EQ(before | O_NONBLOCK, fcntl(fd_, F_GETFL));
  }
  for (int i = 0; i < 2; i++) {
    EXPECT_EQ(NET_ERROR_NONE, net_set_nonblocking(fd_, false).kind);
    EXPECT_EQ(before & ~O_NONBLOCK, fcntl(fd_, F_GETFL));
  }
  ExpectSystemError(EBADF, net_set_nonblocking(-1, true));
}

}  // namespace
