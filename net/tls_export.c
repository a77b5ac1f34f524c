/* Keying material for the caller's own protocols (RFC 5705; RFC 8446, section 7.5). */

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "net/tls_socket_internal.h"

/* What the label of HKDF-Expand has room for beside "tls13 "; with the shortest hash it gives
   NET_TLS_EXPORT_MAXIMUM bytes, 255 times the hash. */
#define MAXIMUM_LABEL 249
#define MAXIMUM_CONTEXT 65535

/* RFC 5705, section 4: what TLS itself derives by these is not to be had from outside. */
static bool is_reserved(const char *label, size_t length) {
  static const char *const reserved[] = {"client finished", "server finished", "master secret",
                                         "extended master secret", "key expansion"};
  for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
    if (strlen(reserved[i]) == length && memcmp(reserved[i], label, length) == 0) {
      return true;
    }
  }
  return false;
}

enum net_tls_outcome net_tls_socket_export(struct net_tls_socket *socket, const char *label,
                                           size_t label_length, const void *context,
                                           size_t context_length, void *out, size_t length) {
  socket->error = "";
  if (!socket->is_handshaked) {
    return net_tls_error(socket, "exporter failed: the handshake is not complete");
  }
  if (label_length == 0 || label_length > MAXIMUM_LABEL || is_reserved(label, label_length) ||
      context_length > MAXIMUM_CONTEXT || length == 0 || length > NET_TLS_EXPORT_MAXIMUM) {
    return net_tls_error(socket, "exporter failed: Invalid argument");
  }
  if (!SSL_get_extms_support(socket->ssl)) {
    return net_tls_error(socket, "exporter failed: the connection has no extended master secret");
  }
  ERR_clear_error();
  bool is_done = SSL_export_keying_material(socket->ssl, out, length, label, label_length, context,
                                            context_length, context != NULL);
  ERR_clear_error();
  return is_done ? NET_TLS_OK : net_tls_error(socket, "exporter failed: out of memory");
}
