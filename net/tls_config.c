/* Life of a configuration. */

#include "net/tls_config.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"
#include "net/tls_socket_internal.h"

/* One write a line: with O_APPEND, lines of several threads and processes do not mix. */
static void log_key(const SSL *ssl, const char *line) {
  const struct net_tls_socket *socket = SSL_get_app_data(ssl);
  struct iovec parts[] = {{(char *)line, strlen(line)}, {"\n", 1}};
  ssize_t ignored = writev(socket->policy->key_log_fd, parts, 2);
  (void)ignored;
}

/* What servers that share ticket keys agree on unless they are told otherwise. */
static const char default_session_id[] = "net_tls_socket";

static bool set_up_context(struct net_tls_config *config) {
  SSL_CTX *context = config->context;
  SSL_CTX_set0_buffer_pool(context, config->certificates);
  SSL_CTX_set_info_callback(context, net_tls_note_alert);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, net_tls_keep_session);
  SSL_CTX_set_select_certificate_cb(context, net_tls_select);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  /* A session may come from a connection that trusted more. */
  SSL_CTX_set_reverify_on_resume(context, 1);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) &&
         net_tls_config_set_session_id(config, default_session_id, sizeof(default_session_id) - 1);
}

/* What must be there before net_tls_config_release can be called. */
static bool init_locks(struct net_tls_config *config) {
  if (!net_buffer_pool_init(&config->pool)) {
    return false;
  }
  if (pthread_mutex_init(&config->mutex, NULL) != 0) {
    net_buffer_pool_destroy(&config->pool);
    return false;
  }
  if (!net_tls_ticket_keys_init(&config->ticket_keys)) {
    pthread_mutex_destroy(&config->mutex);
    net_buffer_pool_destroy(&config->pool);
    return false;
  }
  return true;
}

struct net_tls_config *net_tls_config_new(void) {
  struct net_tls_config *config = calloc(1, sizeof(*config));
  if (config == NULL || !init_locks(config)) {
    free(config);
    return NULL;
  }
  atomic_init(&config->references, 1);
  atomic_init(&config->in_use, false);
  config->key_log_fd = -1;
  config->verify_depth = -1;
  config->certificates = CRYPTO_BUFFER_POOL_new();
  config->context = SSL_CTX_new(TLS_with_buffers_method());
  config->bio_method = net_tls_bio_method();
  config->store = X509_STORE_new();
  if (config->certificates == NULL || config->context == NULL || config->bio_method == NULL ||
      config->store == NULL || !set_up_context(config)) {
    net_tls_config_release(config);
    ERR_clear_error();
    return NULL;
  }
  return config;
}

struct net_tls_config *net_tls_config_retain(struct net_tls_config *config) {
  atomic_fetch_add(&config->references, 1);
  return config;
}

static void free_keypairs(struct net_tls_config *config) {
  struct net_tls_keypair *added = config->keypair.next;
  net_tls_keypair_clear(&config->keypair);
  while (added != NULL) {
    struct net_tls_keypair *next = added->next;
    net_tls_keypair_clear(added);
    free(added);
    added = next;
  }
}

void net_tls_config_release(struct net_tls_config *config) {
  if (config == NULL || atomic_fetch_sub(&config->references, 1) > 1) {
    return;
  }
  SSL_CTX_free(config->context);
  free_keypairs(config);
  net_tls_ticket_keys_destroy(&config->ticket_keys);
  BIO_meth_free(config->bio_method);
  X509_STORE_free(config->store);
  CRYPTO_BUFFER_POOL_free(config->certificates);
  net_buffer_pool_destroy(&config->pool);
  pthread_mutex_destroy(&config->mutex);
  free(config->protocols);
  free(config->groups);
  if (config->key_log_fd >= 0) {
    close(config->key_log_fd);
  }
  free(config);
}

const char *net_tls_config_error(const struct net_tls_config *config) {
  return config->error;
}

bool net_tls_config_begin_change(struct net_tls_config *config) {
  config->error[0] = '\0';
  ERR_clear_error();
  if (atomic_load(&config->in_use)) {
    return net_tls_config_fail(config, "the configuration is in use and cannot be changed");
  }
  return true;
}

/* What is too long loses its middle, which is that of a file's name, and not the reason at its
   end. */
static void write_error(struct net_tls_config *config, const char *format, va_list arguments) {
  static const char gap[] = "...";
  size_t size = sizeof(config->error);
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(config->error, size, format, arguments);
  char *whole = length >= (int)size ? malloc((size_t)length + 1) : NULL;
  if (whole != NULL) {
    size_t tail = size - size / 2 - sizeof(gap);
    vsnprintf(whole, (size_t)length + 1, format, again);
    snprintf(config->error + size / 2, size - size / 2, "%s%s", gap, whole + (size_t)length - tail);
  }
  free(whole);
  va_end(again);
}

bool net_tls_config_fail(struct net_tls_config *config, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  write_error(config, format, arguments);
  va_end(arguments);
  return false;
}

bool net_tls_config_fail_reason(struct net_tls_config *config, const char *text) {
  uint32_t code = ERR_peek_error();
  bool is_told = code != 0 && !net_tls_is_out_of_memory();
  const char *reason = is_told ? ERR_reason_error_string(code) : NULL;
  ERR_clear_error();
  return net_tls_config_fail(config, "%s: %s", text, reason != NULL ? reason : "out of memory");
}

static bool fail_errno(struct net_tls_config *config, const char *what, const char *file,
                       int error) {
  char reason[128] = "";
  (void)strerror_r(error, reason, sizeof(reason));
  return net_tls_config_fail(config, "failed to open %s file '%s': %s", what, file, reason);
}

char *net_tls_config_read_file(struct net_tls_config *config, const char *what, const char *file,
                               size_t *length) {
  char *text = net_tls_read_file(file, length);
  if (text == NULL) {
    fail_errno(config, what, file, errno);
  }
  return text;
}

bool net_tls_config_set_client_certificate(struct net_tls_config *config,
                                           enum net_tls_client_certificate policy) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if ((unsigned)policy > NET_TLS_CLIENT_CERTIFICATE_REQUIRED) {
    return net_tls_config_fail(config, "invalid policy %d for client certificates", (int)policy);
  }
  config->client_certificate = policy;
  return true;
}

static bool set_flag(struct net_tls_config *config, bool *flag) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  *flag = true;
  return true;
}

bool net_tls_config_insecure_no_verify_certificate(struct net_tls_config *config) {
  return set_flag(config, &config->insecure_no_verify_certificate);
}

bool net_tls_config_insecure_no_verify_name(struct net_tls_config *config) {
  return set_flag(config, &config->insecure_no_verify_name);
}

bool net_tls_config_insecure_no_verify_time(struct net_tls_config *config) {
  return set_flag(config, &config->insecure_no_verify_time);
}

bool net_tls_config_verify(struct net_tls_config *config) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  config->insecure_no_verify_certificate = false;
  config->insecure_no_verify_name = false;
  config->insecure_no_verify_time = false;
  return true;
}

bool net_tls_config_insecure_allow_truncation(struct net_tls_config *config) {
  return set_flag(config, &config->insecure_allow_truncation);
}

bool net_tls_config_set_key_log_file(struct net_tls_config *config, const char *file) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail_errno(config, "key log", file, errno);
  }
  if (config->key_log_fd >= 0) {
    close(config->key_log_fd);
  }
  config->key_log_fd = fd;
  SSL_CTX_set_keylog_callback(config->context, log_key);
  return true;
}
