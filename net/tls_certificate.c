#include "net/tls_certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_memory.h"
#include "net/tls_socket_internal.h"

struct net_tls_certificate {
  char *subject;
  char *issuer;
  char *pem;
  char **names;
  size_t num_names;
  int64_t not_before;
  int64_t not_after;
  char sha256[2 * SHA256_DIGEST_LENGTH + 1];
};

/* What was written to `bio` as a string; frees `bio`. NULL when memory is short. */
static char *take_text(BIO *bio, bool is_complete) {
  const uint8_t *bytes = NULL;
  size_t length = 0;
  char *text = NULL;
  if (is_complete && BIO_mem_contents(bio, &bytes, &length)) {
    text = malloc(length + 1);
  }
  if (text != NULL) {
    if (length > 0) {
      memcpy(text, bytes, length);
    }
    text[length] = '\0';
  }
  BIO_free(bio);
  return text;
}

static char *name_text(const X509_NAME *name) {
  BIO *bio = BIO_new(BIO_s_mem());
  unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
  return take_text(bio, bio != NULL && X509_NAME_print_ex(bio, name, 0, flags) >= 0);
}

static char *pem_text(X509 *certificate) {
  BIO *bio = BIO_new(BIO_s_mem());
  return take_text(bio, bio != NULL && PEM_write_bio_X509(bio, certificate));
}

/* A name may hold any bytes: what could deceive a reader is written as \xHH. */
static bool print_bytes(BIO *bio, const char *kind, const ASN1_STRING *string) {
  const unsigned char *bytes = ASN1_STRING_get0_data(string);
  bool is_complete = BIO_printf(bio, "%s:", kind) > 0;
  for (int i = 0; is_complete && i < ASN1_STRING_length(string); i++) {
    bool is_plain = bytes[i] > ' ' && bytes[i] < 0x7f && bytes[i] != '\\';
    is_complete = BIO_printf(bio, is_plain ? "%c" : "\\x%02X", bytes[i]) > 0;
  }
  return is_complete;
}

static bool print_address(BIO *bio, const ASN1_STRING *string) {
  char text[INET6_ADDRSTRLEN];
  int family = ASN1_STRING_length(string) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(string) != 16) {
    return print_bytes(bio, "IP", string);
  }
  return inet_ntop(family, ASN1_STRING_get0_data(string), text, sizeof(text)) != NULL &&
         BIO_printf(bio, "IP:%s", text) > 0;
}

static char *alternative_name_text(const GENERAL_NAME *name) {
  BIO *bio = BIO_new(BIO_s_mem());
  bool is_complete = false;
  if (bio == NULL) {
    return NULL;
  }
  switch (name->type) {
    case GEN_DNS:
      is_complete = print_bytes(bio, "DNS", name->d.dNSName);
      break;
    case GEN_EMAIL:
      is_complete = print_bytes(bio, "email", name->d.rfc822Name);
      break;
    case GEN_URI:
      is_complete = print_bytes(bio, "URI", name->d.uniformResourceIdentifier);
      break;
    default:
      is_complete = print_address(bio, name->d.iPAddress);
      break;
  }
  return take_text(bio, is_complete);
}

static bool is_known_name(const GENERAL_NAME *name) {
  return name->type == GEN_DNS || name->type == GEN_EMAIL || name->type == GEN_URI ||
         name->type == GEN_IPADD;
}

static bool set_names(struct net_tls_certificate *certificate, X509 *x509) {
  ERR_clear_error();
  GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
  if (names == NULL && net_tls_is_out_of_memory()) {
    return false;
  }
  size_t num_names = sk_GENERAL_NAME_num(names);
  certificate->names = calloc(num_names + 1, sizeof(char *));
  bool is_complete = certificate->names != NULL;
  for (size_t i = 0; is_complete && i < num_names; i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (is_known_name(name)) {
      char *text = alternative_name_text(name);
      certificate->names[certificate->num_names] = text;
      is_complete = text != NULL;
      certificate->num_names += is_complete;
    }
  }
  GENERAL_NAMES_free(names);
  return is_complete;
}

