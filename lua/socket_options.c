/* Options of net.Socket: each takes a new value or none, and returns the one before. */

#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "lua/args.h"
#include "lua/poller.h"
#include "lua/socket_classes.h"

struct option {
  const char *name;
  int level;
  int number;
};

/* Swaps the option's value for `*value`, or only reads it where that is NULL, and sets `*old`. */
static struct net_error swap_option(int fd, const struct option *option, const int *value,
                                    int *old) {
  struct net_error error = net_get_option(fd, option->level, option->number, old);
  if (error.kind == NET_ERROR_NONE && value) {
    error = net_set_option(fd, option->level, option->number, *value);
  }
  return error;
}

static int boolean_option(lua_State *L, const struct option *option) {
  const struct socket *socket = socket_check(L);
  bool is_set = !lua_isnoneornil(L, 2);
  int value = is_set && args_boolean(L, 2);
  int old = 0;
  struct net_error error = swap_option(socket->fd, option, is_set ? &value : NULL, &old);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, option->name, error);
  }
  lua_pushboolean(L, old);
  return 1;
}

static int integer_option(lua_State *L, const struct option *option) {
  const struct socket *socket = socket_check(L);
  bool is_set = !lua_isnoneornil(L, 2);
  lua_Integer integer = is_set ? args_integer(L, 2) : 0;
  luaL_argcheck(L, integer >= INT32_MIN && integer <= INT32_MAX, 2, "integer out of range");
  int value = (int)integer;
  int old = 0;
  struct net_error error = swap_option(socket->fd, option, is_set ? &value : NULL, &old);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, option->name, error);
  }
  lua_pushinteger(L, old);
  return 1;
}

static int timeout_option(lua_State *L, const struct option *option) {
  const struct socket *socket = socket_check(L);
  bool is_set = !lua_isnoneornil(L, 2);
  lua_Number value = is_set ? args_number(L, 2) : 0;
  double old = 0;
  luaL_argcheck(L, value >= 0 && isfinite(value), 2, "sec must be unsigned number");
  struct net_error error = net_get_timeout(socket->fd, option->number, &old);
  if (error.kind == NET_ERROR_NONE && is_set) {
    error = net_set_timeout(socket->fd, option->number, value);
  }
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, option->name, error);
  }
  lua_pushnumber(L, old);
  return 1;
}

static int receive_buffer(lua_State *L) {
  return integer_option(L, &(struct option){"rcvbuf", SOL_SOCKET, SO_RCVBUF});
}

static int send_buffer(lua_State *L) {
  return integer_option(L, &(struct option){"sndbuf", SOL_SOCKET, SO_SNDBUF});
}

static int receive_timeout(lua_State *L) {
  return timeout_option(L, &(struct option){"rcvtimeo", SOL_SOCKET, SO_RCVTIMEO});
}

static int send_timeout(lua_State *L) {
  return timeout_option(L, &(struct option){"sndtimeo", SOL_SOCKET, SO_SNDTIMEO});
}

static int no_delay(lua_State *L) {
  return boolean_option(L, &(struct option){"tcpnodelay", IPPROTO_TCP, TCP_NODELAY});
}

static int reuse_address(lua_State *L) {
  return boolean_option(L, &(struct option){"reuseaddr", SOL_SOCKET, SO_REUSEADDR});
}

static int reuse_port(lua_State *L) {
  return boolean_option(L, &(struct option){"reuseport", SOL_SOCKET, SO_REUSEPORT});
}

static int keep_alive(lua_State *L) {
  return boolean_option(L, &(struct option){"keepalive", SOL_SOCKET, SO_KEEPALIVE});
}

/* error() -> the text of the pending error, which is then cleared; nil for none. */
static int get_error(lua_State *L) {
  int code = 0;
  char text[256];
  struct net_error error = net_get_option(socket_check(L)->fd, SOL_SOCKET, SO_ERROR, &code);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "error", error);
  }
  struct net_error pending = {.kind = NET_ERROR_SYSTEM, .code = code};
  lua_pushstring(L, code == 0 ? NULL : net_error_text(pending, text, sizeof(text)));
  return 1;
}

/* Pushes the kernel's timeout in milliseconds. */
static struct net_error push_kernel_timeout(lua_State *L, int fd, int name) {
  double seconds = 0;
  struct net_error error = net_get_timeout(fd, name, &seconds);
  lua_pushinteger(L, (lua_Integer)llround(seconds * 1e3));
  return error;
}

static struct net_error set_kernel_timeout(lua_State *L, int index, int fd, int name) {
  if (lua_isnoneornil(L, index)) {
    return (struct net_error){.kind = NET_ERROR_NONE};
  }
  return net_set_timeout(fd, name, (double)lua_tointeger(L, index) / 1e3);
}

/* In blocking mode the kernel keeps the deadlines, as timeouts of its calls (D-13). */
static int kernel_deadlines(lua_State *L, int fd) {
  struct net_error error = set_kernel_timeout(L, 2, fd, SO_RCVTIMEO);
  if (error.kind == NET_ERROR_NONE) {
    error = set_kernel_timeout(L, 3, fd, SO_SNDTIMEO);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = push_kernel_timeout(L, fd, SO_RCVTIMEO);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = push_kernel_timeout(L, fd, SO_SNDTIMEO);
  }
  return error.kind == NET_ERROR_NONE ? 2 : socket_failure(L, "deadlines", error);
}

static void set_deadline(lua_State *L, int index, int64_t *deadline_ms) {
  if (!lua_isnoneornil(L, index)) {
    lua_Integer milliseconds = lua_tointeger(L, index);
    *deadline_ms = milliseconds > 0 ? milliseconds : -1;
  }
}

static int own_deadlines(lua_State *L, struct socket *socket) {
  set_deadline(L, 2, &socket->receive_deadline_ms);
  set_deadline(L, 3, &socket->send_deadline_ms);
  if (socket->tls) {
    net_tls_socket_set_deadlines(socket->tls, socket->receive_deadline_ms,
                                 socket->send_deadline_ms);
  }
  poller_push_timeout(L, socket->receive_deadline_ms);
  poller_push_timeout(L, socket->send_deadline_ms);
  return 2;
}

/* deadlines([rcv_ms [, snd_ms]]) -> the pair that now holds; 0 clears one. */
static int deadlines(lua_State *L) {
  struct socket *socket = socket_check(L);
  if (!lua_isnoneornil(L, 2)) {
    args_milliseconds(L, 2, "rcvdeadl");
  }
  if (!lua_isnoneornil(L, 3)) {
    args_milliseconds(L, 3, "snddeadl");
  }
  return socket->nonblocking ? own_deadlines(L, socket) : kernel_deadlines(L, socket->fd);
}

const luaL_Reg socket_option_methods[] = {
    {"rcvbuf", receive_buffer},
    {"sndbuf", send_buffer},
    {"rcvtimeo", receive_timeout},
    {"sndtimeo", send_timeout},
    {"tcpnodelay", no_delay},
    {"reuseaddr", reuse_address},
    {"reuseport", reuse_port},
    {"keepalive", keep_alive},
    {"error", get_error},
    {"deadlines", deadlines},
    {NULL, NULL},
};
