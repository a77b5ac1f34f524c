/* The steps of every operation: TLS without I/O, on the socket's buffers alone. */

#include <limits.h>
#include <openssl/err.h>

#include "net/process.h"
#include "net/tls_operation.h"

/* A write of more is sealed and sent in pieces of this size, so that what is accepted but not yet
   sent stays bounded (D-06). */
#define WRITE_PIECE ((size_t)64 * 1024)

/* The most that a record holds (RFC 8446, section 5.1). */
#define RECORD_PLAINTEXT ((size_t)16384)

static const char *const operation_names[] = {
    [NET_TLS_HANDSHAKE] = "handshake",
    [NET_TLS_READ] = "read",
    [NET_TLS_PEEK] = "peek",
    [NET_TLS_WRITE] = "write",
    [NET_TLS_KEY_UPDATE] = "key_update",
    [NET_TLS_CLOSE] = "tls_close",
};

static const char *const tls_closed_texts[] = {
    [NET_TLS_HANDSHAKE] = "handshake failed: the socket's TLS is closed",
    [NET_TLS_READ] = "read failed: the socket's TLS is closed",
    [NET_TLS_PEEK] = "peek failed: the socket's TLS is closed",
    [NET_TLS_WRITE] = "write failed: the socket's TLS is closed",
    [NET_TLS_KEY_UPDATE] = "key_update failed: the socket's TLS is closed",
};

const char *net_tls_request_name(const struct net_tls_socket *socket,
                                 const struct net_tls_request *request) {
  return operation_names[socket->is_handshaked ? request->kind : NET_TLS_HANDSHAKE];
}

/* An outcome that holds once everything is sent. */
static enum net_tls_outcome when_sent(const struct net_tls_socket *socket,
                                      enum net_tls_outcome outcome) {
  return net_buffer_length(&socket->sending) > 0 ? NET_TLS_WANT_WRITE : outcome;
}

static enum net_tls_outcome failure(struct net_tls_socket *socket) {
  enum net_tls_outcome outcome = when_sent(socket, NET_TLS_ERROR);
  return outcome == NET_TLS_ERROR ? net_tls_error(socket, socket->failure) : outcome;
}

/* BoringSSL needs more than has been received: is there more to come? */
static enum net_tls_outcome need_input(struct net_tls_socket *socket,
                                       const struct net_tls_request *request) {
  const char *name = net_tls_request_name(socket, request);
  if (socket->receive_error != 0) {
    net_tls_fail_system(socket, name, socket->receive_error);
  } else if (socket->is_send_refused &&
             (socket->is_at_end || (!socket->is_handshaked && !net_tls_is_readable_now(socket)))) {
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_RESET);
    socket->is_dead = true;
  } else if (socket->is_at_end && socket->is_handshaked &&
             socket->policy->insecure_allow_truncation) {
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_EOF);
    socket->is_closed_by_peer = true;
    return NET_TLS_CLOSED;
  } else if (socket->is_at_end) {
    net_tls_fail_truncated(socket, name);
  } else {
    return NET_TLS_WANT_READ;
  }
  return failure(socket);
}

static enum net_tls_outcome close_notify(struct net_tls_socket *socket) {
  if (socket->is_send_refused && socket->closed_by == NET_TLS_CLOSED_BY_RESET) {
    /* The peer had closed before it went; only unread data hid that when a send was refused. */
    socket->closed_by = NET_TLS_CLOSED_BY_NOBODY;
  }
  net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_CLOSE_NOTIFY);
  if (socket->is_handshaked) {
    socket->is_closed_by_peer = true;
    return NET_TLS_CLOSED;
  }
  net_tls_set_failure(socket, "handshake failed: peer sent alert close_notify");
  socket->is_dead = true;
  return failure(socket);
}

enum net_tls_outcome net_tls_not_done(struct net_tls_socket *socket,
                                      const struct net_tls_request *request, int result) {
  switch (SSL_get_error(socket->ssl, result)) {
    case SSL_ERROR_WANT_READ:
      return need_input(socket, request);
    case SSL_ERROR_ZERO_RETURN:
      return close_notify(socket);
    default:
      net_tls_fail_tls(socket, net_tls_request_name(socket, request));
      return failure(socket);
  }
}

