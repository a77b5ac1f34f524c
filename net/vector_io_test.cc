// Many buffers with one call, over pipes.

#include "net/vector_io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace {

class VectorTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(0, pipe2(ends_, O_CLOEXEC | O_NONBLOCK));
  }

  void TearDown() override {
    CloseEnd(0);
    CloseEnd(1);
  }

  void CloseEnd(int index) {
    if (ends_[index] >= 0) {
      close(ends_[index]);
    }
    ends_[index] = -1;
  }

  net_error Write(std::string first, std::string second, size_t *length) {
    iovec parts[] = {{first.data(), first.size()}, {second.data(), second.size()}};
    return net_write_vector(ends_[1], parts, 2, length);
  }

  net_error Read(std::vector<char> *first, std::vector<char> *second, size_t *length) {
    iovec parts[] = {{first->data(), first->size()}, {second->data(), second->size()}};
    return net_read_vector(ends_[0], parts, 2, length);
  }

  int ends_[2] = {-1, -1};
};

void ExpectSystemError(int code, net_error error) {
  EXPECT_EQ(NET_ERROR_SYSTEM, error.kind);
  EXPECT_EQ(code, error.code);
}

TEST_F(VectorTest, MovesAllInOrder) {
  size_t length = 0;
  EXPECT_EQ(NET_ERROR_NONE, Write("foo", "barbaz", &length).kind);
  EXPECT_EQ(9u, length);
  std::vector<char> first(5), second(9);
  EXPECT_EQ(NET_ERROR_NONE, Read(&first, &second, &length).kind);
  EXPECT_EQ(9u, length);
  EXPECT_EQ("fooba", std::string(first.begin(), first.end()));
  EXPECT_EQ("rbaz", std::string(second.begin(), second.begin() + 4));
}

TEST_F(VectorTest, MovesTheMostParts) {
  std::string byte = "x";
  std::vector<iovec> parts(NET_VECTOR_MAX, {byte.data(), 1});
  size_t length = 0;
  EXPECT_EQ(NET_ERROR_NONE, net_write_vector(ends_[1], parts.data(), parts.size(), &length).kind);
  EXPECT_EQ(parts.size(), length);
  EXPECT_EQ(NET_ERROR_NONE, net_read_vector(ends_[0], parts.data(), parts.size(), &length).kind);
  EXPECT_EQ(parts.size(), length);
}

TEST_F(VectorTest, NothingThereAndTheEnd) {
  size_t length = 1;
  std::vector<char> first(5), second(9);
  ExpectSystemError(EAGAIN, Read(&first, &second, &length));
  EXPECT_EQ(0u, length);
  CloseEnd(1);
  length = 1;
  EXPECT_EQ(NET_ERROR_NONE, Read(&first, &second, &length).kind);
  EXPECT_EQ(0u, length);
}

TEST_F(VectorTest, WritesWhatFits) {
  std::string much(1 << 20, 'x');
  size_t length = 0;
  EXPECT_EQ(NET_ERROR_NONE, Write(much, much, &length).kind);
  EXPECT_GT(length, 0u);
  EXPECT_LT(length, much.size());
  ExpectSystemError(EAGAIN, Write("foo", "bar", &length));
  EXPECT_EQ(0u, length);
}

bool IsPending(int signal) {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, signal) == 1;
}

bool IsBlocked(int signal) {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

// SIGPIPE would end the process here.
TEST_F(VectorTest, RaisesNoSignal) {
  size_t length = 1;
  CloseEnd(0);
  ExpectSystemError(EPIPE, Write("foo", "bar", &length));
  EXPECT_EQ(0u, length);
  EXPECT_FALSE(IsBlocked(SIGPIPE));
  EXPECT_FALSE(IsPending(SIGPIPE));
}

// The reader goes while a write sleeps that has written something already: the count is returned,
// and the kernel raises the signal all the same.
TEST_F(VectorTest, RaisesNoSignalForAPartEither) {
  ASSERT_EQ(0, fcntl(ends_[1], F_SETFL, 0));
  std::thread reader([this] {
    std::vector<char> some(1 << 16);
    size_t seen = 0;
    while (seen < (1 << 18)) {
      pollfd waited = {ends_[0], POLLIN, 0};
      poll(&waited, 1, -1);
      ssize_t count = read(ends_[0], some.data(), some.size());
      seen += count > 0 ? static_cast<size_t>(count) : 0;
    }
    CloseEnd(0);
  });
  std::string much(1 << 20, 'x');
  size_t length = 0;
  EXPECT_EQ(NET_ERROR_NONE, Write(much, much, &length).kind);
  reader.join();
  EXPECT_GT(length, 0u);
  EXPECT_LT(length, 2 * much.size());
  EXPECT_FALSE(IsPending(SIGPIPE));
}

// The last byte does not fit, and the reader goes.
TEST_F(VectorTest, RaisesNoSignalForAllButAByte) {
  const size_t capacity = static_cast<size_t>(fcntl(ends_[1], F_GETPIPE_SZ));
  for (bool begins_with_a_byte : {true, false}) {
    CloseEnd(1);
    CloseEnd(0);
    ASSERT_EQ(0, pipe2(ends_, O_CLOEXEC));
    std::thread reader([this, capacity] {
      int held = 0;
      while (static_cast<size_t>(held) < capacity) {
        std::this_thread::yield();
        ioctl(ends_[0], FIONREAD, &held);
      }
      CloseEnd(0);
    });
    std::string much(capacity, 'x');
    size_t length = 0;
    net_error error = begins_with_a_byte ? Write("x", much, &length) : Write(much, "x", &length);
    reader.join();
    EXPECT_EQ(NET_ERROR_NONE, error.kind);
    EXPECT_EQ(capacity, length);
    EXPECT_FALSE(IsPending(SIGPIPE));
  }
}

// One that the program holds back is the program's.
TEST_F(VectorTest, LeavesThePendingSignalOfTheProgram) {
  size_t length = 0;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  ASSERT_EQ(0, pthread_sigmask(SIG_BLOCK, &signals, nullptr));
  ASSERT_EQ(0, raise(SIGPIPE));
  CloseEnd(0);
  ExpectSystemError(EPIPE, Write("foo", "bar", &length));
  EXPECT_TRUE(IsBlocked(SIGPIPE));
  EXPECT_TRUE(IsPending(SIGPIPE));
  int taken = 0;
  ASSERT_EQ(0, sigwait(&signals, &taken));
  ASSERT_EQ(0, pthread_sigmask(SIG_UNBLOCK, &signals, nullptr));
}

TEST_F(VectorTest, BadDescriptor) {
  CloseEnd(0);
  CloseEnd(1);
  size_t length = 1;
  std::vector<char> first(5), second(9);
  ExpectSystemError(EBADF, Write("foo", "bar", &length));
  EXPECT_EQ(0u, length);
  ExpectSystemError(EBADF, Read(&first, &second, &length));
}

}  // namespace