/* A certificate with something else than times is not parsed. */
static int64_t seconds(const ASN1_TIME *time) {
  int64_t posix = 0;
  (void)ASN1_TIME_to_posix(time, &posix);
  return posix;
}

static void set_sha256(struct net_tls_certificate *certificate, const CRYPTO_BUFFER *der) {
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(CRYPTO_BUFFER_data(der), CRYPTO_BUFFER_len(der), digest);
  for (size_t i = 0; i < sizeof(digest); i++) {
    snprintf(certificate->sha256 + 2 * i, 3, "%02x", digest[i]);
  }
}

static bool describe(struct net_tls_certificate *certificate, X509 *x509) {
  certificate->subject = name_text(X509_get_subject_name(x509));
  certificate->issuer = name_text(X509_get_issuer_name(x509));
  certificate->pem = pem_text(x509);
  certificate->not_before = seconds(X509_get0_notBefore(x509));
  certificate->not_after = seconds(X509_get0_notAfter(x509));
  return certificate->subject != NULL && certificate->issuer != NULL && certificate->pem != NULL &&
         set_names(certificate, x509);
}

static const STACK_OF(CRYPTO_BUFFER) * get_chain(const struct net_tls_socket *socket) {
  return socket->is_handshaked ? SSL_get0_peer_certificates(socket->ssl) : NULL;
}

size_t net_tls_socket_num_peer_certificates(const struct net_tls_socket *socket) {
  return sk_CRYPTO_BUFFER_num(get_chain(socket));
}

struct net_tls_certificate *net_tls_socket_peer_certificate(const struct net_tls_socket *socket) {
  return net_tls_socket_peer_certificate_at(socket, 0);
}

struct net_tls_certificate *net_tls_socket_peer_certificate_at(const struct net_tls_socket *socket,
                                                               size_t index) {
  const STACK_OF(CRYPTO_BUFFER) *chain = get_chain(socket);
  if (index >= sk_CRYPTO_BUFFER_num(chain)) {
    return NULL;
  }
  CRYPTO_BUFFER *der = sk_CRYPTO_BUFFER_value(chain, index);
  struct net_tls_certificate *certificate = calloc(1, sizeof(*certificate));
  X509 *x509 = certificate != NULL ? X509_parse_from_buffer(der) : NULL;
  if (x509 == NULL || !describe(certificate, x509)) {
    net_tls_certificate_free(certificate);
    certificate = NULL;
  } else {
    set_sha256(certificate, der);
  }
  X509_free(x509);
  ERR_clear_error();
  return certificate;
}

void net_tls_certificate_free(struct net_tls_certificate *certificate) {
  if (certificate == NULL) {
    return;
  }
  for (size_t i = 0; i < certificate->num_names; i++) {
    free(certificate->names[i]);
  }
  free(certificate->names);
  free(certificate->subject);
  free(certificate->issuer);
  free(certificate->pem);
  free(certificate);
}

const char *net_tls_certificate_subject(const struct net_tls_certificate *certificate) {
  return certificate->subject;
}

const char *net_tls_certificate_issuer(const struct net_tls_certificate *certificate) {
  return certificate->issuer;
}

size_t net_tls_certificate_num_names(const struct net_tls_certificate *certificate) {
  return certificate->num_names;
}

const char *net_tls_certificate_name(const struct net_tls_certificate *certificate, size_t index) {
  return index < certificate->num_names ? certificate->names[index] : NULL;
}

int64_t net_tls_certificate_not_before(const struct net_tls_certificate *certificate) {
  return certificate->not_before;
}

int64_t net_tls_certificate_not_after(const struct net_tls_certificate *certificate) {
  return certificate->not_after;
}

const char *net_tls_certificate_sha256(const struct net_tls_certificate *certificate) {
  return certificate->sha256;
}

const char *net_tls_certificate_pem(const struct net_tls_certificate *certificate) {
  return certificate->pem;
}
