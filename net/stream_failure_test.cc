// What streams make of the system's calls that fail.

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "testing/played_system.h"
#include "testing/sockets.h"

namespace {

using net_testing::Descriptor;
using net_testing::PlayedSystem;
using net_testing::SystemCall;

constexpr int kFailure = EDOM;
constexpr struct net_bind_options kReusing = {true, true};

void ExpectError(struct net_error error, int code = kFailure) {
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(code, error.code);
}

struct net_address Loopback() {
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  EXPECT_EQ(NET_ERROR_NONE, net_resolve("127.0.0.1", "0", true, &addresses, &num_addresses).kind);
  struct net_address address = addresses[0];
  free(addresses);
  return address;
}

class StreamFailureTest : public testing::Test {
 protected:
  StreamFailureTest() : system_([](int, unsigned) { return false; }) {
    struct net_address address = Loopback();
    int fd = -1;
    EXPECT_EQ(NET_ERROR_NONE, net_bind(&address, {false, false}, &fd).kind);
    listener_.reset(fd);
    EXPECT_EQ(NET_ERROR_NONE, net_listen(fd, 5).kind);
    EXPECT_EQ(NET_ERROR_NONE, net_local_address(fd, &address_).kind);
    open_ = net_testing::CountOpenDescriptors();
  }
  ~StreamFailureTest() override {
    EXPECT_EQ(open_, net_testing::CountOpenDescriptors()) << "a descriptor is left open";
  }

  void Fail(SystemCall call, unsigned after = 0, int error = kFailure) {
    system_.Fail(call, after, error, 1);
  }

  PlayedSystem system_;
  Descriptor listener_;
  struct net_address address_;
  int open_ = 0;
};

TEST_F(StreamFailureTest, Connect) {
  for (SystemCall call : {net_testing::kSocket, net_testing::kConnect, net_testing::kFcntl,
                          net_testing::kGetsockopt, net_testing::kSetsockopt}) {
    SCOPED_TRACE(call);
    int fd = -7;
    Fail(call);
    ExpectError(net_connect(&address_, 1000, &fd));
    EXPECT_EQ(-7, fd);
    EXPECT_TRUE(system_.StopFailing());
  }
}

TEST_F(StreamFailureTest, ConnectThatGoesOnInTheBackground) {
  int fd = -1;
  Fail(net_testing::kConnect, 0, EINPROGRESS);
  Fail(net_testing::kPoll);
  ExpectError(net_connect(&address_, 1000, &fd));
  system_.StopFailing();
  Fail(net_testing::kConnect, 0, EINPROGRESS);
  Fail(net_testing::kGetsockopt);
  ExpectError(net_connect(&address_, 1000, &fd));
}

// Only of a unix socket does EAGAIN mean a queue that is full.
TEST_F(StreamFailureTest, ConnectOverTcpHasNoQueue) {
  int fd = -1;
  Fail(net_testing::kConnect, 0, EAGAIN);
  ExpectError(net_connect(&address_, 1000, &fd), EAGAIN);
}

TEST_F(StreamFailureTest, ConnectFinish) {
  ExpectError(net_connect_finish(-1), EBADF);
  Fail(net_testing::kGetsockopt);
  ExpectError(net_connect_finish(listener_.get()));
}

TEST_F(StreamFailureTest, ConnectStart) {
  for (SystemCall call : {net_testing::kSocket, net_testing::kGetsockopt, net_testing::kSetsockopt,
                          net_testing::kConnect}) {
    SCOPED_TRACE(call);
    int fd = -7;
    bool is_connected = true;
    Fail(call);
    ExpectError(net_connect_start(&address_, &fd, &is_connected));
    EXPECT_EQ(-7, fd);
  }
}

TEST_F(StreamFailureTest, ConnectStartTellsWhetherItIsDone) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  struct net_address name = {};
  name.family = name.storage.ss_family = AF_UNIX;
  name.socktype = SOCK_STREAM;
  name.length = sizeof(sa_family_t);
  int listening = -1;
  int fd = -1;
  bool is_connected = false;
  ASSERT_EQ(NET_ERROR_NONE, net_bind(&name, {false, false}, &listening).kind);
  Descriptor listener(listening);
  ASSERT_EQ(NET_ERROR_NONE, net_listen(listening, 1).kind);
  ASSERT_EQ(NET_ERROR_NONE, net_local_address(listening, &name).kind);
  ASSERT_EQ(NET_ERROR_NONE, net_connect_start(&name, &fd, &is_connected).kind);
  Descriptor connected(fd);
  EXPECT_TRUE(is_connected);
  Fail(net_testing::kConnect, 0, EINTR);
  ASSERT_EQ(NET_ERROR_NONE, net_connect_start(&address_, &fd, &is_connected).kind);
  Descriptor begun(fd);
  EXPECT_FALSE(is_connected);
}

