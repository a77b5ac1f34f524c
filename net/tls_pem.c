#include "net/tls_pem.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <openssl/stack.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

#include "net/tls_memory.h"

static BIO *open_text(const char *text, size_t length) {
  return length <= INT_MAX ? BIO_new_mem_buf(text, (int)length) : NULL;
}

static const char out_of_memory[] = "out of memory";

static const char *push_certificate(STACK_OF(CRYPTO_BUFFER) * certificates, const uint8_t *der,
                                    size_t length) {
  CRYPTO_BUFFER *buffer = CRYPTO_BUFFER_new(der, length, NULL);
  X509 *x509 = buffer != NULL ? X509_parse_from_buffer(buffer) : NULL;
  bool is_pushed = x509 != NULL && sk_CRYPTO_BUFFER_push(certificates, buffer);
  X509_free(x509);
  if (is_pushed) {
    return NULL;
  }
  CRYPTO_BUFFER_free(buffer);
  return net_tls_is_out_of_memory() ? out_of_memory : "malformed certificate";
}

/* Returns why there was no next PEM block, NULL at the end of the text. */
static const char *why_no_block(void) {
  uint32_t code = ERR_peek_last_error();
  if (net_tls_is_out_of_memory()) {
    return out_of_memory;
  }
  if (ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE) {
    return NULL;
  }
  return "malformed PEM";
}

static const char *read_certificates(BIO *bio, STACK_OF(CRYPTO_BUFFER) * certificates) {
  const char *reason = NULL;
  while (reason == NULL) {
    char *name = NULL;
    char *header = NULL;
    uint8_t *der = NULL;
    long length = 0;
    if (!PEM_read_bio(bio, &name, &header, &der, &length)) {
      reason = why_no_block();
      break;
    }
    if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0) {
      reason = push_certificate(certificates, der, (size_t)length);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
  }
  if (reason == NULL && sk_CRYPTO_BUFFER_num(certificates) == 0) {
    reason = "no certificate found";
  }
  return reason;
}

STACK_OF(CRYPTO_BUFFER) *
    net_tls_parse_certificates(const char *text, size_t length, const char **reason) {
  ERR_clear_error();
  STACK_OF(CRYPTO_BUFFER) *certificates = sk_CRYPTO_BUFFER_new_null();
  BIO *bio = open_text(text, length);
  *reason = out_of_memory;
  if (certificates != NULL && bio != NULL) {
    *reason = read_certificates(bio, certificates);
  }
  BIO_free(bio);
  ERR_clear_error();
  if (*reason != NULL) {
    sk_CRYPTO_BUFFER_pop_free(certificates, CRYPTO_BUFFER_free);
    return NULL;
  }
  return certificates;
}

static const char *why_no_key(void) {
  uint32_t code = ERR_peek_last_error();
  if (net_tls_is_out_of_memory()) {
    return out_of_memory;
  }
  if (ERR_GET_LIB(code) != ERR_LIB_PEM) {
    return "malformed private key";
  }
  switch (ERR_GET_REASON(code)) {
    case PEM_R_BAD_PASSWORD_READ:
      return "the key is encrypted";
    case PEM_R_NO_START_LINE:
      return "no private key found";
    default:
      return "malformed private key";
  }
}

EVP_PKEY *net_tls_parse_key(const char *text, size_t length, const char **reason) {
  ERR_clear_error();
  BIO *bio = open_text(text, length);
  EVP_PKEY *key = NULL;
  *reason = out_of_memory;
  if (bio != NULL) {
    /* Without a callback, and without a password to give it, BoringSSL asks nobody. */
    key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    *reason = key == NULL ? why_no_key() : NULL;
  }
  BIO_free(bio);
  ERR_clear_error();
  return key;
}
