/* Identity: the key pairs of a configuration. */

#include <openssl/err.h>
#include <openssl/mem.h>
#include <stdlib.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"

static const struct net_tls_source no_source = {.text = NULL};

static struct net_tls_source in_memory(const void *bytes, size_t length) {
  return (struct net_tls_source){bytes, length, "", "in memory"};
}

/* Reads `file`, whose text the caller wipes, also on failure; nothing where `file` is NULL. */
static bool read_source(struct net_tls_config *config, const char *what, const char *file,
                        struct net_tls_source *source) {
  *source = (struct net_tls_source){.quote = "'", .file = file};
  if (file != NULL) {
    source->text = net_tls_config_read_file(config, what, file, &source->length);
  }
  return file == NULL || source->text != NULL;
}

static void wipe(struct net_tls_source *source) {
  if (source->text != NULL) {
    OPENSSL_cleanse((char *)source->text, source->length);
  }
  free((char *)source->text);
}

/* What BoringSSL does not take is told now rather than with the first socket. */
static bool can_apply(const struct net_tls_keypair *keypair, struct net_tls_config *config) {
  SSL *ssl = SSL_new(config->context);
  bool is_applied = ssl != NULL && net_tls_keypair_apply(keypair, ssl);
  SSL_free(ssl);
  return is_applied || net_tls_config_fail_reason(config, "the key pair cannot be used");
}

/* Tells whether the halves belong together and can be used; half a pair is not yet wrong. */
static enum net_tls_match fit(const struct net_tls_keypair *keypair, struct net_tls_config *config,
                              bool is_about_certificate) {
  if (!net_tls_keypair_is_complete(keypair)) {
    return NET_TLS_MATCH;
  }
  enum net_tls_match match = net_tls_keypair_match(keypair, config, is_about_certificate);
  return match == NET_TLS_MATCH && !can_apply(keypair, config) ? NET_TLS_MATCH_FAILED : match;
}

static bool read_pair(struct net_tls_keypair *keypair, struct net_tls_config *config,
                      const struct net_tls_source *certificate, const struct net_tls_source *key,
                      const struct net_tls_source *staple) {
  return net_tls_keypair_read_certificate(keypair, config, certificate) &&
         net_tls_keypair_read_key(keypair, config, key) &&
         (staple->text == NULL || net_tls_keypair_read_staple(keypair, config, staple)) &&
         fit(keypair, config, false) == NET_TLS_MATCH;
}

/* The staple of the old pair stays where the new one has none: it may have been set first. */
static void replace(struct net_tls_keypair *keypair, const struct net_tls_keypair *by) {
  struct net_tls_keypair old = *keypair;
  *keypair = *by;
  keypair->next = old.next;
  if (keypair->staple == NULL) {
    keypair->staple = old.staple;
    old.staple = NULL;
  }
  net_tls_keypair_clear(&old);
}

static bool append(struct net_tls_config *config, const struct net_tls_keypair *keypair) {
  struct net_tls_keypair *added = malloc(sizeof(*added));
  if (added == NULL) {
    return net_tls_config_fail(config, "out of memory");
  }
  *added = *keypair;
  struct net_tls_keypair *last = &config->keypair;
  while (last->next != NULL) {
    last = last->next;
  }
  last->next = added;
  return true;
}

static bool set_pair(struct net_tls_config *config, const struct net_tls_source *certificate,
                     const struct net_tls_source *key, const struct net_tls_source *staple,
                     bool is_added) {
  struct net_tls_keypair keypair = {.next = NULL};
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  bool is_set = read_pair(&keypair, config, certificate, key, staple);
  if (is_set && is_added) {
    is_set = append(config, &keypair);
  } else if (is_set) {
    replace(&config->keypair, &keypair);
  }
  if (!is_set) {
    net_tls_keypair_clear(&keypair);
  }
  return is_set;
}

static bool set_pair_of_files(struct net_tls_config *config, const char *certificate_file,
                              const char *key_file, const char *staple_file, bool is_added) {
  struct net_tls_source certificate = no_source;
  struct net_tls_source key = no_source;
  struct net_tls_source staple = no_source;
  bool is_set = net_tls_config_begin_change(config) &&
                read_source(config, "certificate", certificate_file, &certificate) &&
                read_source(config, "private key", key_file, &key) &&
                read_source(config, "OCSP staple", staple_file, &staple) &&
                set_pair(config, &certificate, &key, &staple, is_added);
  wipe(&certificate);
  wipe(&key);
  wipe(&staple);
  return is_set;
}

bool net_tls_config_set_keypair(struct net_tls_config *config, const char *certificate,
                                size_t certificate_length, const char *key, size_t key_length) {
  return net_tls_config_set_keypair_ocsp(config, certificate, certificate_length, key, key_length,
                                         NULL, 0);
}

bool net_tls_config_set_keypair_file(struct net_tls_config *config, const char *certificate_file,
                                     const char *key_file) {
  return net_tls_config_set_keypair_ocsp_file(config, certificate_file, key_file, NULL);
}

bool net_tls_config_set_keypair_ocsp(struct net_tls_config *config, const char *certificate,
                                     size_t certificate_length, const char *key, size_t key_length,
                                     const void *staple, size_t staple_length) {
  struct net_tls_source certificate_source = in_memory(certificate, certificate_length);
  struct net_tls_source key_source = in_memory(key, key_length);
  struct net_tls_source staple_source = in_memory(staple, staple_length);
  return set_pair(config, &certificate_source, &key_source, &staple_source, false);
}

