// The kit itself: a test that relies on a fault that does not happen proves nothing.

#include "testing/virtual_transport.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace {

using net_testing::VirtualTransport;

constexpr int64_t kMillisecond = VirtualTransport::kMillisecond;

class VirtualTransportTest : public testing::Test {
 protected:
  void Make(enum net_transport_mode mode, const std::string &faults = "") {
    virtual_ = std::make_unique<VirtualTransport>(mode, faults);
    near_ = virtual_->transport();
  }

  // "status error bytes" of a receive.
  std::string Receive(size_t capacity = 100) {
    std::string buffer(capacity, '\0');
    struct net_transport_result result =
        near_.functions->receive(near_.context, &buffer[0], capacity);
    return Text(result) + buffer.substr(0, result.count);
  }

  std::string Send(const std::string &bytes) {
    struct net_transport_result result =
        near_.functions->send(near_.context, bytes.data(), bytes.size());
    return Text(result) + std::to_string(result.count);
  }

  std::string Wait(unsigned directions, int64_t timeout_ms) {
    return Text(near_.functions->wait(near_.context, directions, timeout_ms));
  }

  static std::string Text(struct net_transport_result result) {
    static const char *const kNames[] = {"ok ", "end ", "again ", "interrupted ", "timeout ", ""};
    std::string text = kNames[result.status];
    return result.status == NET_TRANSPORT_ERROR ? "e" + std::to_string(result.error) + " " : text;
  }

  std::unique_ptr<VirtualTransport> virtual_;
  struct net_transport near_;
};

TEST_F(VirtualTransportTest, PerfectNetwork) {
  Make(NET_TRANSPORT_NONBLOCKING);
  EXPECT_EQ("again ", Receive());
  virtual_->FarSend("hello");
  EXPECT_EQ("ok ", Wait(NET_TRANSPORT_READABLE, -1));
  EXPECT_EQ("ok hel", Receive(3));
  EXPECT_EQ("ok lo", Receive());
  EXPECT_EQ("ok 6", Send("answer"));
  EXPECT_EQ("ans", virtual_->FarReceive(3));
  EXPECT_EQ("wer", virtual_->FarReceive());
  virtual_->FarSend("last");
  virtual_->FarFin();
  EXPECT_EQ("ok last", Receive());
  EXPECT_EQ("end ", Receive());
  EXPECT_EQ("end ", Receive());
  EXPECT_EQ(6, virtual_->receives());
  EXPECT_EQ(1, virtual_->sends());
  EXPECT_EQ(1, virtual_->waits());
  EXPECT_EQ(0, virtual_->faults_applied());
  EXPECT_TRUE(virtual_->misuses().empty());
}

TEST_F(VirtualTransportTest, ResetIsToldOnceAndBehindTheData) {
  Make(NET_TRANSPORT_NONBLOCKING);
  virtual_->FarSend("before");
  virtual_->FarReset();
  EXPECT_EQ("ok before", Receive());
  EXPECT_EQ("e104 ", Receive());
  EXPECT_EQ("end ", Receive());
  EXPECT_EQ("e32 0", Send("x"));
  Make(NET_TRANSPORT_NONBLOCKING);
  virtual_->FarReset();
  EXPECT_EQ("e104 0", Send("x"));
  EXPECT_EQ("e32 0", Send("x"));
  EXPECT_EQ("end ", Receive());
}

