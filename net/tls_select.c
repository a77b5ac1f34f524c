/* What a server chooses by its client's first message: the configuration by the name that is asked
   for, and of that one's key pairs the one for the name that the client can verify. */

#include <ctype.h>
#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/nid.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "net/tls_memory.h"
#include "net/tls_socket_internal.h"

/* A ticket is good for the name that it was issued for, as long as the same is asked of its
   clients: who has not been asked for a certificate there must be asked for it here. */
static bool set_session_context(SSL *ssl, const struct net_tls_config *policy, const char *name) {
  uint8_t digest[SHA256_DIGEST_LENGTH];
  uint8_t asked = (uint8_t)net_tls_client_certificate_mode(policy);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, policy->session_id, policy->session_id_length);
  SHA256_Update(&context, &asked, 1);
  for (; *name != '\0'; name++) {
    uint8_t letter = (uint8_t)tolower((unsigned char)*name);
    SHA256_Update(&context, &letter, 1);
  }
  SHA256_Final(digest, &context);
  return SSL_set_session_id_context(ssl, digest, sizeof(digest));
}

/* BoringSSL copies these from the context when the SSL is made, and not again. */
static bool set_copied(SSL *ssl, const struct net_tls_config *config,
                       const struct net_tls_config *policy) {
  static const char default_groups[] = "X25519:P-256:P-384";
  static const uint32_t options = SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE;
  bool has_groups = config->groups != NULL || policy->groups != NULL;
  SSL_clear_options(ssl, options);
  SSL_set_options(ssl, SSL_CTX_get_options(policy->context) & options);
  SSL_set_custom_verify(ssl, net_tls_client_certificate_mode(policy), net_tls_verify);
  return SSL_set_min_proto_version(ssl, SSL_CTX_get_min_proto_version(policy->context)) &&
         SSL_set_max_proto_version(ssl, SSL_CTX_get_max_proto_version(policy->context)) &&
         (!has_groups ||
          SSL_set1_curves_list(ssl, policy->groups != NULL ? policy->groups : default_groups));
}

static bool select_policy(struct net_tls_socket *socket, const char *name) {
  if (name == NULL || socket->server_names == NULL) {
    return true;
  }
  struct net_tls_config *policy = net_tls_server_names_find(socket->server_names, name);
  if (policy == socket->config) {
    net_tls_config_release(policy);
    return true;
  }
  if (policy == NULL) {
    return true;
  }
  socket->policy = policy;
  return SSL_set_SSL_CTX(socket->ssl, policy->context) != NULL &&
         set_copied(socket->ssl, socket->config, policy) &&
         set_session_context(socket->ssl, policy, name);
}

/* Reads the list of 16-bit numbers in an extension of the message whose length takes `width` bytes.
   An extension that is not there, or malformed, is empty: BoringSSL is to judge it. */
static CBS get_list(const SSL_CLIENT_HELLO *hello, uint16_t extension, int width) {
  const uint8_t *data = NULL;
  size_t length = 0;
  CBS input;
  CBS list;
  CBS_init(&list, NULL, 0);
  if (SSL_early_callback_ctx_extension_get(hello, extension, &data, &length)) {
    CBS_init(&input, data, length);
    (void)(width == 1 ? CBS_get_u8_length_prefixed(&input, &list)
                      : CBS_get_u16_length_prefixed(&input, &list));
  }
  return list;
}

static bool is_tls_1_3(const SSL_CLIENT_HELLO *hello) {
  uint16_t version = 0;
  CBS versions = get_list(hello, TLSEXT_TYPE_supported_versions, 1);
  while (CBS_get_u16(&versions, &version)) {
    if (version == TLS1_3_VERSION) {
      return SSL_get_max_proto_version(hello->ssl) >= TLS1_3_VERSION;
    }
  }
  return false;
}

/* In TLS 1.3 a signature algorithm says which curve the key is on. */
static bool is_on_curve(const EVP_PKEY *key, uint16_t algorithm) {
  int curve = EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
  switch (algorithm) {
    case SSL_SIGN_ECDSA_SECP256R1_SHA256:
      return curve == NID_X9_62_prime256v1;
    case SSL_SIGN_ECDSA_SECP384R1_SHA384:
      return curve == NID_secp384r1;
    case SSL_SIGN_ECDSA_SECP521R1_SHA512:
      return curve == NID_secp521r1;
    default:
      return false;
  }
}

