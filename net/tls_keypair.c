#include "net/tls_keypair.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"
#include "net/tls_ocsp.h"
#include "net/tls_pem.h"

bool net_tls_keypair_is_complete(const struct net_tls_keypair *keypair) {
  return keypair->chain != NULL && keypair->key != NULL;
}

static bool fail_out_of_memory(struct net_tls_config *config) {
  ERR_clear_error();
  return net_tls_config_fail(config, "out of memory");
}

/* NULL when memory is short. */
static char *copy_name(const struct net_tls_source *source) {
  size_t size = strlen(source->file) + 2 * strlen(source->quote) + 1;
  char *name = malloc(size);
  if (name != NULL) {
    snprintf(name, size, "%s%s%s", source->quote, source->file, source->quote);
  }
  return name;
}

bool net_tls_keypair_read_certificate(struct net_tls_keypair *keypair,
                                      struct net_tls_config *config,
                                      const struct net_tls_source *source) {
  const char *reason = NULL;
  keypair->chain = net_tls_parse_certificates(source->text, source->length, &reason);
  if (keypair->chain == NULL) {
    return net_tls_config_fail(config, "failed to read certificate %s%s%s: %s", source->quote,
                               source->file, source->quote, reason);
  }
  keypair->certificate = X509_parse_from_buffer(sk_CRYPTO_BUFFER_value(keypair->chain, 0));
  keypair->certificate_name = copy_name(source);
  return (keypair->certificate != NULL && keypair->certificate_name != NULL) ||
         fail_out_of_memory(config);
}

bool net_tls_keypair_read_key(struct net_tls_keypair *keypair, struct net_tls_config *config,
                              const struct net_tls_source *source) {
  const char *reason = NULL;
  keypair->key = net_tls_parse_key(source->text, source->length, &reason);
  if (keypair->key == NULL) {
    return net_tls_config_fail(config, "failed to read private key %s%s%s: %s", source->quote,
                               source->file, source->quote, reason);
  }
  keypair->key_name = copy_name(source);
  return keypair->key_name != NULL || fail_out_of_memory(config);
}

bool net_tls_keypair_read_staple(struct net_tls_keypair *keypair, struct net_tls_config *config,
                                 const struct net_tls_source *source) {
  if (!net_tls_ocsp_is_response((const uint8_t *)source->text, source->length)) {
    return net_tls_config_fail(config, "failed to read OCSP staple %s%s%s: malformed OCSP response",
                               source->quote, source->file, source->quote);
  }
  CRYPTO_BUFFER *staple =
      CRYPTO_BUFFER_new((const uint8_t *)source->text, source->length, config->certificates);
  if (staple == NULL) {
    return fail_out_of_memory(config);
  }
  CRYPTO_BUFFER_free(keypair->staple);
  keypair->staple = staple;
  return true;
}

enum net_tls_match net_tls_keypair_match(const struct net_tls_keypair *keypair,
                                         struct net_tls_config *config, bool is_about_certificate) {
  ERR_clear_error();
  bool matches = X509_check_private_key(keypair->certificate, keypair->key);
  bool is_out_of_memory = net_tls_is_out_of_memory();
  ERR_clear_error();
  if (matches) {
    return NET_TLS_MATCH;
  }
  if (is_out_of_memory) {
    net_tls_config_fail(config, "private key %s cannot be used: out of memory", keypair->key_name);
    return NET_TLS_MATCH_FAILED;
  }
  if (is_about_certificate) {
    net_tls_config_fail(config, "certificate %s does not match the private key",
                        keypair->certificate_name);
  } else {
    net_tls_config_fail(config, "private key %s does not match the certificate", keypair->key_name);
  }
  return NET_TLS_NO_MATCH;
}

/* The chain in the form that BoringSSL takes; the caller frees the array. */
static CRYPTO_BUFFER **list_chain(const struct net_tls_keypair *keypair, size_t *length) {
  *length = sk_CRYPTO_BUFFER_num(keypair->chain);
  /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is what is meant. */
  CRYPTO_BUFFER **list = calloc(*length, sizeof(*list));
  for (size_t i = 0; list != NULL && i < *length; i++) {
    list[i] = sk_CRYPTO_BUFFER_value(keypair->chain, i);
  }
  return list;
}

bool net_tls_keypair_apply(const struct net_tls_keypair *keypair, SSL *ssl) {
  size_t length = 0;
  CRYPTO_BUFFER **list = list_chain(keypair, &length);
  bool is_set = list != NULL && SSL_set_chain_and_key(ssl, list, length, keypair->key, NULL);
  free(list);
  return is_set;
}

bool net_tls_keypair_apply_to_context(const struct net_tls_keypair *keypair, SSL_CTX *context) {
  size_t length = 0;
  CRYPTO_BUFFER **list = list_chain(keypair, &length);
  bool is_set =
      list != NULL && SSL_CTX_set_chain_and_key(context, list, length, keypair->key, NULL);
  free(list);
  return is_set;
}

void net_tls_keypair_clear(struct net_tls_keypair *keypair) {
  sk_CRYPTO_BUFFER_pop_free(keypair->chain, CRYPTO_BUFFER_free);
  X509_free(keypair->certificate);
  EVP_PKEY_free(keypair->key);
  CRYPTO_BUFFER_free(keypair->staple);
  free(keypair->certificate_name);
  free(keypair->key_name);
  *keypair = (struct net_tls_keypair){.next = keypair->next};
}
