#ifndef TESTING_VIRTUAL_TRANSPORT_H_
#define TESTING_VIRTUAL_TRANSPORT_H_

// A transport in memory, for tests and fuzzers: two pipes of bytes, a clock that moves only when
// somebody waits, and faults given as data.
//
//   near end: what the socket under test uses, a struct net_transport.
//   far end:  what the test or a Peer uses, the Far... methods.
//
// Everything happens in one thread. When the near end asks for bytes that are not there, or waits,
// the transport runs `on_idle` (a Peer's turn), then lets time pass until the next thing that is
// due.
//
// Faults: one word for each call, in the order of the calls; when the words are used up the network
// is perfect.
//
//   r: s: w: c:  the words that follow are for receive, send, wait or close alone; before the first
//                of these, and after `any:`, they are for receive, send and wait in turn
//   others       see fault.h
//
// A word that makes no sense for its call counts as ok.

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/transport.h"
#include "testing/byte_queue.h"
#include "testing/fault.h"
#include "testing/transport_call.h"

namespace net_testing {

class VirtualTransport {
 public:
  static constexpr int64_t kMillisecond = 1000000;

  explicit VirtualTransport(enum net_transport_mode mode, const std::string &faults = "");
  VirtualTransport(const VirtualTransport &) = delete;
  VirtualTransport &operator=(const VirtualTransport &) = delete;

  // The near end. It may be closed at any time; the object stays.
  struct net_transport transport();

  // Replaces the faults that are left: by words, or by those for receive, send and wait in turn.
  void SetFaults(const std::string &faults);
  void SetFaults(std::vector<Fault> faults);

  // The far end.

  // Sends bytes to the near end.
  void FarSend(const std::string &bytes);
  // Takes at most `length` of the bytes that the near end has sent.
  std::string FarReceive(size_t length = SIZE_MAX);
  // The same without a string; returns how many they were.
  size_t FarReceive(char *out, size_t capacity);
  // How many bytes the near end has sent and the far end has not received.
  size_t FarPending() const {
    return to_far_.size();
  }
  // How many bytes are on their way to the near end.
  size_t NearPending() const {
    return to_near_.size() + held_.size();
  }
  // How many of them it can receive now.
  size_t NearArrived() const {
    return to_near_.size();
  }
  // Changes a byte that is on its way, counted from the one that the near end receives next and
  // around; false where there is none.
  bool Corrupt(size_t offset, uint8_t mask);
  // Sends a FIN behind the bytes that have been sent.
  void FarFin() {
    has_fin_ = true;
  }
  // Sends a RST. As with Linux, what has come in before can still be read, the first call to find
  // out says ECONNRESET, and later ones say END or EPIPE.
  void FarReset();
  // The near end has closed, so that the far end reads a FIN.
  bool IsNearClosed() const {
    return closes_ > 0;
  }

  // What the far end does whenever the near end has nothing to do.
  void set_on_idle(std::function<void()> on_idle) {
    on_idle_ = std::move(on_idle);
  }

  // Lets the near end send only as long as fewer than `window` bytes are pending.
  void set_window(size_t window) {
    window_ = window;
  }

  // From now on what the far end sends arrives in pieces of `length` bytes, one every
  // `interval_ms`. With a length of 0 it arrives at once, and so does what is still on its way.
  void Drip(size_t length, int64_t interval_ms);

  // Runs `action` when the clock has moved on by `delay_ms`.
  void After(int64_t delay_ms, std::function<void()> action);

  // Time.

  int64_t now() const {
    return now_;
  }
  void Advance(int64_t milliseconds);
  // CPU time that each receive and send uses up.
  void set_cpu_per_call(int64_t nanoseconds) {
    cpu_per_call_ = nanoseconds;
  }
  // Time that each call takes.
  void set_time_per_call(int64_t nanoseconds) {
    time_per_call_ = nanoseconds;
  }
  // SO_RCVTIMEO and SO_SNDTIMEO; negative: none.
  void set_socket_timeouts(int64_t receive_ms, int64_t send_ms);

  // What has been seen.