static bool can_sign(const EVP_PKEY *key, uint16_t algorithm, bool tls_1_3) {
  int type = EVP_PKEY_id(key);
  if (SSL_get_signature_algorithm_key_type(algorithm) != type) {
    return false;
  }
  if (tls_1_3 && type == EVP_PKEY_EC) {
    return is_on_curve(key, algorithm);
  }
  return !tls_1_3 || type != EVP_PKEY_RSA || SSL_is_signature_algorithm_rsa_pss(algorithm);
}

static bool has_signature(const SSL_CLIENT_HELLO *hello, const EVP_PKEY *key, bool tls_1_3) {
  uint16_t algorithm = 0;
  CBS algorithms = get_list(hello, TLSEXT_TYPE_signature_algorithms, 2);
  bool has_any = CBS_len(&algorithms) > 0;
  while (CBS_get_u16(&algorithms, &algorithm)) {
    if (can_sign(key, algorithm, tls_1_3)) {
      return true;
    }
  }
  return !has_any && !tls_1_3;
}

/* Before TLS 1.3 the cipher suite says what kind of key the certificate has. */
static bool has_cipher(const SSL_CLIENT_HELLO *hello, const EVP_PKEY *key) {
  int kind = EVP_PKEY_id(key) == EVP_PKEY_RSA ? NID_auth_rsa : NID_auth_ecdsa;
  const STACK_OF(SSL_CIPHER) *own = SSL_get_ciphers(hello->ssl);
  uint16_t suite = 0;
  CBS suites;
  CBS_init(&suites, hello->cipher_suites, hello->cipher_suites_len);
  while (CBS_get_u16(&suites, &suite)) {
    const SSL_CIPHER *cipher = SSL_get_cipher_by_value(suite);
    if (cipher != NULL && SSL_CIPHER_get_auth_nid(cipher) == kind &&
        sk_SSL_CIPHER_find(own, NULL, cipher)) {
      return true;
    }
  }
  return false;
}

static bool is_verifiable(const SSL_CLIENT_HELLO *hello, const EVP_PKEY *key) {
  bool tls_1_3 = is_tls_1_3(hello);
  return has_signature(hello, key, tls_1_3) && (tls_1_3 || has_cipher(hello, key));
}

static bool is_for_name(const struct net_tls_keypair *keypair, const char *name) {
  unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return name != NULL &&
         X509_check_host(keypair->certificate, name, strlen(name), flags, NULL) == 1;
}

/* A certificate that the client cannot verify is of no use, whatever its name; of equals, the first
   one counts. Returns NULL when memory is short. */
static const struct net_tls_keypair *select_keypair(const struct net_tls_config *policy,
                                                    const SSL_CLIENT_HELLO *hello,
                                                    const char *name) {
  const struct net_tls_keypair *best = net_tls_config_first_keypair(policy);
  int best_rank = -1;
  if (policy->keypair.next == NULL) {
    return best;
  }
  for (const struct net_tls_keypair *keypair = best; keypair != NULL; keypair = keypair->next) {
    int rank = 2 * is_verifiable(hello, keypair->key) + is_for_name(keypair, name);
    if (rank > best_rank) {
      best = keypair;
      best_rank = rank;
    }
  }
  return net_tls_is_out_of_memory() ? NULL : best;
}

static bool show(const struct net_tls_keypair *keypair, const struct net_tls_config *policy,
                 SSL *ssl) {
  if (keypair == NULL) {
    return false;
  }
  bool is_first = keypair == net_tls_config_first_keypair(policy);
  if (!is_first && !net_tls_keypair_apply(keypair, ssl)) {
    return false;
  }
  return keypair->staple == NULL || SSL_set_ocsp_response(ssl, CRYPTO_BUFFER_data(keypair->staple),
                                                          CRYPTO_BUFFER_len(keypair->staple));
}

enum ssl_select_cert_result_t net_tls_select(const SSL_CLIENT_HELLO *hello) {
  struct net_tls_socket *socket = SSL_get_app_data(hello->ssl);
  const char *name = SSL_get_servername(hello->ssl, TLSEXT_NAMETYPE_host_name);
  ERR_clear_error();
  bool is_selected = select_policy(socket, name) &&
                     show(select_keypair(socket->policy, hello, name), socket->policy, hello->ssl);
  if (!is_selected) {
    net_tls_set_failure(socket, "%s", net_tls_out_of_memory);
  }
  ERR_clear_error();
  return is_selected ? ssl_select_cert_success : ssl_select_cert_error;
}
