/* What is known of the connection and of the peer. */

#include <openssl/ssl.h>

#include "net/alert.h"
#include "net/tls_socket_internal.h"

/* In TLS 1.3 the level says nothing: all alerts but these two end the connection (RFC 8446,
   section 6). */
static bool is_fatal(const SSL *ssl, uint8_t level, uint8_t description) {
  bool is_closure = description == SSL_AD_CLOSE_NOTIFY || description == SSL_AD_USER_CANCELLED;
  return level != SSL3_AL_WARNING || (SSL_version(ssl) == TLS1_3_VERSION && !is_closure);
}

/* An alert that answers the peer's fatal one explains nothing. */
void net_tls_note_alert(const SSL *ssl, int type, int value) {
  struct net_tls_socket *socket = SSL_get_app_data(ssl);
  bool sent = type == SSL_CB_WRITE_ALERT;
  if ((!sent && type != SSL_CB_READ_ALERT) || net_tls_is_alerted(socket)) {
    return;
  }
  socket->alert.is_known = true;
  socket->alert.sent = sent;
  socket->alert.description = (uint8_t)(value & 0xff);
  socket->alert.fatal = is_fatal(ssl, (uint8_t)(value >> 8), socket->alert.description);
}

bool net_tls_socket_alert(const struct net_tls_socket *socket, struct net_tls_alert *alert) {
  if (!socket->alert.is_known) {
    return false;
  }
  alert->name = net_alert_name(socket->alert.description);
  alert->description = socket->alert.description;
  alert->fatal = socket->alert.fatal;
  alert->sent = socket->alert.sent;
  return true;
}

bool net_tls_socket_is_handshaked(const struct net_tls_socket *socket) {
  return socket->is_handshaked;
}

const char *net_tls_socket_version(const struct net_tls_socket *socket) {
  return socket->is_handshaked ? SSL_get_version(socket->ssl) : NULL;
}

const char *net_tls_socket_cipher(const struct net_tls_socket *socket) {
  const SSL_CIPHER *cipher = socket->is_handshaked ? SSL_get_current_cipher(socket->ssl) : NULL;
  return cipher != NULL ? SSL_CIPHER_standard_name(cipher) : NULL;
}

const char *net_tls_socket_group(const struct net_tls_socket *socket) {
  uint16_t group = socket->is_handshaked ? SSL_get_curve_id(socket->ssl) : 0;
  return group != 0 ? SSL_get_curve_name(group) : NULL;
}

const char *net_tls_socket_alpn(const struct net_tls_socket *socket, size_t *length) {
  const uint8_t *protocol = NULL;
  unsigned protocol_length = 0;
  if (socket->is_handshaked) {
    SSL_get0_alpn_selected(socket->ssl, &protocol, &protocol_length);
  }
  *length = protocol_length;
  return protocol_length > 0 ? (const char *)protocol : NULL;
}

const char *net_tls_socket_server_name(const struct net_tls_socket *socket) {
  return SSL_get_servername(socket->ssl, TLSEXT_NAMETYPE_host_name);
}

bool net_tls_socket_is_reused(const struct net_tls_socket *socket) {
  return socket->is_handshaked && SSL_session_reused(socket->ssl);
}

const uint8_t *net_tls_socket_ocsp_response(const struct net_tls_socket *socket, size_t *length) {
  const uint8_t *response = NULL;
  *length = 0;
  if (socket->is_handshaked) {
    SSL_get0_ocsp_response(socket->ssl, &response, length);
  }
  return response;
}

const uint8_t *net_tls_socket_scts(const struct net_tls_socket *socket, size_t *length) {
  const uint8_t *list = NULL;
  *length = 0;
  if (socket->is_handshaked) {
    SSL_get0_signed_cert_timestamp_list(socket->ssl, &list, length);
  }
  return list;
}

enum net_tls_closed_by net_tls_socket_closed_by(const struct net_tls_socket *socket) {
  return socket->closed_by;
}

const char *net_tls_closed_by_name(enum net_tls_closed_by closed_by) {
  switch (closed_by) {
    case NET_TLS_CLOSED_BY_CLOSE_NOTIFY:
      return "close_notify";
    case NET_TLS_CLOSED_BY_EOF:
      return "eof";
    case NET_TLS_CLOSED_BY_RESET:
      return "reset";
    case NET_TLS_CLOSED_BY_ALERT:
      return "alert";
    case NET_TLS_CLOSED_BY_LOCAL:
      return "local";
    case NET_TLS_CLOSED_BY_NOBODY:
      break;
  }
  return NULL;
}
