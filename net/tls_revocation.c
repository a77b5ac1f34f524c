/* Revocation: the CRLs of a configuration. BoringSSL verifies with them (tls_verify.c). */

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"
#include "net/tls_pem.h"

/* Returns why the lists of `text` could not be added, NULL on success. */
static const char *add_lists(struct net_tls_config *config, const char *text, size_t length) {
  const char *reason = NULL;
  STACK_OF(X509_CRL) *lists = net_tls_parse_crls(text, length, &reason);
  for (size_t i = 0; reason == NULL && i < sk_X509_CRL_num(lists); i++) {
    /* A list that is there already is no failure. */
    if (!X509_STORE_add_crl(config->store, sk_X509_CRL_value(lists, i))) {
      reason = "out of memory";
    }
  }
  sk_X509_CRL_pop_free(lists, X509_CRL_free);
  ERR_clear_error();
  config->checks_revocation |= reason == NULL;
  return reason;
}

bool net_tls_config_set_crl(struct net_tls_config *config, const char *crls, size_t length) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  const char *reason = add_lists(config, crls, length);
  return reason == NULL || net_tls_config_fail(config, "failed to read CRL in memory: %s", reason);
}

bool net_tls_config_set_crl_file(struct net_tls_config *config, const char *file) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  size_t length = 0;
  char *text = net_tls_config_read_file(config, "CRL", file, &length);
  if (text == NULL) {
    return false;
  }
  const char *reason = add_lists(config, text, length);
  free(text);
  return reason == NULL ||
         net_tls_config_fail(config, "failed to read CRL file '%s': %s", file, reason);
}

bool net_tls_config_require_ocsp_staple(struct net_tls_config *config) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  config->requires_staple = true;
  return true;
}
