#include "net/vector_io.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "net/stream_internal.h"

static struct net_error set_length(ssize_t result, size_t *length) {
  *length = result > 0 ? (size_t)result : 0;
  return net_system_result(result < 0 ? -1 : 0);
}

struct net_error net_read_vector(int fd, const struct iovec *parts, size_t num_parts,
                                 size_t *length) {
  ssize_t result = -1;
  do {
    result = readv(fd, parts, (int)num_parts);
  } while (result < 0 && errno == EINTR);
  return set_length(result, length);
}

static bool is_pending(int signal) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

static void take_pending(const sigset_t *signals) {
  static const struct timespec at_once = {0, 0};
  int saved = errno;
  while (sigtimedwait(signals, NULL, &at_once) < 0 && errno == EINTR) {
  }
  errno = saved;
}

/* Only a socket has MSG_NOSIGNAL. The SIGPIPE of a pipe goes to the thread that writes: it is held
   back there and taken away, unless one was pending before, which is somebody else's. */
static ssize_t write_quietly(int fd, const struct iovec *parts, size_t num_parts) {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  bool was_pending = is_pending(SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t result = writev(fd, parts, (int)num_parts);
  if (result < 0 && errno == EPIPE && !was_pending) {
    take_pending(&pipe_signal);
  }
  int saved = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = saved;
  return result;
}

struct net_error net_write_vector(int fd, const struct iovec *parts, size_t num_parts,
                                  size_t *length) {
  ssize_t result = -1;
  do {
    result = write_quietly(fd, parts, num_parts);
  } while (result < 0 && errno == EINTR);
  return set_length(result, length);
}
