#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/transport.h"
#include "testing/sockets.h"

// The linker sends the calls of net/ here (--wrap).
extern "C" {
int __real_close(int fd);
void *__real_malloc(size_t size);
void __real_free(void *block);
int __real_fcntl(int fd, int command, ...);
int __real_clock_gettime(clockid_t clock, struct timespec *time);

static int close_calls = 0;
static int close_errno = 0;
static bool malloc_fails = false;

int __wrap_close(int fd) {
  close_calls++;
  int result = __real_close(fd);
  if (close_errno != 0) {
    errno = close_errno;
    return -1;
  }
  return result;
}

static bool cpu_clock_is_fixed = false;

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  if (clock == CLOCK_THREAD_CPUTIME_ID && cpu_clock_is_fixed) {
    *time = {3, 5};
    return 0;
  }
  return __real_clock_gettime(clock, time);
}

static const void *last_block = nullptr;

void *__wrap_malloc(size_t size) {
  last_block = malloc_fails ? nullptr : __real_malloc(size);
  return const_cast<void *>(last_block);
}

void __wrap_free(void *block) {
  last_block = block == last_block ? nullptr : last_block;
  __real_free(block);
}

static bool fcntl_fails = false;

int __wrap_fcntl(int fd, int command, long argument) {
  errno = EIO;
  return fcntl_fails ? -1 : __real_fcntl(fd, command, argument);
}
}

namespace {

using net_testing::Descriptor;
using net_testing::SocketPair;

bool IsNonblocking(int fd) {
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

std::string FamilyName(const testing::TestParamInfo<int> &info) {
  return info.param == AF_UNIX ? "Unix" : info.param == AF_INET ? "IPv4" : "IPv6";
}

class PosixTransportTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    pair_ = net_testing::MakeSocketPair(GetParam());
    if (pair_.far.get() < 0) {
      GTEST_SKIP() << "the machine has no sockets of this family";
    }
  }

  ~PosixTransportTest() override {
    if (transport_.functions != nullptr) {
      transport_.functions->close(transport_.context);
    }
  }

  void Open(enum net_transport_mode mode) {
    ASSERT_EQ(0, net_transport_posix(pair_.near.get(), mode, &transport_));
    fd_ = pair_.near.release();
  }

  struct net_transport_result Receive(void *buffer, size_t capacity) {
    return transport_.functions->receive(transport_.context, buffer, capacity);
  }

  struct net_transport_result Send(const void *bytes, size_t length) {
    return transport_.functions->send(transport_.context, bytes, length);
  }

  struct net_transport_result Wait(unsigned directions, int64_t timeout_ms) {
    return transport_.functions->wait(transport_.context, directions, timeout_ms);
  }

  struct net_transport_result Close() {
    const struct net_transport_functions *functions = transport_.functions;
    transport_.functions = nullptr;
    return functions->close(transport_.context);
  }

  void SetTimeout(int name) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, name, 0.02).kind);
  }

  SocketPair pair_;
  struct net_transport transport_ = {nullptr, nullptr};
  int fd_ = -1;
  char buffer_[64] = {};
};

void ExpectResult(struct net_transport_result result, enum net_transport_status status,
                  size_t count = 0, int error = 0) {
  EXPECT_EQ(status, result.status);
  EXPECT_EQ(count, result.count);
  EXPECT_EQ(error, result.error);
}

TEST_P(PosixTransportTest, MovesBytesBothWays) {
  for (auto mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
    SocketPair pair = net_testing::MakeSocketPair(GetParam());
    struct net_transport transport;
    ASSERT_EQ(0, net_transport_posix(pair.near.get(), mode, &transport));
    ASSERT_EQ(5, send(pair.far.get(), "hello", 5, 0));
    ExpectResult(transport.functions->wait(transport.context, NET_TRANSPORT_READABLE, -1),
                 NET_TRANSPORT_OK);
    ExpectResult(transport.functions->receive(transport.context, buffer_, 3), NET_TRANSPORT_OK, 3);
    EXPECT_EQ("hel", std::string(buffer_, 3));
    ExpectResult(transport.functions->receive(transport.context, buffer_, sizeof(buffer_)),
                 NET_TRANSPORT_OK, 2);
    EXPECT_EQ("lo", std::string(buffer_, 2));
    ExpectResult(transport.functions->send(transport.context, "answer", 6), NET_TRANSPORT_OK, 6);
    ASSERT_EQ(6, recv(pair.far.get(), buffer_, sizeof(buffer_), 0));
    EXPECT_EQ("answer", std::string(buffer_, 6));
    EXPECT_EQ(NET_TRANSPORT_OK, transport.functions->close(transport.context).status);
    pair.near.release();
  }
}

