/* Protocol: versions, groups, ALPN. */

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"

bool net_tls_config_set_versions(struct net_tls_config *config, enum net_tls_version minimum,
                                 enum net_tls_version maximum) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (minimum > maximum || minimum < NET_TLS_1_0 || maximum > NET_TLS_1_3) {
    return net_tls_config_fail(config, "invalid range of versions 0x%04x to 0x%04x",
                               (unsigned)minimum, (unsigned)maximum);
  }
  if (!SSL_CTX_set_min_proto_version(config->context, (uint16_t)minimum) ||
      !SSL_CTX_set_max_proto_version(config->context, (uint16_t)maximum)) {
    return net_tls_config_fail_reason(config, "invalid range of versions");
  }
  return true;
}

static bool fail_choice(struct net_tls_config *config, const char *what, const char *choice) {
  const char *reason = net_tls_is_out_of_memory() ? ": out of memory" : "";
  ERR_clear_error();
  return net_tls_config_fail(config, "%s '%.200s'%s", what, choice, reason);
}

bool net_tls_config_set_groups(struct net_tls_config *config, const char *groups) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  char *copy = strdup(groups);
  if (copy == NULL) {
    return net_tls_config_fail(config, "out of memory");
  }
  if (!SSL_CTX_set1_curves_list(config->context, groups)) {
    free(copy);
    return fail_choice(config, "invalid ecdhe curve", groups);
  }
  free(config->groups);
  config->groups = copy;
  return true;
}

static int select_protocol(SSL *ssl, const uint8_t **out, uint8_t *out_length, const uint8_t *in,
                           unsigned in_length, void *argument) {
  const struct net_tls_config *config = argument;
  (void)ssl;
  uint8_t *selected = NULL;
  if (SSL_select_next_proto(&selected, out_length, config->protocols,
                            (unsigned)config->protocols_length, in,
                            in_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

/* Writes the list `protocols` as it is on the wire: as long as the list and one byte more. Returns
   why it cannot be, NULL on success. */
static const char *encode_protocols(const char *protocols, uint8_t *wire) {
  const char *name = protocols;
  for (;;) {
    size_t length = strcspn(name, ",");
    if (length == 0) {
      return "alpn protocol with zero length";
    }
    if (length > UINT8_MAX) {
      return "alpn protocol too long";
    }
    *wire++ = (uint8_t)length;
    memcpy(wire, name, length);
    wire += length;
    if (name[length] == '\0') {
      return NULL;
    }
    name += length + 1;
  }
}

bool net_tls_config_set_alpn(struct net_tls_config *config, const char *protocols) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  size_t length = strlen(protocols) + 1;
  if (length > UINT16_MAX) {
    return net_tls_config_fail(config, "alpn protocols too long");
  }
  uint8_t *wire = malloc(length);
  if (wire == NULL) {
    return net_tls_config_fail(config, "out of memory");
  }
  const char *reason = encode_protocols(protocols, wire);
  if (reason == NULL && SSL_CTX_set_alpn_protos(config->context, wire, (unsigned)length) != 0) {
    reason = "out of memory";
    ERR_clear_error();
  }
  if (reason != NULL) {
    free(wire);
    return net_tls_config_fail(config, "%s", reason);
  }
  free(config->protocols);
  config->protocols = wire;
  config->protocols_length = length;
  SSL_CTX_set_alpn_select_cb(config->context, select_protocol, config);
  return true;
}
