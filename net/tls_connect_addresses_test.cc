// Which addresses of a host are tried, how long, and what is told: the linker sends the resolver,
// the connects and the clock here (--wrap), so that time passes as a test says.

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/tls_connect.h"
#include "testing/allocations.h"
#include "testing/sockets.h"

namespace {

constexpr int64_t kMillisecond = 1000000;

// What becomes of the attempt to connect to an address.
struct Attempt {
  struct net_error error;
  int64_t nanoseconds;
};

struct World {
  std::vector<Attempt> attempts;
  struct net_error resolved = {NET_ERROR_NONE, 0};
  std::vector<std::string> asked;
  std::vector<int64_t> deadlines;
  int fd = -1;
  int64_t now = 5 * 1000 * kMillisecond;
};

World *world = nullptr;

}  // namespace

extern "C" {
int __real_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
  if (world == nullptr || clock != CLOCK_MONOTONIC) {
    return __real_clock_gettime(clock, now);
  }
  now->tv_sec = world->now / (1000 * kMillisecond);
  now->tv_nsec = world->now % (1000 * kMillisecond);
  return 0;
}

struct net_error __wrap_net_resolve(const char *host, const char *port, bool passive,
                                    struct net_address **addresses, size_t *num_addresses) {
  EXPECT_FALSE(passive);
  world->asked = {host, port};
  if (world->resolved.kind == NET_ERROR_NONE) {
    *num_addresses = world->attempts.size();
    *addresses = static_cast<struct net_address *>(calloc(*num_addresses, sizeof(**addresses)));
    if (*addresses == nullptr) {
      return {NET_ERROR_SYSTEM, ENOMEM};
    }
    for (size_t i = 0; i < *num_addresses; i++) {
      (*addresses)[i].length = static_cast<socklen_t>(i);
    }
  }
  return world->resolved;
}

struct net_error __wrap_net_connect(const struct net_address *address, int64_t deadline_ms,
                                    int *fd) {
  EXPECT_EQ(world->deadlines.size(), address->length) << "not in their order";
  world->deadlines.push_back(deadline_ms);
  const Attempt &attempt = world->attempts[address->length];
  world->now += attempt.nanoseconds;
  if (attempt.error.kind == NET_ERROR_NONE) {
    *fd = world->fd;
  }
  return attempt.error;
}
}

namespace {

using net_testing::Descriptor;
using net_testing::LiveBlocks;

constexpr struct net_error kWorks = {NET_ERROR_NONE, 0};
constexpr struct net_error kRefused = {NET_ERROR_SYSTEM, ECONNREFUSED};
constexpr struct net_error kUnreachable = {NET_ERROR_SYSTEM, ENETUNREACH};
constexpr struct net_error kTimeout = {NET_ERROR_TIMEOUT, 0};

class TlsConnectAddressesTest : public testing::Test {
 protected:
  void SetUp() override {
    net_tls_config_insecure_no_verify_certificate(config_);
    world = &world_;
  }

  void TearDown() override {
    world = nullptr;
    net_tls_config_release(config_);
  }

  // Returns "" or why it failed.
  std::string Connect(int64_t deadline_ms) {
    size_t before = LiveBlocks();
    world_.deadlines.clear();
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_socket *socket = net_tls_connect(config_, "many.test", "443", deadline_ms, error);
    EXPECT_EQ(socket == nullptr, error[0] != '\0');
    net_tls_socket_free(socket);
    EXPECT_EQ(before, LiveBlocks());
    EXPECT_EQ((std::vector<std::string>{"many.test", "443"}), world_.asked);
    return error;
  }

  // A descriptor for the connect that works; the call that is tested closes it.
  void Supply(int type) {
    int pair[2] = {-1, -1};
    ASSERT_EQ(0, socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair));
    world_.fd = pair[0];
    far_.reset(pair[1]);
  }