TEST_P(PosixTransportTest, ModeSetsTheFlag) {
  Open(NET_TRANSPORT_NONBLOCKING);
  EXPECT_TRUE(IsNonblocking(fd_));
  Descriptor again(dup(fd_));
  struct net_transport blocking;
  ASSERT_EQ(0, net_transport_posix(again.get(), NET_TRANSPORT_BLOCKING, &blocking));
  EXPECT_FALSE(IsNonblocking(again.get()));
  again.release();
  ExpectResult(blocking.functions->close(blocking.context), NET_TRANSPORT_OK);
}

TEST_P(PosixTransportTest, ReceiveTellsTheEnd) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(4, send(pair_.far.get(), "last", 4, 0));
  pair_.far.reset();
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_OK, 4);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_END);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_END);
}

TEST_P(PosixTransportTest, ReceiveTellsAReset) {
  if (GetParam() == AF_UNIX) {
    // A unix socket is reset by closing it with bytes unread.
    ASSERT_EQ(1, send(pair_.near.get(), "x", 1, 0));
  } else {
    net_testing::ResetOnClose(pair_.far.get());
  }
  Open(NET_TRANSPORT_BLOCKING);
  pair_.far.reset();
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_ERROR, 0, ECONNRESET);
}

TEST_P(PosixTransportTest, NonblockingReceiveWithoutDataIsAgain) {
  Open(NET_TRANSPORT_NONBLOCKING);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_AGAIN);
}

TEST_P(PosixTransportTest, NonblockingDoesNotSleepWhereSomebodyClearedTheFlag) {
  Open(NET_TRANSPORT_NONBLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(fd_, false).kind);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_AGAIN);
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Send("x", 1), NET_TRANSPORT_AGAIN);
}

TEST_P(PosixTransportTest, NonblockingIgnoresTheSocketTimeouts) {
  Open(NET_TRANSPORT_NONBLOCKING);
  SetTimeout(SO_RCVTIMEO);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_AGAIN);
}

TEST_P(PosixTransportTest, BlockingReceiveEndsWithTheSocketTimeout) {
  Open(NET_TRANSPORT_BLOCKING);
  SetTimeout(SO_RCVTIMEO);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_TIMED_OUT);
}

TEST_P(PosixTransportTest, BlockingSendEndsWithTheSocketTimeout) {
  Open(NET_TRANSPORT_BLOCKING);
  SetTimeout(SO_SNDTIMEO);
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Send("x", 1), NET_TRANSPORT_TIMED_OUT);
}

// The kernel ends such a send with a part of it done: a call that went on would wait once more.
TEST_P(PosixTransportTest, BlockingSendThatIsHalfDoneEndsWithTheSocketTimeout) {
  Open(NET_TRANSPORT_BLOCKING);
  SetTimeout(SO_SNDTIMEO);
  std::vector<char> bytes(16 << 20);
  struct net_transport_result result = Send(bytes.data(), bytes.size());
  EXPECT_EQ(NET_TRANSPORT_TIMED_OUT, result.status);
  EXPECT_GT(result.count, 0u);
  EXPECT_LT(result.count, bytes.size());
  size_t received = 0;
  while (received < result.count) {
    size_t count = net_testing::DrainReceiveBuffer(pair_.far.get());
    received += count;
    if (count == 0) {
      ASSERT_EQ(NET_ERROR_NONE, net_wait(pair_.far.get(), NET_TRANSPORT_READABLE, -1).kind);
    }
  }
  EXPECT_EQ(result.count, received);
}

