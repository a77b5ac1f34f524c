/* Identity: the certificate chain and private key of a configuration. */

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"
#include "net/tls_pem.h"

/* PEM text, and what an error calls it: "file 'x'" or "in memory". */
struct pem_source {
  const char *text;
  size_t length;
  const char *quote;
  const char *file;
};

/* Returns why the key cannot be the certificate's, NULL where it is. */
static const char *why_not_of(EVP_PKEY *key, CRYPTO_BUFFER *certificate) {
  X509 *x509 = X509_parse_from_buffer(certificate);
  bool matches = x509 != NULL && X509_check_private_key(x509, key);
  bool is_out_of_memory = net_tls_is_out_of_memory();
  X509_free(x509);
  ERR_clear_error();
  if (matches) {
    return NULL;
  }
  return is_out_of_memory ? "cannot be used: out of memory" : "does not match the certificate";
}

static bool use_chain(struct net_tls_config *config, const STACK_OF(CRYPTO_BUFFER) * chain,
                      EVP_PKEY *key, const struct pem_source *key_source) {
  size_t num_certificates = sk_CRYPTO_BUFFER_num(chain);
  const char *reason = why_not_of(key, sk_CRYPTO_BUFFER_value(chain, 0));
  if (reason != NULL) {
    return net_tls_config_fail(config, "private key %s%s%s %s", key_source->quote, key_source->file,
                               key_source->quote, reason);
  }
  /* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is what is meant. */
  CRYPTO_BUFFER **certificates = calloc(num_certificates, sizeof(*certificates));
  if (certificates == NULL) {
    return net_tls_config_fail(config, "out of memory");
  }
  for (size_t i = 0; i < num_certificates; i++) {
    certificates[i] = sk_CRYPTO_BUFFER_value(chain, i);
  }
  bool is_set =
      SSL_CTX_set_chain_and_key(config->context, certificates, num_certificates, key, NULL);
  free(certificates);
  if (!is_set) {
    return net_tls_config_fail_reason(config, "the key pair cannot be used");
  }
  config->has_keypair = true;
  return true;
}

static bool set_keypair(struct net_tls_config *config, const struct pem_source *certificate,
                        const struct pem_source *key_source) {
  const char *reason = NULL;
  bool is_set = false;
  EVP_PKEY *key = NULL;
  STACK_OF(CRYPTO_BUFFER) *chain =
      net_tls_parse_certificates(certificate->text, certificate->length, &reason);
  if (chain == NULL) {
    return net_tls_config_fail(config, "failed to read certificate %s%s%s: %s", certificate->quote,
                               certificate->file, certificate->quote, reason);
  }
  key = net_tls_parse_key(key_source->text, key_source->length, &reason);
  if (key == NULL) {
    net_tls_config_fail(config, "failed to read private key %s%s%s: %s", key_source->quote,
                        key_source->file, key_source->quote, reason);
  } else {
    is_set = use_chain(config, chain, key, key_source);
  }
  EVP_PKEY_free(key);
  sk_CRYPTO_BUFFER_pop_free(chain, CRYPTO_BUFFER_free);
  return is_set;
}

bool net_tls_config_set_keypair(struct net_tls_config *config, const char *certificate,
                                size_t certificate_length, const char *key, size_t key_length) {
  struct pem_source certificate_source = {certificate, certificate_length, "", "in memory"};
  struct pem_source key_source = {key, key_length, "", "in memory"};
  return net_tls_config_begin_change(config) &&
         set_keypair(config, &certificate_source, &key_source);
}

bool net_tls_config_set_keypair_file(struct net_tls_config *config, const char *certificate_file,
                                     const char *key_file) {
  struct pem_source certificate = {.quote = "'", .file = certificate_file};
  struct pem_source key = {.quote = "'", .file = key_file};
  char *certificate_text = NULL;
  char *key_text = NULL;
  bool is_set = false;
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  certificate_text =
      net_tls_config_read_file(config, "certificate", certificate_file, &certificate.length);
  if (certificate_text == NULL) {
    goto cleanup;
  }
  key_text = net_tls_config_read_file(config, "private key", key_file, &key.length);
  if (key_text == NULL) {
    goto cleanup;
  }
  certificate.text = certificate_text;
  key.text = key_text;
  is_set = set_keypair(config, &certificate, &key);
cleanup:
  free(certificate_text);
  if (key_text != NULL) {
    OPENSSL_cleanse(key_text, key.length);
  }
  free(key_text);
  return is_set;
}
