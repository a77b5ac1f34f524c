#include "testing/played_system.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <algorithm>

#include <utility>

#include "net/transport.h"

extern "C" {
int __real_accept4(int fd, sockaddr *address, socklen_t *length, int flags);
int __real_bind(int fd, const sockaddr *address, socklen_t length);
void *__real_calloc(size_t number, size_t size);
int __real_clock_gettime(clockid_t clock, timespec *time);
int __real_close(int fd);
int __real_connect(int fd, const sockaddr *address, socklen_t length);
int __real_fcntl(int fd, int command, ...);
int __real_getaddrinfo(const char *host, const char *port, const addrinfo *hints, addrinfo **list);
int __real_getnameinfo(const sockaddr *address, socklen_t length, char *host, socklen_t host_size,
                       char *service, socklen_t service_size, int flags);
int __real_getsockname(int fd, sockaddr *address, socklen_t *length);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
int __real_listen(int fd, int backlog);
void *__real_malloc(size_t size);
int __real_poll(pollfd *entries, nfds_t num_entries, int timeout);
ssize_t __real_pread(int fd, void *buffer, size_t length, off_t offset);
int __real_pthread_atfork(void (*prepare)(), void (*parent)(), void (*child)());
int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
ssize_t __real_readv(int fd, const iovec *parts, int num_parts);
ssize_t __real_recv(int fd, void *buffer, size_t length, int flags);
ssize_t __real_recvmsg(int fd, msghdr *message, int flags);
ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __real_sendfile(int fd, int file, off_t *offset, size_t length);
ssize_t __real_sendmsg(int fd, const msghdr *message, int flags);
int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __real_sigtimedwait(const sigset_t *signals, siginfo_t *info, const timespec *timeout);
int __real_socket(int family, int type, int protocol);
int __real_socketpair(int family, int type, int protocol, int *fds);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t limit);
int __real_timerfd_create(int clock, int flags);
int __real_timerfd_settime(int fd, int flags, const itimerspec *time, itimerspec *old);
ssize_t __real_writev(int fd, const iovec *parts, int num_parts);
}

namespace net_testing {

namespace {

struct Failure {
  unsigned after;
  unsigned times;
  int error;
};

bool is_played = false;
Failure failures[kNumPlayedCalls] = {};
bool has_failed = false;
int64_t time_now = 0;
// Never destroyed: calls are made at exit too.
auto &sleep_ends = *new std::function<bool(int, unsigned)>;

// How often a call that would sleep is tried again.
constexpr int kPatience = 100;

// Whether this call fails, with `*error`.
bool Fails(SystemCall call, int *error) {
  Failure &failure = failures[call];
  if (!is_played || failure.times == 0) {
    return false;
  }
  if (failure.after > 0) {
    failure.after--;
    return false;
  }
  failure.times--;
  has_failed = true;
  *error = failure.error;
  if (failure.error == EINTR) {
    time_now += PlayedSystem::kSignalNanoseconds;
  }
  return true;
}

bool FailsWithErrno(SystemCall call) {
  int error = 0;
  if (!Fails(call, &error)) {
    return false;
  }
  errno = error;
  return true;
}

// The socket's timeout in nanoseconds, 0: none.
int64_t TimeoutOf(int fd, int name) {
  timeval timeout = {0, 0};
  socklen_t size = sizeof(timeout);
  if (__real_getsockopt(fd, SOL_SOCKET, name, &timeout, &size) != 0) {
    return 0;
  }
  // The clock has to go on after many of them.
  constexpr int64_t kTenDays = 864000;
  int64_t seconds = std::min<int64_t>(timeout.tv_sec, kTenDays);
  return seconds * INT64_C(1000000000) + timeout.tv_usec * INT64_C(1000);
}

// Makes the descriptor one that never sleeps for the while.
class Sleepless {
 public:
  explicit Sleepless(int fd) : fd_(fd), flags_(__real_fcntl(fd, F_GETFL)) {
    if (CouldSleep()) {
      __real_fcntl(fd, F_SETFL, flags_ | O_NONBLOCK);
    }
  }
  ~Sleepless() {
    int saved = errno;
    if (CouldSleep()) {
      __real_fcntl(fd_, F_SETFL, flags_);
    }
    errno = saved;
  }
  Sleepless(const Sleepless &) = delete;
  Sleepless &operator=(const Sleepless &) = delete;