  int receives() const {
    return receives_;
  }
  int sends() const {
    return sends_;
  }
  int waits() const {
    return waits_;
  }
  int closes() const {
    return closes_;
  }
  // Calls that the words of faults are counted by.
  int calls() const {
    return receives_ + sends_ + waits_;
  }
  void ResetCounts() {
    receives_ = sends_ = waits_ = 0;
  }
  // Faults that were words of their own, and made sense.
  int faults_applied() const {
    return faults_applied_;
  }
  // Calls that would have slept forever. They fail with EDEADLK.
  int deadlocks() const {
    return deadlocks_;
  }
  // Calls that came after close, or with nothing to move, or with an error left in BoringSSL's
  // queue.
  const std::vector<std::string> &misuses() const {
    return misuses_;
  }
  // Everything that kept the near end from moving on at once: faults, a transport that was not
  // ready, a full window, a piece of a drip.
  int hindrances() const {
    return hindrances_;
  }
  // The time that faults have let pass.
  int64_t late() const {
    return late_;
  }
  const std::vector<TransportCall> &log() const {
    return log_;
  }
  // One line for each call.
  std::string LogText() const;

 private:
  static VirtualTransport *Self(void *context) {
    return static_cast<VirtualTransport *>(context);
  }
  static const struct net_transport_functions kFunctions;

  struct net_transport_result Receive(void *buffer, size_t capacity);
  struct net_transport_result Send(const void *bytes, size_t length);
  struct net_transport_result Wait(unsigned directions, int64_t timeout_ms);
  struct net_transport_result Close();

  struct net_transport_result DoReceive(const Fault &fault, void *buffer, size_t capacity);
  struct net_transport_result DoSend(const Fault &fault, const void *bytes, size_t length);
  struct net_transport_result SendRest(const char *bytes, size_t moved, size_t length);
  struct net_transport_result DoWait(const Fault &fault, unsigned directions, int64_t timeout_ms);
  struct net_transport_result Blocked(unsigned direction, int64_t socket_timeout_ms);
  struct net_transport_result WaitReady(unsigned directions, int64_t timeout_ms);

  Fault NextFault(TransportCall::Function function);
  bool ApplyCommonFault(const Fault &fault, struct net_transport_result *result);
  bool ApplyLastingFault(const Fault &fault, bool is_send);
  struct net_transport_result MoveOut(const char *bytes, size_t length, size_t limit);
  bool IsReadable() const;
  bool IsWritable() const;
  bool IsReady(unsigned directions) const;
  void Idle();
  bool RunEvent();
  void DripOnce();
  Fault Begin(TransportCall::Function function, bool is_empty);
  struct net_transport_result Note(const TransportCall &call);

  enum net_transport_mode mode_;
  // For receive, send, wait, close, and any of the first three.
  struct {
    std::vector<Fault> faults;
    size_t next = 0;
  } faults_[5];
  ByteQueue to_near_;
  ByteQueue held_;
  ByteQueue to_far_;
  std::function<void()> on_idle_;
  std::multimap<int64_t, std::function<void()>> events_;
  size_t window_ = SIZE_MAX;
  size_t drip_length_ = 0;
  int64_t drip_interval_ = 0;
  bool is_drip_due_ = false;
  bool has_fin_ = false;
  bool is_reset_ = false;
  bool is_reset_told_ = false;
  bool is_send_broken_ = false;
  bool is_far_gone_ = false;
  bool is_idling_ = false;
  int64_t now_ = 1000000000000;
  int64_t cpu_ = 0;
  int64_t cpu_per_call_ = 0;
  int64_t time_per_call_ = 0;
  int64_t receive_timeout_ms_ = -1;
  int64_t send_timeout_ms_ = -1;
  int receives_ = 0;
  int sends_ = 0;
  int waits_ = 0;
  int closes_ = 0;
  int faults_applied_ = 0;
  int deadlocks_ = 0;
  std::vector<std::string> misuses_;
  int hindrances_ = 0;
  int64_t late_ = 0;
  std::vector<TransportCall> log_;
};

}  // namespace net_testing

#endif  // TESTING_VIRTUAL_TRANSPORT_H_
