/* say HOST PORT: says hello over TLS and prints the answer. */
#include <stdio.h>

#include "net/tls_connect.h"

int main(int argc, char **argv) {
  char answer[256], error[NET_TLS_ERROR_SIZE] = "usage: say HOST PORT";
  size_t length = 0;
  struct net_tls_config *config = net_tls_config_new();
  struct net_tls_socket *socket =
      argc == 3 ? net_tls_connect(config, argv[1], argv[2], 5000, error) : NULL;
  if (socket != NULL && net_tls_socket_write(socket, "hello\n", 6, &length) == NET_TLS_OK &&
      net_tls_socket_read(socket, answer, sizeof(answer), &length) == NET_TLS_OK) {
    printf("%.*s", (int)length, answer);
  } else {
    fprintf(stderr, "%s\n", socket != NULL ? net_tls_socket_error(socket) : error);
  }
  if (socket != NULL) {
    net_tls_socket_close(socket);
  }
  net_tls_socket_free(socket);
  net_tls_config_release(config);
  return 0;
}
