/* Verification of the peer's certificate: chain, time and name (D-24). */

#include <openssl/err.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "net/tls_memory.h"
#include "net/tls_ocsp.h"
#include "net/tls_socket_internal.h"

/* The whole chain as the peer sent it, own certificate first. The caller frees it. */
static STACK_OF(X509) * parse_chain(const STACK_OF(CRYPTO_BUFFER) * buffers) {
  STACK_OF(X509) *chain = sk_X509_new_null();
  for (size_t i = 0; chain != NULL && i < sk_CRYPTO_BUFFER_num(buffers); i++) {
    X509 *certificate = X509_parse_from_buffer(sk_CRYPTO_BUFFER_value(buffers, i));
    if (certificate == NULL || !sk_X509_push(chain, certificate)) {
      X509_free(certificate);
      sk_X509_pop_free(chain, X509_free);
      return NULL;
    }
  }
  return chain;
}

static bool set_up_context(X509_STORE_CTX *context, const struct net_tls_socket *socket,
                           STACK_OF(X509) * chain) {
  const char *purpose = SSL_is_server(socket->ssl) ? "ssl_client" : "ssl_server";
  if (!X509_STORE_CTX_init(context, socket->policy->store, sk_X509_value(chain, 0), chain) ||
      !X509_STORE_CTX_set_default(context, purpose)) {
    return false;
  }
  X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
  unsigned long flags = X509_V_FLAG_TRUSTED_FIRST;
  if (socket->policy->insecure_no_verify_time) {
    flags |= X509_V_FLAG_NO_CHECK_TIME;
  }
  if (socket->policy->checks_revocation) {
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  }
  if (socket->policy->verify_depth >= 0) {
    /* BoringSSL counts the trusted one, too. */
    X509_VERIFY_PARAM_set_depth(param, socket->policy->verify_depth + 1);
  }
  return X509_VERIFY_PARAM_set_flags(param, flags);
}

/* BoringSSL gives up looking for issuers at the limit, and says then that there was none. */
static bool is_too_long(X509_STORE_CTX *context, const struct net_tls_socket *socket) {
  size_t length = sk_X509_num(X509_STORE_CTX_get0_chain(context));
  return X509_STORE_CTX_get_error(context) == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
         socket->policy->verify_depth >= 0 && length > (size_t)socket->policy->verify_depth + 1;
}

/* The issuer of the peer's certificate, or that itself where it is trusted without one. */
static X509 *take_issuer(X509_STORE_CTX *context) {
  STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
  X509 *issuer = sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0);
  X509_up_ref(issuer);
  return issuer;
}

/* Sets `*issuer`, which the caller frees, on success. */
static long verify_chain(const struct net_tls_socket *socket, STACK_OF(X509) * chain,
                         X509 **issuer) {
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  long result = X509_V_ERR_OUT_OF_MEM;
  if (context != NULL && set_up_context(context, socket, chain)) {
    bool is_valid = X509_verify_cert(context) == 1;
    result = X509_STORE_CTX_get_error(context);
    if (is_too_long(context, socket)) {
      result = X509_V_ERR_CERT_CHAIN_TOO_LONG;
    }
    /* A failure without a reason must not pass for a success. */
    if (!is_valid && result == X509_V_OK) {
      result = X509_V_ERR_UNSPECIFIED;
    }
    *issuer = result == X509_V_OK ? take_issuer(context) : NULL;
  }
  X509_STORE_CTX_free(context);
  return result;
}

static bool matches_name(X509 *certificate, const char *name) {
  unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  if (net_tls_name_is_address(name)) {
    return X509_check_ip_asc(certificate, name, 0) == 1;
  }
  return X509_check_host(certificate, name, strlen(name), flags, NULL) == 1;
}

static bool fail_out_of_memory(struct net_tls_socket *socket, uint8_t *out_alert) {
  net_tls_set_failure(socket, "certificate verification failed: out of memory");
  *out_alert = SSL_AD_INTERNAL_ERROR;
  return false;
}

/* A staple that has come must be right (RFC 6066, section 8). One in a resumed session was verified
   when it came, and may have expired since. */
