#include "lua/stream_server.h"

#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/poller.h"
#include "lua/tls_config.h"
#include "lua/triple.h"

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

int stream_server_fail(lua_State *L, struct socket *server, const char *operation,
                       struct net_error error) {
  socket_dispose(server);
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
    return stream_server_fail(L, socket, "bind", error);
  }
  lua_pushvalue(L, index);
  lua_pushnil(L);
  addrinfo_push(L, &address);
  return 3;
}

struct socket *stream_server_new(lua_State *L, const struct class *plain_class,
                                 const struct class *tls_class) {
  char error[NET_TLS_ERROR_SIZE];
  int config = lua_gettop(L);
  struct socket *server = socket_new(L, lua_toboolean(L, config) ? tls_class : plain_class);
  server->config = tls_config_retain(L, config);
  server->nonblocking = poller_is_pollable(L);
  if (server->config && !can_serve(server->config, error)) {
    triple_error(L, TRIPLE_VALUE, error);
    return NULL;
  }
  return server;
}

int stream_server_bind(lua_State *L, int index, const struct addresses *addresses,
                       struct net_bind_options options) {
  struct socket *server = lua_touserdata(L, index);
  struct net_error error = bind_any(addresses, options, server);
  return error.kind == NET_ERROR_NONE ? bound(L, server, index)
                                      : stream_server_fail(L, server, "bind", error);
}

int stream_server_wrap(lua_State *L, const struct class *plain_class, const struct class *tls_class,
                       enum net_family family) {
  int fd = args_int(L, 1);
  struct socket *server = stream_server_new(L, plain_class, tls_class);
  if (!server) {
    return 3;
  }
  struct net_address address;
  struct net_error error = net_adopt(fd, family, server->nonblocking, &address);
  if (error.kind != NET_ERROR_NONE) {
    return stream_server_fail(L, server, "wrap", error);
  }
  socket_open(server, fd, &address, server->nonblocking);
  return bound(L, server, lua_gettop(L));
}
