// What streams rarely meet: queues that are full, the number 0, descriptors without flags.

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "net/transport.h"
#include "net/vector_io.h"
#include "testing/played_system.h"
#include "testing/sockets.h"

namespace {

using net_testing::Descriptor;
using net_testing::PlayedSystem;

constexpr int kFailure = EDOM;
constexpr struct net_bind_options kPlain = {false, false};
constexpr int64_t kMillisecond = 1000000;

void ExpectError(struct net_error error, int code = kFailure) {
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(code, error.code);
}

// A unix socket whose backlog is full.
class QueueTest : public testing::Test {
 protected:
  void SetUp() override {
    struct net_address any = {};
    any.family = any.storage.ss_family = AF_UNIX;
    any.socktype = SOCK_STREAM;
    any.length = sizeof(sa_family_t);
    int fd = -1;
    ASSERT_EQ(NET_ERROR_NONE, net_bind(&any, kPlain, &fd).kind);
    listener_.reset(fd);
    ASSERT_EQ(NET_ERROR_NONE, net_local_address(fd, &address_).kind);
    ASSERT_EQ(NET_ERROR_NONE, net_listen(fd, 0).kind);
    ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(fd, true).kind);
    bool is_connected = false;
    while (net_connect_start(&address_, &fd, &is_connected).kind == NET_ERROR_NONE) {
      waiting_.emplace_back(fd);
    }
    open_ = net_testing::CountOpenDescriptors();
  }

  bool AcceptOne() {
    sleeps_++;
    accepted_.reset(accept(listener_.get(), nullptr, nullptr));
    return accepted_.get() >= 0;
  }

  struct net_error Connect(int64_t timeout_ms) {
    int fd = -1;
    struct net_error error = net_connect(&address_, timeout_ms, &fd);
    connected_.reset(fd);
    return error;
  }

  Descriptor listener_;
  std::vector<Descriptor> waiting_;
  Descriptor accepted_;
  Descriptor connected_;
  struct net_address address_ = {};
  int sleeps_ = 0;
  int open_ = 0;
  PlayedSystem system_{[this](int, unsigned) { return AcceptOne(); }};
};

TEST_F(QueueTest, WithoutADeadlineItWaitsForItsTurn) {
  EXPECT_EQ(NET_ERROR_NONE, Connect(-1).kind);
  EXPECT_EQ(1, sleeps_);
  double seconds = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_get_timeout(connected_.get(), SO_SNDTIMEO, &seconds).kind);
  EXPECT_EQ(0, seconds);
}

TEST_F(QueueTest, AtTheDeadlineItDoesNotWait) {
  EXPECT_EQ(NET_ERROR_TIMEOUT, Connect(0).kind);
  EXPECT_EQ(0, sleeps_);
}

TEST_F(QueueTest, SignalsDoNotLengthenTheWait) {
  int64_t start = system_.now();
  system_.Fail(net_testing::kConnect, 1, EINTR, 40);
  EXPECT_EQ(NET_ERROR_TIMEOUT, Connect(10).kind);
  EXPECT_GE(system_.now() - start, 10 * kMillisecond);
  EXPECT_LT(system_.now() - start, 11 * kMillisecond);
}

// The first connect finds the queue full, the second waits in it.
TEST_F(QueueTest, RefusedWhileItWaits) {
  system_.Fail(net_testing::kConnect, 1, ECONNREFUSED, 1);
  ExpectError(Connect(1000), ECONNREFUSED);
}

TEST_F(QueueTest, FailuresLeaveNothingOpen) {
  // SO_SNDTIMEO is set, and reset.
  for (unsigned number : {0, 1}) {
    system_.Fail(net_testing::kSetsockopt, number, kFailure, 1);
    ExpectError(Connect(-1));
    EXPECT_TRUE(system_.StopFailing());
    accepted_.reset();
    EXPECT_EQ(open_, net_testing::CountOpenDescriptors());
    // What was accepted left room for one.
    system_.Fail(net_testing::kFcntl, 0, kFailure, 1);
    ExpectError(Connect(-1));
    system_.StopFailing();
  }
}

struct net_address Loopback(int socktype) {
  struct net_hints hints = {AI_NUMERICHOST, AF_INET, socktype, 0};
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  char *name = nullptr;
  EXPECT_EQ(NET_ERROR_NONE,
            net_resolve_as("127.0.0.1", "0", &hints, &addresses, &num_addresses, &name).kind);
  struct net_address address = addresses[0];
  free(addresses);
  return address;
}

Descriptor Bind(struct net_address address) {
  int fd = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_bind(&address, kPlain, &fd).kind);
  return Descriptor(fd);
}

