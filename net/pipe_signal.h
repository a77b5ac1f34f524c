#ifndef NET_PIPE_SIGNAL_H
#define NET_PIPE_SIGNAL_H

/* Internal to net/: system calls that have no MSG_NOSIGNAL, without SIGPIPE (D-22). It goes to the
   thread that writes: it is held back there and taken away, unless one was pending before, which is
   somebody else's. */

#include <signal.h>
#include <stdbool.h>

/* net_pipe_signal is what was before the signal was held back. */
struct net_pipe_signal {
  sigset_t mask;
  bool was_pending;
};

/* net_pipe_signal_hold holds SIGPIPE back in this thread. */
void net_pipe_signal_hold(struct net_pipe_signal *before);

/* net_pipe_signal_release takes away the SIGPIPE that came in between where `is_raised` says that
   there may be one, and gives the thread its mask back. errno stays. The kernel raises one also
   when a call has moved a part of its bytes, and returns their count. */
void net_pipe_signal_release(const struct net_pipe_signal *before, bool is_raised);

#endif
