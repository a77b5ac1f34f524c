#include <string.h>

#include "lua/addresses.h"
#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/inet.h"
#include "lua/poller.h"
#include "lua/tls_config.h"
#include "lua/tls_socket.h"
#include "lua/triple.h"
#include "lua/wait.h"

/* The stack of the constructor. */
enum {
  HOST = 1,
  PORT,
  OPTIONS,
  CONFIG,
  SERVER_NAME,
  SOCKET,
  STATE,
  ADDRESSES,
  OK
};

/* A connect under way, over all addresses in turn. */
struct connecting {
  struct wait_target target;
  int64_t deadline;
  /* Which address is tried. */
  size_t current;
};

static int64_t remaining(const struct socket *socket, const void *context,
                         enum net_tls_outcome want) {
  const struct connecting *state = context;
  (void)socket, (void)want;
  return net_deadline_remaining(state->deadline);
}

/* Pushes the name to verify: opts.servername or else the host. */
static void push_server_name(lua_State *L) {
  if (!args_option(L, OPTIONS, "servername")) {
    lua_pop(L, 1);
    lua_pushvalue(L, HOST);
    return;
  }
  if (lua_type(L, -1) != LUA_TSTRING) {
    luaL_argerror(L, OPTIONS, "opts.servername must be string");
  }
  luaL_argcheck(L, strlen(lua_tostring(L, -1)) == lua_rawlen(L, -1), OPTIONS,
                "opts.servername contains zeros");
}

static const struct net_address *current_address(lua_State *L) {
  const struct addresses *addresses = lua_touserdata(L, ADDRESSES);
  const struct connecting *state = lua_touserdata(L, STATE);
  return &addresses->list[state->current];
}

static void close_descriptor(struct socket *socket) {
  if (socket->fd >= 0) {
    net_close(socket->fd);
  }
  socket->fd = -1;
}

static int fail(lua_State *L, struct net_error error) {
  close_descriptor(lua_touserdata(L, SOCKET));
  return triple_net_error(L, TRIPLE_VALUE, "connect", error);
}

static int fail_tls(lua_State *L, const char *error) {
  close_descriptor(lua_touserdata(L, SOCKET));
  return triple_error(L, TRIPLE_VALUE, error);
}

/* Makes the connected descriptor a TLS socket. */
static int start_tls(lua_State *L) {
  struct socket *socket = lua_touserdata(L, SOCKET);
  char error[NET_TLS_ERROR_SIZE];
  if (!socket_start_tls(socket, false, lua_tostring(L, SERVER_NAME), error)) {
    return fail_tls(L, error);
  }
  lua_pushvalue(L, SOCKET);
  triple_value(L);
  addrinfo_push(L, current_address(L));
  return 4;
}

static bool has_next_address(lua_State *L) {
  const struct addresses *addresses = lua_touserdata(L, ADDRESSES);
  struct connecting *state = lua_touserdata(L, STATE);
  return ++state->current < addresses->count;
}

/* Connects to the current address; `*is_connected` tells whether that is done yet. */
static struct net_error connect_current(lua_State *L, bool *is_connected) {
  struct socket *socket = lua_touserdata(L, SOCKET);
  const struct connecting *state = lua_touserdata(L, STATE);
  const struct net_address *address = current_address(L);
  int fd = -1;
  *is_connected = true;
  struct net_error error = socket->nonblocking
                               ? net_connect_start(address, &fd, is_connected)
                               : net_connect(address, net_deadline_remaining(state->deadline), &fd);
  if (error.kind == NET_ERROR_NONE) {
    socket_open(socket, fd, address, socket->nonblocking);
  }
  return error;
}

static int connect_waited(lua_State *L, int status, lua_KContext context);

static int connect_addresses(lua_State *L) {
  struct net_error error;
  bool is_connected = false;
  do {
    error = connect_current(L, &is_connected);
    if (error.kind == NET_ERROR_TIMEOUT) {
      return fail(L, error);
    }
    if (error.kind == NET_ERROR_NONE) {
      break;
    }
  } while (has_next_address(L));
  if (error.kind != NET_ERROR_NONE) {
    return fail(L, error);
  }
  if (is_connected) {
    return start_tls(L);
  }
  wait_push(L, SOCKET, STATE);
  lua_callk(L, WAIT_ARGUMENTS, 3, 0, connect_waited);
  return connect_waited(L, LUA_OK, 0);
}

/* After the wait for the current address. The depth of calls is bounded by the addresses. */
static int connect_waited(lua_State *L, int status, lua_KContext context) {
  struct socket *socket = lua_touserdata(L, SOCKET);
  (void)status, (void)context;
  if (!lua_toboolean(L, OK)) {
    close_descriptor(socket);
    return triple_refused(L, TRIPLE_VALUE, "connect", OK);
  }
  lua_settop(L, ADDRESSES);
  struct net_error error = net_connect_finish(socket->fd);
  if (error.kind == NET_ERROR_NONE) {
    return start_tls(L);
  }
  close_descriptor(socket);
  return has_next_address(L) ? connect_addresses(L) : fail(L, error);
}

static void push_state(lua_State *L) {
  int64_t deadline_ms = args_option_milliseconds(L, OPTIONS, "deadline");
  struct connecting *state = lua_newuserdatauv(L, sizeof(*state), 0);
  *state = (struct connecting){
      .target = {.want = NET_TLS_WANT_WRITE, .timeout = remaining},
      .deadline = net_deadline_after(deadline_ms),
  };
}

int inet_client_new(lua_State *L) {
  const char *host = args_optional_text(L, HOST);
  const char *port = args_port(L, PORT);
  struct net_error error;
  lua_settop(L, OPTIONS);
  struct net_tls_config *config = tls_config_option(L, OPTIONS);
  push_server_name(L);
  struct socket *socket = socket_new(L, &tls_inet_client_class);
  socket->config = net_tls_config_retain(config);
  push_state(L);
  socket->nonblocking = poller_is_pollable(L);
  if (!addresses_resolve(L, host, port, false, &error)) {
    return triple_net_error(L, TRIPLE_VALUE, "getaddrinfo", error);
  }
  return connect_addresses(L);
}
