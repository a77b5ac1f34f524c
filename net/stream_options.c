#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "net/stream.h"
#include "net/stream_internal.h"

struct net_error net_get_option(int fd, int level, int name, int *value) {
  socklen_t size = sizeof(*value);
  return net_system_result(getsockopt(fd, level, name, value, &size));
}

struct net_error net_set_option(int fd, int level, int name, int value) {
  return net_system_result(setsockopt(fd, level, name, &value, sizeof(value)));
}

struct net_error net_get_timeout(int fd, int name, double *seconds) {
  struct timeval timeout = {0, 0};
  socklen_t size = sizeof(timeout);
  struct net_error error = net_system_result(getsockopt(fd, SOL_SOCKET, name, &timeout, &size));
  if (error.kind == NET_ERROR_NONE) {
    *seconds = (double)timeout.tv_sec + (double)timeout.tv_usec / 1e6;
  }
  return error;
}

/* About what the kernel can count; more is as good as none. */
static const double kLongestTimeout = 1e15;

static struct timeval timeval_of(double seconds) {
  struct timeval timeout = {0, 0};
  if (seconds > kLongestTimeout) {
    return timeout;
  }
  timeout.tv_sec = (time_t)seconds;
  timeout.tv_usec = (suseconds_t)((seconds - (double)timeout.tv_sec) * 1e6 + 0.5);
  if (timeout.tv_usec >= 1000000) {
    timeout.tv_sec++;
    timeout.tv_usec = 0;
  }
  if (timeout.tv_sec == 0 && timeout.tv_usec == 0 && seconds > 0) {
    timeout.tv_usec = 1;
  }
  return timeout;
}

struct net_error net_set_timeout(int fd, int name, double seconds) {
  bool is_valid = seconds >= 0; /* a NaN is not */
  if (!is_valid) {
    return net_system_error(EINVAL);
  }
  struct timeval timeout = timeval_of(seconds);
  return net_system_result(setsockopt(fd, SOL_SOCKET, name, &timeout, sizeof(timeout)));
}

struct net_error net_get_linger(int fd, int *seconds) {
  struct linger linger = {0, 0};
  socklen_t size = sizeof(linger);
  struct net_error error = net_system_result(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size));
  if (error.kind == NET_ERROR_NONE) {
    *seconds = linger.l_onoff ? linger.l_linger : -1;
  }
  return error;
}

struct net_error net_set_linger(int fd, int seconds) {
  struct linger linger = {.l_onoff = seconds >= 0, .l_linger = seconds >= 0 ? seconds : 0};
  return net_system_result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
}

struct net_error net_at_mark(int fd, bool *at_mark) {
  int result = sockatmark(fd);
  if (result >= 0) {
    *at_mark = result != 0;
  }
  return net_system_result(result);
}

struct net_error net_get_close_on_exec(int fd, bool *close_on_exec) {
  int flags = fcntl(fd, F_GETFD);
  if (flags >= 0) {
    *close_on_exec = (flags & FD_CLOEXEC) != 0;
  }
  return net_system_result(flags);
}

struct net_error net_set_close_on_exec(int fd, bool close_on_exec) {
  int flags = fcntl(fd, F_GETFD);
  if (flags < 0) {
    return net_system_result(flags);
  }
  int wanted = close_on_exec ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC;
  return net_system_result(fcntl(fd, F_SETFD, wanted));
}

struct net_error net_get_nonblocking(int fd, bool *nonblocking) {
  int flags = fcntl(fd, F_GETFL);
  *nonblocking = flags >= 0 && (flags & O_NONBLOCK) != 0;
  return net_system_result(flags);
}

struct net_error net_set_nonblocking(int fd, bool nonblocking) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) {
    return net_system_result(flags);
  }
  int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  return wanted == flags ? net_system_result(0) : net_system_result(fcntl(fd, F_SETFL, wanted));
}