  bool IsClosed() {
    char byte = 0;
    return recv(far_.get(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  World world_;
  Descriptor far_;
  net_tls_config *config_ = net_tls_config_new();
};

TEST_F(TlsConnectAddressesTest, UntilOneAnswers) {
  Supply(SOCK_STREAM);
  world_.attempts = {{kRefused, 0}, {kUnreachable, 0}, {kWorks, 0}, {kRefused, 0}};
  EXPECT_EQ("", Connect(-1));
  EXPECT_EQ((std::vector<int64_t>{-1, -1, -1}), world_.deadlines);
  EXPECT_TRUE(IsClosed());
}

TEST_F(TlsConnectAddressesTest, TheLastFailureIsTold) {
  world_.attempts = {{kRefused, 0}, {kUnreachable, 0}};
  EXPECT_EQ("connect failed: Network is unreachable", Connect(-1));
  EXPECT_EQ(2u, world_.deadlines.size());
}

TEST_F(TlsConnectAddressesTest, AllHaveOneDeadline) {
  world_.attempts = {{kRefused, 301 * kMillisecond - 1},
                     {kRefused, 900 * kMillisecond},
                     {kRefused, 1300 * kMillisecond},
                     {kRefused, 0}};
  EXPECT_EQ("connect failed: Connection refused", Connect(2000));
  EXPECT_EQ((std::vector<int64_t>{2000, 1700, 800, 0}), world_.deadlines);
}

TEST_F(TlsConnectAddressesTest, AtTheDeadline) {
  world_.attempts = {{kRefused, 5 * kMillisecond}, {kRefused, 0}};
  for (int64_t deadline : {0, 1, 5}) {
    Connect(deadline);
    EXPECT_EQ((std::vector<int64_t>{deadline, 0}), world_.deadlines);
  }
  Connect(6);
  EXPECT_EQ((std::vector<int64_t>{6, 1}), world_.deadlines);
}

// There is no time left for the others.
TEST_F(TlsConnectAddressesTest, ATimeoutEndsIt) {
  world_.attempts = {{kRefused, 0}, {kTimeout, kMillisecond}, {kWorks, 0}};
  EXPECT_EQ("connect failed: Connection timed out", Connect(1));
  EXPECT_EQ(2u, world_.deadlines.size());
}

// The socket's deadlines are kept by waiting, and nothing sleeps in a call of the system.
TEST_F(TlsConnectAddressesTest, IsNonblocking) {
  Supply(SOCK_STREAM);
  world_.attempts = {{kWorks, 0}};
  char error[NET_TLS_ERROR_SIZE] = "";
  net_tls_socket *socket = net_tls_connect(config_, "many.test", "443", -1, error);
  ASSERT_NE(nullptr, socket) << error;
  bool is_nonblocking = false;
  EXPECT_EQ(NET_ERROR_NONE, net_get_nonblocking(world_.fd, &is_nonblocking).kind);
  EXPECT_TRUE(is_nonblocking);
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_HANDSHAKE, &operation);
  EXPECT_EQ(NET_TLS_WANT_READ, net_tls_socket_try_handshake(socket, &operation));
  net_tls_socket_free(socket);
}

// Where a program has closed its standard input.
TEST_F(TlsConnectAddressesTest, DescriptorZero) {
  int input = dup(STDIN_FILENO);
  close(STDIN_FILENO);
  Supply(SOCK_STREAM);
  ASSERT_EQ(0, world_.fd);
  world_.attempts = {{kWorks, 0}};
  EXPECT_EQ("", Connect(-1));
  EXPECT_TRUE(IsClosed());
  if (input >= 0) {
    EXPECT_EQ(STDIN_FILENO, dup2(input, STDIN_FILENO));
    close(input);
  }
}

TEST_F(TlsConnectAddressesTest, NoHost) {
  world_.resolved = {NET_ERROR_SYSTEM, EIO};
  EXPECT_EQ("resolve failed: Input/output error", Connect(-1));
  EXPECT_TRUE(world_.deadlines.empty());
}

TEST_F(TlsConnectAddressesTest, WhatIsNoStreamIsClosed) {
  Supply(SOCK_SEQPACKET);
  world_.attempts = {{kWorks, 0}};
  EXPECT_EQ("socket failed: Protocol wrong type for socket", Connect(-1));
  EXPECT_TRUE(IsClosed());
}

TEST_F(TlsConnectAddressesTest, WithoutMemoryItIsClosed) {
  world_.attempts = {{kWorks, 0}};
  // The first one is the resolver's.
  for (size_t number = 1, failures = 1; failures > 0; number++) {
    Supply(SOCK_STREAM);
    net_testing::FailAllocation(number);
    std::string error = Connect(-1);
    failures = net_testing::StopFailing() ? 1 : 0;
    EXPECT_EQ(failures > 0, !error.empty()) << number;
    EXPECT_TRUE(IsClosed()) << number;
  }
}

}  // namespace
