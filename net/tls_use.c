/* From a configuration that is set up to one that is used. */

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

#include "net/tls_config_internal.h"
#include "net/tls_socket.h"

const struct net_tls_keypair *net_tls_config_first_keypair(const struct net_tls_config *config) {
  const struct net_tls_keypair *keypair = &config->keypair;
  while (keypair != NULL && !net_tls_keypair_is_complete(keypair)) {
    keypair = keypair->next;
  }
  return keypair;
}

static bool has_halves(const struct net_tls_config *config, char *error) {
  for (const struct net_tls_keypair *keypair = &config->keypair; keypair != NULL;
       keypair = keypair->next) {
    if (keypair->chain != NULL && keypair->key == NULL) {
      snprintf(error, NET_TLS_ERROR_SIZE, "certificate %.400s without its private key",
               keypair->certificate_name);
      return true;
    }
    if (keypair->chain == NULL && keypair->key != NULL) {
      snprintf(error, NET_TLS_ERROR_SIZE, "private key %.400s without its certificate",
               keypair->key_name);
      return true;
    }
  }
  return false;
}

int net_tls_client_certificate_mode(const struct net_tls_config *config) {
  switch (config->client_certificate) {
    case NET_TLS_CLIENT_CERTIFICATE_OPTIONAL:
      return SSL_VERIFY_PEER;
    case NET_TLS_CLIENT_CERTIFICATE_REQUIRED:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    default:
      return SSL_VERIFY_NONE;
  }
}

static bool install(struct net_tls_config *config, char *error) {
  const struct net_tls_keypair *keypair = net_tls_config_first_keypair(config);
  if (has_halves(config, error)) {
    return false;
  }
  if (keypair != NULL && !net_tls_keypair_apply_to_context(keypair, config->context)) {
    ERR_clear_error();
    snprintf(error, NET_TLS_ERROR_SIZE, "out of memory");
    return false;
  }
  return true;
}

bool net_tls_config_begin_use(struct net_tls_config *config, char *error) {
  if (atomic_load(&config->in_use)) {
    return true;
  }
  pthread_mutex_lock(&config->mutex);
  bool is_installed = atomic_load(&config->in_use) || install(config, error);
  atomic_store(&config->in_use, is_installed);
  pthread_mutex_unlock(&config->mutex);
  return is_installed;
}

bool net_tls_config_begin_serving(struct net_tls_config *config, char *error) {
  bool verifies = config->client_certificate != NET_TLS_CLIENT_CERTIFICATE_NONE &&
                  !config->insecure_no_verify_certificate;
  if (has_halves(config, error)) {
    return false;
  }
  if (net_tls_config_first_keypair(config) == NULL) {
    snprintf(error, NET_TLS_ERROR_SIZE, "server without a certificate and key");
    return false;
  }
  return (!verifies || net_tls_config_load_store(config, error, NET_TLS_ERROR_SIZE)) &&
         net_tls_config_begin_use(config, error);
}
