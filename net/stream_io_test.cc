// Plain bytes over real sockets. How signals and the socket's timeouts are dealt with is the same
// code as the POSIX transport's, and tested with it.

#include "net/stream_io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/vector_io.h"
#include "testing/sockets.h"

namespace {

using net_testing::Descriptor;
using net_testing::SignalStorm;

int far_end = -1;

void SendFromTheFarEnd() {
  (void)send(far_end, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void CloseTheFarEnd() {
  shutdown(far_end, SHUT_RDWR);
}

void ExpectError(struct net_error error, enum net_error_kind kind, int code = 0) {
  EXPECT_EQ(kind, error.kind);
  EXPECT_EQ(code, error.code);
}

class StreamIoTest : public testing::Test {
 protected:
  void SetUp() override {
    net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
    near_ = std::move(pair.near);
    far_ = std::move(pair.far);
    far_end = far_.get();
  }

  struct net_error Receive(enum net_transport_mode mode, int flags = 0, size_t capacity = 16) {
    return net_receive(near_.get(), mode, flags, buffer_, capacity, &count_);
  }

  struct net_error Send(enum net_transport_mode mode, const std::string &text, int flags = 0) {
    return net_send(near_.get(), mode, flags, text.data(), text.size(), &count_);
  }

  std::string Received() {
    return std::string(buffer_, count_);
  }

  void FromTheFarEnd(const std::string &text) {
    ASSERT_EQ(static_cast<ssize_t>(text.size()), send(far_.get(), text.data(), text.size(), 0));
  }

  Descriptor near_;
  Descriptor far_;
  char buffer_[64] = {};
  size_t count_ = 99;
};

TEST_F(StreamIoTest, ReceivesUpToTheCapacity) {
  FromTheFarEnd("hello");
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, 0, 3), NET_ERROR_NONE);
  EXPECT_EQ("hel", Received());
  ExpectError(Receive(NET_TRANSPORT_NONBLOCKING), NET_ERROR_NONE);
  EXPECT_EQ("lo", Received());
}

TEST_F(StreamIoTest, TheFinIsNoByteAndNoError) {
  far_.reset();
  for (auto mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
    ExpectError(Receive(mode), NET_ERROR_NONE);
    EXPECT_EQ(0u, count_);
  }
}

TEST_F(StreamIoTest, ResetIsAnError) {
  ExpectError(Send(NET_TRANSPORT_BLOCKING, "unread"), NET_ERROR_NONE);
  far_.reset();
  ExpectError(Receive(NET_TRANSPORT_BLOCKING), NET_ERROR_SYSTEM, ECONNRESET);
  EXPECT_EQ(0u, count_);
}

TEST_F(StreamIoTest, WhatMustNotSleepIsEagain) {
  ExpectError(Receive(NET_TRANSPORT_NONBLOCKING), NET_ERROR_SYSTEM, EAGAIN);
  EXPECT_EQ(0u, count_);
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_DONTWAIT), NET_ERROR_SYSTEM, EAGAIN);
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(near_.get(), true).kind);
  ExpectError(Receive(NET_TRANSPORT_BLOCKING), NET_ERROR_SYSTEM, EAGAIN);
}

TEST_F(StreamIoTest, TheSocketTimeoutIsATimeout) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near_.get(), SO_RCVTIMEO, 0.02).kind);
  ExpectError(Receive(NET_TRANSPORT_BLOCKING), NET_ERROR_TIMEOUT);
  EXPECT_EQ(0u, count_);
}

TEST_F(StreamIoTest, PeekLeavesTheBytes) {
  FromTheFarEnd("abc");
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_PEEK), NET_ERROR_NONE);
  EXPECT_EQ("abc", Received());
  ExpectError(Receive(NET_TRANSPORT_BLOCKING), NET_ERROR_NONE);
  EXPECT_EQ("abc", Received());
}

TEST_F(StreamIoTest, WaitAllGoesOnAfterSignals) {
  SignalStorm storm(1, SendFromTheFarEnd);
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_WAITALL, 10), NET_ERROR_NONE);
  EXPECT_EQ("xxxxxxxxxx", Received());
}

TEST_F(StreamIoTest, WaitAllTellsWhatCameBeforeTheEnd) {
  FromTheFarEnd("abc");
  SignalStorm storm(5, CloseTheFarEnd);
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_WAITALL), NET_ERROR_NONE);
  EXPECT_EQ("abc", Received());
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_WAITALL), NET_ERROR_NONE);
  EXPECT_EQ(0u, count_);
}

