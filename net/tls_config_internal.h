#ifndef NET_TLS_CONFIG_INTERNAL_H
#define NET_TLS_CONFIG_INTERNAL_H

/* What a configuration is made of, for the files of net/ alone. */

#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <stdatomic.h>

#include "net/buffer.h"
#include "net/tls_config.h"

struct net_tls_config {
  atomic_uint references;
  /* Set by the first socket; from then on only what has a lock of its own may change. */
  atomic_bool in_use;
  /* Peers that show the same certificates share their bytes. It outlives every session. */
  CRYPTO_BUFFER_POOL *certificates;
  SSL_CTX *context;
  /* How BoringSSL reaches a socket's buffers (tls_bio.c). */
  BIO_METHOD *bio_method;
  struct net_buffer_pool pool;

  /* The trusted certificates; the system's are loaded when they are first needed. */
  X509_STORE *store;
  pthread_mutex_t store_mutex;
  bool store_is_loaded;

  /* ALPN: each name behind its length, as on the wire. */
  uint8_t *protocols;
  size_t protocols_length;

  enum net_tls_client_certificate client_certificate;
  bool has_keypair;
  bool session_tickets;
  bool insecure_no_verify_certificate;
  bool insecure_no_verify_name;
  bool insecure_no_verify_time;
  bool insecure_allow_truncation;
  /* -1: none. */
  int key_log_fd;
  char error[512];
};

/* net_tls_config_begin_change returns true, with the error text cleared, when a setter may change
   `config`, and false with the text set when it is in use. */
bool net_tls_config_begin_change(struct net_tls_config *config);

/* net_tls_config_fail sets the error text and returns false. */
bool net_tls_config_fail(struct net_tls_config *config, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* net_tls_config_fail_reason is net_tls_config_fail with BoringSSL's reason behind the text; it
   empties BoringSSL's error queue. */
bool net_tls_config_fail_reason(struct net_tls_config *config, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* net_tls_config_read_file reads a whole file into memory that the caller frees; on failure it sets
   the error text, in which `what` says what the file is, and returns NULL. */
char *net_tls_config_read_file(struct net_tls_config *config, const char *what, const char *file,
                               size_t *length);

/* net_tls_config_load_store loads the system's CA store unless another has been set. Returns false
   and writes the reason to `error` when there is none. Any thread may call it. */
bool net_tls_config_load_store(struct net_tls_config *config, char *error, size_t error_size);

/* net_tls_bio_method returns a new method for net_tls_bio_new, NULL when memory is short. */
BIO_METHOD *net_tls_bio_method(void);

/* net_tls_verify is BoringSSL's callback that verifies the peer's certificate (tls_verify.c). */
enum ssl_verify_result_t net_tls_verify(SSL *ssl, uint8_t *out_alert);

/* net_tls_keep_session is BoringSSL's callback for a client's new session (tls_session.c). */
int net_tls_keep_session(SSL *ssl, SSL_SESSION *session);

/* net_tls_note_alert is BoringSSL's callback for alerts (tls_peer.c). */
void net_tls_note_alert(const SSL *ssl, int type, int value);

#endif
