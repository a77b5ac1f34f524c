#include "net/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>

#include "net/stream_internal.h"

static bool must_not_sleep(const struct net_transfer *transfer) {
  int flags = fcntl(transfer->fd, F_GETFL);
  return (transfer->flags & MSG_DONTWAIT) != 0 || (flags >= 0 && (flags & O_NONBLOCK) != 0);
}

/* The point in time at which the socket's own timeout ends a call that began at `start`. */
static int64_t socket_deadline(const struct net_transfer *transfer, int64_t start) {
  struct timeval timeout = {0, 0};
  socklen_t size = sizeof(timeout);
  int name = transfer->sends ? SO_SNDTIMEO : SO_RCVTIMEO;
  if (getsockopt(transfer->fd, SOL_SOCKET, name, &timeout, &size) != 0 ||
      (timeout.tv_sec == 0 && timeout.tv_usec == 0)) {
    return NET_NO_DEADLINE;
  }
  if (timeout.tv_sec >= (NET_NO_DEADLINE - start) / 1000000000 - 1) {
    return NET_NO_DEADLINE;
  }
  return start + (int64_t)timeout.tv_sec * 1000000000 + (int64_t)timeout.tv_usec * 1000;
}

static struct net_error transfer_result(ssize_t count, size_t *moved) {
  *moved = count > 0 ? (size_t)count : 0;
  return net_system_result(count < 0 ? -1 : 0);
}

/* What a receive has moved is told before the timeout: the bytes would be lost otherwise. */
static struct net_error stopped(const struct net_transfer *transfer, struct net_error error,
                                size_t *moved) {
  return *moved > 0 && !transfer->sends ? net_no_error() : error;
}

/* Goes on with a blocking call that a signal has ended, or with one that has moved but a part of
   its bytes. The kernel would give each new call the whole of the socket's timeout again, so that a
   timer's signals could hold it up forever. */
static struct net_error transfer_resumed(const struct net_transfer *transfer, int64_t start,
                                         size_t *moved) {
  int64_t deadline = socket_deadline(transfer, start);
  unsigned direction = transfer->sends ? NET_TRANSPORT_WRITABLE : NET_TRANSPORT_READABLE;
  do {
    struct net_error waited = net_wait_until(transfer->fd, direction, deadline);
    if (waited.kind != NET_ERROR_NONE) {
      return stopped(transfer, waited, moved);
    }
    ssize_t count = transfer->call(transfer, *moved, transfer->flags | MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
      /* What has been moved comes first: the next call tells the rest. */
      return transfer_result(*moved > 0 ? (ssize_t)*moved : count, moved);
    }
    *moved += count > 0 ? (size_t)count : 0;
  } while (*moved == 0 || (transfer->whole && *moved < transfer->length));
  return net_no_error();
}

static struct net_error transfer_blocking(const struct net_transfer *transfer, size_t *moved) {
  int64_t start = net_monotonic_time();
  ssize_t count = transfer->call(transfer, 0, transfer->flags);
  bool is_short =
      transfer->whole && count > 0 && (size_t)count < transfer->length && !must_not_sleep(transfer);
  if (is_short || (count < 0 && errno == EINTR)) {
    *moved = is_short ? (size_t)count : 0;
    return transfer_resumed(transfer, start, moved);
  }
  if (count < 0 && errno == EAGAIN) {
    return must_not_sleep(transfer) ? net_system_error(EAGAIN) : net_timeout_error();
  }
  return transfer_result(count, moved);
}

/* MSG_DONTWAIT, because whoever shares the open file can clear O_NONBLOCK. */
static struct net_error transfer_nonblocking(const struct net_transfer *transfer, size_t *moved) {
  ssize_t count = -1;
  do {
    count = transfer->call(transfer, 0, transfer->flags | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  return transfer_result(count, moved);
}

struct net_error net_transfer_run(const struct net_transfer *transfer, enum net_transport_mode mode,
                                  size_t *moved) {
  *moved = 0;
  return mode == NET_TRANSPORT_BLOCKING ? transfer_blocking(transfer, moved)
                                        : transfer_nonblocking(transfer, moved);
}
