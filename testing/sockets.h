#ifndef TESTING_SOCKETS_H_
#define TESTING_SOCKETS_H_

// Real sockets for tests: descriptors that close themselves, connected pairs of each family, and
// signals that keep coming.

#include <stddef.h>

namespace net_testing {

// A descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd_(other.release()) {}
  Descriptor &operator=(Descriptor &&other) noexcept;
  ~Descriptor() {
    reset();
  }

  int get() const {
    return fd_;
  }
  int release();
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Two connected stream sockets.
struct SocketPair {
  Descriptor near;
  Descriptor far;
};

// Returns a pair of the family AF_UNIX, AF_INET or AF_INET6; its descriptors are negative where the
// machine does not have the family.
SocketPair MakeSocketPair(int family);

// Writes to `fd`, which must be non-blocking or is made so for the while, until it takes no more.
// Returns the number of bytes written.
size_t FillSendBuffer(int fd);

// Reads what is there to be read. Returns the number of bytes.
size_t DrainReceiveBuffer(int fd);

// Makes close on `fd` send a RST.
void ResetOnClose(int fd);

// Moves a descriptor to a number of at least `minimum`; -1 where the machine allows no such number.
int MoveDescriptor(int fd, int minimum);

// The number of descriptors that the process has open.
int CountOpenDescriptors();

// While it lives, SIGALRM interrupts whatever sleeps, once a millisecond (no SA_RESTART). From the
// `signals_before_action`th on, each of them calls `action` in the handler. One at a time.
class SignalStorm {
 public:
  explicit SignalStorm(int signals_before_action = 0, void (*action)() = nullptr);
  ~SignalStorm();
  SignalStorm(const SignalStorm &) = delete;
  SignalStorm &operator=(const SignalStorm &) = delete;

  // How many signals have come.
  static int count();
};

}  // namespace net_testing

#endif  // TESTING_SOCKETS_H_
