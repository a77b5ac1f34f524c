#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "testing/sockets.h"

// The linker sends the calls of net/ here (--wrap).
extern "C" {
int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

static std::vector<int> accept_errors;

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  if (!accept_errors.empty()) {
    errno = accept_errors.back();
    accept_errors.pop_back();
    return -1;
  }
  return __real_accept4(fd, address, length, flags);
}
}

namespace {

using net_testing::Descriptor;
using net_testing::SignalStorm;

constexpr struct net_bind_options kPlain = {false, false};

struct net_address UnixAddress(const std::string &path) {
  struct net_address address = {};
  auto *unix_address = reinterpret_cast<struct sockaddr_un *>(&address.storage);
  unix_address->sun_family = AF_UNIX;
  memcpy(unix_address->sun_path, path.data(), path.size());
  address.length = static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + path.size());
  address.family = AF_UNIX;
  address.socktype = SOCK_STREAM;
  return address;
}

struct net_address AnyPort(int family) {
  if (family == AF_UNIX) {
    return UnixAddress("");  // the kernel picks a name in the abstract namespace
  }
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  const char *host = family == AF_INET ? "127.0.0.1" : "::1";
  EXPECT_EQ(NET_ERROR_NONE, net_resolve(host, "0", true, &addresses, &num_addresses).kind);
  struct net_address address = addresses[0];
  free(addresses);
  return address;
}

int Option(int fd, int level, int name) {
  int value = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_get_option(fd, level, name, &value).kind);
  return value;
}

bool IsNonblocking(int fd) {
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}
bool IsCloseOnExec(int fd) {
  return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

void ExpectSystemError(int code, struct net_error error) {
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(code, error.code) << strerror(error.code);
}

std::string FamilyName(const testing::TestParamInfo<int> &info) {
  return info.param == AF_UNIX ? "Unix" : info.param == AF_INET ? "IPv4" : "IPv6";
}

class StreamTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (net_testing::MakeSocketPair(GetParam()).far.get() < 0) {
      GTEST_SKIP() << "the machine has no sockets of this family";
    }
    int fd = -1;
    struct net_address any = AnyPort(GetParam());
    ASSERT_EQ(NET_ERROR_NONE, net_bind(&any, kPlain, &fd).kind);
    listener_.reset(fd);
    ASSERT_EQ(NET_ERROR_NONE, net_local_address(fd, &address_).kind);
  }

  void Listen(int backlog = 16) {
    ASSERT_EQ(NET_ERROR_NONE, net_listen(listener_.get(), backlog).kind);
  }

  Descriptor Connect() {
    int fd = -1;
    EXPECT_EQ(NET_ERROR_NONE, net_connect(&address_, -1, &fd).kind);
    return Descriptor(fd);
  }

  // Connects until the listener takes no more. Linux lets one more wait than the backlog says.
  std::vector<Descriptor> FillBacklog() {
    Listen(0);
    std::vector<Descriptor> waiting;
    for (int i = 0; i < 16; i++) {
      int fd = -1;
      struct net_error error = net_connect(&address_, 50, &fd);
      if (error.kind == NET_ERROR_TIMEOUT) {
        return waiting;
      }
      EXPECT_EQ(NET_ERROR_NONE, error.kind) << strerror(error.code);
      waiting.emplace_back(fd);
    }
    ADD_FAILURE() << "the backlog is never full";
    return waiting;
  }

  Descriptor listener_;
  struct net_address address_ = {};
};

TEST_P(StreamTest, ConnectMakesABlockingDescriptor) {
  Listen();
  Descriptor near = Connect();
  EXPECT_FALSE(IsNonblocking(near.get()));
  EXPECT_TRUE(IsCloseOnExec(near.get()));
  double seconds = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_get_timeout(near.get(), SO_SNDTIMEO, &seconds).kind);
  EXPECT_EQ(0, seconds);
  if (GetParam() != AF_UNIX) {
    EXPECT_NE(0, Option(near.get(), IPPROTO_TCP, TCP_NODELAY));
  }
}

TEST_P(StreamTest, ConnectReachesTheListener) {
  Listen();
  Descriptor near = Connect();
  int fd = -1;
  struct net_address peer = {};
  ASSERT_EQ(NET_ERROR_NONE, net_accept(listener_.get(), &fd, &peer).kind);
  Descriptor far(fd);
  EXPECT_EQ(GetParam(), peer.family);
  EXPECT_EQ(SOCK_STREAM, peer.socktype);
  struct net_address local = {};
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(near.get(), &local).kind);
  ASSERT_EQ(local.length, peer.length);
  EXPECT_EQ(0, memcmp(&local.storage, &peer.storage, peer.length));
  ASSERT_EQ(1, write(near.get(), "x", 1));
  char byte = 0;
  ASSERT_EQ(1, read(far.get(), &byte, 1));
  EXPECT_EQ('x', byte);
}