TEST_P(PosixTransportTest, BlockingOnADescriptorMadeNonblockingIsAgain) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(fd_, true).kind);
  ExpectResult(Receive(buffer_, sizeof(buffer_)), NET_TRANSPORT_AGAIN);
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Send("x", 1), NET_TRANSPORT_AGAIN);
}

TEST_P(PosixTransportTest, BlockingSendOnADescriptorMadeNonblockingDoesNotSleep) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(fd_, true).kind);
  std::vector<char> much(64 << 20);
  struct net_transport_result result = Send(much.data(), much.size());
  EXPECT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_GT(result.count, 0u);
  EXPECT_LT(result.count, much.size());
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Send("x", 1), NET_TRANSPORT_AGAIN);
}

TEST_P(PosixTransportTest, NonblockingSendIsShortAndThenAgain) {
  Open(NET_TRANSPORT_NONBLOCKING);
  std::vector<char> bytes(16 << 20);
  struct net_transport_result result = Send(bytes.data(), bytes.size());
  ASSERT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_GT(result.count, 0u);
  EXPECT_LT(result.count, bytes.size());
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Send("x", 1), NET_TRANSPORT_AGAIN);
}

// SIGPIPE's disposition is the default one here: it would end the process.
TEST_P(PosixTransportTest, SendToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  struct sigaction action;
  ASSERT_EQ(0, sigaction(SIGPIPE, nullptr, &action));
  ASSERT_EQ(SIG_DFL, action.sa_handler);
  Open(NET_TRANSPORT_BLOCKING);
  net_testing::ResetOnClose(pair_.far.get());
  pair_.far.reset();
  struct net_transport_result first = Send("x", 1);
  EXPECT_EQ(NET_TRANSPORT_ERROR, first.status);
  EXPECT_TRUE(first.error == ECONNRESET || first.error == EPIPE) << first.error;
  ExpectResult(Send("x", 1), NET_TRANSPORT_ERROR, 0, EPIPE);
  ASSERT_EQ(0, sigaction(SIGPIPE, nullptr, &action));
  EXPECT_EQ(SIG_DFL, action.sa_handler);
}

TEST_P(PosixTransportTest, LengthsBeyondInt) {
  Open(NET_TRANSPORT_NONBLOCKING);
  ASSERT_EQ(3, send(pair_.far.get(), "abc", 3, 0));
  ExpectResult(Wait(NET_TRANSPORT_READABLE, -1), NET_TRANSPORT_OK);
  ExpectResult(Receive(buffer_, SIZE_MAX), NET_TRANSPORT_OK, 3);
  ExpectResult(Receive(buffer_, static_cast<size_t>(INT_MAX) + 1), NET_TRANSPORT_AGAIN);
  std::vector<char> bytes(32 << 20);
  struct net_transport_result result = Send(bytes.data(), SIZE_MAX);
  EXPECT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_LT(result.count, bytes.size());
}

TEST_P(PosixTransportTest, WaitTimesOut) {
  Open(NET_TRANSPORT_NONBLOCKING);
  ExpectResult(Wait(NET_TRANSPORT_READABLE, 0), NET_TRANSPORT_TIMED_OUT);
  int64_t start = transport_.functions->monotonic_time(transport_.context);
  ExpectResult(Wait(NET_TRANSPORT_READABLE, 20), NET_TRANSPORT_TIMED_OUT);
  int64_t end = transport_.functions->monotonic_time(transport_.context);
  EXPECT_GE(end - start, 20000000) << "it ended early";
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Wait(NET_TRANSPORT_WRITABLE, 0), NET_TRANSPORT_TIMED_OUT);
  ExpectResult(Wait(NET_TRANSPORT_READABLE | NET_TRANSPORT_WRITABLE, 0), NET_TRANSPORT_TIMED_OUT);
}

