/* The methods of net.stream.Server. */

#include <errno.h>

#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/new_connection.h"
#include "lua/socket_classes.h"
#include "lua/triple.h"
#include "lua/wait.h"

static struct socket *check(lua_State *L) {
  return class_check(L, 1, &stream_server_class);
}

/* listen([backlog]) -> ok, err */
static int listen_method(lua_State *L) {
  const struct socket *server = check(L);
  lua_Integer backlog = lua_isnoneornil(L, 2) ? SOMAXCONN : args_integer(L, 2);
  luaL_argcheck(L, backlog >= INT32_MIN && backlog <= INT32_MAX, 2, "integer out of range");
  struct net_error error = net_listen(server->fd, (int)backlog);
  if (error.kind != NET_ERROR_NONE) {
    socket_failure(L, "listen", error);
    lua_pushboolean(L, false);
    lua_replace(L, -3);
    return 2;
  }
  lua_pushboolean(L, true);
  return 1;
}

/* The stack of accept and acceptfd while they wait; no deadline holds them. */
enum {
  SERVER = 1,
  WITH_AI,
  ACCEPTED,
  TARGET,
  OK
};

/* The class of what the server accepts. */
static const struct class *accepted_class(lua_State *L) {
  if (class_test(L, SERVER, &tls_server_class)) {
    bool is_unix = class_test(L, SERVER, &tls_unix_server_class) != NULL;
    return is_unix ? &tls_unix_socket_class : &tls_inet_socket_class;
  }
  bool is_unix = class_test(L, SERVER, &unix_server_class) != NULL;
  return is_unix ? &unix_stream_class : &inet_socket_class;
}

/* Pushes an object of a connection to come: when there is one, nothing may fail for want of memory
   before somebody owns it. */
static void push_unconnected(lua_State *L) {
  const struct socket *server = lua_touserdata(L, SERVER);
  struct socket *accepted = socket_new(L, accepted_class(L));
  if (server->config) {
    accepted->config = net_tls_config_retain(server->config);
  }
  if (server->server_names) {
    accepted->server_names = net_tls_server_names_retain(server->server_names);
  }
}

/* Gives the accepted object its connection. */
static bool open_connection(struct socket *accepted, int fd, const struct net_address *peer,
                            bool nonblocking, char error[NET_TLS_ERROR_SIZE]) {
  socket_open(accepted, fd, peer, nonblocking);
  return !accepted->config || socket_start_tls(accepted, true, NULL, error);
}

/* Pushes the results of accept. */
static int deliver(lua_State *L, const struct net_address *peer) {
  if (lua_toboolean(L, WITH_AI)) {
    addrinfo_push(L, peer);
  } else {
    lua_pushnil(L);
  }
  return new_connection_deliver(L, SERVER, ACCEPTED);
}

/* A connection is there: pushes the results. ACCEPTED, nil in acceptfd, tells the two apart. */
static int taken(lua_State *L, int fd, const struct net_address *peer) {
  const struct socket *server = lua_touserdata(L, SERVER);
  struct socket *accepted = lua_touserdata(L, ACCEPTED);
  char error[NET_TLS_ERROR_SIZE];
  if (!accepted) {
    lua_pushinteger(L, fd);
    return 1;
  }
  if (!open_connection(accepted, fd, peer, server->nonblocking, error)) {
    socket_dispose(accepted);
    return triple_error(L, TRIPLE_VALUE, error);
  }
  return deliver(L, peer);
}

static int accept_failed(lua_State *L, struct net_error error) {
  return triple_net_error(L, TRIPLE_VALUE, "accept", error);
}

static bool must_wait(const struct socket *server, struct net_error error) {
  return server->nonblocking && error.kind == NET_ERROR_SYSTEM && error.code == EAGAIN;
}

/* Goes on after each wait. */
static int go_on(lua_State *L, int status, lua_KContext context) {
  const struct socket *server = lua_touserdata(L, SERVER);
  (void)status, (void)context;
  while (lua_toboolean(L, OK)) {
    struct net_address peer;
    int fd = -1;
    lua_settop(L, TARGET);
    struct net_error error = net_accept(server->fd, &fd, &peer);
    if (error.kind == NET_ERROR_NONE) {
      return taken(L, fd, &peer);
    }
    if (!must_wait(server, error)) {
      return accept_failed(L, error);
    }
    wait_push(L, SERVER, TARGET);
    lua_callk(L, WAIT_ARGUMENTS, 3, 0, go_on);
  }
  /* A wait that close() has ended tells that, in whatever words the poller refused. */
  if (server->fd < 0 || server->is_closing) {
    return accept_failed(L, socket_bad_descriptor());
  }
  return triple_refused(L, TRIPLE_VALUE, "accept", OK);
}

static int start(lua_State *L) {
  struct wait_target *target = lua_newuserdatauv(L, sizeof(*target), 0);
  *target = (struct wait_target){.want = NET_TLS_WANT_READ};
  lua_pushboolean(L, true);
  return go_on(L, LUA_OK, 0);
}

/* accept([with_ai]) -> sock, err, ai. Does no TLS I/O: the handshake is the first read's or
   write's. */
static int accept_method(lua_State *L) {
  check(L);
  if (!lua_isnoneornil(L, WITH_AI)) {
    args_boolean(L, WITH_AI);
  }
  lua_settop(L, WITH_AI);
  push_unconnected(L);
  return start(L);
}

/* acceptfd() -> fd, or nil, err, timeout: the plain descriptor is then the caller's */
static int accept_descriptor(lua_State *L) {
  check(L);
  lua_settop(L, SERVER);
  lua_settop(L, ACCEPTED);
  return start(L);
}

const luaL_Reg server_methods[] = {
    {"listen", listen_method},
    {"accept", accept_method},
    {"acceptfd", accept_descriptor},
    {NULL, NULL},
};
