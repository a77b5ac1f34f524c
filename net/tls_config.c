/* Life of a configuration, and what it says of the protocol. */

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
#include <unistd.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"
#include "net/tls_socket_internal.h"

/* Refusing what a file of certificates or keys never is keeps a wrong name from eating the memory.
 */
#define MAXIMUM_FILE ((size_t)16 * 1024 * 1024)

static int select_protocol(SSL *ssl, const uint8_t **out, uint8_t *out_length, const uint8_t *in,
                           unsigned in_length, void *argument) {
  const struct net_tls_config *config = argument;
  (void)ssl;
  uint8_t *selected = NULL;
  if (SSL_select_next_proto(&selected, out_length, config->protocols,
                            (unsigned)config->protocols_length, in,
                            in_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

/* One write a line: with O_APPEND, lines of several threads and processes do not mix. */
static void log_key(const SSL *ssl, const char *line) {
  const struct net_tls_socket *socket = SSL_get_app_data(ssl);
  char text[512];
  int length = snprintf(text, sizeof(text), "%s\n", line);
  if (length > 0 && (size_t)length < sizeof(text)) {
    ssize_t ignored = write(socket->config->key_log_fd, text, (size_t)length);
    (void)ignored;
  }
}

static bool set_up_context(struct net_tls_config *config) {
  static const uint8_t session_context[] = "net_tls_socket";
  SSL_CTX *context = config->context;
  SSL_CTX_set0_buffer_pool(context, config->certificates);
  SSL_CTX_set_info_callback(context, net_tls_note_alert);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, net_tls_keep_session);
  /* A session may come from a connection that trusted more. */
  SSL_CTX_set_reverify_on_resume(context, 1);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) &&
         SSL_CTX_set_session_id_context(context, session_context, sizeof(session_context) - 1);
}

struct net_tls_config *net_tls_config_new(void) {
  struct net_tls_config *config = calloc(1, sizeof(*config));
  if (config == NULL) {
    return NULL;
  }
  atomic_init(&config->references, 1);
  atomic_init(&config->in_use, false);
  config->key_log_fd = -1;
  config->session_tickets = true;
  if (!net_buffer_pool_init(&config->pool)) {
    free(config);
    return NULL;
  }
  if (pthread_mutex_init(&config->store_mutex, NULL) != 0) {
    net_buffer_pool_destroy(&config->pool);
    free(config);
    return NULL;
  }
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

void net_tls_config_release(struct net_tls_config *config) {
  if (config == NULL || atomic_fetch_sub(&config->references, 1) > 1) {
    return;
  }
  SSL_CTX_free(config->context);
  BIO_meth_free(config->bio_method);
  X509_STORE_free(config->store);
  CRYPTO_BUFFER_POOL_free(config->certificates);
  net_buffer_pool_destroy(&config->pool);
  pthread_mutex_destroy(&config->store_mutex);
  free(config->protocols);
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

bool net_tls_config_fail_reason(struct net_tls_config *config, const char *format, ...) {
  uint32_t code = ERR_peek_error();
  bool is_told = code != 0 && !net_tls_is_out_of_memory();
  const char *reason = is_told ? ERR_reason_error_string(code) : NULL;
  char text[128];
  snprintf(text, sizeof(text), ": %s", reason != NULL ? reason : "out of memory");
  va_list arguments;
  va_start(arguments, format);
  write_error(config, format, arguments);
  va_end(arguments);
  size_t length = strlen(config->error);
  size_t room = sizeof(config->error) - sizeof(text);
  length = length < room ? length : room;
  snprintf(config->error + length, sizeof(config->error) - length, "%s", text);
  ERR_clear_error();
  return false;
}

static bool fail_errno(struct net_tls_config *config, const char *what, const char *file,
                       int error) {
  char reason[128];
  if (strerror_r(error, reason, sizeof(reason)) != 0) {
    snprintf(reason, sizeof(reason), "Unknown error %d", error);
  }
  return net_tls_config_fail(config, "failed to open %s file '%s': %s", what, file, reason);
}

/* Reads `opened` to its end. On failure returns NULL with errno set. */
static char *read_all(FILE *opened, size_t *length) {
  size_t capacity = 8192;
  char *text = malloc(capacity);
  *length = 0;
  while (text != NULL) {
    *length += fread(text + *length, 1, capacity - *length, opened);
    if (*length < capacity) {
      break;
    }
    char *larger = capacity < MAXIMUM_FILE ? realloc(text, capacity * 2) : NULL;
    if (larger == NULL) {
      free(text);
      errno = capacity < MAXIMUM_FILE ? ENOMEM : EFBIG;
      return NULL;
    }
    text = larger;
    capacity *= 2;
  }
  if (text != NULL && ferror(opened)) {
    int error = errno;
    free(text);
    errno = error;
    return NULL;
  }
  return text;
}

char *net_tls_config_read_file(struct net_tls_config *config, const char *what, const char *file,
                               size_t *length) {
  FILE *opened = fopen(file, "re");
  char *text = opened != NULL ? read_all(opened, length) : NULL;
  if (text == NULL) {
    fail_errno(config, what, file, errno);
  }
  if (opened != NULL) {
    fclose(opened);
  }
  return text;
}

bool net_tls_config_set_client_certificate(struct net_tls_config *config,
                                           enum net_tls_client_certificate policy) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (policy < NET_TLS_CLIENT_CERTIFICATE_NONE || policy > NET_TLS_CLIENT_CERTIFICATE_REQUIRED) {
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

bool net_tls_config_set_versions(struct net_tls_config *config, enum net_tls_version minimum,
                                 enum net_tls_version maximum) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (minimum > maximum || minimum < NET_TLS_1_0 || maximum > NET_TLS_1_3) {
    return net_tls_config_fail(config, "invalid range of versions 0x%04x to 0x%04x",
                               (unsigned)minimum, (unsigned)maximum);
  }
  if (!SSL_CTX_set_min_proto_version(config->context, (uint16_t)minimum) ||
      !SSL_CTX_set_max_proto_version(config->context, (uint16_t)maximum)) {
    return net_tls_config_fail_reason(config, "invalid range of versions");
  }
  return true;
}

static bool fail_choice(struct net_tls_config *config, const char *what, const char *choice) {
  const char *reason = net_tls_is_out_of_memory() ? ": out of memory" : "";
  ERR_clear_error();
  return net_tls_config_fail(config, "%s '%.200s'%s", what, choice, reason);
}

bool net_tls_config_set_ciphers(struct net_tls_config *config, const char *ciphers) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (!SSL_CTX_set_strict_cipher_list(config->context, ciphers)) {
    return fail_choice(config, "no ciphers for", ciphers);
  }
  return true;
}

bool net_tls_config_set_groups(struct net_tls_config *config, const char *groups) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (!SSL_CTX_set1_curves_list(config->context, groups)) {
    return fail_choice(config, "invalid groups", groups);
  }
  return true;
}

/* Writes the list `protocols` as it is on the wire: as long as the list and one byte more. Returns
   why it cannot be, NULL on success. */
static const char *encode_protocols(const char *protocols, uint8_t *wire) {
  const char *name = protocols;
  for (;;) {
    size_t length = strcspn(name, ",");
    if (length == 0) {
      return "alpn protocol with zero length";
    }
    if (length > UINT8_MAX) {
      return "alpn protocol too long";
    }
    *wire++ = (uint8_t)length;
    memcpy(wire, name, length);
    wire += length;
    if (name[length] == '\0') {
      return NULL;
    }
    name += length + 1;
  }
}

bool net_tls_config_set_alpn(struct net_tls_config *config, const char *protocols) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  size_t length = strlen(protocols) + 1;
  if (length > UINT16_MAX) {
    return net_tls_config_fail(config, "alpn protocols too long");
  }
  uint8_t *wire = malloc(length);
  if (wire == NULL) {
    return net_tls_config_fail(config, "out of memory");
  }
  const char *reason = encode_protocols(protocols, wire);
  if (reason == NULL && SSL_CTX_set_alpn_protos(config->context, wire, (unsigned)length) != 0) {
    reason = "out of memory";
  }
  if (reason != NULL) {
    free(wire);
    return net_tls_config_fail(config, "%s", reason);
  }
  free(config->protocols);
  config->protocols = wire;
  config->protocols_length = length;
  SSL_CTX_set_alpn_select_cb(config->context, select_protocol, config);
  return true;
}

bool net_tls_config_set_session_tickets(struct net_tls_config *config, bool enabled) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (enabled) {
    SSL_CTX_clear_options(config->context, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(config->context, net_tls_keep_session);
  } else {
    SSL_CTX_set_options(config->context, SSL_OP_NO_TICKET);
    SSL_CTX_sess_set_new_cb(config->context, NULL);
  }
  return true;
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