TEST_F(VirtualTransportTest, Faults) {
  Make(NET_TRANSPORT_NONBLOCKING,
       "r: again intr 2 ok timeout e5 end s: zero 3 again intr e5 pipe w: early intr timeout e12");
  virtual_->FarSend("abcdef");
  EXPECT_EQ("again ", Receive());
  EXPECT_EQ("interrupted ", Receive());
  EXPECT_EQ("ok ab", Receive());
  EXPECT_EQ("ok cd", Receive(2));
  EXPECT_EQ("timeout ", Receive());
  EXPECT_EQ("e5 ", Receive());
  EXPECT_EQ("end ", Receive());
  EXPECT_EQ("end ", Receive());
  EXPECT_EQ("ok 0", Send("12345"));
  EXPECT_EQ("ok 3", Send("12345"));
  EXPECT_EQ("again 0", Send("45"));
  EXPECT_EQ("interrupted 0", Send("45"));
  EXPECT_EQ("e5 0", Send("45"));
  EXPECT_EQ("e32 0", Send("45"));
  EXPECT_EQ("e32 0", Send("45"));
  EXPECT_EQ("123", virtual_->FarReceive());
  EXPECT_EQ("ok ", Wait(NET_TRANSPORT_READABLE, 1000));
  EXPECT_EQ("interrupted ", Wait(NET_TRANSPORT_READABLE, 1000));
  EXPECT_EQ("timeout ", Wait(NET_TRANSPORT_READABLE, 1000));
  EXPECT_EQ("e12 ", Wait(NET_TRANSPORT_READABLE, 1000));
  EXPECT_EQ(16, virtual_->faults_applied());
}

TEST_F(VirtualTransportTest, FaultsOfAnyCallComeInTurn) {
  Make(NET_TRANSPORT_NONBLOCKING, "ok 1 intr early");
  virtual_->FarSend("abc");
  EXPECT_EQ("ok a", Receive(1));
  EXPECT_EQ("ok 1", Send("xy"));
  EXPECT_EQ("interrupted ", Wait(NET_TRANSPORT_READABLE, -1));
  EXPECT_EQ("ok bc", Receive());
  EXPECT_EQ(2, virtual_->faults_applied()) << "early makes no sense for a receive";
}

TEST_F(VirtualTransportTest, WindowBoundsWhatIsPending) {
  Make(NET_TRANSPORT_NONBLOCKING);
  virtual_->set_window(4);
  EXPECT_EQ("ok 4", Send("abcdef"));
  EXPECT_EQ("again 0", Send("ef"));
  EXPECT_EQ("timeout ", Wait(NET_TRANSPORT_WRITABLE, 0));
  virtual_->FarReceive(1);
  EXPECT_EQ("ok ", Wait(NET_TRANSPORT_WRITABLE, 0));
  EXPECT_EQ("ok 1", Send("ef"));
}

TEST_F(VirtualTransportTest, TimePassesInWaits) {
  Make(NET_TRANSPORT_NONBLOCKING);
  int64_t start = virtual_->now();
  EXPECT_EQ("timeout ", Wait(NET_TRANSPORT_READABLE, 100));
  EXPECT_EQ(100 * kMillisecond, virtual_->now() - start);
  virtual_->After(50, [&] { virtual_->FarSend("x"); });
  EXPECT_EQ("ok ", Wait(NET_TRANSPORT_READABLE, 1000));
  EXPECT_EQ(150 * kMillisecond, virtual_->now() - start);
  EXPECT_EQ(near_.functions->monotonic_time(near_.context), virtual_->now());
}

TEST_F(VirtualTransportTest, BlockingCallsSleep) {
  Make(NET_TRANSPORT_BLOCKING);
  virtual_->set_socket_timeouts(100, 200);
  virtual_->set_window(2);
  int64_t start = virtual_->now();
  EXPECT_EQ("timeout ", Receive());
  EXPECT_EQ(100 * kMillisecond, virtual_->now() - start);
  EXPECT_EQ("timeout 2", Send("abc")) << "what it has moved counts";
  EXPECT_EQ(300 * kMillisecond, virtual_->now() - start);
  virtual_->After(10, [&] { virtual_->FarReceive(2); });
  EXPECT_EQ("ok 1", Send("c"));
  virtual_->After(10, [&] { virtual_->FarSend("x"); });
  EXPECT_EQ("ok x", Receive());
  EXPECT_EQ(320 * kMillisecond, virtual_->now() - start);
}

