// Descriptors that are adopted, come in pairs, or keep the time.

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "testing/sockets.h"

namespace {

using net_testing::Descriptor;
using net_testing::SocketPair;

bool IsNonblocking(int fd) {
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

bool IsCloseOnExec(int fd) {
  return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

void ExpectSystemError(int code, struct net_error error) {
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(code, error.code);
}

class AdoptTest : public testing::TestWithParam<int> {};

TEST_P(AdoptTest, MakesTheDescriptorOneOfOurs) {
  SocketPair pair = net_testing::MakeSocketPair(GetParam());
  int fd = pair.near.get();
  if (fd < 0) {
    GTEST_SKIP() << "the machine has no sockets of this family";
  }
  ASSERT_EQ(0, fcntl(fd, F_SETFD, 0));
  enum net_family family = GetParam() == AF_UNIX ? NET_FAMILY_UNIX : NET_FAMILY_INET;
  for (bool nonblocking : {true, false}) {
    struct net_address address = {};
    ASSERT_EQ(NET_ERROR_NONE, net_adopt(fd, family, nonblocking, &address).kind);
    EXPECT_EQ(nonblocking, IsNonblocking(fd));
    EXPECT_TRUE(IsCloseOnExec(fd));
    EXPECT_EQ(GetParam(), address.family);
    EXPECT_EQ(SOCK_STREAM, address.socktype);
    EXPECT_EQ(GetParam() == AF_UNIX ? 0 : IPPROTO_TCP, address.protocol);
    EXPECT_EQ(0u, address.length);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, AdoptTest, testing::Values(AF_UNIX, AF_INET, AF_INET6));

void ExpectRefused(int code, int fd, enum net_family family) {
  ASSERT_EQ(0, fcntl(fd, F_SETFD, 0));
  struct net_address address = {};
  ExpectSystemError(code, net_adopt(fd, family, true, &address));
  EXPECT_EQ(0, address.family);
  EXPECT_FALSE(IsNonblocking(fd));
  EXPECT_FALSE(IsCloseOnExec(fd));
}

TEST(Adopt, LeavesAloneWhatItRefuses) {
  SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  ExpectRefused(EAFNOSUPPORT, pair.near.get(), NET_FAMILY_INET);
  Descriptor tcp(socket(AF_INET, SOCK_STREAM, 0));
  ExpectRefused(EAFNOSUPPORT, tcp.get(), NET_FAMILY_UNIX);
  Descriptor datagram(socket(AF_UNIX, SOCK_DGRAM, 0));
  ExpectRefused(EPROTOTYPE, datagram.get(), NET_FAMILY_UNIX);
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  ExpectRefused(ENOTSOCK, reader.get(), NET_FAMILY_UNIX);
  struct net_address address = {};
  ExpectSystemError(EBADF, net_adopt(-1, NET_FAMILY_UNIX, true, &address));
}

TEST(Pair, IsConnectedAndAsBlockingAsAsked) {
  for (bool nonblocking : {true, false}) {
    int fds[2] = {-1, -1};
    ASSERT_EQ(NET_ERROR_NONE, net_pair(nonblocking, fds).kind);
    Descriptor one(fds[0]);
    Descriptor two(fds[1]);
    for (int fd : fds) {
      EXPECT_EQ(nonblocking, IsNonblocking(fd));
      EXPECT_TRUE(IsCloseOnExec(fd));
    }
    ASSERT_EQ(1, send(fds[0], "x", 1, 0));
    char byte = 0;
    ASSERT_EQ(1, recv(fds[1], &byte, 1, 0));
    EXPECT_EQ('x', byte);
  }
}

TEST(Timer, IsReadableWhenItsTimeIsOver) {
  int fd = -1;
  int64_t deadline = net_deadline_after(30);
  ASSERT_EQ(NET_ERROR_NONE, net_timer(30, &fd).kind);
  Descriptor timer(fd);
  EXPECT_TRUE(IsCloseOnExec(fd));
  EXPECT_EQ(NET_ERROR_NONE, net_wait(fd, NET_TRANSPORT_READABLE, -1).kind);
  EXPECT_EQ(0, net_deadline_remaining(deadline));
}

int64_t Now() {
  return net_deadline_after(0);
}

// What the kernel says is left, and how long the calls took, tell how long it was set to.
TEST(Timer, IsSetToItsTime) {
  constexpr int64_t kTime = INT64_C(3600000999);
  int fd = -1;
  int64_t before = Now();
  ASSERT_EQ(NET_ERROR_NONE, net_timer(kTime, &fd).kind);
  Descriptor timer(fd);
  struct itimerspec left;
  ASSERT_EQ(0, timerfd_gettime(fd, &left));
  int64_t after = Now();
  int64_t nanoseconds = left.it_value.tv_sec * INT64_C(1000000000) + left.it_value.tv_nsec;
  EXPECT_GE(nanoseconds + after - before, kTime * 1000000);
  EXPECT_LE(nanoseconds, kTime * 1000000);
}

TEST(Timer, IsNotReadableBefore) {
  int fd = -1;
  ASSERT_EQ(NET_ERROR_NONE, net_timer(3600 * 1000, &fd).kind);
  Descriptor timer(fd);
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait(fd, NET_TRANSPORT_READABLE, 0).kind);
}

}  // namespace
