/* Resumption: what a configuration says of sessions and their tickets. */

#include <openssl/ssl.h>
#include <string.h>

#include "net/tls_config_internal.h"

/* Seconds. */
#define MINIMUM_LIFETIME INT64_C(4)
#define MAXIMUM_LIFETIME INT64_C(86400)

static void set_tickets(struct net_tls_config *config, bool enabled) {
  if (enabled) {
    SSL_CTX_clear_options(config->context, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(config->context, net_tls_keep_session);
  } else {
    SSL_CTX_set_options(config->context, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(config->context, NULL);
  }
}

bool net_tls_config_set_session_tickets(struct net_tls_config *config, bool enabled) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  set_tickets(config, enabled);
  return true;
}

bool net_tls_config_set_session_lifetime(struct net_tls_config *config, int64_t seconds) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (seconds > MAXIMUM_LIFETIME) {
    return net_tls_config_fail(config, "session lifetime too large");
  }
  if (seconds < 0 || (seconds > 0 && seconds < MINIMUM_LIFETIME)) {
    return net_tls_config_fail(config, "session lifetime too small");
  }
  set_tickets(config, seconds > 0);
  if (seconds > 0) {
    SSL_CTX_set_timeout(config->context, (uint32_t)seconds);
    SSL_CTX_set_session_psk_dhe_timeout(config->context, (uint32_t)seconds);
  }
  return true;
}

bool net_tls_config_set_session_id(struct net_tls_config *config, const void *id, size_t length) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (length > NET_TLS_MAX_SESSION_ID_LENGTH) {
    return net_tls_config_fail(config, "session ID too large");
  }
  memcpy(config->session_id, id, length);
  config->session_id_length = length;
  return SSL_CTX_set_session_id_context(config->context, config->session_id, length) ||
         net_tls_config_fail_reason(config, "invalid session ID");
}