TEST(Bind, KeepsTheTypeOfTheAddress) {
  Descriptor bound = Bind(Loopback(SOCK_DGRAM));
  int type = 0;
  EXPECT_EQ(NET_ERROR_NONE, net_get_option(bound.get(), SOL_SOCKET, SO_TYPE, &type).kind);
  EXPECT_EQ(SOCK_DGRAM, type);
}

// The system goes on to connect, and the call waits for it.
TEST(Connect, ASignalDoesNotEndIt) {
  PlayedSystem system([](int fd, unsigned directions) {
    return net_wait(fd, directions, -1).kind == NET_ERROR_NONE;
  });
  Descriptor listener = Bind(Loopback(SOCK_STREAM));
  ASSERT_EQ(NET_ERROR_NONE, net_listen(listener.get(), 1).kind);
  struct net_address address;
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listener.get(), &address).kind);
  int fd = -1;
  system.Fail(net_testing::kConnect, 0, EINTR, 1);
  EXPECT_EQ(NET_ERROR_NONE, net_connect(&address, -1, &fd).kind);
  Descriptor connected(fd);
}

TEST(Accept, ASignalDoesNotShortenTheTimeout) {
  PlayedSystem system([](int, unsigned) { return false; });
  Descriptor listener = Bind(Loopback(SOCK_STREAM));
  ASSERT_EQ(NET_ERROR_NONE, net_listen(listener.get(), 1).kind);
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(listener.get(), SO_RCVTIMEO, 2).kind);
  int64_t start = system.now();
  int fd = -1;
  system.Fail(net_testing::kAccept, 0, EINTR, 1);
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_accept(listener.get(), &fd, nullptr).kind);
  EXPECT_GE(system.now() - start, 2000 * kMillisecond);
  EXPECT_LT(system.now() - start, 2002 * kMillisecond);
}

// A receive that a signal ends once, with these seconds and microseconds as its timeout.
struct Interrupted {
  enum net_error_kind kind;
  int64_t nanoseconds;
  int sleeps;
};

Interrupted Receive(int64_t seconds, int64_t microseconds) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  struct timeval timeout = {static_cast<time_t>(seconds), static_cast<suseconds_t>(microseconds)};
  EXPECT_EQ(0, setsockopt(pair.near.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)));
  Interrupted result = {};
  PlayedSystem system([&](int, unsigned) {
    result.sleeps++;
    return send(pair.far.get(), "x", 1, 0) == 1;
  });
  int64_t start = system.now();
  system.Fail(net_testing::kRecv, 0, EINTR, 1);
  char byte = 0;
  size_t length = 0;
  result.kind = net_receive(pair.near.get(), NET_TRANSPORT_BLOCKING, 0, &byte, 1, &length).kind;
  result.nanoseconds = system.now() - start;
  return result;
}

// The clock that is played begins with a second.
constexpr int64_t kFirstSecondTooMany = (INT64_MAX - 1000000000) / 1000000000 - 1;

TEST(ReceiveTimeout, OfMoreThanTheClockCountsIsNone) {
  Interrupted result = Receive(kFirstSecondTooMany, 0);
  EXPECT_EQ(NET_ERROR_NONE, result.kind);
  EXPECT_EQ(1, result.sleeps);
}

// In whole milliseconds, as poll counts, behind the signal.
TEST(ReceiveTimeout, IsExact) {
  constexpr int64_t kSignal = PlayedSystem::kSignalNanoseconds;
  Interrupted result = Receive(kFirstSecondTooMany - 1, 0);
  EXPECT_EQ(NET_ERROR_TIMEOUT, result.kind);
  EXPECT_EQ((kFirstSecondTooMany - 1) * 1000 * kMillisecond + kSignal, result.nanoseconds);
  result = Receive(0, 900000);
  EXPECT_EQ(NET_ERROR_TIMEOUT, result.kind);
  EXPECT_EQ(900 * kMillisecond + kSignal, result.nanoseconds);
  EXPECT_EQ(0, result.sleeps);
}

// poll(2) counts in an int.
TEST(Wait, IsLongerThanAPoll) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  PlayedSystem system([](int, unsigned) { return false; });
  int64_t start = system.now();
  int64_t timeout_ms = INT64_C(3) * INT32_MAX + 5;
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait(pair.near.get(), NET_TRANSPORT_READABLE, timeout_ms).kind);
  EXPECT_EQ(timeout_ms * kMillisecond, system.now() - start);
}

TEST(Wait, ASignalIsNotTheEndOfOneThatLooksAlone) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  PlayedSystem system([](int, unsigned) { return false; });
  system.Fail(net_testing::kPoll, 0, EINTR, 1);
  EXPECT_EQ(NET_ERROR_NONE, net_wait(pair.near.get(), NET_TRANSPORT_WRITABLE, 0).kind);
}