TEST_F(StreamFailureTest, Bind) {
  struct net_address address = Loopback();
  int fd = -7;
  Fail(net_testing::kSocket);
  ExpectError(net_bind(&address, kReusing, &fd));
  // SO_REUSEADDR, and then SO_REUSEPORT.
  Fail(net_testing::kSetsockopt, 0);
  ExpectError(net_bind(&address, kReusing, &fd));
  Fail(net_testing::kSetsockopt, 1);
  ExpectError(net_bind(&address, kReusing, &fd));
  Fail(net_testing::kBind);
  ExpectError(net_bind(&address, kReusing, &fd));
  EXPECT_EQ(-7, fd);
}

TEST_F(StreamFailureTest, Accept) {
  int fd = -1;
  ASSERT_EQ(NET_ERROR_NONE, net_connect(&address_, 1000, &fd).kind);
  Descriptor client(fd);
  open_++;
  int accepted = -7;
  struct net_address peer = {};
  Fail(net_testing::kFcntl);
  ExpectError(net_accept(listener_.get(), &accepted, &peer));
  Fail(net_testing::kAccept);
  ExpectError(net_accept(listener_.get(), &accepted, &peer));
  // SO_RCVTIMEO, before anything is accepted.
  Fail(net_testing::kGetsockopt, 0);
  ExpectError(net_accept(listener_.get(), &accepted, &peer));
  EXPECT_EQ(-7, accepted);
  EXPECT_EQ(0u, peer.length);
  client.reset();
  open_--;
}

// SO_TYPE, SO_PROTOCOL, SO_PROTOCOL again and TCP_NODELAY: each once a connection is there.
TEST_F(StreamFailureTest, AcceptOfAConnection) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), true).kind);
  for (int number = 0; number < 4; number++) {
    SCOPED_TRACE(number);
    int fd = -1;
    ASSERT_EQ(NET_ERROR_NONE, net_connect(&address_, 1000, &fd).kind);
    Descriptor client(fd);
    int accepted = -7;
    struct net_address peer = {};
    if (number < 3) {
      Fail(net_testing::kGetsockopt, static_cast<unsigned>(number));
    } else {
      Fail(net_testing::kSetsockopt);
    }
    ExpectError(net_accept(listener_.get(), &accepted, &peer));
    EXPECT_TRUE(system_.StopFailing());
    EXPECT_EQ(-7, accepted);
    EXPECT_EQ(0u, peer.length);
  }
}

TEST_F(StreamFailureTest, Address) {
  struct net_address address = {};
  Fail(net_testing::kGetsockname);
  ExpectError(net_local_address(listener_.get(), &address));
  for (unsigned number = 0; number < 2; number++) {
    Fail(net_testing::kGetsockopt, number);
    ExpectError(net_local_address(listener_.get(), &address));
  }
  EXPECT_EQ(0u, address.length);
}

TEST_F(StreamFailureTest, Resolve) {
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  // Those that a system without a hosts file and without a network gives.
  for (int code : {EAI_NONAME, EAI_AGAIN, EAI_FAIL}) {
    Fail(net_testing::kGetaddrinfo, 0, code);
    ASSERT_EQ(NET_ERROR_NONE,
              net_resolve("localhost", "1", false, &addresses, &num_addresses).kind);
    free(addresses);
    Fail(net_testing::kGetaddrinfo, 0, code);
    struct net_error error = net_resolve("127.0.0.1", "1", false, &addresses, &num_addresses);
    EXPECT_EQ(NET_ERROR_RESOLVER, error.kind);
    EXPECT_EQ(code, error.code);
  }
  Fail(net_testing::kGetaddrinfo, 0, EAI_MEMORY);
  EXPECT_NE(NET_ERROR_NONE, net_resolve("localhost", "1", false, &addresses, &num_addresses).kind);
  Fail(net_testing::kCalloc);
  ExpectError(net_resolve("127.0.0.1", "1", false, &addresses, &num_addresses), ENOMEM);
}

