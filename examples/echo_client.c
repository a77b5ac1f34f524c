/* echo_client HOST PORT CA_FILE TEXT: sends TEXT to a TLS echo server and prints what comes back.
 */

#include <stdio.h>
#include <string.h>

#include "net/tls_connect.h"

/* Reads as many bytes as were sent. */
static enum net_tls_outcome print_echo(struct net_tls_socket *socket, size_t expected) {
  char buffer[4096];
  size_t length = 0;
  for (size_t total = 0; total < expected; total += length) {
    enum net_tls_outcome outcome = net_tls_socket_read(socket, buffer, sizeof(buffer), &length);
    if (outcome != NET_TLS_OK) {
      return outcome;
    }
    fwrite(buffer, 1, length, stdout);
  }
  putchar('\n');
  return NET_TLS_OK;
}

int main(int argc, char **argv) {
  char error[NET_TLS_ERROR_SIZE];
  size_t written = 0;
  if (argc != 5) {
    fprintf(stderr, "usage: %s HOST PORT CA_FILE TEXT\n", argv[0]);
    return 2;
  }
  struct net_tls_config *config = net_tls_config_new();
  if (config == NULL || !net_tls_config_set_ca_file(config, argv[3])) {
    fprintf(stderr, "%s\n", config != NULL ? net_tls_config_error(config) : "out of memory");
    net_tls_config_release(config);
    return 1;
  }
  struct net_tls_socket *socket = net_tls_connect(config, argv[1], argv[2], 5000, error);
  net_tls_config_release(config);
  if (socket == NULL) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  enum net_tls_outcome outcome = net_tls_socket_write(socket, argv[4], strlen(argv[4]), &written);
  if (outcome == NET_TLS_OK) {
    outcome = print_echo(socket, written);
  }
  if (outcome == NET_TLS_OK) {
    outcome = net_tls_socket_close(socket);
  }
  if (outcome != NET_TLS_OK) {
    const char *text = net_tls_socket_error(socket);
    fprintf(stderr, "%s\n", text[0] != '\0' ? text : "closed by the server, or timed out");
  }
  net_tls_socket_free(socket);
  return outcome == NET_TLS_OK ? 0 : 1;
}
