#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "net/stream.h"
#include "net/stream_internal.h"
#include "net/stream_io.h"
#include "net/transport.h"

struct posix_transport {
  int fd;
  enum net_transport_mode mode;
};

static struct net_transport_result ended(enum net_transport_status status) {
  return (struct net_transport_result){.status = status};
}

static struct net_transport_result failed(int error) {
  return (struct net_transport_result){.status = NET_TRANSPORT_ERROR, .error = error};
}

/* What a failed transfer means to whoever uses the transport. */
static struct net_transport_result not_moved(struct net_error error, size_t count) {
  if (error.kind == NET_ERROR_TIMEOUT) {
    return (struct net_transport_result){.status = NET_TRANSPORT_TIMED_OUT, .count = count};
  }
  return error.code == EAGAIN ? ended(NET_TRANSPORT_AGAIN) : failed(error.code);
}

static struct net_transport_result moved(size_t count) {
  return (struct net_transport_result){.status = NET_TRANSPORT_OK, .count = count};
}

static struct net_transport_result posix_receive(void *context, void *buffer, size_t capacity) {
  const struct posix_transport *transport = context;
  size_t length = 0;
  struct net_error error =
      net_receive(transport->fd, transport->mode, 0, buffer, capacity, &length);
  if (error.kind != NET_ERROR_NONE) {
    return not_moved(error, length);
  }
  if (length == 0) {
    return ended(NET_TRANSPORT_END);
  }
  return moved(length);
}

static struct net_transport_result posix_send(void *context, const void *bytes, size_t length) {
  const struct posix_transport *transport = context;
  size_t sent = 0;
  struct net_error error = net_send(transport->fd, transport->mode, 0, bytes, length, &sent);
  return error.kind == NET_ERROR_NONE ? moved(sent) : not_moved(error, sent);
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
