#include "lua/addresses.h"
#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/inet.h"
#include "lua/poller.h"
#include "lua/tls_config.h"
#include "lua/tls_socket.h"
#include "lua/triple.h"

enum {
  HOST = 1,
  PORT,
  OPTIONS
};

static struct net_transport_result close_nothing(void *context) {
  (void)context;
  return (struct net_transport_result){.status = NET_TRANSPORT_OK};
}

/* Makes, and drops, a server's end of a connection to nowhere: to make one does no I/O. So what is
   wrong with a configuration is told here rather than at each accept (D-25), and from here on it
   cannot be changed. */
static bool can_serve(struct net_tls_config *config, char error[NET_TLS_ERROR_SIZE]) {
  static const struct net_transport_functions nowhere = {.close = close_nothing};
  struct net_transport transport = {.functions = &nowhere};
  struct net_tls_socket *tls =
      net_tls_socket_new_server(config, transport, NET_TRANSPORT_NONBLOCKING, error);
  net_tls_socket_free(tls);
  return tls != NULL;
}

/* The first address that can be bound; the last one's failure is what is told. */
static struct net_error bind_any(const struct addresses *addresses, struct net_bind_options options,
                                 struct socket *socket) {
  struct net_error error = {.kind = NET_ERROR_NONE};
  for (size_t i = 0; i < addresses->count; i++) {
    int fd = -1;
    error = net_bind(&addresses->list[i], options, &fd);
    if (error.kind == NET_ERROR_NONE) {
      socket_open(socket, fd, &addresses->list[i], socket->nonblocking);
      break;
    }
  }
  return error;
}

static int fail(lua_State *L, struct socket *socket, const char *operation,
                struct net_error error) {
  socket_dispose(socket);
  socket_failure(L, operation, error);
  lua_pushnil(L);
  return 3;
}

/* The server's results: itself, no err, and the address it got, which has the port that the system
   chose for port 0. */
static int bound(lua_State *L, struct socket *socket, int index) {
  struct net_address address;
  struct net_error error = net_set_nonblocking(socket->fd, socket->nonblocking);
  if (error.kind == NET_ERROR_NONE) {
    error = net_local_address(socket->fd, &address);
  }
  if (error.kind != NET_ERROR_NONE) {
    return fail(L, socket, "bind", error);
  }
  lua_pushvalue(L, index);
  lua_pushnil(L);
  addrinfo_push(L, &address);
  return 3;
}

int inet_server_new(lua_State *L) {
  const char *host = args_optional_text(L, HOST);
  const char *port = args_port(L, PORT);
  char text[NET_TLS_ERROR_SIZE];
  struct net_error error;
  lua_settop(L, OPTIONS);
  struct net_tls_config *config = tls_config_option(L, OPTIONS);
  struct net_bind_options options = {
      .reuseaddr = args_option_boolean(L, OPTIONS, "reuseaddr"),
      .reuseport = args_option_boolean(L, OPTIONS, "reuseport"),
  };
  struct socket *socket = socket_new(L, &tls_inet_server_class);
  int index = lua_gettop(L);
  socket->config = net_tls_config_retain(config);
  socket->nonblocking = poller_is_pollable(L);
  if (!can_serve(config, text)) {
    return triple_error(L, TRIPLE_VALUE, text);
  }
  const struct addresses *addresses = addresses_resolve(L, host, port, true, &error);
  if (!addresses) {
    return fail(L, socket, "getaddrinfo", error);
  }
  error = bind_any(addresses, options, socket);
  return error.kind == NET_ERROR_NONE ? bound(L, socket, index) : fail(L, socket, "bind", error);
}
