#include "net/stream_internal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "net/transport.h"

static const int64_t kNanosecondsPerSecond = 1000000000;
static const int64_t kNanosecondsPerMillisecond = 1000000;

int64_t net_monotonic_time(void) {
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNanosecondsPerSecond + now.tv_nsec;
}

int64_t net_deadline_after(int64_t timeout_ms) {
  int64_t now = net_monotonic_time();
  if (timeout_ms < 0 || timeout_ms > (NET_NO_DEADLINE - now) / kNanosecondsPerMillisecond) {
    return NET_NO_DEADLINE;
  }
  return now + timeout_ms * kNanosecondsPerMillisecond;
}

/* Rounded up: a poll that ends a fraction of a millisecond early would be followed by a busy loop.
 */
int64_t net_deadline_remaining(int64_t deadline) {
  if (deadline == NET_NO_DEADLINE) {
    return -1;
  }
  int64_t now = net_monotonic_time();
  return deadline <= now ? 0 : (deadline - now - 1) / kNanosecondsPerMillisecond + 1;
}

static int poll_timeout(int64_t deadline) {
  int64_t milliseconds = net_deadline_remaining(deadline);
  return milliseconds < INT_MAX ? (int)milliseconds : INT_MAX;
}

static short poll_events(unsigned directions) {
  short events = 0;
  if (directions & NET_TRANSPORT_READABLE) {
    events |= POLLIN;
  }
  if (directions & NET_TRANSPORT_WRITABLE) {
    events |= POLLOUT;
  }
  return events;
}

/* Whatever poll reports is ready, POLLERR and POLLHUP too: the call that follows tells more. */
static struct net_error ready(short revents) {
  if (revents & POLLNVAL) {
    return net_system_error(EBADF);
  }
  return net_no_error();
}

static struct net_error poll_until(struct pollfd *entries, size_t num_entries, int64_t deadline) {
  for (;;) {
    int timeout = poll_timeout(deadline);
    int count = poll(entries, num_entries, timeout);
    if (count > 0) {
      return net_no_error();
    }
    if (count < 0 && errno != EINTR) {
      return net_system_error(errno);
    }
    if (count == 0 && timeout == 0) {
      return net_timeout_error();
    }
  }
}

struct net_error net_wait_until(int fd, unsigned directions, int64_t deadline) {
  if (fd < 0) {
    /* poll ignores a negative descriptor, and would wait for nothing. */
    return net_system_error(EBADF);
  }
  struct pollfd entry = {.fd = fd, .events = poll_events(directions)};
  struct net_error error = poll_until(&entry, 1, deadline);
  return error.kind == NET_ERROR_NONE ? ready(entry.revents) : error;
}

struct net_error net_wait(int fd, unsigned directions, int64_t timeout_ms) {
  return net_wait_until(fd, directions, net_deadline_after(timeout_ms));
}

struct net_error net_wait_any(struct net_wait_entry *entries, size_t num_entries,
                              int64_t timeout_ms) {
  int64_t deadline = net_deadline_after(timeout_ms);
  struct pollfd *polled = calloc(num_entries + 1, sizeof(*polled));
  if (polled == NULL) {
    return net_system_error(ENOMEM);
  }
  for (size_t i = 0; i < num_entries; i++) {
    polled[i] = (struct pollfd){.fd = entries[i].fd, .events = poll_events(entries[i].directions)};
  }
  struct net_error error = poll_until(polled, num_entries, deadline);
  for (size_t i = 0; i < num_entries; i++) {
    entries[i].is_ready = polled[i].revents != 0;
  }
  free(polled);
  return error;
}
