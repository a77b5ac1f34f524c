#include "net/pipe_signal.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static sigset_t pipe_signal(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  return signals;
}

static void take_pending(void) {
  const struct timespec at_once = {0, 0};
  sigset_t signals = pipe_signal();
  while (sigtimedwait(&signals, NULL, &at_once) < 0 && errno == EINTR) {
  }
}

void net_pipe_signal_hold(struct net_pipe_signal *before) {
  sigset_t signals = pipe_signal();
  sigset_t pending;
  before->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &signals, &before->mask);
}

void net_pipe_signal_release(const struct net_pipe_signal *before, bool is_raised) {
  int saved = errno;
  if (is_raised && !before->was_pending) {
    take_pending();
  }
  pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
  errno = saved;
}
