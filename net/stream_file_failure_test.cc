// Which of the system's calls a file goes through, and what is made of those that fail.

#include <errno.h>
#include <fcntl.h>
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

constexpr int kFailure = EDOM;

class StreamFileFailureTest : public testing::Test {
 protected:
  StreamFileFailureTest()
      : system_([](int, unsigned) { return false; }),
        pair_(net_testing::MakeSocketPair(AF_UNIX)),
        file_(memfd_create("file", MFD_CLOEXEC)) {
    EXPECT_EQ(10, pwrite(file_.get(), "0123456789", 10, 0));
  }

  struct net_error Send(enum net_transport_mode mode) {
    return net_send_file(pair_.near.get(), mode, file_.get(), 2, 5, &sent_);
  }

  std::string Received() {
    char received[100];
    ssize_t count = recv(pair_.far.get(), received, sizeof(received), MSG_DONTWAIT);
    return std::string(received, count > 0 ? static_cast<size_t>(count) : 0);
  }

  // Whether sendfile(2) is called, and no copy made; else the other way round.
  void ExpectSendfile(bool is_expected, enum net_transport_mode mode) {
    system_.Fail(is_expected ? net_testing::kSend : net_testing::kSendfile, 0, kFailure, 1);
    EXPECT_EQ(NET_ERROR_NONE, Send(mode).kind);
    EXPECT_FALSE(system_.StopFailing());
    EXPECT_EQ(5u, sent_);
    EXPECT_EQ("23456", Received());
  }

  void SetTimeout(double seconds) {
    ASSERT_EQ(NET_ERROR_NONE, net_set_timeout(pair_.near.get(), SO_SNDTIMEO, seconds).kind);
  }

  PlayedSystem system_;
  net_testing::SocketPair pair_;
  Descriptor file_;
  size_t sent_ = 99;
};

TEST_F(StreamFileFailureTest, WhatMaySleepForEverIsNotCopied) {
  ExpectSendfile(true, NET_TRANSPORT_BLOCKING);
}

TEST_F(StreamFileFailureTest, WhatMustNotSleepIsCopied) {
  ExpectSendfile(false, NET_TRANSPORT_NONBLOCKING);
}

TEST_F(StreamFileFailureTest, WhatNeverSleepsIsNotCopied) {
  ASSERT_EQ(NET_ERROR_NONE, net_set_nonblocking(pair_.near.get(), true).kind);
  ExpectSendfile(true, NET_TRANSPORT_NONBLOCKING);
  ExpectSendfile(true, NET_TRANSPORT_BLOCKING);
  SetTimeout(1);
  ExpectSendfile(true, NET_TRANSPORT_BLOCKING);
}

TEST_F(StreamFileFailureTest, WhatSleepsForATimeIsCopied) {
  for (double seconds : {1.0, 0.5, 1.5}) {
    SCOPED_TRACE(seconds);
    SetTimeout(seconds);
    ExpectSendfile(false, NET_TRANSPORT_BLOCKING);
  }
  SetTimeout(0);
  ExpectSendfile(true, NET_TRANSPORT_BLOCKING);
}

TEST_F(StreamFileFailureTest, TimeoutThatIsNotTold) {
  system_.Fail(net_testing::kGetsockopt, 0, kFailure, 1);
  system_.Fail(net_testing::kSend, 0, kFailure, 1);
  EXPECT_EQ(NET_ERROR_NONE, Send(NET_TRANSPORT_BLOCKING).kind);
  EXPECT_EQ("23456", Received());
}

TEST_F(StreamFileFailureTest, FlagsThatAreNotTold) {
  for (bool is_nonblocking : {false, true}) {
    enum net_transport_mode mode =
        is_nonblocking ? NET_TRANSPORT_NONBLOCKING : NET_TRANSPORT_BLOCKING;
    system_.Fail(net_testing::kFcntl, 0, kFailure, 1);
    system_.Fail(is_nonblocking ? net_testing::kSendfile : net_testing::kSend, 0, kFailure, 1);
    EXPECT_EQ(NET_ERROR_NONE, Send(mode).kind);
    EXPECT_EQ("23456", Received());
    system_.StopFailing();
  }
}

TEST_F(StreamFileFailureTest, FileWithoutPagesIsCopied) {
  for (int code : {EINVAL, ENOSYS}) {
    system_.Fail(net_testing::kSendfile, 0, code, 1);
    EXPECT_EQ(NET_ERROR_NONE, Send(NET_TRANSPORT_BLOCKING).kind);
    EXPECT_TRUE(system_.StopFailing());
    EXPECT_EQ(5u, sent_);
    EXPECT_EQ("23456", Received());
  }
}

TEST_F(StreamFileFailureTest, OtherFailuresAreTold) {
  system_.Fail(net_testing::kSendfile, 0, kFailure, 1);
  EXPECT_EQ(kFailure, Send(NET_TRANSPORT_BLOCKING).code);
  EXPECT_EQ(0u, sent_);
  system_.Fail(net_testing::kPread, 0, kFailure, 1);
  EXPECT_EQ(kFailure, Send(NET_TRANSPORT_NONBLOCKING).code);
  system_.Fail(net_testing::kSend, 0, kFailure, 1);
  EXPECT_EQ(kFailure, Send(NET_TRANSPORT_NONBLOCKING).code);
  EXPECT_EQ("", Received());
}

TEST_F(StreamFileFailureTest, Read) {
  char buffer[20];
  size_t length = 99;
  system_.Fail(net_testing::kPread, 0, EINTR, 2);
  ASSERT_EQ(NET_ERROR_NONE, net_read_file(file_.get(), 7, buffer, sizeof(buffer), &length).kind);
  EXPECT_EQ("789", std::string(buffer, length));
  system_.Fail(net_testing::kPread, 0, kFailure, 1);
  EXPECT_EQ(kFailure, net_read_file(file_.get(), 7, buffer, sizeof(buffer), &length).code);
  EXPECT_EQ(0u, length);
  ASSERT_EQ(NET_ERROR_NONE, net_read_file(file_.get(), 10, buffer, sizeof(buffer), &length).kind);
  EXPECT_EQ(0u, length);
}

}  // namespace
