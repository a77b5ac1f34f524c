/* Why a connection failed, in words (D-10, D-11, D-12). */

#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/alert.h"
#include "net/tls_socket_internal.h"

char net_tls_out_of_memory[] = "out of memory";

enum net_tls_outcome net_tls_error(struct net_tls_socket *socket, const char *text) {
  socket->error = text;
  socket->is_failure_told |= text == socket->failure;
  return NET_TLS_ERROR;
}

void net_tls_set_failure(struct net_tls_socket *socket, const char *format, ...) {
  char text[NET_TLS_ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  char *copy = strdup(text);
  if (socket->failure != net_tls_out_of_memory) {
    free(socket->failure);
  }
  socket->failure = copy != NULL ? copy : net_tls_out_of_memory;
}

void net_tls_note_closed_by(struct net_tls_socket *socket, enum net_tls_closed_by closed_by) {
  if (socket->closed_by == NET_TLS_CLOSED_BY_NOBODY) {
    socket->closed_by = closed_by;
  }
}

bool net_tls_is_alerted(const struct net_tls_socket *socket) {
  return socket->alert.fatal && !socket->alert.sent;
}

/* What the verifier left in `failure`, or else BoringSSL's reason. */
static void describe_own_failure(const struct net_tls_socket *socket, char *text, size_t size) {
  uint32_t code = ERR_peek_error();
  const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
  if (socket->failure != NULL && !socket->is_send_refused) {
    snprintf(text, size, "%s", socket->failure);
  } else if (code == 0 || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
    snprintf(text, size, "%s", net_tls_out_of_memory);
  } else {
    snprintf(text, size, "%s", reason != NULL ? reason : "unknown reason");
  }
}

void net_tls_fail_tls(struct net_tls_socket *socket, const char *operation) {
  bool has_alert = socket->alert.fatal;
  char alert[NET_ALERT_SIZE];
  net_alert_describe(socket->alert.description, alert);
  char reason[NET_TLS_ERROR_SIZE / 2];
  describe_own_failure(socket, reason, sizeof(reason));
  if (net_tls_is_alerted(socket)) {
    net_tls_set_failure(socket, "%s failed: peer sent alert %s", operation, alert);
  } else if (has_alert && !socket->is_send_refused) {
    net_tls_set_failure(socket, "%s failed: %s (sent alert %s)", operation, reason, alert);
  } else {
    net_tls_set_failure(socket, "%s failed: %s", operation, reason);
  }
  if (has_alert) {
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_ALERT);
  }
  socket->is_dead = true;
  ERR_clear_error();
}

static bool is_peer_gone(int error) {
  return error == ECONNRESET || error == EPIPE || error == ETIMEDOUT || error == ECONNABORTED;
}

static void describe_system_failure(struct net_tls_socket *socket, const char *operation,
                                    int error) {
  char text[128];
  if (strerror_r(error, text, sizeof(text)) != 0) {
    snprintf(text, sizeof(text), "Unknown error %d", error);
  }
  /* A reset of an established connection has one text, whoever notices it (D-10). */
  if (error == ECONNRESET && socket->is_handshaked) {
    net_tls_set_failure(socket, "%s", text);
  } else {
    net_tls_set_failure(socket, "%s failed: %s", operation, text);
  }
}

void net_tls_fail_system(struct net_tls_socket *socket, const char *operation, int error) {
  describe_system_failure(socket, operation, error);
  if (is_peer_gone(error)) {
    net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_RESET);
  }
  socket->is_dead = true;
  net_buffer_clear(&socket->sending, &socket->config->pool);
}

void net_tls_refuse(struct net_tls_socket *socket, const char *operation, int error) {
  if (!socket->is_dead) {
    describe_system_failure(socket, operation, error);
  }
  socket->is_send_refused = true;
  net_buffer_clear(&socket->sending, &socket->config->pool);
}

void net_tls_fail_truncated(struct net_tls_socket *socket, const char *operation) {
  net_tls_set_failure(socket, "%s failed: end of stream without close_notify", operation);
  net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_EOF);
  socket->is_dead = true;
  net_buffer_clear(&socket->sending, &socket->config->pool);
}

const char *net_tls_socket_error(const struct net_tls_socket *socket) {
  return socket->error;
}
