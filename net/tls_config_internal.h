#ifndef NET_TLS_CONFIG_INTERNAL_H
#define NET_TLS_CONFIG_INTERNAL_H

/* What a configuration is made of, for the files of net/ alone. */

#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <stdatomic.h>

#include "net/buffer.h"
#include "net/tls_config.h"
#include "net/tls_keypair.h"
#include "net/tls_ticket.h"

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
  bool store_is_loaded;
  /* Held for what is done once: to load the store, and to begin to use the configuration. */
  pthread_mutex_t mutex;

  /* What set_keypair and its like have set, which may be empty or half, then those that were
     added. The context has the first complete one from the first socket on. */
  struct net_tls_keypair keypair;
  struct net_tls_ticket_keys ticket_keys;

  /* ALPN: each name behind its length, as on the wire. */
  uint8_t *protocols;
  size_t protocols_length;
  /* Separated by colons; NULL: BoringSSL's. */
  char *groups;

  /* What tells whose sessions are whose (RFC 5077, section 3.2). */
  uint8_t session_id[NET_TLS_MAX_SESSION_ID_LENGTH];
  size_t session_id_length;

  enum net_tls_client_certificate client_certificate;
  /* Certificates between the peer's own and a trusted one; negative: BoringSSL's limit. */
  int verify_depth;
  /* CRLs have been set: each certificate of a chain needs one of its issuer. */
  bool checks_revocation;
  bool requires_staple;
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
bool net_tls_config_fail_reason(struct net_tls_config *config, const char *text);

/* net_tls_read_file reads a whole file into memory that the caller frees. On failure it returns
   NULL with errno set. */
char *net_tls_read_file(const char *file, size_t *length);

/* net_tls_config_read_file reads a whole file into memory that the caller frees; on failure it sets
   the error text, in which `what` says what the file is, and returns NULL. */
char *net_tls_config_read_file(struct net_tls_config *config, const char *what, const char *file,
                               size_t *length);

/* net_tls_config_load_store loads the system's CA store unless another has been set. Returns false
   and writes the reason to `error` when there is none. Any thread may call it. */
bool net_tls_config_load_store(struct net_tls_config *config, char *error, size_t error_size);

/* net_tls_config_begin_use freezes `config`. Returns false and writes the reason to `error`, of
   NET_TLS_ERROR_SIZE, where it cannot be used. Any thread may call it. */
bool net_tls_config_begin_use(struct net_tls_config *config, char *error);

/* net_tls_config_begin_serving is net_tls_config_begin_use for a server's configuration. */
bool net_tls_config_begin_serving(struct net_tls_config *config, char *error);

/* net_tls_config_first_keypair returns what the configuration shows unless there is a reason for
   another one; NULL where it has no key pair. */
const struct net_tls_keypair *net_tls_config_first_keypair(const struct net_tls_config *config);

/* net_tls_bio_method returns a new method for net_tls_bio_new, NULL when memory is short. */
BIO_METHOD *net_tls_bio_method(void);

/* net_tls_verify is BoringSSL's callback that verifies the peer's certificate (tls_verify.c). */
enum ssl_verify_result_t net_tls_verify(SSL *ssl, uint8_t *out_alert);

/* net_tls_client_certificate_mode returns BoringSSL's flags of what a server asks of its clients.
 */
int net_tls_client_certificate_mode(const struct net_tls_config *config);

/* net_tls_select is BoringSSL's callback for a client's first message, before anything is decided
   (tls_select.c). */
enum ssl_select_cert_result_t net_tls_select(const SSL_CLIENT_HELLO *hello);

/* net_tls_keep_session is BoringSSL's callback for a client's new session (tls_session.c). */
int net_tls_keep_session(SSL *ssl, SSL_SESSION *session);

/* net_tls_note_alert is BoringSSL's callback for alerts (tls_peer.c). */
void net_tls_note_alert(const SSL *ssl, int type, int value);

#endif
