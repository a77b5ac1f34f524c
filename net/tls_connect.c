#include "net/tls_connect.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/stream.h"

/* Every address in turn; the last one's failure is what is told. */
static struct net_error connect_any(const struct net_address *addresses, size_t num_addresses,
                                    int64_t deadline_ms, int *fd) {
  struct net_error error = {NET_ERROR_NONE, 0};
  int64_t deadline = net_deadline_after(deadline_ms);
  for (size_t i = 0; i < num_addresses; i++) {
    error = net_connect(&addresses[i], net_deadline_remaining(deadline), fd);
    if (error.kind == NET_ERROR_NONE || error.kind == NET_ERROR_TIMEOUT) {
      break;
    }
  }
  return error;
}

static int fail(const char *what, struct net_error error, char text[NET_TLS_ERROR_SIZE]) {
  char reason[128];
  snprintf(text, NET_TLS_ERROR_SIZE, "%s failed: %s", what,
           net_error_text(error, reason, sizeof(reason)));
  return -1;
}

static int connect_host(const char *host, const char *port, int64_t deadline_ms,
                        char text[NET_TLS_ERROR_SIZE]) {
  struct net_address *addresses = NULL;
  size_t num_addresses = 0;
  int fd = -1;
  struct net_error error = net_resolve(host, port, false, &addresses, &num_addresses);
  if (error.kind != NET_ERROR_NONE) {
    return fail("resolve", error, text);
  }
  error = connect_any(addresses, num_addresses, deadline_ms, &fd);
  free(addresses);
  return error.kind == NET_ERROR_NONE ? fd : fail("connect", error, text);
}

/* A socket over `fd`, which is closed when that fails. `host` is a client's. */
static struct net_tls_socket *wrap(struct net_tls_config *config, int fd, bool is_client,
                                   const char *host, char text[NET_TLS_ERROR_SIZE]) {
  struct net_transport transport;
  int code = net_transport_posix(fd, NET_TRANSPORT_NONBLOCKING, &transport);
  if (code != 0) {
    fail("socket", (struct net_error){NET_ERROR_SYSTEM, code}, text);
    (void)net_close(fd);
    return NULL;
  }
  struct net_tls_socket *socket =
      is_client
          ? net_tls_socket_new_client(config, transport, NET_TRANSPORT_NONBLOCKING, host, text)
          : net_tls_socket_new_server(config, transport, NET_TRANSPORT_NONBLOCKING, text);
  if (socket == NULL) {
    transport.functions->close(transport.context);
  }
  return socket;
}

struct net_tls_socket *net_tls_connect(struct net_tls_config *config, const char *host,
                                       const char *port, int64_t deadline_ms,
                                       char error[NET_TLS_ERROR_SIZE]) {
  int fd = connect_host(host, port, deadline_ms, error);
  return fd >= 0 ? wrap(config, fd, true, host, error) : NULL;
}

struct net_tls_socket *net_tls_accept(struct net_tls_config *config, int fd,
                                      char error[NET_TLS_ERROR_SIZE]) {
  int accepted = -1;
  struct net_error failure = net_accept(fd, &accepted, NULL);
  if (failure.kind != NET_ERROR_NONE) {
    fail("accept", failure, error);
    return NULL;
  }
  return wrap(config, accepted, false, NULL, error);
}