TEST_F(VirtualTransportTest, DripComesInPieces) {
  Make(NET_TRANSPORT_BLOCKING);
  virtual_->Drip(2, 10);
  int64_t start = virtual_->now();
  virtual_->FarSend("abc");
  virtual_->FarSend("d");
  EXPECT_EQ("ok ab", Receive());
  EXPECT_EQ("ok cd", Receive());
  EXPECT_EQ(20 * kMillisecond, virtual_->now() - start);
}

TEST_F(VirtualTransportTest, IdleIsTheFarEndsTurn) {
  Make(NET_TRANSPORT_BLOCKING);
  virtual_->set_on_idle([&] { virtual_->FarSend("turn"); });
  EXPECT_EQ("ok turn", Receive());
}

TEST_F(VirtualTransportTest, SleepingForeverIsADeadlock) {
  Make(NET_TRANSPORT_BLOCKING);
  EXPECT_EQ("e35 ", Receive());
  EXPECT_EQ("e35 ", Wait(NET_TRANSPORT_READABLE, -1));
  EXPECT_EQ(2, virtual_->deadlocks());
}

TEST_F(VirtualTransportTest, LateCallsFindTheClockMoved) {
  Make(NET_TRANSPORT_NONBLOCKING, "late ok w: late");
  int64_t start = virtual_->now();
  EXPECT_EQ("again ", Receive());
  EXPECT_EQ("ok 1", Send("x"));
  EXPECT_EQ("timeout ", Wait(NET_TRANSPORT_READABLE, 1));
  EXPECT_EQ(2001 * kMillisecond, virtual_->now() - start);
  EXPECT_EQ(2000 * kMillisecond, virtual_->late());
}

TEST_F(VirtualTransportTest, CorruptChangesAByteOnItsWay) {
  Make(NET_TRANSPORT_BLOCKING);
  EXPECT_FALSE(virtual_->Corrupt(0, 1));
  virtual_->FarSend("abc");
  virtual_->Drip(1, 1);
  virtual_->FarSend("d");
  EXPECT_EQ(4u, virtual_->NearPending());
  EXPECT_TRUE(virtual_->Corrupt(1, 'b' ^ 'B'));
  EXPECT_TRUE(virtual_->Corrupt(7, 'd' ^ 'D'));
  EXPECT_EQ("ok aBc", Receive());
  EXPECT_EQ("ok D", Receive());
}

TEST_F(VirtualTransportTest, LogSaysWhatHindersACall) {
  Make(NET_TRANSPORT_NONBLOCKING, "r: e5 s: 1");
  virtual_->FarSend("abc");
  Receive();
  Receive();
  Receive();
  Send("xy");
  Wait(NET_TRANSPORT_READABLE | NET_TRANSPORT_WRITABLE, 0);
  EXPECT_EQ(3, virtual_->hindrances()) << "two faults, and nothing to receive";
  EXPECT_EQ(
      "receive 100 [e5]: error 5\nreceive 100: ok 3\nreceive 100: again\n"
      "send 2 [1]: ok 1\nwait both 0: ok\n",
      virtual_->LogText());
}

TEST_F(VirtualTransportTest, CpuTimeIsUsedByCalls) {
  Make(NET_TRANSPORT_NONBLOCKING);
  EXPECT_EQ(0, near_.functions->cpu_time(near_.context));
  virtual_->set_cpu_per_call(7);
  Receive();
  Send("x");
  EXPECT_EQ(14, near_.functions->cpu_time(near_.context));
}

TEST_F(VirtualTransportTest, MisusesAreNoted) {
  Make(NET_TRANSPORT_NONBLOCKING, "c: e5");
  EXPECT_EQ("ok 0", Send(""));
  EXPECT_EQ("e5 ", Text(near_.functions->close(near_.context)));
  EXPECT_TRUE(virtual_->IsNearClosed());
  EXPECT_EQ("again ", Receive());
  EXPECT_EQ((std::vector<std::string>{"send of nothing", "receive after close"}),
            virtual_->misuses());
  EXPECT_EQ(1, virtual_->closes());
}

}  // namespace