  bool CouldSleep() const {
    return flags_ >= 0 && (flags_ & O_NONBLOCK) == 0;
  }

 private:
  int fd_;
  int flags_;
};

// Calls as often as the sleeper would have been woken up.
template <typename Call>
ssize_t Awake(int fd, bool may_sleep, bool sends, Call call) {
  Sleepless sleepless(fd);
  may_sleep = may_sleep && sleepless.CouldSleep();
  for (int tries = 0; tries < kPatience; tries++) {
    ssize_t result = call();
    if (result >= 0 || errno != EAGAIN || !may_sleep) {
      return result;
    }
    int64_t timeout = TimeoutOf(fd, sends ? SO_SNDTIMEO : SO_RCVTIMEO);
    if (timeout > 0) {
      time_now += timeout;
      errno = EAGAIN;
      return -1;
    }
    RealSystem real;
    if (!sleep_ends(fd, sends ? NET_TRANSPORT_WRITABLE : NET_TRANSPORT_READABLE)) {
      break;
    }
  }
  errno = ENOTCONN;
  return -1;
}

unsigned DirectionsOf(const pollfd &entry) {
  return ((entry.events & POLLIN) != 0 ? NET_TRANSPORT_READABLE : 0) |
         ((entry.events & POLLOUT) != 0 ? NET_TRANSPORT_WRITABLE : 0);
}

int Poll(pollfd *entries, nfds_t num_entries, int timeout) {
  for (int tries = 0; tries < kPatience; tries++) {
    int count = __real_poll(entries, num_entries, 0);
    if (count != 0) {
      return count;
    }
    if (timeout >= 0) {
      time_now += timeout * INT64_C(1000000);
      return 0;
    }
    RealSystem real;
    if (num_entries == 0 || !sleep_ends(entries[0].fd, DirectionsOf(entries[0]))) {
      break;
    }
  }
  errno = ENOMEM;
  return -1;
}

bool IsKnownHost(const char *host, const addrinfo *hints) {
  bool is_numeric = hints != nullptr && (hints->ai_flags & AI_NUMERICHOST) != 0;
  return host == nullptr || is_numeric || strcasecmp(host, "localhost") == 0 ||
         strspn(host, "0123456789abcdef.:") == strlen(host);
}

}  // namespace

bool CouldSleep(SystemCall call) {
  switch (call) {
    case kAccept:
    case kClose:
    case kConnect:
    case kPoll:
    case kPread:
    case kReadv:
    case kRecv:
    case kRecvmsg:
    case kSend:
    case kSendfile:
    case kSendmsg:
    case kSigtimedwait:
    case kWritev:
      return true;
    default:
      return false;
  }
}

PlayedSystem::PlayedSystem(std::function<bool(int fd, unsigned directions)> on_sleep) {
  sleep_ends = std::move(on_sleep);
  StopFailing();
  time_now = INT64_C(1000000000);
  is_played = true;
}

PlayedSystem::~PlayedSystem() {
  is_played = false;
  sleep_ends = nullptr;
}

void PlayedSystem::Fail(SystemCall call, unsigned after, int error, unsigned times) {
  failures[call] = {after, times, error};
}

bool PlayedSystem::StopFailing() {
  memset(failures, 0, sizeof(failures));
  return std::exchange(has_failed, false);
}

int64_t PlayedSystem::now() const {
  return time_now;
}

RealSystem::RealSystem() : was_played_(std::exchange(is_played, false)) {}

RealSystem::~RealSystem() {
  is_played = was_played_;
}

}  // namespace net_testing

using namespace net_testing;