static bool verify_staple(struct net_tls_socket *socket, X509 *certificate, X509 *issuer,
                          uint8_t *out_alert) {
  const struct net_tls_config *config = socket->policy;
  bool checks_time = !config->insecure_no_verify_time && !SSL_session_reused(socket->ssl);
  const uint8_t *staple = NULL;
  size_t length = 0;
  const char *reason = NULL;
  SSL_get0_ocsp_response(socket->ssl, &staple, &length);
  if (length > 0) {
    reason =
        net_tls_ocsp_verify(staple, length, certificate, issuer, (int64_t)time(NULL), checks_time);
  } else if (config->requires_staple) {
    reason = "the server has stapled no response";
  }
  if (reason == NULL) {
    return true;
  }
  if (net_tls_is_out_of_memory()) {
    return fail_out_of_memory(socket, out_alert);
  }
  net_tls_set_failure(socket, "OCSP verification failed: %s", reason);
  *out_alert = reason == net_tls_ocsp_revoked ? SSL_AD_CERTIFICATE_REVOKED
                                              : SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE;
  return false;
}

/* Verifies what a certificate says apart from the name. */
static bool verify_certificate(struct net_tls_socket *socket, STACK_OF(X509) * chain,
                               uint8_t *out_alert) {
  X509 *issuer = NULL;
  long result = verify_chain(socket, chain, &issuer);
  if (result != X509_V_OK && net_tls_is_out_of_memory()) {
    return fail_out_of_memory(socket, out_alert);
  }
  if (result != X509_V_OK) {
    net_tls_set_failure(socket, "certificate verification failed: %s",
                        X509_verify_cert_error_string(result));
    *out_alert = (uint8_t)SSL_alert_from_verify_result(result);
    return false;
  }
  ERR_clear_error();
  bool is_good = SSL_is_server(socket->ssl) ||
                 verify_staple(socket, sk_X509_value(chain, 0), issuer, out_alert);
  X509_free(issuer);
  return is_good;
}

static bool verify_parsed(struct net_tls_socket *socket, STACK_OF(X509) * chain,
                          uint8_t *out_alert) {
  const struct net_tls_config *config = socket->policy;
  if (!config->insecure_no_verify_certificate && !verify_certificate(socket, chain, out_alert)) {
    return false;
  }
  ERR_clear_error();
  bool checks_name = !SSL_is_server(socket->ssl) && !config->insecure_no_verify_name;
  if (checks_name && !matches_name(sk_X509_value(chain, 0), socket->server_name)) {
    if (net_tls_is_out_of_memory()) {
      return fail_out_of_memory(socket, out_alert);
    }
    net_tls_set_failure(socket,
                        "certificate verification failed: name '%.200s' not present in server "
                        "certificate",
                        socket->server_name);
    *out_alert = SSL_AD_BAD_CERTIFICATE;
    return false;
  }
  return true;
}

enum ssl_verify_result_t net_tls_verify(SSL *ssl, uint8_t *out_alert) {
  struct net_tls_socket *socket = SSL_get_app_data(ssl);
  ERR_clear_error();
  STACK_OF(X509) *chain = parse_chain(SSL_get0_peer_certificates(ssl));
  bool is_trusted = false;
  if (chain == NULL && net_tls_is_out_of_memory()) {
    fail_out_of_memory(socket, out_alert);
  } else if (chain == NULL || sk_X509_num(chain) == 0) {
    net_tls_set_failure(socket, "certificate verification failed: malformed certificate");
    *out_alert = SSL_AD_BAD_CERTIFICATE;
  } else {
    is_trusted = verify_parsed(socket, chain, out_alert);
  }
  sk_X509_pop_free(chain, X509_free);
  ERR_clear_error();
  return is_trusted ? ssl_verify_ok : ssl_verify_invalid;
}

static bool verify_resumed(struct net_tls_socket *socket, int mode, uint8_t *out_alert) {
  if (sk_CRYPTO_BUFFER_num(SSL_get0_peer_certificates(socket->ssl)) > 0) {
    return net_tls_verify(socket->ssl, out_alert) == ssl_verify_ok;
  }
  if ((mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) == 0) {
    return true;
  }
  net_tls_set_failure(socket, "certificate verification failed: no client certificate");
  bool has_alert = SSL_version(socket->ssl) == TLS1_3_VERSION;
  *out_alert = has_alert ? SSL_AD_CERTIFICATE_REQUIRED : SSL_AD_HANDSHAKE_FAILURE;
  return false;
}

bool net_tls_verify_resumed_client(struct net_tls_socket *socket) {
  uint8_t alert = SSL_AD_BAD_CERTIFICATE;
  int mode = net_tls_client_certificate_mode(socket->policy);
  if (!SSL_is_server(socket->ssl) || !SSL_session_reused(socket->ssl) || mode == SSL_VERIFY_NONE ||
      verify_resumed(socket, mode, &alert)) {
    return true;
  }
  SSL_send_fatal_alert(socket->ssl, alert);
  return false;
}
