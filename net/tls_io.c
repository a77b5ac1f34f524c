/* The operations and the loop that they share: a step, then the I/O that it asks for, then the next
   step, until the operation is done or its time is up. */

#include "net/tls_operation.h"

static bool is_want(enum net_tls_outcome outcome) {
  return outcome == NET_TLS_WANT_READ || outcome == NET_TLS_WANT_WRITE;
}

static enum net_tls_outcome timed_out(struct net_tls_socket *socket,
                                      const struct net_tls_request *request) {
  if (socket->is_dead && request->kind != NET_TLS_CLOSE) {
    return net_tls_error(socket, socket->failure);
  }
  if (socket->is_dead && socket->is_failure_told) {
    /* What is owed has been given up with the error. */
    return NET_TLS_OK;
  }
  if (request->kind == NET_TLS_WRITE && request->length > 0 && *request->count == request->length) {
    return NET_TLS_OK;
  }
  return NET_TLS_TIMEOUT;
}

/* Time is up at a retry: what the last step has put into the send buffer gets its chance to leave
   all the same, unless the transport would sleep over it. */
static enum net_tls_outcome give_up(struct net_tls_socket *socket,
                                    const struct net_tls_request *request) {
  if (socket->mode == NET_TRANSPORT_NONBLOCKING &&
      net_tls_exchange(socket, request, NET_TLS_WANT_WRITE) == NET_TLS_ERROR) {
    return NET_TLS_ERROR;
  }
  /* Whether it was the last chance or not, a refusal is what this operation ends with. */
  enum net_tls_outcome outcome =
      socket->is_send_refused ? net_tls_step(socket, request) : NET_TLS_WANT_WRITE;
  return is_want(outcome) ? timed_out(socket, request) : outcome;
}

/* What the transport is to be ready for: `blocked` is what it would block for, `want` what the step
   asks for. A step that wants to read does so even while bytes are owed that the peer does not
   take. */
static unsigned directions(enum net_tls_outcome want, enum net_tls_outcome blocked) {
  unsigned directions = blocked == NET_TLS_WANT_WRITE ? NET_TRANSPORT_WRITABLE : 0;
  return directions | (want == NET_TLS_WANT_READ ? NET_TRANSPORT_READABLE : 0);
}

/* In blocking mode the transport should not have said that it would block: that is a busy retry. */
static enum net_tls_outcome wait_for(struct net_tls_socket *socket,
                                     const struct net_tls_request *request,
                                     enum net_tls_outcome want, enum net_tls_outcome blocked) {
  if (socket->mode == NET_TRANSPORT_BLOCKING) {
    return NET_TLS_OK;
  }
  int64_t remaining = net_tls_socket_remaining(socket, request->operation, blocked);
  if (remaining == 0) {
    return NET_TLS_TIMEOUT;
  }
  request->operation->directions = directions(want, blocked);
  if (request->caller_waits) {
    return blocked;
  }
  const struct net_transport *transport = &socket->transport;
  struct net_transport_result result =
      transport->functions->wait(transport->context, request->operation->directions, remaining);
  if (result.status == NET_TRANSPORT_ERROR) {
    if (socket->is_dead) {
      /* An alert is owed: what the connection has ended with stays its error (D-11). */
      return NET_TLS_TIMEOUT;
    }
    net_tls_fail_system(socket, net_tls_request_name(socket, request), result.error);
    return net_tls_error(socket, socket->failure);
  }
  return NET_TLS_OK;
}

/* A turn that ended in a wait gets another before the time is looked at: what it waited for may be
   there at the last moment. */
static enum net_tls_outcome run(struct net_tls_socket *socket,
                                const struct net_tls_request *request) {
  struct net_tls_retries retries = {0};
  bool is_retry = false;
  for (;;) {
    enum net_tls_outcome want = net_tls_step(socket, request);
    if (!is_want(want)) {
      return want;
    }
    if (is_retry && net_tls_is_time_up(socket, request, want, &retries)) {
      return give_up(socket, request);
    }
    enum net_tls_outcome outcome = net_tls_exchange(socket, request, want);
    is_retry = outcome == NET_TLS_OK || socket->mode == NET_TRANSPORT_BLOCKING;
    if (is_want(outcome)) {
      outcome = wait_for(socket, request, want, outcome);
    }
    if (outcome == NET_TLS_TIMEOUT) {
      return timed_out(socket, request);
    }
    if (outcome != NET_TLS_OK) {
      return outcome;
    }
  }
}

