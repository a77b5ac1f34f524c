/* One turn of I/O between the socket's buffers and the transport. NET_TLS_OK from here means that
   something has changed and the next step is due. */

#include <errno.h>
#include <openssl/err.h>

#include "net/tls_operation.h"

static enum net_tls_outcome receive(struct net_tls_socket *socket,
                                    const struct net_tls_request *request) {
  size_t room = 0;
  uint8_t *space = net_buffer_reserve(&socket->received, &socket->config->pool, &room);
  if (space == NULL) {
    net_tls_fail_system(socket, net_tls_request_name(socket, request), ENOMEM);
    return NET_TLS_OK;
  }
  const struct net_transport *transport = &socket->transport;
  struct net_transport_result result =
      transport->functions->receive(transport->context, space, room);
  if (result.status == NET_TRANSPORT_OK) {
    net_buffer_commit(&socket->received, result.count);
  }
  net_buffer_trim(&socket->received, &socket->config->pool);
  switch (result.status) {
    case NET_TRANSPORT_END:
      socket->is_at_end = true;
      return NET_TLS_OK;
    case NET_TRANSPORT_ERROR:
      socket->receive_error = result.error;
      return NET_TLS_OK;
    case NET_TRANSPORT_AGAIN:
      return NET_TLS_WANT_READ;
    case NET_TRANSPORT_TIMED_OUT:
      return NET_TLS_TIMEOUT;
    case NET_TRANSPORT_OK:
    case NET_TRANSPORT_INTERRUPTED:
      break;
  }
  return NET_TLS_OK;
}

bool net_tls_is_readable_now(const struct net_tls_socket *socket) {
  const struct net_transport *transport = &socket->transport;
  if (socket->is_at_end || socket->receive_error != 0) {
    return false;
  }
  /* A signal says nothing about the transport. */
  enum net_transport_status status = NET_TRANSPORT_INTERRUPTED;
  while (status == NET_TRANSPORT_INTERRUPTED) {
    status = transport->functions->wait(transport->context, NET_TRANSPORT_READABLE, 0).status;
  }
  return status == NET_TRANSPORT_OK;
}

/* What the peer said before it went: its close_notify, or the alert that explains it. Stops at
   plaintext, which is for the caller to read. */
static void look_ahead(struct net_tls_socket *socket, const struct net_tls_request *request) {
  uint8_t byte = 0;
  int result = 0;
  int error = 0;
  ERR_clear_error();
  do {
    result = SSL_peek(socket->ssl, &byte, 1);
    error = SSL_get_error(socket->ssl, result);
  } while (error == SSL_ERROR_WANT_READ && net_tls_is_readable_now(socket) &&
           receive(socket, request) == NET_TLS_OK);
  bool is_explained = error == SSL_ERROR_ZERO_RETURN || net_tls_is_alerted(socket);
  if (result <= 0 && is_explained) {
    net_tls_not_done(socket, request, result);
  }
  ERR_clear_error();
}

/* The transport takes no more bytes. */
static enum net_tls_outcome send_refused(struct net_tls_socket *socket,
                                         const struct net_tls_request *request, int error) {
  bool owes_only_close_notify = net_buffer_length(&socket->sending) <= socket->close_notify_length;
  net_tls_refuse(socket, net_tls_request_name(socket, request), error);
  if (error != EPIPE && error != ECONNRESET) {
    socket->is_dead = true;
  } else if (socket->is_handshaked && !socket->is_closed_by_peer && !socket->is_dead) {
    look_ahead(socket, request);
  }
  if (!socket->is_closed_by_peer) {
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_RESET);
  }
  if (request->kind == NET_TLS_CLOSE && !(socket->is_closed_by_peer && owes_only_close_notify)) {
    return net_tls_error(socket, socket->failure);
  }
  return NET_TLS_OK;
}

static enum net_tls_outcome flush(struct net_tls_socket *socket,
                                  const struct net_tls_request *request) {
  const struct net_transport *transport = &socket->transport;
  while (net_buffer_length(&socket->sending) > 0) {
    struct net_transport_result result =
        transport->functions->send(transport->context, net_buffer_front(&socket->sending),
                                   net_buffer_length(&socket->sending));
    switch (result.status) {
      case NET_TRANSPORT_OK:
        net_buffer_consume(&socket->sending, &socket->config->pool, result.count);
        if (result.count > 0) {
          break;
        }
        return NET_TLS_WANT_WRITE;
      case NET_TRANSPORT_INTERRUPTED:
        return NET_TLS_OK;
      case NET_TRANSPORT_TIMED_OUT:
        net_buffer_consume(&socket->sending, &socket->config->pool, result.count);
        return NET_TLS_TIMEOUT;
      case NET_TRANSPORT_ERROR:
        return send_refused(socket, request, result.error);
      case NET_TRANSPORT_AGAIN:
      case NET_TRANSPORT_END:
        return NET_TLS_WANT_WRITE;
    }
  }
  return NET_TLS_OK;
}

/* What is owed goes out before anything is waited for. A peer that takes nothing may still have
   something to say; but a receive that sleeps would sleep for ever if the peer waits for what is
   owed. */
enum net_tls_outcome net_tls_exchange(struct net_tls_socket *socket,
                                      const struct net_tls_request *request,
                                      enum net_tls_outcome want) {
  bool was_refused = socket->is_send_refused;
  enum net_tls_outcome sent = flush(socket, request);
  bool has_news = socket->is_send_refused && !was_refused;
  bool is_owed = net_buffer_length(&socket->sending) > 0;
  bool must_retry = is_owed && (sent == NET_TLS_OK || socket->mode == NET_TRANSPORT_BLOCKING);
  if (want == NET_TLS_WANT_WRITE || sent == NET_TLS_TIMEOUT || has_news || must_retry) {
    return sent;
  }
  enum net_tls_outcome received = receive(socket, request);
  return received == NET_TLS_WANT_READ ? (sent == NET_TLS_OK ? received : sent) : received;
}

/* As much as a receive buffer of the kernel holds. */
#define DISCARDED_RECEIVES 128

void net_tls_discard_input(struct net_tls_socket *socket) {
  const struct net_transport *transport = &socket->transport;
  enum net_transport_status status = NET_TRANSPORT_OK;
  for (int i = 0; i < DISCARDED_RECEIVES && status == NET_TRANSPORT_OK; i++) {
    size_t room = 0;
    net_buffer_clear(&socket->received, &socket->config->pool);
    uint8_t *space = net_buffer_reserve(&socket->received, &socket->config->pool, &room);
    if (space == NULL || !net_tls_is_readable_now(socket)) {
      break;
    }
    status = transport->functions->receive(transport->context, space, room).status;
  }
  net_buffer_trim(&socket->received, &socket->config->pool);
}
