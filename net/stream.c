#define _GNU_SOURCE /* accept4 */

#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/stream_internal.h"
#include "net/transport.h"

static struct net_error new_socket(const struct net_address *address, int flags, int *fd) {
  *fd = socket(address->family, address->socktype | SOCK_CLOEXEC | flags, address->protocol);
  return net_system_result(*fd);
}

/* Without it, what is written after a handshake can wait for a delayed acknowledgement. */
static struct net_error set_nodelay(int fd) {
  int protocol = 0;
  struct net_error error = net_get_option(fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
  if (error.kind != NET_ERROR_NONE || protocol != IPPROTO_TCP) {
    return error;
  }
  return net_set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

static int call_connect(int fd, const struct net_address *address) {
  if (connect(fd, (const struct sockaddr *)&address->storage, address->length) == 0) {
    return 0;
  }
  return errno;
}

struct net_error net_connect_finish(int fd) {
  int code = 0;
  struct net_error error = net_get_option(fd, SOL_SOCKET, SO_ERROR, &code);
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  return code == 0 ? net_no_error() : net_system_error(code);
}

/* A connect that a signal ended goes on in the background, like one that does not block. */
static struct net_error finish_connect(int fd, int64_t deadline) {
  struct net_error error = net_wait_until(fd, NET_TRANSPORT_WRITABLE, deadline);
  return error.kind == NET_ERROR_NONE ? net_connect_finish(fd) : error;
}

static struct net_error set_send_timeout_until(int fd, int64_t deadline) {
  if (deadline == NET_NO_DEADLINE) {
    return net_set_timeout(fd, SO_SNDTIMEO, 0);
  }
  int64_t left = deadline - net_monotonic_time();
  return left > 0 ? net_set_timeout(fd, SO_SNDTIMEO, (double)left / 1e9) : net_timeout_error();
}

/* A unix socket whose listener's backlog is full cannot be waited for: only a connect that blocks
   joins the queue, for SO_SNDTIMEO at most. */
static struct net_error connect_queued(int fd, const struct net_address *address,
                                       int64_t deadline) {
  struct net_error error = net_set_nonblocking(fd, false);
  int code = EINTR;
  while (error.kind == NET_ERROR_NONE && code == EINTR) {
    error = set_send_timeout_until(fd, deadline);
    if (error.kind == NET_ERROR_NONE) {
      code = call_connect(fd, address);
    }
  }
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  if (code == EAGAIN) {
    return net_timeout_error();
  }
  return code == 0 ? net_set_timeout(fd, SO_SNDTIMEO, 0) : net_system_error(code);
}

static struct net_error connect_until(int fd, const struct net_address *address, int64_t deadline) {
  int code = call_connect(fd, address);
  if (code == EINPROGRESS || code == EINTR) {
    return finish_connect(fd, deadline);
  }
  if (code == EAGAIN && address->family == AF_UNIX) {
    return connect_queued(fd, address, deadline);
  }
  return code == 0 ? net_no_error() : net_system_error(code);
}

struct net_error net_connect(const struct net_address *address, int64_t deadline_ms, int *fd) {
  int64_t deadline = net_deadline_after(deadline_ms);
  int made = -1;
  struct net_error error = new_socket(address, SOCK_NONBLOCK, &made);
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  error = connect_until(made, address, deadline);
  if (error.kind == NET_ERROR_NONE) {
    error = net_set_nonblocking(made, false);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = set_nodelay(made);
  }
  if (error.kind != NET_ERROR_NONE) {
    net_close(made);
    return error;
  }
  *fd = made;
  return error;
}

static struct net_error start_connect(int fd, const struct net_address *address,
                                      bool *is_connected) {
  struct net_error error = set_nodelay(fd);
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  int code = call_connect(fd, address);
  *is_connected = code == 0;
  return code == 0 || code == EINPROGRESS || code == EINTR ? net_no_error()
                                                           : net_system_error(code);
}

struct net_error net_connect_start(const struct net_address *address, int *fd, bool *is_connected) {
  int made = -1;
  struct net_error error = new_socket(address, SOCK_NONBLOCK, &made);
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  error = start_connect(made, address, is_connected);
  if (error.kind != NET_ERROR_NONE) {
    net_close(made);
    return error;
  }
  *fd = made;
  return error;
}

static struct net_error prepare_and_bind(int fd, const struct net_address *address,
                                         struct net_bind_options options) {
  struct net_error error = net_no_error();
  if (options.reuseaddr) {
    error = net_set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  }
  if (error.kind == NET_ERROR_NONE && options.reuseport) {
    error = net_set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  }
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  return net_system_result(bind(fd, (const struct sockaddr *)&address->storage, address->length));
}

struct net_error net_bind(const struct net_address *address, struct net_bind_options options,
                          int *fd) {
  int made = -1;
  struct net_error error = new_socket(address, 0, &made);
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  error = prepare_and_bind(made, address, options);
  if (error.kind != NET_ERROR_NONE) {
    net_close(made);
    return error;
  }
  *fd = made;
  return error;
}

struct net_error net_listen(int fd, int backlog) {
  return net_system_result(listen(fd, backlog));
}

/* The point in time at which SO_RCVTIMEO ends an accept that begins now. */
static struct net_error accept_deadline(int fd, int64_t *deadline) {
  double seconds = 0;
  struct net_error error = net_get_timeout(fd, SO_RCVTIMEO, &seconds);
  *deadline = seconds > 0 ? net_deadline_after((int64_t)(seconds * 1e3)) : NET_NO_DEADLINE;
  return error;
}

/* One accept: the peer's address comes with it, since getpeername knows none once a peer is gone.
 */
static int call_accept(int fd, int flags, int *accepted, struct net_address *peer) {
  peer->length = sizeof(peer->storage);
  *accepted = accept4(fd, (struct sockaddr *)&peer->storage, &peer->length, SOCK_CLOEXEC | flags);
  return *accepted < 0 ? errno : 0;
}

static bool is_passed_over(int code) {
  return code == EINTR || code == ECONNABORTED || code == EPROTO;
}

/* It waits before it tries again: a signal must not give the next try a new SO_RCVTIMEO. */
static struct net_error accept_blocking(int fd, int *accepted, struct net_address *peer) {
  int64_t deadline = NET_NO_DEADLINE;
  struct net_error error = accept_deadline(fd, &deadline);
  while (error.kind == NET_ERROR_NONE) {
    int code = call_accept(fd, 0, accepted, peer);
    if (code == EAGAIN) {
      return net_timeout_error();
    }
    if (!is_passed_over(code)) {
      return code == 0 ? net_no_error() : net_system_error(code);
    }
    error = net_wait_until(fd, NET_TRANSPORT_READABLE, deadline);
  }
  return error;
}

static struct net_error accept_nonblocking(int fd, int *accepted, struct net_address *peer) {
  int code = EINTR;
  while (is_passed_over(code)) {
    code = call_accept(fd, SOCK_NONBLOCK, accepted, peer);
  }
  return code == 0 ? net_no_error() : net_system_error(code);
}

static struct net_error accept_as_set(int fd, int *accepted, struct net_address *peer) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) {
    return net_system_result(flags);
  }
  return (flags & O_NONBLOCK) != 0 ? accept_nonblocking(fd, accepted, peer)
                                   : accept_blocking(fd, accepted, peer);
}

struct net_error net_accept(int fd, int *accepted, struct net_address *peer) {
  int made = -1;
  struct net_address address = {.length = 0};
  struct net_error error = accept_as_set(fd, &made, &address);
  if (error.kind != NET_ERROR_NONE) {
    return error;
  }
  error = net_complete_address(made, &address);
  if (error.kind == NET_ERROR_NONE) {
    error = set_nodelay(made);
  }
  if (error.kind != NET_ERROR_NONE) {
    net_close(made);
    return error;
  }
  *accepted = made;
  if (peer != NULL) {
    *peer = address;
  }
  return error;
}

struct net_error net_close(int fd) {
  /* Linux has closed the descriptor even when it says EINTR: a second close would hit whatever
     another thread has opened since. */
  if (close(fd) != 0 && errno != EINTR) {
    return net_system_error(errno);
  }
  return net_no_error();
}