TEST_P(PosixTransportTest, WaitTellsWhatIsReady) {
  Open(NET_TRANSPORT_NONBLOCKING);
  ExpectResult(Wait(NET_TRANSPORT_WRITABLE, -1), NET_TRANSPORT_OK);
  ExpectResult(Wait(NET_TRANSPORT_READABLE | NET_TRANSPORT_WRITABLE, -1), NET_TRANSPORT_OK);
  ASSERT_EQ(1, send(pair_.far.get(), "x", 1, 0));
  ExpectResult(Wait(NET_TRANSPORT_READABLE, -1), NET_TRANSPORT_OK);
  net_testing::FillSendBuffer(fd_);
  ExpectResult(Wait(NET_TRANSPORT_READABLE | NET_TRANSPORT_WRITABLE, 0), NET_TRANSPORT_OK);
  ExpectResult(Wait(NET_TRANSPORT_WRITABLE, 0), NET_TRANSPORT_TIMED_OUT);
}

TEST_P(PosixTransportTest, WaitTakesAHangUpAndAnErrorForReady) {
  net_testing::ResetOnClose(pair_.far.get());
  Open(NET_TRANSPORT_NONBLOCKING);
  net_testing::FillSendBuffer(fd_);
  pair_.far.reset();
  ExpectResult(Wait(NET_TRANSPORT_READABLE, -1), NET_TRANSPORT_OK);
  ExpectResult(Wait(NET_TRANSPORT_WRITABLE, -1), NET_TRANSPORT_OK);
}

TEST_P(PosixTransportTest, WaitOnADescriptorClosedBySomebodyIsAnError) {
  Open(NET_TRANSPORT_NONBLOCKING);
  __real_close(fd_);
  ExpectResult(Wait(NET_TRANSPORT_READABLE, -1), NET_TRANSPORT_ERROR, 0, EBADF);
  ExpectResult(Receive(buffer_, 1), NET_TRANSPORT_ERROR, 0, EBADF);
  ExpectResult(Close(), NET_TRANSPORT_ERROR, 0, EBADF);
}

TEST_P(PosixTransportTest, CloseClosesOnce) {
  Open(NET_TRANSPORT_BLOCKING);
  close_calls = 0;
  ExpectResult(Close(), NET_TRANSPORT_OK);
  EXPECT_EQ(1, close_calls);
  EXPECT_EQ(nullptr, last_block) << "it is not freed";
  EXPECT_EQ(-1, fcntl(fd_, F_GETFD));
  EXPECT_EQ(0, recv(pair_.far.get(), buffer_, sizeof(buffer_), 0));
}

TEST_P(PosixTransportTest, CloseIsNeverRetried) {
  Open(NET_TRANSPORT_BLOCKING);
  close_calls = 0;
  close_errno = EINTR;
  struct net_transport_result result = Close();
  close_errno = 0;
  ExpectResult(result, NET_TRANSPORT_OK);
  EXPECT_EQ(1, close_calls);
}

TEST_P(PosixTransportTest, CloseReportsAnError) {
  Open(NET_TRANSPORT_BLOCKING);
  close_calls = 0;
  close_errno = EIO;
  struct net_transport_result result = Close();
  close_errno = 0;
  ExpectResult(result, NET_TRANSPORT_ERROR, 0, EIO);
  EXPECT_EQ(1, close_calls);
}

TEST_P(PosixTransportTest, DescriptorsAbove1024Work) {
  int fd = net_testing::MoveDescriptor(pair_.near.release(), 1500);
  if (fd < 0) {
    GTEST_SKIP() << "the machine allows no descriptor above 1024";
  }
  pair_.near.reset(fd);
  Open(NET_TRANSPORT_NONBLOCKING);
  ASSERT_GE(fd_, 1500);
  ExpectResult(Wait(NET_TRANSPORT_READABLE, 0), NET_TRANSPORT_TIMED_OUT);
  ExpectResult(Send("x", 1), NET_TRANSPORT_OK, 1);
  ASSERT_EQ(1, send(pair_.far.get(), "y", 1, 0));
  ExpectResult(Wait(NET_TRANSPORT_READABLE, -1), NET_TRANSPORT_OK);
  ExpectResult(Receive(buffer_, 1), NET_TRANSPORT_OK, 1);
}

INSTANTIATE_TEST_SUITE_P(Families, PosixTransportTest, testing::Values(AF_UNIX, AF_INET, AF_INET6),
                         FamilyName);

