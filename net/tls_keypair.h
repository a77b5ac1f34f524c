#ifndef NET_TLS_KEYPAIR_H
#define NET_TLS_KEYPAIR_H

/* A certificate chain, its private key and the staple that goes with it. */

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

struct net_tls_config;

/* What a key pair is read from. */
struct net_tls_source {
  const char *text;
  size_t length;
  /* What errors call it: the file's name between these quotes, or "in memory" and no quotes. */
  const char *quote;
  const char *file;
};

struct net_tls_keypair {
  /* The chain as it is sent, own certificate first; NULL: no certificate. */
  STACK_OF(CRYPTO_BUFFER) * chain;
  /* The first of the chain. */
  X509 *certificate;
  /* NULL: no key. */
  EVP_PKEY *key;
  /* An OCSP response; NULL: none. */
  CRYPTO_BUFFER *staple;
  /* What errors call the certificate and the key: "'server.pem'", "in memory". */
  char *certificate_name;
  char *key_name;
  struct net_tls_keypair *next;
};

/* net_tls_keypair_is_complete tells whether there are both a certificate and a key. */
bool net_tls_keypair_is_complete(const struct net_tls_keypair *keypair);

/* net_tls_keypair_read_certificate sets the certificate of a key pair that has none. On failure it
   sets the error text of `config` and returns false. */
bool net_tls_keypair_read_certificate(struct net_tls_keypair *keypair,
                                      struct net_tls_config *config,
                                      const struct net_tls_source *source);

/* net_tls_keypair_read_key is net_tls_keypair_read_certificate for the private key. */
bool net_tls_keypair_read_key(struct net_tls_keypair *keypair, struct net_tls_config *config,
                              const struct net_tls_source *source);

/* net_tls_keypair_read_staple is net_tls_keypair_read_certificate for the staple, in DER. */
bool net_tls_keypair_read_staple(struct net_tls_keypair *keypair, struct net_tls_config *config,
                                 const struct net_tls_source *source);

/* net_tls_match tells whether a certificate and a key belong together. */
enum net_tls_match {
  NET_TLS_MATCH,
  NET_TLS_NO_MATCH,
  /* It cannot be told, or not be used: memory is short. */
  NET_TLS_MATCH_FAILED
};

/* net_tls_keypair_match tells whether certificate and key belong together. Unless they do, it sets
   the error text, which is about the key or, where `is_about_certificate`, about the certificate.
 */
enum net_tls_match net_tls_keypair_match(const struct net_tls_keypair *keypair,
                                         struct net_tls_config *config, bool is_about_certificate);

/* net_tls_keypair_apply makes `ssl` show the key pair, which is complete, without the staple. On
   failure BoringSSL's error queue says why. */
bool net_tls_keypair_apply(const struct net_tls_keypair *keypair, SSL *ssl);

/* net_tls_keypair_apply_to_context is net_tls_keypair_apply for what will be made of `context`. */
bool net_tls_keypair_apply_to_context(const struct net_tls_keypair *keypair, SSL_CTX *context);

/* net_tls_keypair_clear frees everything in `keypair` but the next one. */
void net_tls_keypair_clear(struct net_tls_keypair *keypair);

#endif
