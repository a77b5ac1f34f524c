// Signals in the middle of transport calls: a timer that fires every millisecond interrupts
// whatever sleeps. A call whose time began anew with each signal would never end.

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <sys/socket.h>

#include <vector>

#include "gtest/gtest.h"
#include "net/stream.h"
#include "net/transport.h"
#include "testing/sockets.h"

extern "C" {
ssize_t __real_recv(int fd, void *buffer, size_t length, int flags);
ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);

// What the next calls do instead of what they should.
static std::vector<int> errors_to_come;
static size_t last_length = 0;
static int last_flags = 0;

static bool Fails(size_t length, int flags) {
  last_length = length;
  last_flags = flags;
  if (errors_to_come.empty()) {
    return false;
  }
  errno = errors_to_come.back();
  errors_to_come.pop_back();
  return true;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t length, int flags) {
  return Fails(length, flags) ? -1 : __real_recv(fd, buffer, length, flags);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags) {
  return Fails(length, flags) ? -1 : __real_send(fd, bytes, length, flags);
}
}

namespace {

using net_testing::SignalStorm;

int far_end = -1;

void SendFromTheFarEnd() {
  (void)__real_send(far_end, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void CloseTheFarEnd() {
  shutdown(far_end, SHUT_RDWR);
}

void DrainTheFarEnd() {
  net_testing::DrainReceiveBuffer(far_end);
}

class SignalTest : public testing::Test {
 protected:
  void Open(enum net_transport_mode mode) {
    net_testing::SocketPair pair = net_testing::MakeSocketPair(AF_UNIX);
    ASSERT_EQ(0, net_transport_posix(pair.near.get(), mode, &transport_));
    fd_ = pair.near.release();
    far_ = std::move(pair.far);
    far_end = far_.get();
  }

  void TearDown() override {
    transport_.functions->close(transport_.context);
  }

  struct net_transport_result Receive() {
    return transport_.functions->receive(transport_.context, buffer_, sizeof(buffer_));
  }

  struct net_transport_result Send() {
    return transport_.functions->send(transport_.context, "x", 1);
  }

  struct net_transport_result Wait(unsigned directions, int64_t timeout_ms) {
    return transport_.functions->wait(transport_.context, directions, timeout_ms);
  }

  int64_t Now() {
    return transport_.functions->monotonic_time(transport_.context);
  }

  net_testing::Descriptor far_;
  struct net_transport transport_;
  int fd_ = -1;
  char buffer_[16];
};

TEST_F(SignalTest, BlockingReceiveGoesOn) {
  Open(NET_TRANSPORT_BLOCKING);
  SignalStorm storm(5, SendFromTheFarEnd);
  struct net_transport_result result = Receive();
  EXPECT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_GE(result.count, 1u);
  EXPECT_GE(SignalStorm::count(), 5);
}

TEST_F(SignalTest, BlockingReceiveGoesOnToTheEnd) {
  Open(NET_TRANSPORT_BLOCKING);
  SignalStorm storm(5, CloseTheFarEnd);
  EXPECT_EQ(NET_TRANSPORT_END, Receive().status);
}

TEST_F(SignalTest, BlockingReceiveKeepsOneTimeout) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 0.05).kind);
  SignalStorm storm;
  int64_t start = Now();
  EXPECT_EQ(NET_TRANSPORT_TIMED_OUT, Receive().status);
  EXPECT_GE(Now() - start, 50000000) << "a signal ended it early";
  EXPECT_GT(SignalStorm::count(), 0);
}

TEST_F(SignalTest, BlockingReceiveWithATimeoutGoesOn) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 3600).kind);
  SignalStorm storm(5, SendFromTheFarEnd);
  EXPECT_EQ(NET_TRANSPORT_OK, Receive().status);
}

TEST_F(SignalTest, BlockingSendGoesOn) {
  Open(NET_TRANSPORT_BLOCKING);
  net_testing::FillSendBuffer(fd_);
  SignalStorm storm(5, DrainTheFarEnd);
  struct net_transport_result result = Send();
  EXPECT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_EQ(1u, result.count);
  EXPECT_GE(SignalStorm::count(), 5);
}

TEST_F(SignalTest, BlockingSendKeepsOneTimeout) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_SNDTIMEO, 0.05).kind);
  // A receive timeout must not be taken for it.
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_RCVTIMEO, 3600).kind);
  net_testing::FillSendBuffer(fd_);
  SignalStorm storm;
  EXPECT_EQ(NET_TRANSPORT_TIMED_OUT, Send().status);
  EXPECT_GT(SignalStorm::count(), 0);
}

TEST_F(SignalTest, BlockingSendGoesOnToTheError) {
  Open(NET_TRANSPORT_BLOCKING);
  net_testing::FillSendBuffer(fd_);
  SignalStorm storm(5, CloseTheFarEnd);
  struct net_transport_result result = Send();
  EXPECT_EQ(NET_TRANSPORT_ERROR, result.status);
  EXPECT_EQ(EPIPE, result.error);
}