TEST_F(StreamFailureTest, CanonicalName) {
  struct net_hints hints = {AI_CANONNAME | AI_NUMERICHOST, AF_INET, SOCK_STREAM, 0};
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  char *name = nullptr;
  Fail(net_testing::kStrdup);
  ExpectError(net_resolve_as("127.0.0.1", "1", &hints, &addresses, &num_addresses, &name), ENOMEM);
  Fail(net_testing::kCalloc);
  ExpectError(net_resolve_as("127.0.0.1", "1", &hints, &addresses, &num_addresses, &name), ENOMEM);
  EXPECT_EQ(nullptr, name);
  ASSERT_EQ(NET_ERROR_NONE,
            net_resolve_as("127.0.0.1", "1", &hints, &addresses, &num_addresses, &name).kind);
  EXPECT_STREQ("127.0.0.1", name);
  free(addresses);
  free(name);
}

TEST_F(StreamFailureTest, Adopt) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  struct net_address address = {};
  address.family = -7;
  // The family, the type, the protocol.
  for (unsigned number = 0; number < 3; number++) {
    Fail(net_testing::kGetsockopt, number);
    ExpectError(net_adopt(pair.near.get(), NET_FAMILY_UNIX, true, &address));
    EXPECT_TRUE(system_.StopFailing());
  }
  // F_GETFD, F_SETFD, F_GETFL, F_SETFL.
  for (unsigned number = 0; number < 4; number++) {
    Fail(net_testing::kFcntl, number);
    ExpectError(net_adopt(pair.near.get(), NET_FAMILY_UNIX, true, &address));
    EXPECT_TRUE(system_.StopFailing());
  }
  EXPECT_EQ(-7, address.family);
}

TEST_F(StreamFailureTest, PairAndTimer) {
  int fds[2] = {-7, -7};
  Fail(net_testing::kSocketpair);
  ExpectError(net_pair(false, fds));
  int fd = -7;
  Fail(net_testing::kTimerfdCreate);
  ExpectError(net_timer(5, &fd));
  Fail(net_testing::kTimerfdSettime);
  ExpectError(net_timer(5, &fd));
  EXPECT_EQ(-7, fd);
}

TEST_F(StreamFailureTest, Options) {
  int value = -7;
  double seconds = -7;
  bool is_set = true;
  int fd = listener_.get();
  Fail(net_testing::kGetsockopt);
  ExpectError(net_get_timeout(fd, SO_RCVTIMEO, &seconds));
  Fail(net_testing::kGetsockopt);
  ExpectError(net_get_linger(fd, &value));
  EXPECT_EQ(-7, seconds);
  EXPECT_EQ(-7, value);
  Fail(net_testing::kFcntl);
  ExpectError(net_get_close_on_exec(fd, &is_set));
  EXPECT_TRUE(is_set);
  Fail(net_testing::kFcntl);
  ExpectError(net_get_nonblocking(fd, &is_set));
  EXPECT_FALSE(is_set);
  // F_GETFD and F_SETFD, F_GETFL and F_SETFL.
  for (unsigned number = 0; number < 2; number++) {
    Fail(net_testing::kFcntl, number);
    ExpectError(net_set_close_on_exec(fd, false));
    Fail(net_testing::kFcntl, number);
    ExpectError(net_set_nonblocking(fd, true));
  }
}

// What is as it should be is not set again.
TEST_F(StreamFailureTest, NonblockingIsSetOnce) {
  Fail(net_testing::kFcntl, 1);
  EXPECT_EQ(NET_ERROR_NONE, net_set_nonblocking(listener_.get(), false).kind);
  EXPECT_FALSE(system_.StopFailing());
}

TEST_F(StreamFailureTest, AtMark) {
  bool is_at_mark = true;
  ExpectError(net_at_mark(-1, &is_at_mark), EBADF);
  EXPECT_TRUE(is_at_mark);
  ExpectError(net_get_close_on_exec(-1, &is_at_mark), EBADF);
  EXPECT_TRUE(is_at_mark);
}

}  // namespace