TEST(PosixTransport, RefusesWhatIsNoStreamSocketAndLeavesItAlone) {
  struct net_transport transport = {nullptr, nullptr};
  EXPECT_EQ(EBADF, net_transport_posix(-1, NET_TRANSPORT_NONBLOCKING, &transport));
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  EXPECT_EQ(ENOTSOCK, net_transport_posix(reader.get(), NET_TRANSPORT_NONBLOCKING, &transport));
  EXPECT_FALSE(IsNonblocking(reader.get()));
  Descriptor datagram(socket(AF_UNIX, SOCK_DGRAM, 0));
  EXPECT_EQ(EPROTOTYPE, net_transport_posix(datagram.get(), NET_TRANSPORT_NONBLOCKING, &transport));
  EXPECT_FALSE(IsNonblocking(datagram.get()));
  EXPECT_EQ(nullptr, transport.functions);
}

TEST(PosixTransport, WithoutMemoryTheDescriptorStaysAsItWas) {
  SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  struct net_transport transport = {nullptr, nullptr};
  malloc_fails = true;
  int error = net_transport_posix(pair.near.get(), NET_TRANSPORT_NONBLOCKING, &transport);
  malloc_fails = false;
  EXPECT_EQ(ENOMEM, error);
  EXPECT_FALSE(IsNonblocking(pair.near.get()));
  EXPECT_EQ(nullptr, transport.functions);
}

TEST(PosixTransport, WithoutItsModeItIsNone) {
  SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  struct net_transport transport = {nullptr, nullptr};
  fcntl_fails = true;
  int error = net_transport_posix(pair.near.get(), NET_TRANSPORT_NONBLOCKING, &transport);
  fcntl_fails = false;
  EXPECT_EQ(EIO, error);
  EXPECT_EQ(nullptr, transport.functions);
  EXPECT_EQ(nullptr, last_block) << "it is not freed";
}

class PosixClocks : public testing::Test {
 protected:
  void SetUp() override {
    SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
    ASSERT_EQ(0, net_transport_posix(pair.near.get(), NET_TRANSPORT_BLOCKING, &transport_));
    pair.near.release();
  }

  void TearDown() override {
    transport_.functions->close(transport_.context);
  }

  int64_t CpuTime() {
    return transport_.functions->cpu_time(transport_.context);
  }
  int64_t MonotonicTime() {
    return transport_.functions->monotonic_time(transport_.context);
  }

  // Works until the calling thread has used `nanoseconds` of CPU time.
  void Burn(int64_t nanoseconds) {
    int64_t start = CpuTime();
    while (CpuTime() - start < nanoseconds) {
    }
  }

  struct net_transport transport_;
};

TEST_F(PosixClocks, MonotonicTimeGoesOnInNanoseconds) {
  int64_t start = MonotonicTime();
  Burn(2000000);
  // CPU time of one thread is never more than the time that has passed.
  EXPECT_GE(MonotonicTime() - start, 2000000);
}

TEST_F(PosixClocks, CpuTimeCountsTheCallingThreadAlone) {
  int64_t start = CpuTime();
  EXPECT_GE(start, 0);
  Burn(1000000);
  int64_t own = CpuTime() - start;
  EXPECT_GE(own, 1000000);
  start = CpuTime();
  std::thread([this] { Burn(200000000); }).join();
  EXPECT_LT(CpuTime() - start, 200000000) << "the other thread's work was counted";
}

TEST_F(PosixClocks, CpuTimeIsNanoseconds) {
  cpu_clock_is_fixed = true;
  int64_t used = CpuTime();
  cpu_clock_is_fixed = false;
  EXPECT_EQ(INT64_C(3000000005), used);
}

TEST_F(PosixClocks, CpuTimeDoesNotCountSleep) {
  int64_t start = CpuTime();
  int64_t slept_from = MonotonicTime();
  transport_.functions->wait(transport_.context, NET_TRANSPORT_READABLE, 0);
  ASSERT_EQ(0, usleep(100000));
  EXPECT_LT(CpuTime() - start, MonotonicTime() - slept_from);
}

}  // namespace