bool net_tls_config_set_keypair_ocsp_file(struct net_tls_config *config,
                                          const char *certificate_file, const char *key_file,
                                          const char *staple_file) {
  return set_pair_of_files(config, certificate_file, key_file, staple_file, false);
}

bool net_tls_config_add_keypair(struct net_tls_config *config, const char *certificate,
                                size_t certificate_length, const char *key, size_t key_length,
                                const void *staple, size_t staple_length) {
  struct net_tls_source certificate_source = in_memory(certificate, certificate_length);
  struct net_tls_source key_source = in_memory(key, key_length);
  struct net_tls_source staple_source = in_memory(staple, staple_length);
  return set_pair(config, &certificate_source, &key_source, &staple_source, true);
}

bool net_tls_config_add_keypair_file(struct net_tls_config *config, const char *certificate_file,
                                     const char *key_file, const char *staple_file) {
  return set_pair_of_files(config, certificate_file, key_file, staple_file, true);
}

/* Half a pair. */

static void move_key(struct net_tls_keypair *from, struct net_tls_keypair *to) {
  to->key = from->key;
  to->key_name = from->key_name;
  from->key = NULL;
  from->key_name = NULL;
}

static void move_certificate(struct net_tls_keypair *from, struct net_tls_keypair *to) {
  to->chain = from->chain;
  to->certificate = from->certificate;
  to->certificate_name = from->certificate_name;
  from->chain = NULL;
  from->certificate = NULL;
  from->certificate_name = NULL;
}

/* The key that is there stays where it is the new certificate's too. Where it is not, it must be
   what the old certificate had, and another is to follow: a key that has no certificate yet was
   meant for this one. */
static bool set_certificate(struct net_tls_config *config, const struct net_tls_source *source) {
  struct net_tls_keypair keypair = {.next = NULL};
  struct net_tls_keypair *old = &config->keypair;
  if (!net_tls_keypair_read_certificate(&keypair, config, source)) {
    net_tls_keypair_clear(&keypair);
    return false;
  }
  bool was_complete = net_tls_keypair_is_complete(old);
  move_key(old, &keypair);
  enum net_tls_match match = fit(&keypair, config, true);
  if (match != NET_TLS_MATCH) {
    move_key(&keypair, old);
  }
  if (match == NET_TLS_MATCH_FAILED || (match == NET_TLS_NO_MATCH && !was_complete)) {
    net_tls_keypair_clear(&keypair);
    return false;
  }
  config->error[0] = '\0';
  replace(old, &keypair);
  return true;
}

static bool set_key(struct net_tls_config *config, const struct net_tls_source *source) {
  struct net_tls_keypair keypair = {.next = NULL};
  struct net_tls_keypair *old = &config->keypair;
  if (!net_tls_keypair_read_key(&keypair, config, source)) {
    net_tls_keypair_clear(&keypair);
    return false;
  }
  move_certificate(old, &keypair);
  if (fit(&keypair, config, false) != NET_TLS_MATCH) {
    move_certificate(&keypair, old);
    net_tls_keypair_clear(&keypair);
    return false;
  }
  replace(old, &keypair);
  return true;
}

static bool set_staple(struct net_tls_config *config, const struct net_tls_source *source) {
  return net_tls_keypair_read_staple(&config->keypair, config, source);
}

typedef bool (*set_part)(struct net_tls_config *config, const struct net_tls_source *source);

static bool set_part_in_memory(struct net_tls_config *config, set_part set, const void *bytes,
                               size_t length) {
  struct net_tls_source source = in_memory(bytes, length);
  return net_tls_config_begin_change(config) && set(config, &source);
}

static bool set_part_of_file(struct net_tls_config *config, set_part set, const char *what,
                             const char *file) {
  struct net_tls_source source = no_source;
  bool is_set = net_tls_config_begin_change(config) && read_source(config, what, file, &source) &&
                set(config, &source);
  wipe(&source);
  return is_set;
}

bool net_tls_config_set_certificate(struct net_tls_config *config, const char *certificate,
                                    size_t length) {
  return set_part_in_memory(config, set_certificate, certificate, length);
}

bool net_tls_config_set_certificate_file(struct net_tls_config *config, const char *file) {
  return set_part_of_file(config, set_certificate, "certificate", file);
}

bool net_tls_config_set_key(struct net_tls_config *config, const char *key, size_t length) {
  return set_part_in_memory(config, set_key, key, length);
}

bool net_tls_config_set_key_file(struct net_tls_config *config, const char *file) {
  return set_part_of_file(config, set_key, "private key", file);
}

bool net_tls_config_set_ocsp_staple(struct net_tls_config *config, const void *staple,
                                    size_t length) {
  return set_part_in_memory(config, set_staple, staple, length);
}

bool net_tls_config_set_ocsp_staple_file(struct net_tls_config *config, const char *file) {
  return set_part_of_file(config, set_staple, "OCSP staple", file);
}

bool net_tls_config_clear_keys(struct net_tls_config *config) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  for (struct net_tls_keypair *keypair = &config->keypair; keypair != NULL;
       keypair = keypair->next) {
    EVP_PKEY_free(keypair->key);
    keypair->key = NULL;
  }
  return true;
}