static enum net_tls_outcome step_handshake(struct net_tls_socket *socket,
                                           const struct net_tls_request *request) {
  if (socket->is_handshaked) {
    return NET_TLS_OK;
  }
  if (socket->is_tls_closed) {
    return net_tls_error(socket, tls_closed_texts[request->kind]);
  }
  if (!socket->has_begun) {
    socket->has_begun = true;
    socket->process = net_process_generation();
  }
  ERR_clear_error();
  int result = SSL_do_handshake(socket->ssl);
  if (result <= 0) {
    return net_tls_not_done(socket, request, result);
  }
  if (net_buffer_length(&socket->sending) > 0) {
    return NET_TLS_WANT_WRITE;
  }
  if (socket->is_send_refused) {
    socket->is_dead = true;
    return failure(socket);
  }
  if (!net_tls_verify_resumed_client(socket)) {
    net_tls_fail_tls(socket, operation_names[NET_TLS_HANDSHAKE]);
    return failure(socket);
  }
  socket->is_handshaked = true;
  return NET_TLS_OK;
}

/* The length of a record that no peer may exceed (RFC 5246, section 6.2.3); BoringSSL refuses a
   longer one at the sight of its header. */
#define MAXIMUM_RECORD_BODY ((size_t)16384 + 2048)
#define RECORD_HEADER 5

/* The received bytes begin with a record, since BoringSSL takes whole records or all there is. */
static bool has_record(const struct net_tls_socket *socket) {
  if (SSL_pending(socket->ssl) > 0) {
    return true;
  }
  size_t held = net_buffer_length(&socket->received);
  if (held < RECORD_HEADER) {
    return false;
  }
  const uint8_t *header = net_buffer_front(&socket->received);
  size_t body = ((size_t)header[3] << 8) | header[4];
  return body > MAXIMUM_RECORD_BODY || held - RECORD_HEADER >= body;
}

bool net_tls_socket_has_buffered(const struct net_tls_socket *socket) {
  return socket->is_dead || socket->is_closed_by_peer || socket->is_at_end ||
         socket->has_seen_end || socket->receive_error != 0 || has_record(socket);
}

size_t net_tls_socket_pending(struct net_tls_socket *socket) {
  uint8_t byte = 0;
  if (!socket->is_handshaked || socket->is_dead || socket->is_closed ||
      net_tls_socket_is_inherited(socket)) {
    return 0;
  }
  if (SSL_pending(socket->ssl) == 0 && has_record(socket)) {
    ERR_clear_error();
    int result = SSL_peek(socket->ssl, &byte, 1);
    socket->has_seen_end = result <= 0 && SSL_get_error(socket->ssl, result) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
  }
  return (size_t)SSL_pending(socket->ssl);
}

/* Takes what is there, over as many records as fit (D-08). */
static int read_records(struct net_tls_socket *socket, const struct net_tls_request *request) {
  uint8_t *buffer = request->buffer;
  int result = 0;
  do {
    size_t room = request->length - *request->count;
    result = SSL_read(socket->ssl, buffer + *request->count, room < INT_MAX ? (int)room : INT_MAX);
    *request->count += result > 0 ? (size_t)result : 0;
  } while (result > 0 && *request->count < request->length && has_record(socket));
  return result;
}

static int peek_record(struct net_tls_socket *socket, const struct net_tls_request *request) {
  int room = request->length < INT_MAX ? (int)request->length : INT_MAX;
  int result = SSL_peek(socket->ssl, request->buffer, room);
  *request->count = result > 0 ? (size_t)result : 0;
  return result;
}

static enum net_tls_outcome step_read(struct net_tls_socket *socket,
                                      const struct net_tls_request *request) {
  if (socket->is_closed_by_peer) {
    return NET_TLS_CLOSED;
  }
  ERR_clear_error();
  int result =
      request->kind == NET_TLS_PEEK ? peek_record(socket, request) : read_records(socket, request);
  enum net_tls_outcome outcome =
      result > 0 ? NET_TLS_OK : net_tls_not_done(socket, request, result);
  if (*request->count > 0) {
    /* What ended the stream behind these bytes is for the next read to tell. */
    socket->error = "";
    socket->is_failure_told = false;
    return NET_TLS_OK;
  }
  return outcome;
}

/* One after the other, so that what has been sealed counts even if memory is short for the next
   one. */
