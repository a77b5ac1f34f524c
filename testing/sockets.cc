#include "testing/sockets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace net_testing {

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  reset(other.release());
  return *this;
}

int Descriptor::release() {
  return std::exchange(fd_, -1);
}

void Descriptor::reset(int fd) {
  if (fd_ >= 0) {
    close(fd_);
  }
  fd_ = fd;
}

namespace {

SocketPair MakeUnixPair() {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return {};
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

struct Loopback {
  sockaddr_storage storage = {};
  socklen_t length = 0;
};

Loopback MakeLoopback(int family) {
  Loopback loopback;
  if (family == AF_INET6) {
    auto *address = reinterpret_cast<sockaddr_in6 *>(&loopback.storage);
    address->sin6_family = AF_INET6;
    address->sin6_addr = IN6ADDR_LOOPBACK_INIT;
    loopback.length = sizeof(*address);
    return loopback;
  }
  auto *address = reinterpret_cast<sockaddr_in *>(&loopback.storage);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  loopback.length = sizeof(*address);
  return loopback;
}

SocketPair MakeInternetPair(int family) {
  Loopback loopback = MakeLoopback(family);
  auto *address = reinterpret_cast<sockaddr *>(&loopback.storage);
  Descriptor listener(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Descriptor near(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(listener.get(), address, loopback.length) != 0 || listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), address, &loopback.length) != 0 ||
      connect(near.get(), address, loopback.length) != 0) {
    return {};
  }
  return {std::move(near), Descriptor(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC))};
}

}  // namespace

SocketPair MakeSocketPair(int family) {
  return family == AF_UNIX ? MakeUnixPair() : MakeInternetPair(family);
}

size_t FillSendBuffer(int fd) {
  static const char kBytes[1 << 16] = {};
  size_t total = 0;
  size_t length = sizeof(kBytes);
  while (length > 0) {
    ssize_t count = send(fd, kBytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      total += static_cast<size_t>(count);
    } else {
      length /= 2;
    }
  }
  return total;
}

size_t DrainReceiveBuffer(int fd) {
  char bytes[1 << 14];
  size_t total = 0;
  ssize_t count = 0;
  while ((count = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
    total += static_cast<size_t>(count);
  }
  return total;
}

void ResetOnClose(int fd) {
  linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

int MoveDescriptor(int fd, int minimum) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, minimum);
  if (moved >= 0) {
    close(fd);
  }
  return moved;
}

int CountOpenDescriptors() {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while (directory != nullptr && readdir(directory) != nullptr) {
    count++;
  }
  closedir(directory);
  return count;
}

namespace {

std::atomic<int> signal_count{0};
std::atomic<int> action_after{0};
std::atomic<void (*)()> action_to_run{nullptr};
struct sigaction previous_action;

void OnSignal(int) {
  int saved_errno = errno;
  int count = ++signal_count;
  void (*action)() = action_to_run;
  if (action != nullptr && count >= action_after) {
    action();
  }
  errno = saved_errno;
}

void SetInterval(int microseconds) {
  itimerval timer = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

SignalStorm::SignalStorm(int signals_before_action, void (*action)()) {
  signal_count = 0;
  action_after = signals_before_action;
  action_to_run = action;
  struct sigaction handler = {};
  handler.sa_handler = OnSignal;
  sigaction(SIGALRM, &handler, &previous_action);
  SetInterval(1000);
}

SignalStorm::~SignalStorm() {
  SetInterval(0);
  sigaction(SIGALRM, &previous_action, nullptr);
}

int SignalStorm::count() {
  return signal_count;
}

}  // namespace net_testing
