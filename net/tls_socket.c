/* Life of a TLS socket: made, set up, closed, freed. */

#include "net/tls_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/process.h"
#include "net/tls_operation.h"
#include "net/tls_socket_internal.h"

bool net_tls_name_is_address(const char *name) {
  unsigned char address[16];
  return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

static bool set_up_ssl(struct net_tls_socket *socket) {
  socket->ssl = SSL_new(socket->config->context);
  if (socket->ssl == NULL || !SSL_set_app_data(socket->ssl, socket)) {
    return false;
  }
  BIO *bio = net_tls_bio_new(socket);
  if (bio == NULL) {
    return false;
  }
  SSL_set_bio(socket->ssl, bio, bio);
  /* What only a handshake needs is freed after it. */
  SSL_set_shed_handshake_config(socket->ssl, 1);
  return true;
}

static struct net_tls_socket *new_socket(struct net_tls_config *config,
                                         struct net_transport transport,
                                         enum net_transport_mode mode,
                                         char error[NET_TLS_ERROR_SIZE]) {
  if (!net_tls_config_begin_use(config, error)) {
    return NULL;
  }
  struct net_tls_socket *socket = net_process_watch() ? calloc(1, sizeof(*socket)) : NULL;
  if (socket == NULL) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_out_of_memory);
    return NULL;
  }
  socket->config = net_tls_config_retain(config);
  socket->policy = config;
  socket->transport = transport;
  socket->mode = mode;
  socket->receive_deadline = -1;
  socket->send_deadline = -1;
  socket->clock_limit = NET_TLS_DEFAULT_CLOCK_LIMIT;
  socket->error = "";
  socket->forks = net_process_forks();
  if (!set_up_ssl(socket)) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_out_of_memory);
    socket->is_closed = true;
    net_tls_socket_free(socket);
    ERR_clear_error();
    return NULL;
  }
  return socket;
}

/* A name is compared, and sent, without the dot that ends an absolute name (RFC 6066, section 3).
 */
static char *copy_name(const char *name) {
  size_t length = strlen(name);
  if (length > 1 && name[length - 1] == '.') {
    length--;
  }
  return strndup(name, length);
}

static bool set_server_name(struct net_tls_socket *socket, const char *name,
                            char error[NET_TLS_ERROR_SIZE]) {
  socket->server_name = copy_name(name);
  if (socket->server_name == NULL) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_out_of_memory);
    return false;
  }
  if (!net_tls_name_is_address(socket->server_name) &&
      !SSL_set_tlsext_host_name(socket->ssl, socket->server_name)) {
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_SSL3_EXT_INVALID_SERVERNAME) {
      snprintf(error, NET_TLS_ERROR_SIZE, "invalid server name '%s'", name);
    } else {
      snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_out_of_memory);
    }
    ERR_clear_error();
    return false;
  }
  return true;
}

static void discard(struct net_tls_socket *socket) {
  socket->is_closed = true; /* The transport is still the caller's. */
  net_tls_socket_free(socket);
}

struct net_tls_socket *net_tls_socket_new_client(struct net_tls_config *config,
                                                 struct net_transport transport,
                                                 enum net_transport_mode mode,
                                                 const char *server_name,
                                                 char error[NET_TLS_ERROR_SIZE]) {
  bool has_name = server_name != NULL && server_name[0] != '\0';
  if (!has_name && !config->insecure_no_verify_name) {
    snprintf(error, NET_TLS_ERROR_SIZE, "server name not specified");
    return NULL;
  }
  if (!config->insecure_no_verify_certificate &&
      !net_tls_config_load_store(config, error, NET_TLS_ERROR_SIZE)) {
    return NULL;
  }
  struct net_tls_socket *socket = new_socket(config, transport, mode, error);
  if (socket == NULL) {
    return NULL;
  }
  if (has_name && !set_server_name(socket, server_name, error)) {
    discard(socket);
    return NULL;
  }
  SSL_set_connect_state(socket->ssl);
  SSL_enable_ocsp_stapling(socket->ssl);
  SSL_enable_signed_cert_timestamps(socket->ssl);
  SSL_set_custom_verify(socket->ssl, SSL_VERIFY_PEER, net_tls_verify);
  return socket;
}

struct net_tls_socket *net_tls_socket_new_server(struct net_tls_config *config,
                                                 struct net_transport transport,
                                                 enum net_transport_mode mode,
                                                 char error[NET_TLS_ERROR_SIZE]) {
  if (!net_tls_config_begin_serving(config, error)) {
    return NULL;
  }
  struct net_tls_socket *socket = new_socket(config, transport, mode, error);
  if (socket != NULL) {
    SSL_set_accept_state(socket->ssl);
    SSL_set_custom_verify(socket->ssl, net_tls_client_certificate_mode(config), net_tls_verify);
  }
  return socket;
}

static enum net_tls_outcome close_transport(struct net_tls_socket *socket) {
  if (socket->is_closed) {
    return NET_TLS_OK;
  }
  socket->is_closed = true;
  net_tls_note_closed_by(socket, NET_TLS_CLOSED_BY_LOCAL);
  net_buffer_clear(&socket->received, &socket->config->pool);
  net_buffer_clear(&socket->sending, &socket->config->pool);
  struct net_transport_result result =
      socket->transport.functions->close(socket->transport.context);
  if (result.status != NET_TRANSPORT_ERROR) {
    return NET_TLS_OK;
  }
  if (socket->failure == NULL) {
    net_tls_fail_system(socket, "close", result.error);
  }
  return net_tls_error(socket, socket->failure);
}

void net_tls_socket_free(struct net_tls_socket *socket) {
  if (socket == NULL) {
    return;
  }
  close_transport(socket);
  SSL_free(socket->ssl);
  SSL_SESSION_free(socket->session);
  net_buffer_clear(&socket->received, &socket->config->pool);
  net_buffer_clear(&socket->sending, &socket->config->pool);
  free(socket->server_name);
  if (socket->failure != net_tls_out_of_memory) {
    free(socket->failure);
  }
  if (socket->policy != socket->config) {
    net_tls_config_release(socket->policy);
  }
  net_tls_server_names_release(socket->server_names);
  net_tls_config_release(socket->config);
  free(socket);
}

bool net_tls_socket_is_inherited(const struct net_tls_socket *socket) {
  return socket->has_begun && socket->process != net_process_generation();
}

/* What comes in may be for another process. */
static bool may_be_shared(const struct net_tls_socket *socket) {
  return socket->has_begun ? net_tls_socket_is_inherited(socket)
                           : socket->forks != net_process_forks();
}

enum net_tls_outcome net_tls_socket_close_transport(struct net_tls_socket *socket) {
  if (!socket->is_closed && !socket->is_dead && !may_be_shared(socket)) {
    net_tls_discard_input(socket);
  }
  return close_transport(socket);
}

void net_tls_socket_set_deadlines(struct net_tls_socket *socket, int64_t receive_ms,
                                  int64_t send_ms) {
  socket->receive_deadline = receive_ms;
  socket->send_deadline = send_ms;
}

void net_tls_socket_set_clock_limit(struct net_tls_socket *socket, int64_t nanoseconds) {
  socket->clock_limit = nanoseconds;
}

int64_t net_tls_socket_clock_limit(const struct net_tls_socket *socket) {
  return socket->clock_limit;
}
