/* Trust: the CA certificates of a configuration. */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/tls_config_internal.h"
#include "net/tls_memory.h"
#include "net/tls_pem.h"

/* Where the systems that we know keep the CA certificates that their users trust. */
static const char *const system_files[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Alpine, Arch */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
    "/etc/ssl/ca-bundle.pem",             /* openSUSE */
    "/etc/ssl/cert.pem",                  /* the BSDs, macOS */
};
static const char *const system_directories[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};

/* BoringSSL looks at a certificate's extensions when it first needs them, and a lack of memory then
   would make the certificate invalid for as long as the store lives. */
static bool has_read_extensions(X509 *x509) {
  (void)X509_check_purpose(x509, -1, 0);
  return !net_tls_is_out_of_memory();
}

static bool add_certificate(X509_STORE *store, CRYPTO_BUFFER *der) {
  ERR_clear_error();
  X509 *x509 = X509_parse_from_buffer(der);
  /* A certificate that is there already is no failure: BoringSSL keeps the first. */
  bool is_added = x509 != NULL && has_read_extensions(x509) && X509_STORE_add_cert(store, x509);
  X509_free(x509);
  ERR_clear_error();
  return is_added;
}

/* Returns why the certificates of `text` could not be added, NULL on success. */
static const char *add_certificates(X509_STORE *store, const char *text, size_t length) {
  const char *reason = NULL;
  STACK_OF(CRYPTO_BUFFER) *certificates = net_tls_parse_certificates(text, length, &reason);
  for (size_t i = 0; reason == NULL && i < sk_CRYPTO_BUFFER_num(certificates); i++) {
    if (!add_certificate(store, sk_CRYPTO_BUFFER_value(certificates, i))) {
      reason = "out of memory";
    }
  }
  sk_CRYPTO_BUFFER_pop_free(certificates, CRYPTO_BUFFER_free);
  return reason;
}

static bool add_directory(X509_STORE *store, const char *directory) {
  X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
  bool is_added = lookup != NULL && X509_LOOKUP_add_dir(lookup, directory, X509_FILETYPE_PEM) == 1;
  ERR_clear_error();
  return is_added;
}

bool net_tls_config_set_ca(struct net_tls_config *config, const char *certificates, size_t length) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  const char *reason = add_certificates(config->store, certificates, length);
  if (reason != NULL) {
    return net_tls_config_fail(config, "failed to read CA in memory: %s", reason);
  }
  config->store_is_loaded = true;
  return true;
}

bool net_tls_config_set_ca_file(struct net_tls_config *config, const char *file) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  size_t length = 0;
  char *text = net_tls_config_read_file(config, "CA", file, &length);
  if (text == NULL) {
    return false;
  }
  const char *reason = add_certificates(config->store, text, length);
  free(text);
  if (reason != NULL) {
    return net_tls_config_fail(config, "failed to read CA file '%s': %s", file, reason);
  }
  config->store_is_loaded = true;
  return true;
}

bool net_tls_config_set_ca_path(struct net_tls_config *config, const char *directory) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  DIR *opened = opendir(directory);
  if (opened == NULL) {
    char reason[128] = "";
    int error = errno;
    (void)strerror_r(error, reason, sizeof(reason));
    return net_tls_config_fail(config, "failed to open CA directory '%s': %s", directory, reason);
  }
  closedir(opened);
  if (!add_directory(config->store, directory)) {
    return net_tls_config_fail(config, "out of memory");
  }
  config->store_is_loaded = true;
  return true;
}

bool net_tls_config_set_verify_depth(struct net_tls_config *config, int depth) {
  if (!net_tls_config_begin_change(config)) {
    return false;
  }
  if (depth < 0 || depth == INT_MAX) {
    return net_tls_config_fail(config, "invalid verify depth %d", depth);
  }
  config->verify_depth = depth;
  return true;
}

/* The system's store. The variables are those that OpenSSL's programs obey. */

static bool load_file(struct net_tls_config *config, const char *file) {
  size_t length = 0;
  char *text = net_tls_config_read_file(config, "CA", file, &length);
  bool is_loaded = text != NULL && add_certificates(config->store, text, length) == NULL;
  free(text);
  return is_loaded;
}

static bool load_named(struct net_tls_config *config, const char *file, const char *directory,
                       char *error, size_t error_size) {
  if (file != NULL && !load_file(config, file)) {
    snprintf(error, error_size, "failed to read CA file '%s' that SSL_CERT_FILE names", file);
    return false;
  }
  if (directory != NULL && !add_directory(config->store, directory)) {
    snprintf(error, error_size, "failed to use CA directory '%s' that SSL_CERT_DIR names",
             directory);
    return false;
  }
  return true;
}

static bool load_known(struct net_tls_config *config, char *error, size_t error_size) {
  for (size_t i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++) {
    if (access(system_files[i], R_OK) == 0 && load_file(config, system_files[i])) {
      return true;
    }
  }
  for (size_t i = 0; i < sizeof(system_directories) / sizeof(system_directories[0]); i++) {
    if (access(system_directories[i], R_OK | X_OK) == 0 &&
        add_directory(config->store, system_directories[i])) {
      return true;
    }
  }
  snprintf(error, error_size, "no CA store found on this system: set a CA file or SSL_CERT_FILE");
  return false;
}

bool net_tls_config_load_store(struct net_tls_config *config, char *error, size_t error_size) {
  pthread_mutex_lock(&config->mutex);
  if (!config->store_is_loaded) {
    const char *file = getenv("SSL_CERT_FILE");
    const char *directory = getenv("SSL_CERT_DIR");
    config->store_is_loaded = file != NULL || directory != NULL
                                  ? load_named(config, file, directory, error, error_size)
                                  : load_known(config, error, error_size);
  }
  bool is_loaded = config->store_is_loaded;
  pthread_mutex_unlock(&config->mutex);
  return is_loaded;
}

const char *net_tls_default_ca_file(void) {
  const char *file = getenv("SSL_CERT_FILE");
  if (file != NULL) {
    return file;
  }
  for (size_t i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++) {
    if (access(system_files[i], R_OK) == 0) {
      return system_files[i];
    }
  }
  return system_files[0];
}