static int write_records(struct net_tls_socket *socket, const struct net_tls_request *request) {
  size_t end = request->length - *request->count;
  end = *request->count + (end < WRITE_PIECE ? end : WRITE_PIECE);
  int result = 1;
  while (result > 0 && *request->count < end) {
    size_t left = end - *request->count;
    result = SSL_write(socket->ssl, request->bytes + *request->count,
                       (int)(left < RECORD_PLAINTEXT ? left : RECORD_PLAINTEXT));
    *request->count += result > 0 ? (size_t)result : 0;
  }
  return result;
}

static enum net_tls_outcome step_write(struct net_tls_socket *socket,
                                       const struct net_tls_request *request) {
  if (socket->is_tls_closed) {
    return net_tls_error(socket, tls_closed_texts[request->kind]);
  }
  if (socket->is_send_refused) {
    return socket->is_closed_by_peer ? NET_TLS_CLOSED : failure(socket);
  }
  if (*request->count < request->length && net_buffer_length(&socket->sending) == 0) {
    ERR_clear_error();
    int result = write_records(socket, request);
    if (result <= 0) {
      return net_tls_not_done(socket, request, result);
    }
  }
  return when_sent(socket, *request->count < request->length ? NET_TLS_WANT_WRITE : NET_TLS_OK);
}

/* An acknowledgement that BoringSSL keeps for the next write goes first: it would stand for this
   update, although it asks the peer for nothing. */
static bool update_key(struct net_tls_socket *socket, bool asks_peer) {
  int type = asks_peer ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
  return SSL_write(socket->ssl, "", 0) >= 0 && SSL_key_update(socket->ssl, type) &&
         SSL_write(socket->ssl, "", 0) >= 0;
}

static enum net_tls_outcome step_key_update(struct net_tls_socket *socket,
                                            const struct net_tls_request *request) {
  if (SSL_version(socket->ssl) != TLS1_3_VERSION) {
    return net_tls_error(socket, "key_update failed: TLS 1.2 and older have no key update");
  }
  if (socket->is_tls_closed) {
    return net_tls_error(socket, tls_closed_texts[request->kind]);
  }
  if (socket->is_send_refused) {
    return socket->is_closed_by_peer ? NET_TLS_CLOSED : failure(socket);
  }
  if (*request->count == 0 && net_buffer_length(&socket->sending) == 0) {
    ERR_clear_error();
    if (!update_key(socket, request->asks_peer)) {
      net_tls_fail_tls(socket, operation_names[request->kind]);
      return failure(socket);
    }
    *request->count = 1;
  }
  return when_sent(socket, *request->count == 0 ? NET_TLS_WANT_WRITE : NET_TLS_OK);
}

/* Behind everything that has been accepted, close_notify goes into the send buffer, once. */
static enum net_tls_outcome step_close(struct net_tls_socket *socket) {
  if (!socket->is_handshaked) {
    socket->is_tls_closed = !socket->is_dead;
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_LOCAL);
    net_buffer_clear(&socket->sending, &socket->config->pool);
    return NET_TLS_OK;
  }
  if (socket->is_dead) {
    return when_sent(socket, NET_TLS_OK);
  }
  if (!socket->is_tls_closed) {
    size_t before = net_buffer_length(&socket->sending);
    socket->is_tls_closed = true;
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_LOCAL);
    if (!socket->is_send_refused && SSL_shutdown(socket->ssl) < 0) {
      net_tls_fail_tls(socket, operation_names[NET_TLS_CLOSE]);
      return net_tls_error(socket, socket->failure);
    }
    socket->close_notify_length = net_buffer_length(&socket->sending) - before;
  }
  return when_sent(socket, NET_TLS_OK);
}

enum net_tls_outcome net_tls_step(struct net_tls_socket *socket,
                                  const struct net_tls_request *request) {
  if (request->kind == NET_TLS_CLOSE) {
    return step_close(socket);
  }
  if (socket->is_dead) {
    return failure(socket);
  }
  enum net_tls_outcome outcome = step_handshake(socket, request);
  if (outcome != NET_TLS_OK) {
    return outcome;
  }
  switch (request->kind) {
    case NET_TLS_READ:
    case NET_TLS_PEEK:
      return step_read(socket, request);
    case NET_TLS_WRITE:
      return step_write(socket, request);
    case NET_TLS_KEY_UPDATE:
      return step_key_update(socket, request);
    default:
      break;
  }
  bool has_failed = socket->is_send_refused && !socket->is_closed_by_peer;
  return has_failed ? failure(socket) : NET_TLS_OK;
}