static enum net_tls_outcome perform(struct net_tls_socket *socket,
                                    const struct net_tls_request *request) {
  static const char *const closed_texts[] = {
      [NET_TLS_HANDSHAKE] = "handshake failed: Bad file descriptor",
      [NET_TLS_READ] = "read failed: Bad file descriptor",
      [NET_TLS_PEEK] = "peek failed: Bad file descriptor",
      [NET_TLS_WRITE] = "write failed: Bad file descriptor",
      [NET_TLS_KEY_UPDATE] = "key_update failed: Bad file descriptor",
  };
  static const char *const inherited_texts[] = {
      [NET_TLS_HANDSHAKE] = "handshake failed: the connection belongs to another process",
      [NET_TLS_READ] = "read failed: the connection belongs to another process",
      [NET_TLS_PEEK] = "peek failed: the connection belongs to another process",
      [NET_TLS_WRITE] = "write failed: the connection belongs to another process",
      [NET_TLS_KEY_UPDATE] = "key_update failed: the connection belongs to another process",
      [NET_TLS_CLOSE] = "tls_close failed: the connection belongs to another process",
  };
  socket->error = "";
  if (!socket->is_closed && net_tls_socket_is_inherited(socket)) {
    return net_tls_error(socket, inherited_texts[request->kind]);
  }
  if (!socket->is_closed) {
    return run(socket, request);
  }
  return request->kind == NET_TLS_CLOSE ? NET_TLS_OK
                                        : net_tls_error(socket, closed_texts[request->kind]);
}

/* Operations for a caller that waits. */

static enum net_tls_outcome handshake(struct net_tls_socket *socket,
                                      struct net_tls_operation *operation, bool caller_waits) {
  return perform(
      socket, &(struct net_tls_request){
                  .kind = NET_TLS_HANDSHAKE, .operation = operation, .caller_waits = caller_waits});
}

/* `kind` is NET_TLS_READ or NET_TLS_PEEK. */
static enum net_tls_outcome read_some(struct net_tls_socket *socket,
                                      enum net_tls_operation_kind kind,
                                      struct net_tls_operation *operation, bool caller_waits,
                                      void *buffer, size_t capacity, size_t *length) {
  *length = 0;
  if (capacity == 0) {
    return net_tls_error(socket, "Invalid argument");
  }
  return perform(socket, &(struct net_tls_request){.kind = kind,
                                                   .operation = operation,
                                                   .caller_waits = caller_waits,
                                                   .buffer = buffer,
                                                   .length = capacity,
                                                   .count = length});
}

static enum net_tls_outcome write_all(struct net_tls_socket *socket,
                                      struct net_tls_operation *operation, bool caller_waits,
                                      const void *bytes, size_t length, size_t *written) {
  return perform(socket, &(struct net_tls_request){.kind = NET_TLS_WRITE,
                                                   .operation = operation,
                                                   .caller_waits = caller_waits,
                                                   .bytes = bytes,
                                                   .length = length,
                                                   .count = written});
}

/* What is accepted has not timed out. */
static enum net_tls_outcome key_update(struct net_tls_socket *socket,
                                       struct net_tls_operation *operation, bool caller_waits,
                                       bool request_peer) {
  enum net_tls_outcome outcome =
      perform(socket, &(struct net_tls_request){.kind = NET_TLS_KEY_UPDATE,
                                                .operation = operation,
                                                .caller_waits = caller_waits,
                                                .asks_peer = request_peer,
                                                .length = 1,
                                                .count = &operation->count});
  return outcome == NET_TLS_TIMEOUT && operation->count > 0 ? NET_TLS_OK : outcome;
}

static enum net_tls_outcome tls_close(struct net_tls_socket *socket,
                                      struct net_tls_operation *operation, bool caller_waits) {
  return perform(socket,
                 &(struct net_tls_request){
                     .kind = NET_TLS_CLOSE, .operation = operation, .caller_waits = caller_waits});
}

enum net_tls_outcome net_tls_socket_try_handshake(struct net_tls_socket *socket,
                                                  struct net_tls_operation *operation) {
  return handshake(socket, operation, true);
}

enum net_tls_outcome net_tls_socket_try_read(struct net_tls_socket *socket,
                                             struct net_tls_operation *operation, void *buffer,
                                             size_t capacity, size_t *length) {
  return read_some(socket, NET_TLS_READ, operation, true, buffer, capacity, length);
}