TEST_P(StreamTest, ConnectRefusedLeavesNothingOpen) {
  int before = net_testing::CountOpenDescriptors();
  int fd = -1;
  ExpectSystemError(ECONNREFUSED, net_connect(&address_, -1, &fd));
  EXPECT_EQ(-1, fd);
  EXPECT_EQ(before, net_testing::CountOpenDescriptors());
}

TEST_P(StreamTest, ConnectKeepsItsDeadline) {
  std::vector<Descriptor> waiting = FillBacklog();
  int before = net_testing::CountOpenDescriptors();
  int fd = -1;
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_connect(&address_, 0, &fd).kind);
  struct net_error error = net_connect(&address_, 20, &fd);
  EXPECT_EQ(NET_ERROR_TIMEOUT, error.kind);
  EXPECT_EQ(0, error.code);
  EXPECT_EQ(-1, fd);
  EXPECT_EQ(before, net_testing::CountOpenDescriptors());
}

TEST_P(StreamTest, SignalsDoNotLengthenConnect) {
  std::vector<Descriptor> waiting = FillBacklog();
  SignalStorm storm;
  int fd = -1;
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_connect(&address_, 50, &fd).kind);
  EXPECT_GT(SignalStorm::count(), 0);
}

int listener_for_handler = -1;

void AcceptAll() {
  int fd = -1;
  while ((fd = accept4(listener_for_handler, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
    close(fd);
  }
}

TEST_P(StreamTest, ConnectWaitsForRoomInTheBacklog) {
  std::vector<Descriptor> waiting = FillBacklog();
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), true).kind);
  listener_for_handler = listener_.get();
  SignalStorm storm(3, AcceptAll);
  int fd = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_connect(&address_, 60000, &fd).kind);
  Descriptor near(fd);
  EXPECT_FALSE(IsNonblocking(near.get()));
  double seconds = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_get_timeout(near.get(), SO_SNDTIMEO, &seconds).kind);
  EXPECT_EQ(0, seconds);
}

TEST_P(StreamTest, BindMakesABlockingDescriptor) {
  EXPECT_FALSE(IsNonblocking(listener_.get()));
  EXPECT_TRUE(IsCloseOnExec(listener_.get()));
  EXPECT_EQ(0, Option(listener_.get(), SOL_SOCKET, SO_REUSEADDR));
}

TEST_P(StreamTest, BindToATakenAddressFailsAndLeavesNothingOpen) {
  Listen();
  int before = net_testing::CountOpenDescriptors();
  int fd = -1;
  ExpectSystemError(EADDRINUSE, net_bind(&address_, kPlain, &fd));
  EXPECT_EQ(-1, fd);
  EXPECT_EQ(before, net_testing::CountOpenDescriptors());
}

TEST_P(StreamTest, BindSetsItsOptions) {
  struct net_address any = AnyPort(GetParam());
  int fd = -1;
  ASSERT_EQ(NET_ERROR_NONE, net_bind(&any, {true, false}, &fd).kind);
  Descriptor address(fd);
  EXPECT_NE(0, Option(fd, SOL_SOCKET, SO_REUSEADDR));
  EXPECT_EQ(0, Option(fd, SOL_SOCKET, SO_REUSEPORT));
  if (GetParam() == AF_UNIX) {
    return;
  }
  ASSERT_EQ(NET_ERROR_NONE, net_bind(&any, {false, true}, &fd).kind);
  Descriptor port(fd);
  EXPECT_EQ(0, Option(fd, SOL_SOCKET, SO_REUSEADDR));
  EXPECT_NE(0, Option(fd, SOL_SOCKET, SO_REUSEPORT));
}

TEST_P(StreamTest, AcceptMakesWhatTheListenerIs) {
  Listen();
  for (bool nonblocking : {false, true}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), nonblocking).kind);
    Descriptor near = Connect();
    int fd = -1;
    ASSERT_EQ(NET_ERROR_NONE, net_accept(listener_.get(), &fd, nullptr).kind);
    Descriptor far(fd);
    EXPECT_EQ(nonblocking, IsNonblocking(fd));
    EXPECT_TRUE(IsCloseOnExec(fd));
    if (GetParam() != AF_UNIX) {
      EXPECT_NE(0, Option(fd, IPPROTO_TCP, TCP_NODELAY));
    }
  }
}

TEST_P(StreamTest, AcceptOnANonblockingListenerDoesNotWait) {
  Listen();
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), true).kind);
  int fd = -1;
  ExpectSystemError(EAGAIN, net_accept(listener_.get(), &fd, nullptr));
  EXPECT_EQ(-1, fd);
}

TEST_P(StreamTest, AcceptOnWhatDoesNotListenIsAnError) {
  int fd = -1;
  ExpectSystemError(EINVAL, net_accept(listener_.get(), &fd, nullptr));
}

