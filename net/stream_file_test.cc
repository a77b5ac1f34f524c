// Files over real sockets.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "testing/sockets.h"

namespace {

using net_testing::Descriptor;
using net_testing::SignalStorm;

constexpr size_t kMuch = 16 << 20;

// Bytes that tell where they are.
std::string Pattern(size_t size) {
  std::string pattern;
  while (pattern.size() < size) {
    pattern += std::to_string(pattern.size()) + " ";
  }
  return pattern.substr(0, size);
}

Descriptor MakeFile(const std::string &content) {
  Descriptor file(memfd_create("file", MFD_CLOEXEC));
  EXPECT_EQ(static_cast<ssize_t>(content.size()),
            pwrite(file.get(), content.data(), content.size(), 0));
  return file;
}

void ExpectError(struct net_error error, enum net_error_kind kind, int code = 0) {
  EXPECT_EQ(kind, error.kind);
  EXPECT_EQ(code, error.code);
}

int far_end = -1;

// From a signal's handler, of a process that is asleep in send: nothing else is allocating.
char drained[1 << 16];
size_t num_drained = 0;

void DrainTheFarEnd() {
  ssize_t count = recv(far_end, drained, sizeof(drained), MSG_DONTWAIT);
  num_drained += count > 0 ? static_cast<size_t>(count) : 0;
}

class StreamFileTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    net_testing::SocketPair pair = net_testing::MakeSocketPair(GetParam());
    near_ = std::move(pair.near);
    far_ = std::move(pair.far);
    far_end = far_.get();
    num_drained = 0;
  }

  struct net_error SendFile(enum net_transport_mode mode, const Descriptor &file, int64_t offset,
                            size_t length) {
    return net_send_file(near_.get(), mode, file.get(), offset, length, &sent_);
  }

  std::string Received(size_t length) {
    std::string received(length, '\0');
    ssize_t count = recv(far_.get(), &received[0], length, MSG_WAITALL);
    return received.substr(0, count > 0 ? static_cast<size_t>(count) : 0);
  }

  // The three ways: copied because it must not sleep, copied because of the timeout, not copied.
  void SetNonblocking() {
    ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(near_.get(), true).kind);
  }
  void SetTimeout(double seconds) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(near_.get(), SO_SNDTIMEO, seconds).kind);
  }

  Descriptor near_;
  Descriptor far_;
  size_t sent_ = 99;
};

INSTANTIATE_TEST_SUITE_P(Families, StreamFileTest, testing::Values(AF_UNIX, AF_INET));

TEST_P(StreamFileTest, SendsAPart) {
  Descriptor file = MakeFile("0123456789");
  ASSERT_EQ(7, lseek(file.get(), 7, SEEK_SET));
  for (int way = 0; way < 4; way++) {
    enum net_transport_mode mode = way < 2 ? NET_TRANSPORT_BLOCKING : NET_TRANSPORT_NONBLOCKING;
    if (way == 1) {
      SetTimeout(10);
    } else if (way == 3) {
      SetNonblocking();
    }
    ExpectError(SendFile(mode, file, 2, 4), NET_ERROR_NONE);
    EXPECT_EQ(4u, sent_);
    EXPECT_EQ("2345", Received(4));
    ExpectError(SendFile(mode, file, 8, 100), NET_ERROR_NONE);
    EXPECT_EQ(2u, sent_);
    EXPECT_EQ("89", Received(2));
    for (int64_t offset : {INT64_C(10), INT64_C(11), INT64_MAX}) {
      ExpectError(SendFile(mode, file, offset, 1), NET_ERROR_NONE);
      EXPECT_EQ(0u, sent_);
    }
    ExpectError(SendFile(mode, file, 0, 0), NET_ERROR_NONE);
    EXPECT_EQ(0u, sent_);
  }
  EXPECT_EQ(7, lseek(file.get(), 0, SEEK_CUR));
}

TEST_P(StreamFileTest, TellsHowFarItCame) {
  std::string content = Pattern(kMuch);
  Descriptor file = MakeFile(content);
  for (bool is_nonblocking : {false, true}) {
    if (is_nonblocking) {
      SetNonblocking();
    }
    ExpectError(SendFile(NET_TRANSPORT_NONBLOCKING, file, 5, kMuch), NET_ERROR_NONE);
    EXPECT_GT(sent_, 0u);
    ASSERT_LT(sent_, kMuch - 5);
    EXPECT_EQ(content.substr(5, sent_), Received(sent_));
    net_testing::FillSendBuffer(near_.get());
    ExpectError(SendFile(NET_TRANSPORT_NONBLOCKING, file, 0, 1), NET_ERROR_SYSTEM, EAGAIN);
    EXPECT_EQ(0u, sent_);
    // There is nothing to wait for.
    ExpectError(SendFile(NET_TRANSPORT_NONBLOCKING, file, kMuch, 1), NET_ERROR_NONE);
    net_testing::DrainReceiveBuffer(far_.get());
  }
}

