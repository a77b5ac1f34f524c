/* Resumption: the sessions that a server gives to a client. */

#include <openssl/ssl.h>
#include <stdlib.h>

#include "net/tls_socket_internal.h"

/* The configuration's pool holds the bytes of the certificates in the session. */
struct net_tls_session {
  SSL_SESSION *session;
  struct net_tls_config *config;
};

int net_tls_keep_session(SSL *ssl, SSL_SESSION *session) {
  struct net_tls_socket *socket = SSL_get_app_data(ssl);
  SSL_SESSION_free(socket->session);
  socket->session = session;
  return 1; /* The reference is the socket's now. */
}

struct net_tls_session *net_tls_socket_session(const struct net_tls_socket *socket) {
  struct net_tls_session *session = NULL;
  if (socket->session != NULL) {
    session = malloc(sizeof(*session));
  }
  if (session != NULL) {
    SSL_SESSION_up_ref(socket->session);
    session->session = socket->session;
    session->config = net_tls_config_retain(socket->config);
  }
  return session;
}

bool net_tls_socket_set_session(struct net_tls_socket *socket, struct net_tls_session *session) {
  return !socket->has_begun && !SSL_is_server(socket->ssl) && session->config == socket->config &&
         SSL_set_session(socket->ssl, session->session);
}

void net_tls_session_free(struct net_tls_session *session) {
  if (session != NULL) {
    SSL_SESSION_free(session->session);
    net_tls_config_release(session->config);
    free(session);
  }
}
