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
static const char malformed_key[] = "malformed private key";

/* Adds what is in a PEM block to a stack. Returns why not, NULL on success. */
typedef const char *(*push_block)(void *stack, const uint8_t *der, size_t length);

static const char *push_certificate(void *stack, const uint8_t *der, size_t length) {
  STACK_OF(CRYPTO_BUFFER) *certificates = stack;
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

static const char *push_crl(void *stack, const uint8_t *der, size_t length) {
  STACK_OF(X509_CRL) *crls = stack;
  const uint8_t *input = der;
  X509_CRL *crl = d2i_X509_CRL(NULL, &input, (long)length);
  bool is_pushed = crl != NULL && input == der + length && sk_X509_CRL_push(crls, crl);
  if (is_pushed) {
    return NULL;
  }
  X509_CRL_free(crl);
  return net_tls_is_out_of_memory() ? out_of_memory : "malformed CRL";
}

/* Pushes the blocks of that name, or the other one. Returns why not, NULL on success. */
static const char *read_blocks(const char *text, size_t length, const char *const names[2],
                               push_block push, void *stack) {
  const char *reason = NULL;
  BIO *bio = open_text(text, length);
  if (bio == NULL || stack == NULL) {
    BIO_free(bio);
    return out_of_memory;
  }
  while (reason == NULL) {
    char *name = NULL;
    char *header = NULL;
    uint8_t *der = NULL;
    long der_length = 0;
    if (!PEM_read_bio(bio, &name, &header, &der, &der_length)) {
      reason = why_no_block();
      break;
    }
    if (strcmp(name, names[0]) == 0 || strcmp(name, names[1]) == 0) {
      reason = push(stack, der, (size_t)der_length);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
  }
  BIO_free(bio);
  return reason;
}

STACK_OF(CRYPTO_BUFFER) *
    net_tls_parse_certificates(const char *text, size_t length, const char **reason) {
  static const char *const names[2] = {PEM_STRING_X509, PEM_STRING_X509_OLD};
  ERR_clear_error();
  STACK_OF(CRYPTO_BUFFER) *certificates = sk_CRYPTO_BUFFER_new_null();
  *reason = read_blocks(text, length, names, push_certificate, certificates);
  if (*reason == NULL && sk_CRYPTO_BUFFER_num(certificates) == 0) {
    *reason = "no certificate found";
  }
  ERR_clear_error();
  if (*reason != NULL) {
    sk_CRYPTO_BUFFER_pop_free(certificates, CRYPTO_BUFFER_free);
    return NULL;
  }
  return certificates;
}

STACK_OF(X509_CRL) * net_tls_parse_crls(const char *text, size_t length, const char **reason) {
  static const char *const names[2] = {PEM_STRING_X509_CRL, PEM_STRING_X509_CRL};
  ERR_clear_error();
  STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
  *reason = read_blocks(text, length, names, push_crl, crls);
  if (*reason == NULL && sk_X509_CRL_num(crls) == 0) {
    *reason = "no CRL found";
  }
  ERR_clear_error();
  if (*reason != NULL) {
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    return NULL;
  }
  return crls;
}

static const char *why_no_key(void) {
  uint32_t code = ERR_peek_last_error();
  if (net_tls_is_out_of_memory()) {
    return out_of_memory;
  }
  if (ERR_GET_LIB(code) != ERR_LIB_PEM) {
    return malformed_key;
  }
  switch (ERR_GET_REASON(code)) {
    case PEM_R_BAD_PASSWORD_READ:
      return "the key is encrypted";
    case PEM_R_NO_START_LINE:
      return "no private key found";
    default:
      return malformed_key;
  }
}

/* Without a callback, and without a password to give it, BoringSSL asks nobody. */
static EVP_PKEY *read_key(const char *text, size_t length, const char *password) {
  ERR_clear_error();
  BIO *bio = open_text(text, length);
  EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)password) : NULL;
  BIO_free(bio);
  return key;
}

EVP_PKEY *net_tls_parse_key(const char *text, size_t length, const char **reason) {
  EVP_PKEY *key = read_key(text, length, NULL);
  *reason = key == NULL ? why_no_key() : NULL;
  ERR_clear_error();
  return key;
}

/* What a wrong password decrypts to is noise, in which anything may be wrong. */
EVP_PKEY *net_tls_parse_encrypted_key(const char *text, size_t length, const char *password,
                                      const char **reason) {
  EVP_PKEY *key = read_key(text, length, password);
  *reason = key == NULL ? why_no_key() : NULL;
  if (*reason == malformed_key) {
    *reason = "malformed private key, or a wrong password";
  }
  ERR_clear_error();
  return key;
}
