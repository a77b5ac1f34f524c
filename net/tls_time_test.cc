// What a TLS socket makes of time, to the nanosecond: over a transport whose clocks the test sets,
// and from which nothing ever comes.

#include <stdint.h>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "net/tls_socket.h"

namespace {

constexpr int64_t kMillisecond = 1000000;

struct Clocks {
  int64_t now = 1000;
  int64_t cpu = 5000;
  // How much CPU time each look at its clock takes, and how much time each receive.
  int64_t cpu_step = 0;
  int64_t receive_step = 0;
  int receives = 0;
  int waits = 0;
};

Clocks *ClocksOf(void *context) {
  return static_cast<Clocks *>(context);
}

struct net_transport_result Receive(void *context, void *, size_t) {
  ClocksOf(context)->receives++;
  ClocksOf(context)->now += ClocksOf(context)->receive_step;
  return {NET_TRANSPORT_AGAIN, 0, 0};
}

struct net_transport_result Send(void *, const void *, size_t length) {
  return {NET_TRANSPORT_OK, 0, length};
}

struct net_transport_result Wait(void *context, unsigned, int64_t timeout_ms) {
  ClocksOf(context)->waits++;
  ClocksOf(context)->now += timeout_ms * kMillisecond;
  return {NET_TRANSPORT_TIMED_OUT, 0, 0};
}

struct net_transport_result Close(void *) {
  return {NET_TRANSPORT_OK, 0, 0};
}

int64_t MonotonicTime(void *context) {
  return ClocksOf(context)->now;
}

int64_t CpuTime(void *context) {
  return ClocksOf(context)->cpu += ClocksOf(context)->cpu_step;
}

constexpr struct net_transport_functions kFunctions = {Receive, Send,          Wait,
                                                       Close,   MonotonicTime, CpuTime};

class TlsTimeTest : public testing::Test {
 protected:
  void SetUp() override {
    Open(NET_TRANSPORT_NONBLOCKING);
  }
  void TearDown() override {
    net_tls_socket_free(socket_);
  }

  void Open(enum net_transport_mode mode) {
    char error[NET_TLS_ERROR_SIZE];
    net_tls_socket_free(socket_);
    struct net_tls_config *config = net_tls_config_new();
    socket_ = net_tls_socket_new_client(config, {&kFunctions, &clocks_}, mode, "localhost", error);
    net_tls_config_release(config);
    ASSERT_NE(nullptr, socket_);
  }

  void ExpectRemaining(int64_t readable_ms, int64_t writable_ms,
                       const struct net_tls_operation &operation) {
    EXPECT_EQ(readable_ms, net_tls_socket_remaining(socket_, &operation, NET_TLS_WANT_READ));
    EXPECT_EQ(writable_ms, net_tls_socket_remaining(socket_, &operation, NET_TLS_WANT_WRITE));
  }

  struct net_tls_operation Begin(enum net_tls_operation_kind kind) {
    struct net_tls_operation operation;
    net_tls_socket_begin(socket_, kind, &operation);
    return operation;
  }

