/* echo_server CERTIFICATE KEY [PORT]: a TLS server that sends back what it reads, one connection
   after the other. It prints the port that it listens on; 0, the default, takes a free one. */

#include <stdio.h>
#include <stdlib.h>

#include "net/stream.h"
#include "net/tls_connect.h"

static void echo(struct net_tls_socket *socket) {
  char buffer[16384];
  size_t length = 0;
  size_t written = 0;
  enum net_tls_outcome outcome = NET_TLS_OK;
  while (outcome == NET_TLS_OK) {
    outcome = net_tls_socket_read(socket, buffer, sizeof(buffer), &length);
    if (outcome == NET_TLS_OK) {
      outcome = net_tls_socket_write(socket, buffer, length, &written);
    }
  }
  if (outcome == NET_TLS_ERROR) {
    fprintf(stderr, "%s\n", net_tls_socket_error(socket));
  }
  if (net_tls_socket_close(socket) == NET_TLS_ERROR) {
    fprintf(stderr, "%s\n", net_tls_socket_error(socket));
  }
}

static struct net_error listen_on(const char *port, int *fd, int *actual_port) {
  struct net_address *addresses = NULL;
  size_t num_addresses = 0;
  char host[64];
  struct net_error error = net_resolve("127.0.0.1", port, true, &addresses, &num_addresses);
  if (error.kind == NET_ERROR_NONE) {
    error = net_bind(&addresses[0], (struct net_bind_options){.reuseaddr = true}, fd);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_listen(*fd, 16);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_local_address(*fd, &addresses[0]);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_address_name(&addresses[0], host, sizeof(host), actual_port);
  }
  free(addresses);
  return error;
}

int main(int argc, char **argv) {
  char text[NET_TLS_ERROR_SIZE];
  int fd = -1;
  int port = 0;
  if (argc < 3 || argc > 4) {
    fprintf(stderr, "usage: %s CERTIFICATE KEY [PORT]\n", argv[0]);
    return 2;
  }
  struct net_tls_config *config = net_tls_config_new();
  if (config == NULL || !net_tls_config_set_keypair_file(config, argv[1], argv[2])) {
    fprintf(stderr, "%s\n", config != NULL ? net_tls_config_error(config) : "out of memory");
    net_tls_config_release(config);
    return 1;
  }
  struct net_error error = listen_on(argc > 3 ? argv[3] : "0", &fd, &port);
  if (error.kind != NET_ERROR_NONE) {
    fprintf(stderr, "%s\n", net_error_text(error, text, sizeof(text)));
    net_tls_config_release(config);
    return 1;
  }
  printf("listening on port %d\n", port);
  fflush(stdout);
  for (;;) {
    struct net_tls_socket *socket = net_tls_accept(config, fd, text);
    if (socket == NULL) {
      fprintf(stderr, "%s\n", text);
      continue;
    }
    echo(socket);
    net_tls_socket_free(socket);
  }
}