enum net_tls_outcome net_tls_socket_try_peek(struct net_tls_socket *socket,
                                             struct net_tls_operation *operation, void *buffer,
                                             size_t capacity, size_t *length) {
  return read_some(socket, NET_TLS_PEEK, operation, true, buffer, capacity, length);
}

enum net_tls_outcome net_tls_socket_try_write(struct net_tls_socket *socket,
                                              struct net_tls_operation *operation,
                                              const void *bytes, size_t length, size_t *written) {
  return write_all(socket, operation, true, bytes, length, written);
}

enum net_tls_outcome net_tls_socket_try_key_update(struct net_tls_socket *socket,
                                                   struct net_tls_operation *operation,
                                                   bool request_peer) {
  return key_update(socket, operation, true, request_peer);
}

enum net_tls_outcome net_tls_socket_try_tls_close(struct net_tls_socket *socket,
                                                  struct net_tls_operation *operation) {
  return tls_close(socket, operation, true);
}

/* Whole operations. */

enum net_tls_outcome net_tls_socket_handshake(struct net_tls_socket *socket) {
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_HANDSHAKE, &operation);
  return handshake(socket, &operation, false);
}

enum net_tls_outcome net_tls_socket_read(struct net_tls_socket *socket, void *buffer,
                                         size_t capacity, size_t *length) {
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_READ, &operation);
  return read_some(socket, NET_TLS_READ, &operation, false, buffer, capacity, length);
}

enum net_tls_outcome net_tls_socket_peek(struct net_tls_socket *socket, void *buffer,
                                         size_t capacity, size_t *length) {
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_PEEK, &operation);
  return read_some(socket, NET_TLS_PEEK, &operation, false, buffer, capacity, length);
}

enum net_tls_outcome net_tls_socket_write(struct net_tls_socket *socket, const void *bytes,
                                          size_t length, size_t *written) {
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_WRITE, &operation);
  *written = 0;
  return write_all(socket, &operation, false, bytes, length, written);
}

enum net_tls_outcome net_tls_socket_key_update(struct net_tls_socket *socket, bool request_peer) {
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_KEY_UPDATE, &operation);
  return key_update(socket, &operation, false, request_peer);
}

enum net_tls_outcome net_tls_socket_tls_close(struct net_tls_socket *socket) {
  struct net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_CLOSE, &operation);
  return tls_close(socket, &operation, false);
}

enum net_tls_outcome net_tls_socket_close(struct net_tls_socket *socket) {
  if (net_tls_socket_is_inherited(socket)) {
    return net_tls_socket_close_transport(socket);
  }
  enum net_tls_outcome notified = net_tls_socket_tls_close(socket);
  const char *error = socket->error;
  enum net_tls_outcome closed = net_tls_socket_close_transport(socket);
  if (notified != NET_TLS_OK) {
    socket->error = error;
    return notified;
  }
  return closed;
}

static enum net_tls_outcome wait_ready(struct net_tls_socket *socket,
                                       const struct net_tls_operation *operation,
                                       enum net_tls_outcome want) {
  const struct net_transport *transport = &socket->transport;
  for (;;) {
    struct net_transport_result result =
        transport->functions->wait(transport->context, directions(want, want),
                                   net_tls_socket_remaining(socket, operation, want));
    switch (result.status) {
      case NET_TRANSPORT_OK:
        return NET_TLS_OK;
      case NET_TRANSPORT_ERROR:
        if (!socket->is_dead) {
          net_tls_fail_system(socket, "poll_wait", result.error);
        }
        return net_tls_error(socket, socket->failure);
      default:
        break;
    }
    if (net_tls_socket_remaining(socket, operation, want) == 0) {
      return NET_TLS_TIMEOUT;
    }
  }
}

enum net_tls_outcome net_tls_socket_wait(struct net_tls_socket *socket, enum net_tls_outcome want) {
  struct net_tls_operation operation;
  socket->error = "";
  if (!is_want(want)) {
    return net_tls_error(socket, "unsupported want type");
  }
  if (socket->is_closed) {
    return net_tls_error(socket, "poll_wait failed: Bad file descriptor");
  }
  if (net_tls_socket_is_inherited(socket)) {
    return net_tls_error(socket, "poll_wait failed: the connection belongs to another process");
  }
  if (want == NET_TLS_WANT_READ && net_tls_socket_has_buffered(socket)) {
    return NET_TLS_OK;
  }
  net_tls_socket_begin(socket, want == NET_TLS_WANT_READ ? NET_TLS_READ : NET_TLS_WRITE,
                       &operation);
  return wait_ready(socket, &operation, want);
}
