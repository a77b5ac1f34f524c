#include "channel.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/stream.h"
#include "net/tls_config.h"
#include "net/tls_socket.h"

struct channel {
  struct net_tls_socket *socket;
};

static struct net_tls_config *new_config(const char *ca_file, char *error, size_t size) {
  struct net_tls_config *config = net_tls_config_new();
  if (config == NULL) {
    snprintf(error, size, "out of memory");
    return NULL;
  }
  if (!net_tls_config_set_ca_file(config, ca_file)) {
    snprintf(error, size, "%s", net_tls_config_error(config));
    net_tls_config_release(config);
    return NULL;
  }
  return config;
}

static int connect_to(const char *host, const char *port, char *error, size_t size) {
  struct net_address *addresses = NULL;
  size_t num_addresses = 0;
  int fd = -1;
  struct net_error failure = net_resolve(host, port, false, &addresses, &num_addresses);
  if (failure.kind == NET_ERROR_NONE) {
    failure = net_connect(&addresses[0], -1, &fd);
    free(addresses);
  }
  net_error_text(failure, error, size);
  return fd;
}

static struct net_tls_socket *new_socket(struct net_tls_config *config, int fd, const char *name,
                                         char *error, size_t size) {
  char reason[NET_TLS_ERROR_SIZE] = "out of memory";
  struct net_transport transport;
  if (net_transport_posix(fd, NET_TRANSPORT_BLOCKING, &transport) != 0) {
    net_close(fd);
    snprintf(error, size, "%s", reason);
    return NULL;
  }
  struct net_tls_socket *socket =
      net_tls_socket_new_client(config, transport, NET_TRANSPORT_BLOCKING, name, reason);
  if (socket == NULL) {
    transport.functions->close(transport.context);
    snprintf(error, size, "%s", reason);
  }
  return socket;
}

struct channel *channel_open(const char *ca_file, const char *host, const char *port,
                             const char *name, char *error, size_t size) {
  struct channel *channel = NULL;
  struct net_tls_socket *socket = NULL;
  struct net_tls_config *config = new_config(ca_file, error, size);
  int fd = config != NULL ? connect_to(host, port, error, size) : -1;
  if (fd >= 0) {
    socket = new_socket(config, fd, name, error, size);
  }
  if (socket != NULL) {
    channel = malloc(sizeof(*channel));
  }
  if (channel != NULL) {
    channel->socket = socket;
  } else {
    net_tls_socket_free(socket);
  }
  net_tls_config_release(config);
  return channel;
}

bool channel_send(struct channel *channel, const void *bytes, size_t length) {
  size_t sent = 0;
  return net_tls_socket_write(channel->socket, bytes, length, &sent) == NET_TLS_OK;
}

ssize_t channel_receive(struct channel *channel, void *buffer, size_t capacity) {
  size_t length = 0;
  switch (net_tls_socket_read(channel->socket, buffer, capacity, &length)) {
    case NET_TLS_OK:
      return (ssize_t)length;
    case NET_TLS_CLOSED:
      return 0;
    default:
      return -1;
  }
}

bool channel_end(struct channel *channel) {
  return net_tls_socket_tls_close(channel->socket) == NET_TLS_OK;
}

const char *channel_error(const struct channel *channel) {
  return net_tls_socket_error(channel->socket);
}

void channel_free(struct channel *channel) {
  if (channel != NULL) {
    net_tls_socket_free(channel->socket);
    free(channel);
  }
}
