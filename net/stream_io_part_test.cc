// What a call of the system moves but a part of goes on where that ended.

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "testing/sockets.h"

using Parts = std::vector<std::string>;

// The linker sends the calls of net/ here (--wrap).
extern "C" {
ssize_t __real_recv(int fd, void *buffer, size_t length, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);

// The next call moves no more.
static size_t limit = SIZE_MAX;
// What each call was to send.
static std::vector<Parts> messages;

ssize_t __wrap_recv(int fd, void *buffer, size_t length, int flags) {
  length = std::min(length, limit);
  limit = SIZE_MAX;
  return __real_recv(fd, buffer, length, flags);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags) {
  std::string bytes;
  messages.emplace_back();
  for (size_t i = 0; i < message->msg_iovlen; i++) {
    const struct iovec &part = message->msg_iov[i];
    messages.back().emplace_back(static_cast<const char *>(part.iov_base), part.iov_len);
    bytes += messages.back().back();
  }
  size_t length = std::min(bytes.size(), limit);
  limit = SIZE_MAX;
  return send(fd, bytes.data(), length, flags);
}
}

namespace {

TEST(Receive, AsksForNoMoreThanIsLeft) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
  ASSERT_EQ(10, send(pair.far.get(), "0123456789", 10, 0));
  char buffer[10] = {};
  size_t length = 0;
  limit = 3;
  EXPECT_EQ(
      NET_ERROR_NONE,
      net_receive(pair.near.get(), NET_TRANSPORT_BLOCKING, MSG_WAITALL, buffer, 5, &length).kind);
  EXPECT_EQ(5u, length);
  EXPECT_EQ("01234", std::string(buffer));
}

class SendMessageTest : public testing::Test {
 protected:
  // Sends "ab", "" and "cde", at first but `first` bytes of them; behind them is what is not sent.
  void Send(size_t first) {
    limit = first;
    messages.clear();
    char bytes[] = "abcdeX";
    struct iovec parts[] = {{bytes, 2}, {bytes + 2, 0}, {bytes + 2, 3}, {bytes + 5, 1}};
    struct msghdr message = {};
    message.msg_iov = parts;
    message.msg_iovlen = 3;
    size_t sent = 0;
    EXPECT_EQ(NET_ERROR_NONE,
              net_send_message(pair_.near.get(), NET_TRANSPORT_BLOCKING, 0, &message, &sent).kind);
    EXPECT_EQ(5u, sent);
    char received[10] = {};
    EXPECT_EQ(5, recv(pair_.far.get(), received, sizeof(received), 0));
    EXPECT_EQ("abcde", std::string(received));
  }

  net_testing::SocketPair pair_ = net_testing::MakeSocketPair(AF_UNIX);
};

TEST_F(SendMessageTest, IsOneCallWhereAllGoes) {
  Send(SIZE_MAX);
  EXPECT_EQ((std::vector<Parts>{{"ab", "", "cde"}}), messages);
}

TEST_F(SendMessageTest, GoesOnWithTheRest) {
  Send(1);
  EXPECT_EQ((std::vector<Parts>{{"ab", "", "cde"}, {"b", "cde"}}), messages);
  Send(2);
  EXPECT_EQ((std::vector<Parts>{{"ab", "", "cde"}, {"cde"}}), messages);
  Send(4);
  EXPECT_EQ((std::vector<Parts>{{"ab", "", "cde"}, {"e"}}), messages);
}

}  // namespace
