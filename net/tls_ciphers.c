/* Cipher suites before TLS 1.3. */

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"

/* The names of lists that programs for libtls know. What none of them has: suites without
   encryption or without a certificate. */
static const char *cipher_list(const char *name) {
  static const struct {
    const char *name;
    const char *list;
  } lists[] = {
      {"default", "ECDHE+AESGCM:ECDHE+CHACHA20"},
      {"secure", "ECDHE+AESGCM:ECDHE+CHACHA20"},
      {"compat", "HIGH:!3DES:!PSK"},
      {"legacy", "HIGH:3DES:!PSK"},
      {"insecure", "ALL:3DES:!PSK"},
      {"all", "ALL:3DES:!PSK"},
  };
  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
    if (strcmp(name, lists[i].name) == 0) {
      return lists[i].list;
    }
  }
  return name;
}

/* Whether BoringSSL knows the rule of a list, such as "!SHA1". A rule that is too long to be asked
   about counts as known: to drop it could allow what it forbids. */
static bool is_known(SSL *ssl, const char *rule, size_t length) {
  char list[128];
  if (length >= sizeof(list) - strlen("ALL:")) {
    return true;
  }
  memcpy(list, "ALL:", strlen("ALL:"));
  memcpy(list + strlen("ALL:"), rule, length);
  list[strlen("ALL:") + length] = '\0';
  bool is_unknown = !SSL_set_strict_cipher_list(ssl, list) &&
                    ERR_GET_REASON(ERR_peek_error()) == SSL_R_INVALID_COMMAND;
  if (!net_tls_is_out_of_memory()) {
    ERR_clear_error();
  }
  return !is_unknown;
}

/* Writes the list with ':' between its rules, and without those that forbid what BoringSSL does not
   have: "!aNULL" is obeyed by itself. `out` is as long as the list. */
static void write_list(SSL *ssl, const char *list, char *out) {
  char *end = out;
  for (list += strspn(list, ":, ;"); *list != '\0'; list += strspn(list, ":, ;")) {
    size_t length = strcspn(list, ":, ;");
    bool forbids = *list == '!' || *list == '-';
    if (!forbids || is_known(ssl, list, length)) {
      if (end != out) {
        *end++ = ':';
      }
      memcpy(end, list, length);
      end += length;
    }
    list += length;
  }
  *end = '\0';
}

static bool set_list(struct net_tls_config *config, const char *list) {
  SSL *ssl = SSL_new(config->context);
  char *written = strdup(list);
  bool is_set = false;
  if (ssl != NULL && written != NULL) {
    write_list(ssl, list, written);
    /* BoringSSL fails for a list that leaves no suite, but sets it. */
    is_set = SSL_set_strict_cipher_list(ssl, written) &&
             SSL_CTX_set_strict_cipher_list(config->context, written);
  }
  SSL_free(ssl);
  free(written);
  return is_set;
}

bool net_tls_config_set_ciphers(struct net_tls_config *config, const char *ciphers) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  bool is_set = set_list(config, cipher_list(ciphers));
  bool is_told = ERR_peek_error() != 0 && !net_tls_is_out_of_memory();
  ERR_clear_error();
  return is_set || net_tls_config_fail(config, "no ciphers for '%.200s'%s", ciphers,
                                       is_told ? "" : ": out of memory");
}

static bool prefer_ciphers(struct net_tls_config *config, bool of_server) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (of_server) {
    SSL_CTX_set_options(config->context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  } else {
    SSL_CTX_clear_options(config->context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  }
  return true;
}

bool net_tls_config_prefer_ciphers_client(struct net_tls_config *config) {
  return prefer_ciphers(config, false);
}

bool net_tls_config_prefer_ciphers_server(struct net_tls_config *config) {
  return prefer_ciphers(config, true);
}
