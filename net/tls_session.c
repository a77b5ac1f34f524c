/* Resumption: the sessions that a server gives to a client. */

#include "net/tls_session.h"

#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/tls_memory.h"
#include "net/tls_socket_internal.h"

/* The configuration's pool holds the bytes of the certificates in the session. */
struct net_tls_session {
  SSL_SESSION *session;
  struct net_tls_config *config;
  /* NULL: none. */
  char *server_name;
};

int net_tls_keep_session(SSL *ssl, SSL_SESSION *session) {
  struct net_tls_socket *socket = SSL_get_app_data(ssl);
  SSL_SESSION_free(socket->session);
  socket->session = session;
  return 1; /* The reference is the socket's now. */
}

/* Takes over the reference to `session`, also when it fails. */
static struct net_tls_session *new_session(SSL_SESSION *session, struct net_tls_config *config,
                                           const char *server_name, size_t name_length) {
  struct net_tls_session *made = calloc(1, sizeof(*made));
  if (made == NULL) {
    SSL_SESSION_free(session);
    return NULL;
  }
  made->session = session;
  made->config = net_tls_config_retain(config);
  if (server_name != NULL) {
    made->server_name = strndup(server_name, name_length);
    if (made->server_name == NULL) {
      net_tls_session_free(made);
      return NULL;
    }
  }
  return made;
}

/* A server of TLS 1.2 that resumes a session need not give another: the one offered goes on. */
static SSL_SESSION *newest(const struct net_tls_socket *socket) {
  bool goes_on = socket->session == NULL && !SSL_is_server(socket->ssl) &&
                 net_tls_socket_is_reused(socket) && SSL_version(socket->ssl) != TLS1_3_VERSION;
  return goes_on ? SSL_get_session(socket->ssl) : socket->session;
}

struct net_tls_session *net_tls_socket_session(const struct net_tls_socket *socket) {
  const char *name = socket->server_name;
  SSL_SESSION *session = newest(socket);
  if (session == NULL) {
    return NULL;
  }
  SSL_SESSION_up_ref(session);
  return new_session(session, socket->config, name, name != NULL ? strlen(name) : 0);
}

static bool is_same_name(const char *one, const char *other) {
  return one == NULL || other == NULL ? one == other : strcasecmp(one, other) == 0;
}

/* A ticket tells its server who comes again: it is for that one, even where another could show a
   certificate that is good for both names (RFC 8446, section 4.6.1). */
static const char *why_not(const struct net_tls_socket *socket,
                           const struct net_tls_session *session) {
  if (SSL_is_server(socket->ssl)) {
    return "session refused: a server offers none";
  }
  if (socket->has_begun || socket->is_closed) {
    return "session refused: the handshake has begun";
  }
  if (session->config != socket->config) {
    return "session refused: it belongs to another configuration";
  }
  if (!is_same_name(session->server_name, socket->server_name)) {
    return "session refused: it belongs to another server name";
  }
  if ((SSL_get_options(socket->ssl) & SSL_OP_NO_TICKET) != 0) {
    return "session refused: the configuration has turned session tickets off";
  }
  return NULL;
}

bool net_tls_socket_set_session(struct net_tls_socket *socket,
                                const struct net_tls_session *session) {
  const char *reason = why_not(socket, session);
  socket->error = reason != NULL ? reason : "";
  return reason == NULL && SSL_set_session(socket->ssl, session->session);
}

const char *net_tls_session_server_name(const struct net_tls_session *session) {
  return session->server_name;
}

int64_t net_tls_session_expires(const struct net_tls_session *session) {
  return (int64_t)(SSL_SESSION_get_time(session->session) +
                   SSL_SESSION_get_timeout(session->session));
}

/* What is exported: a mark, whether there is a name, the name behind its length, and BoringSSL's
   own form of a session. */
static const uint8_t mark[] = {'n', 'e', 't', '.', 't', 'l', 's', '1'};

static bool write_session(CBB *out, const struct net_tls_session *session) {
  const char *name = session->server_name;
  CBB child;
  uint8_t *bytes = NULL;
  size_t length = 0;
  if (!CBB_add_bytes(out, mark, sizeof(mark)) || !CBB_add_u8(out, name != NULL) ||
      !CBB_add_u16_length_prefixed(out, &child) ||
      (name != NULL && !CBB_add_bytes(&child, (const uint8_t *)name, strlen(name))) ||
      !SSL_SESSION_to_bytes(session->session, &bytes, &length)) {
    return false;
  }
  bool is_added = CBB_add_bytes(out, bytes, length);
  OPENSSL_free(bytes);
  return is_added;
}

uint8_t *net_tls_session_export(const struct net_tls_session *session, size_t *length) {
  uint8_t *bytes = NULL;
  CBB out;
  *length = 0;
  if (!CBB_init(&out, 256)) {
    ERR_clear_error();
    return NULL;
  }
  if (!write_session(&out, session) || !CBB_finish(&out, &bytes, length)) {
    bytes = NULL;
  }
  CBB_cleanup(&out);
  ERR_clear_error();
  return bytes;
}

void net_tls_session_free_bytes(uint8_t *bytes) {
  OPENSSL_free(bytes);
}

/* What cannot be verified is no session to offer. */
static bool is_usable(const SSL_SESSION *session) {
  return SSL_SESSION_is_resumable(session) &&
         sk_CRYPTO_BUFFER_num(SSL_SESSION_get0_peer_certificates(session)) > 0;
}

static bool read_name(CBS *in, CBS *name, bool *has_name) {
  CBS found;
  uint8_t flag = 0;
  if (!CBS_get_bytes(in, &found, sizeof(mark)) || !CBS_mem_equal(&found, mark, sizeof(mark)) ||
      !CBS_get_u8(in, &flag) || !CBS_get_u16_length_prefixed(in, name)) {
    return false;
  }
  *has_name = flag == 1;
  return flag <= 1 && !CBS_contains_zero_byte(name) && *has_name == (CBS_len(name) > 0);
}

struct net_tls_session *net_tls_session_import(struct net_tls_config *config, const void *bytes,
                                               size_t length, char error[NET_TLS_ERROR_SIZE]) {
  struct net_tls_session *made = NULL;
  SSL_SESSION *session = NULL;
  bool has_name = false;
  CBS in, name;
  ERR_clear_error();
  CBS_init(&in, bytes, length);
  if (read_name(&in, &name, &has_name)) {
    session = SSL_SESSION_from_bytes(CBS_data(&in), CBS_len(&in), config->context);
  }
  bool is_out_of_memory = session == NULL && net_tls_is_out_of_memory();
  if (session != NULL && is_usable(session)) {
    made = new_session(session, config, has_name ? (const char *)CBS_data(&name) : NULL,
                       CBS_len(&name));
    is_out_of_memory = made == NULL;
  } else {
    SSL_SESSION_free(session);
  }
  if (made == NULL) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s",
             is_out_of_memory ? net_tls_out_of_memory : "malformed session");
  }
  ERR_clear_error();
  return made;
}

void net_tls_session_free(struct net_tls_session *session) {
  if (session != NULL) {
    SSL_SESSION_free(session->session);
    net_tls_config_release(session->config);
    free(session->server_name);
    free(session);
  }
}