  Clocks clocks_;
  struct net_tls_socket *socket_ = nullptr;
};

TEST_F(TlsTimeTest, EachKindHasItsOwnDeadline) {
  constexpr enum net_tls_operation_kind kReading[] = {NET_TLS_HANDSHAKE, NET_TLS_READ,
                                                      NET_TLS_PEEK};
  constexpr enum net_tls_operation_kind kWriting[] = {NET_TLS_WRITE, NET_TLS_KEY_UPDATE,
                                                      NET_TLS_CLOSE};
  net_tls_socket_set_deadlines(socket_, 10, 20);
  for (auto kind : kReading) {
    ExpectRemaining(10, 10, Begin(kind));
  }
  for (auto kind : kWriting) {
    ExpectRemaining(20, 20, Begin(kind));
  }
  net_tls_socket_set_deadlines(socket_, 0, 0);
  for (auto kind : kReading) {
    ExpectRemaining(0, 0, Begin(kind));
  }
  for (auto kind : kWriting) {
    ExpectRemaining(0, 0, Begin(kind));
  }
}

// Then the other's is for its direction alone.
TEST_F(TlsTimeTest, WithoutOneTheOtherHolds) {
  net_tls_socket_set_deadlines(socket_, 10, -1);
  ExpectRemaining(10, 10, Begin(NET_TLS_READ));
  ExpectRemaining(10, -1, Begin(NET_TLS_WRITE));
  net_tls_socket_set_deadlines(socket_, 0, -1);
  ExpectRemaining(0, -1, Begin(NET_TLS_WRITE));
  net_tls_socket_set_deadlines(socket_, -1, 20);
  ExpectRemaining(-1, 20, Begin(NET_TLS_READ));
  ExpectRemaining(20, 20, Begin(NET_TLS_WRITE));
  net_tls_socket_set_deadlines(socket_, -1, 0);
  ExpectRemaining(-1, 0, Begin(NET_TLS_READ));
  net_tls_socket_set_deadlines(socket_, -1, -1);
  ExpectRemaining(-1, -1, Begin(NET_TLS_READ));
  ExpectRemaining(-1, -1, Begin(NET_TLS_WRITE));
}

TEST_F(TlsTimeTest, WhatIsLeftIsRoundedUp) {
  net_tls_socket_set_deadlines(socket_, 10, 10);
  struct net_tls_operation operation = Begin(NET_TLS_READ);
  const int64_t start = clocks_.now;
  clocks_.now = start + 1;
  ExpectRemaining(10, 10, operation);
  clocks_.now = start + kMillisecond;
  ExpectRemaining(9, 9, operation);
  clocks_.now = start + 9 * kMillisecond - 1;
  ExpectRemaining(2, 2, operation);
  clocks_.now = start + 10 * kMillisecond - 1;
  ExpectRemaining(1, 1, operation);
  clocks_.now = start + 10 * kMillisecond;
  ExpectRemaining(0, 0, operation);
  clocks_.now = start + 11 * kMillisecond;
  ExpectRemaining(0, 0, operation);
}

TEST_F(TlsTimeTest, NothingIsLeftOfAClosedSocket) {
  net_tls_socket_set_deadlines(socket_, 10, -1);
  struct net_tls_operation before = Begin(NET_TLS_WRITE);
  net_tls_socket_close(socket_);
  ExpectRemaining(0, 0, before);
  ExpectRemaining(0, 0, Begin(NET_TLS_WRITE));
  ExpectRemaining(0, 0, Begin(NET_TLS_READ));
}

TEST_F(TlsTimeTest, DeadlinesBeyondTheClockAreNone) {
  const int64_t most = (INT64_MAX - clocks_.now) / kMillisecond;
  net_tls_socket_set_deadlines(socket_, most, most + 1);
  ExpectRemaining(most, most, Begin(NET_TLS_READ));
  ExpectRemaining(-1, -1, Begin(NET_TLS_WRITE));
  net_tls_socket_set_deadlines(socket_, INT64_MAX, INT64_MAX);
  ExpectRemaining(-1, -1, Begin(NET_TLS_READ));
}

// The first retry only begins to count: the handshake has moved on until then.
TEST_F(TlsTimeTest, ClockLimitCountsCpuTimeOfRetries) {
  for (int64_t limit : {INT64_C(1), INT64_C(5), INT64_C(50)}) {
    SCOPED_TRACE(limit);
    Open(NET_TRANSPORT_BLOCKING);
    clocks_.cpu_step = kMillisecond;
    clocks_.receives = 0;
    net_tls_socket_set_clock_limit(socket_, limit * kMillisecond);
    EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_handshake(socket_));
    EXPECT_EQ(1 + limit, clocks_.receives);
    // What counts is the time of this call.
    EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_handshake(socket_));
    EXPECT_EQ(2 * (1 + limit), clocks_.receives);
  }
}

TEST_F(TlsTimeTest, ClockLimitOfNothing) {
  Open(NET_TRANSPORT_BLOCKING);
  net_tls_socket_set_clock_limit(socket_, 0);
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_handshake(socket_));
  EXPECT_EQ(2, clocks_.receives);
}

TEST_F(TlsTimeTest, ClockLimitOfANanosecondLess) {
  Open(NET_TRANSPORT_BLOCKING);
  clocks_.cpu_step = kMillisecond;
  net_tls_socket_set_clock_limit(socket_, 5 * kMillisecond + 1);
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_handshake(socket_));
  EXPECT_EQ(7, clocks_.receives);
}

TEST_F(TlsTimeTest, DeadlineEndsRetriesToo) {
  Open(NET_TRANSPORT_BLOCKING);
  clocks_.receive_step = kMillisecond;
  net_tls_socket_set_deadlines(socket_, 5, 5);
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_handshake(socket_));
  EXPECT_EQ(5, clocks_.receives);
}

TEST_F(TlsTimeTest, DeadlineOfNothingEndsRetriesOfAWrite) {
  Open(NET_TRANSPORT_BLOCKING);
  clocks_.cpu_step = kMillisecond;
  net_tls_socket_set_deadlines(socket_, 0, 0);
  size_t count = 0;
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_write(socket_, "x", 1, &count));
  EXPECT_EQ(1, clocks_.receives);
}

// A transport that does not block is waited for, and its CPU time is not counted.
TEST_F(TlsTimeTest, WaitHasTheTimeThatIsLeft) {
  clocks_.cpu_step = 1000 * kMillisecond;
  net_tls_socket_set_clock_limit(socket_, 0);
  net_tls_socket_set_deadlines(socket_, 30, 30);
  const int64_t start = clocks_.now;
  EXPECT_EQ(NET_TLS_TIMEOUT, net_tls_socket_handshake(socket_));
  EXPECT_EQ(start + 30 * kMillisecond, clocks_.now);
  EXPECT_EQ(1, clocks_.waits);
}

}  // namespace