extern "C" {

int __wrap_accept4(int fd, sockaddr *address, socklen_t *length, int flags) {
  if (FailsWithErrno(kAccept)) {
    return -1;
  }
  return !is_played ? __real_accept4(fd, address, length, flags)
                    : static_cast<int>(Awake(fd, true, false, [&] {
                        return __real_accept4(fd, address, length, flags);
                      }));
}

int __wrap_bind(int fd, const sockaddr *address, socklen_t length) {
  return FailsWithErrno(kBind) ? -1 : __real_bind(fd, address, length);
}

void *__wrap_calloc(size_t number, size_t size) {
  return FailsWithErrno(kCalloc) ? nullptr : __real_calloc(number, size);
}

int __wrap_clock_gettime(clockid_t clock, timespec *time) {
  if (!is_played || clock != CLOCK_MONOTONIC) {
    return __real_clock_gettime(clock, time);
  }
  *time = {time_now / 1000000000, time_now % 1000000000};
  return 0;
}

// Linux closes the descriptor whatever it says.
int __wrap_close(int fd) {
  int error = 0;
  bool fails = Fails(kClose, &error);
  int result = __real_close(fd);
  if (fails) {
    errno = error;
  }
  return fails ? -1 : result;
}

// One that a signal ends goes on; so does one that has but begun.
int __wrap_connect(int fd, const sockaddr *address, socklen_t length) {
  int error = 0;
  bool is_blocking = is_played && (__real_fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
  if (!Fails(kConnect, &error)) {
    return !is_blocking ? __real_connect(fd, address, length)
                        : static_cast<int>(Awake(
                              fd, true, true, [&] { return __real_connect(fd, address, length); }));
  }
  if (!is_blocking && (error == EINTR || error == EINPROGRESS)) {
    __real_connect(fd, address, length);
  }
  errno = error;
  return -1;
}

int __wrap_fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  long argument = va_arg(arguments, long);
  va_end(arguments);
  return FailsWithErrno(kFcntl) ? -1 : __real_fcntl(fd, command, argument);
}

// Nobody else is asked for a name.
int __wrap_getaddrinfo(const char *host, const char *port, const addrinfo *hints, addrinfo **list) {
  int error = 0;
  if (Fails(kGetaddrinfo, &error)) {
    errno = EMFILE;
    return error != 0 ? error : EAI_FAIL;
  }
  return is_played && !IsKnownHost(host, hints) ? EAI_NONAME
                                                : __real_getaddrinfo(host, port, hints, list);
}

int __wrap_getnameinfo(const sockaddr *address, socklen_t length, char *host, socklen_t host_size,
                       char *service, socklen_t service_size, int flags) {
  int error = 0;
  if (Fails(kGetnameinfo, &error)) {
    errno = EMFILE;
    return error != 0 ? error : EAI_FAIL;
  }
  flags |= is_played ? NI_NUMERICHOST : 0;
  return __real_getnameinfo(address, length, host, host_size, service, service_size, flags);
}

int __wrap_getsockname(int fd, sockaddr *address, socklen_t *length) {
  return FailsWithErrno(kGetsockname) ? -1 : __real_getsockname(fd, address, length);
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
  return FailsWithErrno(kGetsockopt) ? -1 : __real_getsockopt(fd, level, name, value, length);
}

int __wrap_listen(int fd, int backlog) {
  return FailsWithErrno(kListen) ? -1 : __real_listen(fd, backlog);
}

void *__wrap_malloc(size_t size) {
  return FailsWithErrno(kMalloc) ? nullptr : __real_malloc(size);
}

int __wrap_poll(pollfd *entries, nfds_t num_entries, int timeout) {
  int error = 0;
  if (Fails(kPoll, &error)) {
    time_now += error == 0 && timeout > 0 ? timeout * INT64_C(1000000) : 0;
    errno = error;
    return error == 0 ? 0 : -1;
  }
  return is_played ? Poll(entries, num_entries, timeout)
                   : __real_poll(entries, num_entries, timeout);
}

ssize_t __wrap_pread(int fd, void *buffer, size_t length, off_t offset) {
  return FailsWithErrno(kPread) ? -1 : __real_pread(fd, buffer, length, offset);
}

int __wrap_pthread_atfork(void (*prepare)(), void (*parent)(), void (*child)()) {
  int error = 0;
  return Fails(kPthreadAtfork, &error) ? error : __real_pthread_atfork(prepare, parent, child);
}

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  int error = 0;
  return Fails(kPthreadMutexInit, &error) ? error : __real_pthread_mutex_init(mutex, attributes);
}

