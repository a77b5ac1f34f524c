#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "net/stream.h"
#include "net/stream_internal.h"
#include "net/transport.h"

struct posix_transport {
  int fd;
  enum net_transport_mode mode;
};

/* One receive or send, as often as it has to be called. */
struct transfer {
  int fd;
  bool sends;
  void *buffer;
  const void *bytes;
  size_t length;
};

static struct net_transport_result ended(enum net_transport_status status) {
  return (struct net_transport_result){.status = status};
}

static struct net_transport_result failed(int error) {
  return (struct net_transport_result){.status = NET_TRANSPORT_ERROR, .error = error};
}

static size_t clamp_length(size_t length) {
  return length < INT_MAX ? length : INT_MAX;
}

static bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK;
}

static ssize_t transfer_once(const struct transfer *transfer, int flags) {
  if (transfer->sends) {
    return send(transfer->fd, transfer->bytes, transfer->length, flags | MSG_NOSIGNAL);
  }
  return recv(transfer->fd, transfer->buffer, transfer->length, flags);
}

static struct net_transport_result transfer_result(const struct transfer *transfer, ssize_t count) {
  if (count < 0) {
    return failed(errno);
  }
  if (count == 0 && !transfer->sends) {
    return ended(NET_TRANSPORT_END);
  }
  return (struct net_transport_result){.status = NET_TRANSPORT_OK, .count = (size_t)count};
}

/* The point in time at which the socket's own timeout ends a call that began at `start`. */
static int64_t socket_deadline(const struct transfer *transfer, int64_t start) {
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

static struct transfer rest_of(const struct transfer *transfer, size_t moved) {
  struct transfer rest = *transfer;
  if (transfer->sends) {
    rest.bytes = (const char *)transfer->bytes + moved;
  }
  rest.length -= moved;
  return rest;
}

/* Goes on with a blocking call that a signal has ended, or with a send that has `moved` but a part
   of its bytes. The kernel would give each new call the whole of the socket's timeout again, so
   that a timer's signals could hold it up forever. */
static struct net_transport_result transfer_resumed(const struct transfer *transfer, int64_t start,
                                                    size_t moved) {
  int64_t deadline = socket_deadline(transfer, start);
  unsigned direction = transfer->sends ? NET_TRANSPORT_WRITABLE : NET_TRANSPORT_READABLE;
  do {
    struct net_error waited = net_wait_until(transfer->fd, direction, deadline);
    if (waited.kind == NET_ERROR_TIMEOUT) {
      return (struct net_transport_result){.status = NET_TRANSPORT_TIMED_OUT, .count = moved};
    }
    if (waited.kind != NET_ERROR_NONE) {
      return failed(waited.code);
    }
    struct transfer rest = rest_of(transfer, moved);
    ssize_t count = transfer_once(&rest, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && !would_block(errno) && errno != EINTR)) {
      /* What has been moved comes first: the next call tells the rest. */
      return transfer_result(transfer, moved > 0 ? (ssize_t)moved : count);
    }
    moved += count > 0 ? (size_t)count : 0;
  } while (moved == 0 || (transfer->sends && moved < transfer->length));
  return transfer_result(transfer, (ssize_t)moved);
}

static bool is_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

static struct net_transport_result transfer_blocking(const struct transfer *transfer) {
  int64_t start = net_monotonic_time();
  ssize_t count = transfer_once(transfer, 0);
  bool is_short = transfer->sends && count > 0 && (size_t)count < transfer->length &&
                  !is_nonblocking(transfer->fd);
  if (is_short || (count < 0 && errno == EINTR)) {
    return transfer_resumed(transfer, start, is_short ? (size_t)count : 0);
  }
  if (count < 0 && would_block(errno)) {
    return ended(is_nonblocking(transfer->fd) ? NET_TRANSPORT_AGAIN : NET_TRANSPORT_TIMED_OUT);
  }
  return transfer_result(transfer, count);
}

/* MSG_DONTWAIT, because whoever shares the open file can clear O_NONBLOCK. */
static struct net_transport_result transfer_nonblocking(const struct transfer *transfer) {
  ssize_t count = transfer_once(transfer, MSG_DONTWAIT);
  if (count < 0 && errno == EINTR) {
    return ended(NET_TRANSPORT_INTERRUPTED);
  }
  if (count < 0 && would_block(errno)) {
    return ended(NET_TRANSPORT_AGAIN);
  }
  return transfer_result(transfer, count);
}

static struct net_transport_result run_transfer(const struct posix_transport *transport,
                                                const struct transfer *transfer) {
  if (transport->mode == NET_TRANSPORT_BLOCKING) {
    return transfer_blocking(transfer);
  }
  return transfer_nonblocking(transfer);
}

static struct net_transport_result posix_receive(void *context, void *buffer, size_t capacity) {
  const struct posix_transport *transport = context;
  struct transfer transfer = {
      .fd = transport->fd, .buffer = buffer, .length = clamp_length(capacity)};
  return run_transfer(transport, &transfer);
}

static struct net_transport_result posix_send(void *context, const void *bytes, size_t length) {
  const struct posix_transport *transport = context;
  struct transfer transfer = {
      .fd = transport->fd, .sends = true, .bytes = bytes, .length = clamp_length(length)};
  return run_transfer(transport, &transfer);
}

static struct net_transport_result posix_wait(void *context, unsigned directions,
                                              int64_t timeout_ms) {
  const struct posix_transport *transport = context;
  struct net_error waited = net_wait(transport->fd, directions, timeout_ms);
  if (waited.kind == NET_ERROR_TIMEOUT) {
    return ended(NET_TRANSPORT_TIMED_OUT);
  }
  if (waited.kind != NET_ERROR_NONE) {
    return failed(waited.code);
  }
  return ended(NET_TRANSPORT_OK);
}

static struct net_transport_result posix_close(void *context) {
  struct posix_transport *transport = context;
  struct net_error closed = net_close(transport->fd);
  free(transport);
  return closed.kind == NET_ERROR_NONE ? ended(NET_TRANSPORT_OK) : failed(closed.code);
}

static int64_t posix_monotonic_time(void *context) {
  (void)context;
  return net_monotonic_time();
}

static int64_t posix_cpu_time(void *context) {
  (void)context;
  struct timespec used = {0, 0};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static const struct net_transport_functions kPosixFunctions = {
    .receive = posix_receive,
    .send = posix_send,
    .wait = posix_wait,
    .close = posix_close,
    .monotonic_time = posix_monotonic_time,
    .cpu_time = posix_cpu_time,
};

/* Returns 0 where `fd` is a stream socket, and the errno that tells what it is not otherwise. */
static int check_stream_socket(int fd) {
  int type = 0;
  struct net_error got = net_get_option(fd, SOL_SOCKET, SO_TYPE, &type);
  if (got.kind != NET_ERROR_NONE) {
    return got.code;
  }
  return type == SOCK_STREAM ? 0 : EPROTOTYPE;
}

int net_transport_posix(int fd, enum net_transport_mode mode, struct net_transport *transport) {
  int error = check_stream_socket(fd);
  if (error != 0) {
    return error;
  }
  struct posix_transport *posix = malloc(sizeof(*posix));
  if (posix == NULL) {
    return ENOMEM;
  }
  struct net_error set = net_set_nonblocking(fd, mode == NET_TRANSPORT_NONBLOCKING);
  if (set.kind != NET_ERROR_NONE) {
    free(posix);
    return set.code;
  }
  *posix = (struct posix_transport){.fd = fd, .mode = mode};
  *transport = (struct net_transport){.functions = &kPosixFunctions, .context = posix};
  return 0;
}
