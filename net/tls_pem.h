#ifndef NET_TLS_PEM_H
#define NET_TLS_PEM_H

#include <openssl/base.h>
#include <openssl/pool.h>
#include <openssl/x509.h>
#include <stddef.h>

/* net_tls_parse_certificates returns the certificates of PEM text in their order; each has been
   seen to parse. The caller frees the stack. On failure, also where there is none, it returns NULL
   and sets
   `*reason`, a constant. Other PEM blocks are passed over. */
STACK_OF(CRYPTO_BUFFER) *
    net_tls_parse_certificates(const char *text, size_t length, const char **reason);

/* net_tls_parse_crls is net_tls_parse_certificates for certificate revocation lists. */
STACK_OF(X509_CRL) * net_tls_parse_crls(const char *text, size_t length, const char **reason);

/* net_tls_parse_key returns the private key of PEM text, which the caller frees. On failure it
   returns NULL and sets `*reason`, a constant. An encrypted key is a failure: nobody is asked for a
   password. */
EVP_PKEY *net_tls_parse_key(const char *text, size_t length, const char **reason);

/* net_tls_parse_encrypted_key is net_tls_parse_key for a key that may be encrypted. */
EVP_PKEY *net_tls_parse_encrypted_key(const char *text, size_t length, const char *password,
                                      const char **reason);

#endif