TEST_F(SignalTest, WaitKeepsOneTimeout) {
  Open(NET_TRANSPORT_NONBLOCKING);
  SignalStorm storm;
  int64_t start = Now();
  EXPECT_EQ(NET_TRANSPORT_TIMED_OUT, Wait(NET_TRANSPORT_READABLE, 50).status);
  EXPECT_GE(Now() - start, 50000000) << "a signal ended it early";
  EXPECT_GT(SignalStorm::count(), 0);
}

TEST_F(SignalTest, WaitGoesOnForEver) {
  // Timeouts that an int, or a count of nanoseconds, cannot hold.
  for (int64_t timeout_ms : {INT64_C(-1), INT64_MIN, INT64_C(1) << 32, INT64_C(1) << 33,
                             INT64_MAX / 1000000, INT64_MAX / 1000000 + 1, INT64_MAX}) {
    Open(NET_TRANSPORT_NONBLOCKING);
    SignalStorm storm(3, SendFromTheFarEnd);
    EXPECT_EQ(NET_TRANSPORT_OK, Wait(NET_TRANSPORT_READABLE, timeout_ms).status) << timeout_ms;
    EXPECT_GE(SignalStorm::count(), 3) << timeout_ms;
    if (timeout_ms != INT64_MAX) {
      transport_.functions->close(transport_.context);
    }
  }
}

// The kernel never interrupts a call that does not sleep; other systems do.
TEST_F(SignalTest, NonblockingCallsGoOn) {
  Open(NET_TRANSPORT_NONBLOCKING);
  errors_to_come = {EINTR, EINTR};
  EXPECT_EQ(NET_TRANSPORT_AGAIN, Receive().status);
  EXPECT_TRUE(errors_to_come.empty());
  errors_to_come = {EINTR, EINTR};
  EXPECT_EQ(NET_TRANSPORT_OK, Send().status);
  EXPECT_TRUE(errors_to_come.empty());
}

// Whoever goes on after a signal does not sleep in the call itself, and is not fooled by a socket
// that was ready and is no longer.
TEST_F(SignalTest, GoingOnDoesNotSleepInTheCall) {
  Open(NET_TRANSPORT_BLOCKING);
  SendFromTheFarEnd();
  errors_to_come = {EAGAIN, EINTR, EAGAIN, EINTR};
  EXPECT_EQ(NET_TRANSPORT_OK, Receive().status);
  EXPECT_TRUE(errors_to_come.empty());
  EXPECT_NE(0, last_flags & MSG_DONTWAIT);
  errors_to_come = {EAGAIN, EINTR, EAGAIN, EINTR};
  EXPECT_EQ(NET_TRANSPORT_OK, Send().status);
  EXPECT_TRUE(errors_to_come.empty());
  EXPECT_NE(0, last_flags & MSG_DONTWAIT);
  EXPECT_NE(0, last_flags & MSG_NOSIGNAL);
}

TEST_F(SignalTest, HalfASendGoesOn) {
  Open(NET_TRANSPORT_BLOCKING);
  std::vector<char> bytes(4 << 20);
  SignalStorm storm(1, DrainTheFarEnd);
  struct net_transport_result result =
      transport_.functions->send(transport_.context, bytes.data(), bytes.size());
  EXPECT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_EQ(bytes.size(), result.count);
}

TEST_F(SignalTest, HalfASendKeepsOneTimeout) {
  Open(NET_TRANSPORT_BLOCKING);
  ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(fd_, SO_SNDTIMEO, 0.05).kind);
  std::vector<char> bytes(4 << 20);
  SignalStorm storm;
  struct net_transport_result result =
      transport_.functions->send(transport_.context, bytes.data(), bytes.size());
  EXPECT_EQ(NET_TRANSPORT_TIMED_OUT, result.status);
  EXPECT_GT(result.count, 0u);
  EXPECT_LT(result.count, bytes.size());
}

TEST_F(SignalTest, HalfASendComesBeforeTheError) {
  Open(NET_TRANSPORT_BLOCKING);
  std::vector<char> bytes(4 << 20);
  SignalStorm storm(5, CloseTheFarEnd);
  struct net_transport_result result =
      transport_.functions->send(transport_.context, bytes.data(), bytes.size());
  EXPECT_EQ(NET_TRANSPORT_OK, result.status);
  EXPECT_GT(result.count, 0u);
  EXPECT_LT(result.count, bytes.size());
  EXPECT_EQ(EPIPE, Send().error);
}

TEST_F(SignalTest, LengthsAreCutToAnInt) {
  Open(NET_TRANSPORT_NONBLOCKING);
  transport_.functions->receive(transport_.context, buffer_, SIZE_MAX);
  EXPECT_EQ(static_cast<size_t>(INT_MAX), last_length);
  errors_to_come = {EAGAIN};
  transport_.functions->send(transport_.context, buffer_, static_cast<size_t>(INT_MAX) + 1);
  EXPECT_EQ(static_cast<size_t>(INT_MAX), last_length);
}

}  // namespace
