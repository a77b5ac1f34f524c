// Which way a file takes to a socket, and in which pieces.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/stream_io.h"
#include "net/transport.h"
#include "testing/played_system.h"
#include "testing/sockets.h"

namespace {

using net_testing::Descriptor;
using net_testing::PlayedSystem;

constexpr size_t kMuch = (2 << 20) + 5;

Descriptor MakeFile(const std::string &content) {
  Descriptor file(memfd_create("file", MFD_CLOEXEC));
  EXPECT_EQ(static_cast<ssize_t>(content.size()),
            pwrite(file.get(), content.data(), content.size(), 0));
  return file;
}

// Bytes that tell where they are.
std::string Pattern(size_t size) {
  std::string pattern;
  while (pattern.size() < size) {
    pattern += std::to_string(pattern.size()) + " ";
  }
  return pattern.substr(0, size);
}

void ExpectError(struct net_error error, enum net_error_kind kind, int code = 0) {
  EXPECT_EQ(kind, error.kind);
  EXPECT_EQ(code, error.code) << strerror(error.code);
}

bool IsPending(int signal) {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, signal) == 1;
}

class SendFileTest : public testing::Test {
 protected:
  // Whoever sleeps is woken up by a peer that reads all.
  bool WakeUp() {
    if (raises_) {
      raise(SIGPIPE);
    }
    std::vector<char> bytes(1 << 16);
    ssize_t count = 0;
    while ((count = recv(pair_.far.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
      received_.append(bytes.data(), static_cast<size_t>(count));
    }
    return true;
  }

  struct net_error Send(const Descriptor &file, int64_t offset, size_t length,
                        enum net_transport_mode mode = NET_TRANSPORT_BLOCKING) {
    return net_send_file(pair_.near.get(), mode, file.get(), offset, length, &sent_);
  }

  net_testing::SocketPair pair_ = net_testing::MakeSocketPair(AF_UNIX);
  std::string received_;
  size_t sent_ = 99;
  bool raises_ = false;
  PlayedSystem system_{[this](int, unsigned) { return WakeUp(); }};
};

// Only a failure's errno counts.
TEST_F(SendFileTest, OldErrorsAreNone) {
  Descriptor file = MakeFile("content");
  for (int code : {EINVAL, ENOSYS, EINTR, EAGAIN}) {
    for (enum net_transport_mode mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
      errno = code;
      ExpectError(Send(file, 0, 7, mode), NET_ERROR_NONE);
      EXPECT_EQ(7u, sent_);
      WakeUp();
      EXPECT_EQ("content", received_);
      received_.clear();
    }
  }
}

TEST_F(SendFileTest, ReadingOneByteOrNoneIsNoFailure) {
  Descriptor file = MakeFile("x");
  char buffer[4] = "";
  size_t length = 9;
  for (size_t offset : {0, 1}) {
    errno = EINTR;
    ExpectError(net_read_file(file.get(), static_cast<int64_t>(offset), buffer, 4, &length),
                NET_ERROR_NONE);
    EXPECT_EQ(1 - offset, length);
  }
}

TEST_F(SendFileTest, GoesOnWhereItStopped) {
  std::string content = Pattern(3 * kMuch);
  Descriptor file = MakeFile(content);
  for (bool is_copied : {false, true}) {
    received_.clear();
    if (is_copied) {
      system_.Fail(net_testing::kSendfile, 0, EINVAL, UINT32_MAX);
    }
    ExpectError(Send(file, kMuch, kMuch), NET_ERROR_NONE);
    EXPECT_EQ(kMuch, sent_);
    WakeUp();
    EXPECT_TRUE(content.substr(kMuch, kMuch) == received_) << received_.size() << " bytes";
  }
}

TEST_F(SendFileTest, AsksForNoMoreThanThereIs) {
  for (size_t size : {1, 2, 10}) {
    Descriptor file = MakeFile(std::string(size, 'x'));
    for (int64_t offset : {0, 1}) {
      system_.Fail(net_testing::kPoll, 0, EDOM, 1);
      ExpectError(Send(file, offset, 100), NET_ERROR_NONE);
      EXPECT_EQ(size - static_cast<size_t>(offset), sent_);
      EXPECT_FALSE(system_.StopFailing());
    }
  }
}

TEST_F(SendFileTest, AsksForNothingBehindTheEnd) {
  Descriptor file = MakeFile("content");
  for (int64_t offset : {7, 8, 100}) {
    system_.Fail(net_testing::kSendfile, 0, EDOM, 1);
    ExpectError(Send(file, offset, 5), NET_ERROR_NONE);
    EXPECT_EQ(0u, sent_);
    EXPECT_FALSE(system_.StopFailing());
  }
}

TEST_F(SendFileTest, ADirectoryHasNoEnd) {
  Descriptor directory(open("/", O_RDONLY | O_CLOEXEC));
  ExpectError(Send(directory, INT64_C(1) << 40, 1), NET_ERROR_SYSTEM, EISDIR);
}

// Without bytes there is nothing that a peer who is gone could refuse.
TEST_F(SendFileTest, OfNothingIsNoError) {
  Descriptor file = MakeFile("");
  ASSERT_EQ(0, shutdown(pair_.near.get(), SHUT_WR));
  for (enum net_transport_mode mode : {NET_TRANSPORT_BLOCKING, NET_TRANSPORT_NONBLOCKING}) {
    ExpectError(Send(file, 0, 1, mode), NET_ERROR_NONE);
    EXPECT_EQ(0u, sent_);
  }
}

// One that comes while all is sent is the program's.
TEST_F(SendFileTest, LeavesTheSignalOfTheProgram) {
  Descriptor file = MakeFile("content");
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  ASSERT_EQ(0, pthread_sigmask(SIG_BLOCK, &signals, nullptr));
  net_testing::FillSendBuffer(pair_.near.get());
  raises_ = true;
  ExpectError(Send(file, 0, 7), NET_ERROR_NONE);
  EXPECT_EQ(7u, sent_);
  EXPECT_TRUE(IsPending(SIGPIPE));
  const struct timespec now = {0, 0};
  sigtimedwait(&signals, nullptr, &now);
  ASSERT_EQ(0, pthread_sigmask(SIG_UNBLOCK, &signals, nullptr));
}

// The direction ends while it goes on, and the kernel raises the signal though a part has gone.
TEST(SendFile, RaisesNoSignalForAPartEither) {
  net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_INET);
  int size = 1 << 16;
  ASSERT_EQ(0, setsockopt(pair.near.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
  ASSERT_EQ(0, setsockopt(pair.far.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
  Descriptor file = MakeFile(Pattern(3 * kMuch));
  std::thread reader([&pair] {
    std::vector<char> some(1 << 18);
    recv(pair.far.get(), some.data(), some.size(), MSG_WAITALL);
    shutdown(pair.near.get(), SHUT_WR);
  });
  size_t sent = 0;
  net_send_file(pair.near.get(), NET_TRANSPORT_BLOCKING, file.get(), 0, 3 * kMuch, &sent);
  reader.join();
  EXPECT_GT(sent, 0u);
  EXPECT_LT(sent, 3 * kMuch);
  EXPECT_FALSE(IsPending(SIGPIPE));
}

}  // namespace