TEST_F(StreamIoTest, WaitAllTellsWhatCameBeforeTheTimeout) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near_.get(), SO_RCVTIMEO, 0.05).kind);
  FromTheFarEnd("abc");
  SignalStorm storm;
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_WAITALL), NET_ERROR_NONE);
  EXPECT_EQ("abc", Received());
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_WAITALL), NET_ERROR_TIMEOUT);
}

TEST_F(StreamIoTest, WaitAllDoesNotPeekAtTheSameBytesTwice) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near_.get(), SO_RCVTIMEO, 0.02).kind);
  FromTheFarEnd("abc");
  ExpectError(Receive(NET_TRANSPORT_BLOCKING, MSG_WAITALL | MSG_PEEK), NET_ERROR_NONE);
  EXPECT_EQ("abc", Received());
}

TEST_F(StreamIoTest, SendsAndCounts) {
  ExpectError(Send(NET_TRANSPORT_BLOCKING, "hello"), NET_ERROR_NONE);
  EXPECT_EQ(5u, count_);
  ExpectError(Send(NET_TRANSPORT_NONBLOCKING, "you"), NET_ERROR_NONE);
  EXPECT_EQ(3u, count_);
  ASSERT_EQ(8, recv(far_.get(), buffer_, sizeof(buffer_), 0));
  EXPECT_EQ("helloyou", std::string(buffer_, 8));
}

TEST_F(StreamIoTest, SendTellsHowFarItCame) {
  std::string much(16 << 20, 'x');
  ExpectError(Send(NET_TRANSPORT_NONBLOCKING, much), NET_ERROR_NONE);
  EXPECT_GT(count_, 0u);
  EXPECT_LT(count_, much.size());
  net_testing::FillSendBuffer(near_.get());
  ExpectError(Send(NET_TRANSPORT_NONBLOCKING, much), NET_ERROR_SYSTEM, EAGAIN);
  EXPECT_EQ(0u, count_);
}

TEST_F(StreamIoTest, SendTellsHowFarItCameBeforeTheTimeout) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near_.get(), SO_SNDTIMEO, 0.02).kind);
  std::string much(16 << 20, 'x');
  ExpectError(Send(NET_TRANSPORT_BLOCKING, much), NET_ERROR_TIMEOUT);
  EXPECT_GT(count_, 0u);
  EXPECT_LT(count_, much.size());
}

// SIGPIPE's disposition is the default one here: it would end the process.
TEST_F(StreamIoTest, SendToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  far_.reset();
  ExpectError(Send(NET_TRANSPORT_BLOCKING, "x"), NET_ERROR_SYSTEM, EPIPE);
  ExpectError(Send(NET_TRANSPORT_NONBLOCKING, "x"), NET_ERROR_SYSTEM, EPIPE);
  struct iovec part = {buffer_, 1};
  struct msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ExpectError(net_send_message(near_.get(), NET_TRANSPORT_BLOCKING, 0, &message, &count_),
              NET_ERROR_SYSTEM, EPIPE);
}

class MessageTest : public StreamIoTest {
 protected:
  void SetUp() override {
    StreamIoTest::SetUp();
    message_.msg_iov = parts_;
    message_.msg_iovlen = 2;
    message_.msg_control = control_;
    message_.msg_controllen = sizeof(control_);
  }

  // Makes the message one that hands on a descriptor.
  void AddDescriptor(int fd) {
    struct cmsghdr *header = CMSG_FIRSTHDR(&message_);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  }

  char first_[2] = {'a', 'b'};
  char second_[3] = {'c', 'd', 'e'};
  struct iovec parts_[2] = {{first_, 2}, {second_, 3}};
  alignas(struct cmsghdr) char control_[CMSG_SPACE(sizeof(int))] = {};
  struct msghdr message_ = {};
};

TEST_F(MessageTest, MovesVectors) {
  message_.msg_controllen = 0;
  for (auto mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
    ExpectError(net_send_message(near_.get(), mode, 0, &message_, &count_), NET_ERROR_NONE);
    EXPECT_EQ(5u, count_);
    memset(first_, 0, sizeof(first_));
    memset(second_, 0, sizeof(second_));
    ExpectError(net_receive_message(far_.get(), mode, 0, &message_, &count_), NET_ERROR_NONE);
    EXPECT_EQ(5u, count_);
    EXPECT_EQ("ab", std::string(first_, 2));
    EXPECT_EQ("cde", std::string(second_, 3));
  }
  ExpectError(net_receive_message(far_.get(), NET_TRANSPORT_NONBLOCKING, 0, &message_, &count_),
              NET_ERROR_SYSTEM, EAGAIN);
}

