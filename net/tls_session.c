/* Resumption: the sessions that a server gives to a client. */

#include <openssl/ssl.h>

#include "net/tls_socket_internal.h"

/* A net_tls_session is an SSL_SESSION under another name, which is all that is public of it. */

int net_tls_keep_session(SSL *ssl, SSL_SESSION *session) {
  struct net_tls_socket *socket = SSL_get_app_data(ssl);
  SSL_SESSION_free(socket->session);
  socket->session = session;
  return 1; /* The reference is the socket's now. */
}

struct net_tls_session *net_tls_socket_session(const struct net_tls_socket *socket) {
  if (socket->session == NULL) {
    return NULL;
  }
  SSL_SESSION_up_ref(socket->session);
  return (struct net_tls_session *)socket->session;
}

bool net_tls_socket_set_session(struct net_tls_socket *socket, struct net_tls_session *session) {
  return !socket->has_begun && !SSL_is_server(socket->ssl) &&
         SSL_set_session(socket->ssl, (SSL_SESSION *)session);
}

void net_tls_session_free(struct net_tls_session *session) {
  SSL_SESSION_free((SSL_SESSION *)session);
}
