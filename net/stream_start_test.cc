// What a caller that waits on its own needs of the stream functions.

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/transport.h"
#include "testing/sockets.h"

// The linker sends the calls of net/ here (--wrap).
extern "C" {
void *__real_calloc(size_t number, size_t size);
void __real_free(void *block);

static const void *last_block = nullptr;

void *__wrap_calloc(size_t number, size_t size) {
  void *block = __real_calloc(number, size);
  last_block = block;
  return block;
}

void __wrap_free(void *block) {
  last_block = block == last_block ? nullptr : last_block;
  __real_free(block);
}
}

namespace {

using net_testing::Descriptor;

struct net_address Loopback() {
  struct net_address *addresses = nullptr;
  size_t num_addresses = 0;
  EXPECT_EQ(NET_ERROR_NONE, net_resolve("127.0.0.1", "0", true, &addresses, &num_addresses).kind);
  struct net_address address = addresses[0];
  free(addresses);
  return address;
}

class StreamStartTest : public testing::Test {
 protected:
  void SetUp() override {
    struct net_address any = Loopback();
    int fd = -1;
    ASSERT_EQ(NET_ERROR_NONE, net_bind(&any, {false, false}, &fd).kind);
    listener_.reset(fd);
    ASSERT_EQ(NET_ERROR_NONE, net_local_address(fd, &address_).kind);
  }

  // Starts to connect and returns how that ended.
  struct net_error Connect(Descriptor *connection) {
    int fd = -1;
    bool is_connected = false;
    struct net_error error = net_connect_start(&address_, &fd, &is_connected);
    if (error.kind != NET_ERROR_NONE) {
      return error;
    }
    connection->reset(fd);
    if (!is_connected) {
      EXPECT_EQ(NET_ERROR_NONE, net_wait(fd, NET_TRANSPORT_WRITABLE, -1).kind);
    }
    return net_connect_finish(fd);
  }

  Descriptor listener_;
  struct net_address address_ = {};
};

TEST_F(StreamStartTest, ConnectMakesANonblockingDescriptor) {
  ASSERT_EQ(NET_ERROR_NONE, net_listen(listener_.get(), 1).kind);
  Descriptor connection;
  ASSERT_EQ(NET_ERROR_NONE, Connect(&connection).kind);
  bool is_nonblocking = false;
  EXPECT_EQ(NET_ERROR_NONE, net_get_nonblocking(connection.get(), &is_nonblocking).kind);
  EXPECT_TRUE(is_nonblocking);
  EXPECT_NE(0, fcntl(connection.get(), F_GETFD) & FD_CLOEXEC);
  int is_nodelay = 0;
  EXPECT_EQ(NET_ERROR_NONE,
            net_get_option(connection.get(), IPPROTO_TCP, TCP_NODELAY, &is_nodelay).kind);
  EXPECT_EQ(1, is_nodelay);
}

TEST_F(StreamStartTest, ConnectTellsWhyItFailed) {
  Descriptor connection;
  struct net_error error = Connect(&connection);
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(ECONNREFUSED, error.code);
}

TEST_F(StreamStartTest, ConnectThatCannotBeginLeavesNothingOpen) {
  int before = net_testing::CountOpenDescriptors();
  int fd = -1;
  bool is_connected = true;
  address_.length = 1;
  EXPECT_EQ(EINVAL, net_connect_start(&address_, &fd, &is_connected).code);
  EXPECT_EQ(-1, fd);
  EXPECT_EQ(before, net_testing::CountOpenDescriptors());
}

TEST(NonblockingFlag, IsRead) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  bool is_nonblocking = true;
  EXPECT_EQ(NET_ERROR_NONE, net_get_nonblocking(pair.near.get(), &is_nonblocking).kind);
  EXPECT_FALSE(is_nonblocking);
  EXPECT_EQ(EBADF, net_get_nonblocking(-1, &is_nonblocking).code);
}

TEST(WaitAny, TellsWhichIsReady) {
  net_testing::SocketPair idle = net_testing::MakeSocketPair(AF_UNIX);
  net_testing::SocketPair busy = net_testing::MakeSocketPair(AF_UNIX);
  ASSERT_EQ(1, write(busy.far.get(), "x", 1));
  struct net_wait_entry entries[] = {
      {idle.near.get(), NET_TRANSPORT_READABLE, true},
      {busy.near.get(), NET_TRANSPORT_READABLE, false},
  };
  EXPECT_EQ(NET_ERROR_NONE, net_wait_any(entries, 2, -1).kind);
  EXPECT_FALSE(entries[0].is_ready);
  EXPECT_TRUE(entries[1].is_ready);
  std::swap(entries[0], entries[1]);
  EXPECT_EQ(NET_ERROR_NONE, net_wait_any(entries, 2, 0).kind);
  EXPECT_TRUE(entries[0].is_ready);
  EXPECT_FALSE(entries[1].is_ready);
}

TEST(WaitAny, KeepsNothing) {
  net_testing::SocketPair idle = net_testing::MakeSocketPair(AF_UNIX);
  struct net_wait_entry entry = {idle.near.get(), NET_TRANSPORT_READABLE, true};
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait_any(&entry, 1, 0).kind);
  EXPECT_EQ(nullptr, last_block) << "it is not freed";
}

TEST(WaitAny, EndsWithItsTime) {
  net_testing::SocketPair idle = net_testing::MakeSocketPair(AF_UNIX);
  struct net_wait_entry entry = {idle.near.get(), NET_TRANSPORT_READABLE, true};
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait_any(&entry, 1, 1).kind);
  EXPECT_FALSE(entry.is_ready);
  EXPECT_EQ(NET_ERROR_TIMEOUT, net_wait_any(nullptr, 0, 0).kind);
}

TEST(Deadline, CountsDown) {
  EXPECT_EQ(NET_NO_DEADLINE, net_deadline_after(-1));
  EXPECT_EQ(NET_NO_DEADLINE, net_deadline_after(INT64_MAX));
  EXPECT_LT(net_deadline_remaining(NET_NO_DEADLINE), 0);
  EXPECT_EQ(0, net_deadline_remaining(net_deadline_after(0)));
  int64_t remaining = net_deadline_remaining(net_deadline_after(3600000));
  EXPECT_GT(remaining, 0);
  EXPECT_LE(remaining, 3600000);
}

}  // namespace
