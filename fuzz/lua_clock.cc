#include "fuzz/lua_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

namespace {

constexpr int64_t kSecond = 1000000000;
constexpr int64_t kMillisecond = 1000000;
// What passes from one look at the clock to the next.
constexpr int64_t kStep = 1000;
// CPU time is looked at once in each busy retry: the clock limit's 10 ms are a hundred of them.
constexpr int64_t kBusyStep = 100000;

struct Time {
  bool is_running = false;
  bool waits_for_ever = false;
  int64_t now = 0;
};

thread_local Time script_time;

bool HasTimeout(int fd) {
  struct timeval timeout = {0, 0};
  socklen_t size = sizeof(timeout);
  return getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, &size) == 0 &&
         (timeout.tv_sec != 0 || timeout.tv_usec != 0);
}

}  // namespace

extern "C" {

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __real_poll(struct pollfd *entries, nfds_t count, int timeout);
ssize_t __real_recv(int fd, void *buffer, size_t length, int flags);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  if (!script_time.is_running || (clock != CLOCK_MONOTONIC && clock != CLOCK_THREAD_CPUTIME_ID)) {
    return __real_clock_gettime(clock, time);
  }
  script_time.now += clock == CLOCK_MONOTONIC ? kStep : kBusyStep;
  time->tv_sec = script_time.now / kSecond;
  time->tv_nsec = script_time.now % kSecond;
  return 0;
}

int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout) {
  int ready = __real_poll(entries, count, script_time.is_running ? 0 : timeout);
  if (ready != 0 || !script_time.is_running) {
    return ready;
  }
  if (timeout < 0) {
    script_time.waits_for_ever = true;
    errno = EDEADLK;
    return -1;
  }
  script_time.now += timeout * kMillisecond;
  return 0;
}

ssize_t __wrap_recv(int fd, void *buffer, size_t length, int flags) {
  struct pollfd entry = {fd, POLLIN, 0};
  bool can_sleep = script_time.is_running && (flags & MSG_DONTWAIT) == 0 && !HasTimeout(fd) &&
                   (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
  if (can_sleep && __real_poll(&entry, 1, 0) == 0) {
    script_time.waits_for_ever = true;
    errno = EDEADLK;
    return -1;
  }
  return __real_recv(fd, buffer, length, flags);
}

}  // extern "C"

namespace net_fuzz {

ScriptTime::ScriptTime() {
  script_time = {true, false, 1000 * kSecond};
}

ScriptTime::~ScriptTime() {
  script_time.is_running = false;
}

bool ScriptTime::WaitsForEver() const {
  return script_time.waits_for_ever;
}

}  // namespace net_fuzz