TEST_P(StreamTest, AcceptEndsWithTheSocketTimeout) {
  Listen();
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(listener_.get(), SO_RCVTIMEO, 0.02).kind);
  int fd = -1;
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_accept(listener_.get(), &fd, nullptr).kind);
  EXPECT_EQ(-1, fd);
}

TEST_P(StreamTest, SignalsDoNotLengthenAccept) {
  Listen();
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(listener_.get(), SO_RCVTIMEO, 0.05).kind);
  SignalStorm storm;
  int fd = -1;
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_accept(listener_.get(), &fd, nullptr).kind);
  EXPECT_GT(SignalStorm::count(), 0);
}

int connecting = -1;
struct net_address connect_to;

void ConnectInHandler() {
  (void)connect(connecting, reinterpret_cast<struct sockaddr *>(&connect_to.storage),
                connect_to.length);
}

TEST_P(StreamTest, SignalsDoNotEndAccept) {
  Listen();
  Descriptor near(socket(GetParam(), SOCK_STREAM | SOCK_NONBLOCK, 0));
  connecting = near.get();
  connect_to = address_;
  SignalStorm storm(3, ConnectInHandler);
  int fd = -1;
  EXPECT_EQ(NET_ERROR_NONE, net_accept(listener_.get(), &fd, nullptr).kind);
  Descriptor far(fd);
  EXPECT_GE(SignalStorm::count(), 3);
}

TEST_P(StreamTest, AcceptPassesOverAbortedConnections) {
  Listen();
  for (bool nonblocking : {false, true}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), nonblocking).kind);
    Descriptor near = Connect();
    accept_errors = {ECONNABORTED, EPROTO, EINTR};
    int fd = -1;
    EXPECT_EQ(NET_ERROR_NONE, net_accept(listener_.get(), &fd, nullptr).kind);
    Descriptor far(fd);
    EXPECT_TRUE(accept_errors.empty());
  }
}

TEST_P(StreamTest, AcceptReportsWhatItCannotPassOver) {
  Listen();
  for (bool nonblocking : {false, true}) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), nonblocking).kind);
    accept_errors = {EMFILE};
    int fd = -1;
    ExpectSystemError(EMFILE, net_accept(listener_.get(), &fd, nullptr));
    EXPECT_EQ(-1, fd);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, StreamTest, testing::Values(AF_UNIX, AF_INET, AF_INET6),
                         FamilyName);

// A peer that has sent a RST before it was accepted still has an address.
TEST(Stream, AcceptKnowsThePeerThatIsGone) {
  struct net_address any = AnyPort(AF_INET);
  int fd = -1;
  ASSERT_EQ(NET_ERROR_NONE, net_bind(&any, kPlain, &fd).kind);
  Descriptor listener(fd);
  ASSERT_EQ(NET_ERROR_NONE, net_listen(fd, 1).kind);
  struct net_address address = {};
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listener.get(), &address).kind);
  ASSERT_EQ(NET_ERROR_NONE, net_connect(&address, -1, &fd).kind);
  Descriptor near(fd);
  struct net_address local = {};
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(near.get(), &local).kind);
  net_testing::ResetOnClose(near.get());
  near.reset();
  struct net_address peer = {};
  ASSERT_EQ(NET_ERROR_NONE, net_accept(listener.get(), &fd, &peer).kind);
  Descriptor far(fd);
  EXPECT_EQ(0, memcmp(&local.storage, &peer.storage, local.length));
}

TEST(Stream, AddressesThatTheSystemDoesNotHave) {
  struct net_address address = {};
  address.family = -1;
  address.socktype = SOCK_STREAM;
  int fd = -1;
  ExpectSystemError(EAFNOSUPPORT, net_connect(&address, -1, &fd));
  ExpectSystemError(EAFNOSUPPORT, net_bind(&address, kPlain, &fd));
  ExpectSystemError(ENOENT,
                    (address = UnixAddress("/nonexistent/socket"), net_connect(&address, -1, &fd)));
  EXPECT_EQ(-1, fd);
}

TEST(Stream, DescriptorsThatAreNoSockets) {
  int fd = -1;
  struct net_address address;
  ExpectSystemError(EBADF, net_listen(-1, 1));
  ExpectSystemError(EBADF, net_accept(-1, &fd, nullptr));
  ExpectSystemError(EBADF, net_close(-1));
  ExpectSystemError(EBADF, net_wait(-1, NET_TRANSPORT_READABLE, -1));
  ExpectSystemError(EBADF, net_local_address(-1, &address));
  Descriptor file(open("/dev/null", O_RDONLY));
  ExpectSystemError(ENOTSOCK, net_listen(file.get(), 1));
  ExpectSystemError(ENOTSOCK, net_accept(file.get(), &fd, nullptr));
}

TEST(Stream, CloseCloses) {
  Descriptor file(open("/dev/null", O_RDONLY));
  int fd = file.release();
  EXPECT_EQ(NET_ERROR_NONE, net_close(fd).kind);
  EXPECT_EQ(-1, fcntl(fd, F_GETFD));
}

}  // namespace