// fcntl(2) tells 0 of the end of a pipe that is read.
TEST(Flags, MayBeNone) {
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  Descriptor out(ends[0]);
  Descriptor in(ends[1]);
  int fd = -1;
  ExpectError(net_accept(out.get(), &fd, nullptr), ENOTSOCK);
  EXPECT_EQ(NET_ERROR_NONE, net_set_nonblocking(out.get(), true).kind);
  bool is_nonblocking = false;
  EXPECT_EQ(NET_ERROR_NONE, net_get_nonblocking(out.get(), &is_nonblocking).kind);
  EXPECT_TRUE(is_nonblocking);
}

// It is free where the program has closed its standard input.
TEST(Number0, IsADescriptorAsAnyOther) {
  Descriptor input(dup(STDIN_FILENO));
  Descriptor listener = Bind(Loopback(SOCK_STREAM));
  ASSERT_EQ(NET_ERROR_NONE, net_listen(listener.get(), 1).kind);
  struct net_address address;
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listener.get(), &address).kind);
  int fd = -1;
  close(STDIN_FILENO);
  EXPECT_EQ(NET_ERROR_NONE, net_timer(1000, &fd).kind);
  EXPECT_EQ(STDIN_FILENO, fd);
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait(fd, NET_TRANSPORT_READABLE, 0).kind);
  close(STDIN_FILENO);
  EXPECT_EQ(NET_ERROR_NONE, net_connect(&address, -1, &fd).kind);
  EXPECT_EQ(STDIN_FILENO, fd);
  Descriptor client(dup(STDIN_FILENO));
  close(STDIN_FILENO);
  errno = EIO;
  EXPECT_EQ(NET_ERROR_NONE, net_accept(listener.get(), &fd, nullptr).kind);
  EXPECT_EQ(STDIN_FILENO, fd);
  dup2(input.get(), STDIN_FILENO);
}

class PipeTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
    out_.reset(ends[0]);
    in_.reset(ends[1]);
  }

  struct net_error Write(char *bytes, size_t length) {
    struct iovec part = {bytes, length};
    return net_write_vector(in_.get(), &part, 1, &length_);
  }

  struct net_error Read() {
    struct iovec part = {bytes_, sizeof(bytes_)};
    return net_read_vector(out_.get(), &part, 1, &length_);
  }

  void Fill() {
    ASSERT_EQ(0, fcntl(in_.get(), F_SETFL, O_NONBLOCK));
    while (write(in_.get(), bytes_, sizeof(bytes_)) > 0) {
    }
    ASSERT_EQ(0, fcntl(in_.get(), F_SETFL, 0));
  }

  Descriptor out_;
  Descriptor in_;
  char bytes_[4096] = {};
  size_t length_ = 9;
};

TEST_F(PipeTest, OldErrorsAreNone) {
  errno = EINTR;
  EXPECT_EQ(NET_ERROR_NONE, Write(bytes_, 1).kind);
  EXPECT_EQ(1u, length_);
  errno = EINTR;
  EXPECT_EQ(NET_ERROR_NONE, Write(bytes_, 0).kind);
  EXPECT_EQ(0u, length_);
  errno = EINTR;
  EXPECT_EQ(NET_ERROR_NONE, Read().kind);
  EXPECT_EQ(1u, length_);
  in_.reset();
  errno = EINTR;
  EXPECT_EQ(NET_ERROR_NONE, Read().kind);
  EXPECT_EQ(0u, length_);
}

bool IsPending(int signal) {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, signal) == 1;
}

// A signal that comes while all is written is the program's; the writer's own is taken, also where
// another signal comes in between.
TEST_F(PipeTest, TakesItsOwnSignalAlone) {
  Fill();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  ASSERT_EQ(0, pthread_sigmask(SIG_BLOCK, &signals, nullptr));
  PlayedSystem system([this](int, unsigned) {
    raise(SIGPIPE);
    return read(out_.get(), bytes_, sizeof(bytes_)) > 0;
  });
  EXPECT_EQ(NET_ERROR_NONE, Write(bytes_, sizeof(bytes_)).kind);
  EXPECT_EQ(sizeof(bytes_), length_);
  EXPECT_TRUE(IsPending(SIGPIPE));
  const struct timespec now = {0, 0};
  EXPECT_EQ(SIGPIPE, sigtimedwait(&signals, nullptr, &now));
  out_.reset();
  system.Fail(net_testing::kSigtimedwait, 0, EINTR, 2);
  ExpectError(Write(bytes_, 1), EPIPE);
  EXPECT_FALSE(IsPending(SIGPIPE));
  EXPECT_TRUE(system.StopFailing());
  ASSERT_EQ(0, pthread_sigmask(SIG_UNBLOCK, &signals, nullptr));
}

}  // namespace
