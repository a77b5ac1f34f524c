/* hello: says hello to itself over TLS. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certificate.h"
#include "net/tls_config.h"
#include "net/tls_socket.h"
#include "net/transport.h"

static const char server_name[] = "monorepo.example";
static const int64_t deadline_ms = 10000;

static void require(bool holds, const char *what, const char *why) {
  if (!holds) {
    fprintf(stderr, "hello: %s: %s\n", what, why);
    exit(1);
  }
}

static struct net_tls_socket *new_socket(struct net_tls_config *config, int fd, bool is_client) {
  char error[NET_TLS_ERROR_SIZE] = "";
  struct net_transport transport;
  require(net_transport_posix(fd, NET_TRANSPORT_NONBLOCKING, &transport) == 0, "transport",
          "not a stream socket");
  struct net_tls_socket *socket =
      is_client ? net_tls_socket_new_client(config, transport, NET_TRANSPORT_NONBLOCKING,
                                            server_name, error)
                : net_tls_socket_new_server(config, transport, NET_TRANSPORT_NONBLOCKING, error);
  require(socket != NULL, "socket", error);
  net_tls_socket_set_deadlines(socket, deadline_ms, deadline_ms);
  return socket;
}

/* Both ends live in one thread, so neither may wait for the other. */
static void shake_hands(struct net_tls_socket *client, struct net_tls_socket *server) {
  struct net_tls_operation client_operation;
  struct net_tls_operation server_operation;
  net_tls_socket_begin(client, NET_TLS_HANDSHAKE, &client_operation);
  net_tls_socket_begin(server, NET_TLS_HANDSHAKE, &server_operation);
  enum net_tls_outcome client_outcome = NET_TLS_WANT_READ;
  enum net_tls_outcome server_outcome = NET_TLS_WANT_READ;
  while (client_outcome == NET_TLS_WANT_READ || server_outcome == NET_TLS_WANT_READ) {
    client_outcome = net_tls_socket_try_handshake(client, &client_operation);
    server_outcome = net_tls_socket_try_handshake(server, &server_operation);
  }
  require(client_outcome == NET_TLS_OK, "client's handshake", net_tls_socket_error(client));
  require(server_outcome == NET_TLS_OK, "server's handshake", net_tls_socket_error(server));
}

static void say_hello(struct net_tls_socket *from, struct net_tls_socket *to) {
  char heard[16];
  size_t length = 0;
  require(net_tls_socket_write(from, "hello", 5, &length) == NET_TLS_OK, "write",
          net_tls_socket_error(from));
  require(net_tls_socket_read(to, heard, sizeof(heard), &length) == NET_TLS_OK, "read",
          net_tls_socket_error(to));
  printf("%s: %.*s\n", net_tls_socket_version(to), (int)length, heard);
}

int main(void) {
  struct certificate own;
  require(certificate_make(server_name, &own), "certificate", "cannot make one");
  struct net_tls_config *config = net_tls_config_new();
  require(config != NULL, "config", "memory is short");
  require(net_tls_config_set_keypair(config, own.certificate, own.certificate_length, own.key,
                                     own.key_length) &&
              net_tls_config_set_ca(config, own.certificate, own.certificate_length),
          "config", net_tls_config_error(config));

  int ends[2];
  require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair", "failed");
  struct net_tls_socket *client = new_socket(config, ends[0], true);
  struct net_tls_socket *server = new_socket(config, ends[1], false);
  shake_hands(client, server);
  say_hello(client, server);

  net_tls_socket_free(client);
  net_tls_socket_free(server);
  net_tls_config_release(config);
  return 0;
}