TEST_P(StreamFileTest, TellsHowFarItCameBeforeTheTimeout) {
  std::string content = Pattern(kMuch);
  Descriptor file = MakeFile(content);
  SetTimeout(0.02);
  ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, 5, kMuch), NET_ERROR_TIMEOUT);
  EXPECT_GT(sent_, 0u);
  ASSERT_LT(sent_, kMuch - 5);
  EXPECT_EQ(content.substr(5, sent_), Received(sent_));
}

// Each signal lets it go on a little: with the whole of the timeout again for each, it would end.
TEST_P(StreamFileTest, SignalsDoNotLengthenTheTimeout) {
  Descriptor file = MakeFile(Pattern(kMuch));
  SetTimeout(0.05);
  SignalStorm storm;
  ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, 0, kMuch), NET_ERROR_TIMEOUT);
  EXPECT_GT(sent_, 0u);
}

TEST_P(StreamFileTest, GoesOnAfterSignals) {
  Descriptor file = MakeFile(Pattern(kMuch));
  {
    SignalStorm storm(1, DrainTheFarEnd);
    ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, 0, kMuch + 1), NET_ERROR_NONE);
  }
  EXPECT_EQ(kMuch, sent_);
  EXPECT_EQ(kMuch - num_drained, Received(kMuch - num_drained).size());
}

// SIGPIPE's disposition is the default one here: it would end the process.
TEST_P(StreamFileTest, ToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  Descriptor file = MakeFile("content");
  shutdown(near_.get(), SHUT_WR);
  ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, 0, 7), NET_ERROR_SYSTEM, EPIPE);
  ExpectError(SendFile(NET_TRANSPORT_NONBLOCKING, file, 0, 7), NET_ERROR_SYSTEM, EPIPE);
  SetNonblocking();
  ExpectError(SendFile(NET_TRANSPORT_NONBLOCKING, file, 0, 7), NET_ERROR_SYSTEM, EPIPE);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(0, sigismember(&pending, SIGPIPE));
  sigset_t blocked;
  ASSERT_EQ(0, pthread_sigmask(SIG_BLOCK, nullptr, &blocked));
  EXPECT_EQ(0, sigismember(&blocked, SIGPIPE));
}

TEST_P(StreamFileTest, ASignalThatWasPendingStaysSo) {
  Descriptor file = MakeFile("content");
  shutdown(near_.get(), SHUT_WR);
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ASSERT_EQ(0, pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr));
  raise(SIGPIPE);
  ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, 0, 7), NET_ERROR_SYSTEM, EPIPE);
  const struct timespec now = {0, 0};
  EXPECT_EQ(SIGPIPE, sigtimedwait(&pipe_signal, nullptr, &now));
  ASSERT_EQ(0, pthread_sigmask(SIG_UNBLOCK, &pipe_signal, nullptr));
}

TEST_P(StreamFileTest, AFileThatHasNoPagesIsCopied) {
  Descriptor file(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, 0, 5), NET_ERROR_NONE);
  EXPECT_EQ("Name:", Received(sent_));
}

TEST_P(StreamFileTest, WhatCannotBeReadAnywhereIsAnError) {
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  Descriptor pipe_out(ends[0]);
  Descriptor pipe_in(ends[1]);
  Descriptor directory(open("/", O_RDONLY | O_CLOEXEC));
  char byte = 0;
  for (auto mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
    ExpectError(SendFile(mode, pipe_out, 0, 1), NET_ERROR_SYSTEM, ESPIPE);
    ExpectError(SendFile(mode, directory, 0, 1), NET_ERROR_SYSTEM, EISDIR);
    ExpectError(SendFile(mode, Descriptor(), 0, 1), NET_ERROR_SYSTEM, EBADF);
  }
  size_t length = 9;
  ExpectError(net_read_file(pipe_out.get(), 0, &byte, 1, &length), NET_ERROR_SYSTEM, ESPIPE);
  EXPECT_EQ(0u, length);
}

TEST_P(StreamFileTest, AnEmptyFileEndsWhereverItIsLookedAt) {
  Descriptor file = MakeFile("");
  for (int64_t offset : {INT64_C(0), INT64_C(1), INT64_MAX - 1, INT64_MAX}) {
    ExpectError(SendFile(NET_TRANSPORT_BLOCKING, file, offset, 5), NET_ERROR_NONE);
    EXPECT_EQ(0u, sent_);
  }
}

TEST(ReadFileTest, ReadsWhereItIsTold) {
  Descriptor file = MakeFile("0123456789");
  char buffer[4];
  size_t length = 9;
  ExpectError(net_read_file(file.get(), 3, buffer, sizeof(buffer), &length), NET_ERROR_NONE);
  EXPECT_EQ("3456", std::string(buffer, length));
  ExpectError(net_read_file(file.get(), 8, buffer, sizeof(buffer), &length), NET_ERROR_NONE);
  EXPECT_EQ("89", std::string(buffer, length));
  for (int64_t offset : {INT64_C(10), INT64_MAX - 1, INT64_MAX}) {
    ExpectError(net_read_file(file.get(), offset, buffer, sizeof(buffer), &length), NET_ERROR_NONE);
    EXPECT_EQ(0u, length);
  }
  EXPECT_EQ(0, lseek(file.get(), 0, SEEK_CUR));
}

}  // namespace