ssize_t __wrap_readv(int fd, const iovec *parts, int num_parts) {
  if (FailsWithErrno(kReadv)) {
    return -1;
  }
  return !is_played ? __real_readv(fd, parts, num_parts)
                    : Awake(fd, true, false, [&] { return __real_readv(fd, parts, num_parts); });
}

ssize_t __wrap_recv(int fd, void *buffer, size_t length, int flags) {
  if (FailsWithErrno(kRecv)) {
    return -1;
  }
  return !is_played ? __real_recv(fd, buffer, length, flags)
                    : Awake(fd, (flags & MSG_DONTWAIT) == 0, false,
                            [&] { return __real_recv(fd, buffer, length, flags); });
}

ssize_t __wrap_recvmsg(int fd, msghdr *message, int flags) {
  if (FailsWithErrno(kRecvmsg)) {
    return -1;
  }
  return !is_played ? __real_recvmsg(fd, message, flags)
                    : Awake(fd, (flags & MSG_DONTWAIT) == 0, false,
                            [&] { return __real_recvmsg(fd, message, flags); });
}

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags) {
  if (FailsWithErrno(kSend)) {
    return -1;
  }
  return !is_played ? __real_send(fd, bytes, length, flags)
                    : Awake(fd, (flags & MSG_DONTWAIT) == 0, true,
                            [&] { return __real_send(fd, bytes, length, flags); });
}

ssize_t __wrap_sendfile(int fd, int file, off_t *offset, size_t length) {
  if (FailsWithErrno(kSendfile)) {
    return -1;
  }
  return !is_played
             ? __real_sendfile(fd, file, offset, length)
             : Awake(fd, true, true, [&] { return __real_sendfile(fd, file, offset, length); });
}

ssize_t __wrap_sendmsg(int fd, const msghdr *message, int flags) {
  if (FailsWithErrno(kSendmsg)) {
    return -1;
  }
  return !is_played ? __real_sendmsg(fd, message, flags)
                    : Awake(fd, (flags & MSG_DONTWAIT) == 0, true,
                            [&] { return __real_sendmsg(fd, message, flags); });
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
  return FailsWithErrno(kSetsockopt) ? -1 : __real_setsockopt(fd, level, name, value, length);
}

int __wrap_sigtimedwait(const sigset_t *signals, siginfo_t *info, const timespec *timeout) {
  return FailsWithErrno(kSigtimedwait) ? -1 : __real_sigtimedwait(signals, info, timeout);
}

int __wrap_socket(int family, int type, int protocol) {
  return FailsWithErrno(kSocket) ? -1 : __real_socket(family, type, protocol);
}

int __wrap_socketpair(int family, int type, int protocol, int *fds) {
  return FailsWithErrno(kSocketpair) ? -1 : __real_socketpair(family, type, protocol, fds);
}

char *__wrap_strdup(const char *text) {
  return FailsWithErrno(kStrdup) ? nullptr : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t limit) {
  return FailsWithErrno(kStrdup) ? nullptr : __real_strndup(text, limit);
}

int __wrap_timerfd_create(int clock, int flags) {
  return FailsWithErrno(kTimerfdCreate) ? -1 : __real_timerfd_create(clock, flags);
}

int __wrap_timerfd_settime(int fd, int flags, const itimerspec *time, itimerspec *old) {
  return FailsWithErrno(kTimerfdSettime) ? -1 : __real_timerfd_settime(fd, flags, time, old);
}

ssize_t __wrap_writev(int fd, const iovec *parts, int num_parts) {
  if (FailsWithErrno(kWritev)) {
    return -1;
  }
  return !is_played ? __real_writev(fd, parts, num_parts)
                    : Awake(fd, true, true, [&] { return __real_writev(fd, parts, num_parts); });
}
}