// The kernel takes what it has room for and is interrupted: the rest follows, without what went
// beside the beginning.
TEST_F(MessageTest, ALongMessageGoesInOrderAndItsDescriptorOnce) {
  std::string first(3 << 20, 'a'), second(2 << 20, 'b');
  for (size_t i = 0; i < first.size(); i++) {
    first[i] = static_cast<char>(i % 251);
    second[i % second.size()] = static_cast<char>(i % 241);
  }
  parts_[0] = {first.data(), first.size()};
  parts_[1] = {second.data(), second.size()};
  AddDescriptor(near_.get());
  std::string received;
  int num_descriptors = 0;
  std::thread reader([&] {
    std::vector<char> buffer(1 << 16);
    while (received.size() < first.size() + second.size()) {
      alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
      struct iovec part = {buffer.data(), buffer.size()};
      struct msghdr message = {};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control;
      message.msg_controllen = sizeof(control);
      size_t length = 0;
      ExpectError(net_receive_message(far_.get(), NET_TRANSPORT_BLOCKING, 0, &message, &length),
                  NET_ERROR_NONE);
      received.append(buffer.data(), length);
      if (CMSG_FIRSTHDR(&message) != nullptr) {
        int fd = -1;
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
        close(fd);
        num_descriptors++;
      }
    }
  });
  {
    SignalStorm storm;
    ExpectError(net_send_message(near_.get(), NET_TRANSPORT_BLOCKING, 0, &message_, &count_),
                NET_ERROR_NONE);
  }
  reader.join();
  EXPECT_EQ(first.size() + second.size(), count_);
  EXPECT_TRUE(first + second == received) << "the bytes are others";
  EXPECT_EQ(1, num_descriptors);
}

TEST_F(MessageTest, SendKeepsOneTimeoutAndTellsWhatHasGone) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near_.get(), SO_SNDTIMEO, 0.02).kind);
  std::string much(8 << 20, 'x');
  parts_[0] = {much.data(), much.size()};
  parts_[1] = {much.data(), much.size()};
  message_.msg_controllen = 0;
  ExpectError(net_send_message(near_.get(), NET_TRANSPORT_BLOCKING, 0, &message_, &count_),
              NET_ERROR_TIMEOUT);
  EXPECT_GT(count_, 0u);
  EXPECT_LT(count_, much.size());
}

TEST_F(MessageTest, TooManyParts) {
  std::vector<struct iovec> parts(NET_VECTOR_MAX + 1, {first_, 1});
  message_.msg_iov = parts.data();
  message_.msg_iovlen = parts.size();
  message_.msg_controllen = 0;
  ExpectError(net_send_message(near_.get(), NET_TRANSPORT_BLOCKING, 0, &message_, &count_),
              NET_ERROR_SYSTEM, EMSGSIZE);
  EXPECT_EQ(0u, count_);
  message_.msg_iovlen--;
  ExpectError(net_send_message(near_.get(), NET_TRANSPORT_BLOCKING, 0, &message_, &count_),
              NET_ERROR_NONE);
  EXPECT_EQ(parts.size() - 1, count_);
}

TEST_F(MessageTest, DescriptorsComeInCloseOnExec) {
  AddDescriptor(near_.get());
  ExpectError(net_send_message(near_.get(), NET_TRANSPORT_BLOCKING, 0, &message_, &count_),
              NET_ERROR_NONE);
  memset(control_, 0, sizeof(control_));
  message_.msg_controllen = sizeof(control_);
  ExpectError(net_receive_message(far_.get(), NET_TRANSPORT_BLOCKING, 0, &message_, &count_),
              NET_ERROR_NONE);
  int fd = -1;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message_)), sizeof(fd));
  Descriptor received(fd);
  ASSERT_GE(fd, 0);
  EXPECT_NE(0, fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

TEST_F(StreamIoTest, ShutdownEndsOneDirection) {
  ExpectError(net_shutdown(near_.get(), SHUT_WR), NET_ERROR_NONE);
  EXPECT_EQ(0, recv(far_.get(), buffer_, 1, 0));
  ExpectError(Send(NET_TRANSPORT_BLOCKING, "x"), NET_ERROR_SYSTEM, EPIPE);
  FromTheFarEnd("x");
  ExpectError(Receive(NET_TRANSPORT_BLOCKING), NET_ERROR_NONE);
  EXPECT_EQ("x", Received());
}

TEST_F(StreamIoTest, ADescriptorThatIsClosed) {
  near_.reset();
  ExpectError(Receive(NET_TRANSPORT_BLOCKING), NET_ERROR_SYSTEM, EBADF);
  ExpectError(Send(NET_TRANSPORT_BLOCKING, "x"), NET_ERROR_SYSTEM, EBADF);
  ExpectError(net_shutdown(near_.get(), SHUT_WR), NET_ERROR_SYSTEM, EBADF);
}

}  // namespace
