/* Options of net.Socket, but for its timeouts. */

#include <sys/socket.h>

#include "lua/args.h"
#include "lua/option.h"
#include "lua/socket_classes.h"

static int reuse_address(lua_State *L) {
  return option_boolean(L, &(struct option){"reuseaddr", SOL_SOCKET, SO_REUSEADDR});
}

static int reuse_port(lua_State *L) {
  return option_boolean(L, &(struct option){"reuseport", SOL_SOCKET, SO_REUSEPORT});
}

static int debug_packets(lua_State *L) {
  return option_boolean(L, &(struct option){"debug", SOL_SOCKET, SO_DEBUG});
}

static int do_not_route(lua_State *L) {
  return option_boolean(L, &(struct option){"dontroute", SOL_SOCKET, SO_DONTROUTE});
}

static int timestamp_messages(lua_State *L) {
  return option_boolean(L, &(struct option){"timestamp", SOL_SOCKET, SO_TIMESTAMP});
}

static int receive_buffer(lua_State *L) {
  return option_integer(L, &(struct option){"rcvbuf", SOL_SOCKET, SO_RCVBUF});
}

static int receive_low_water(lua_State *L) {
  return option_integer(L, &(struct option){"rcvlowat", SOL_SOCKET, SO_RCVLOWAT});
}

static int send_buffer(lua_State *L) {
  return option_integer(L, &(struct option){"sndbuf", SOL_SOCKET, SO_SNDBUF});
}

/* Linux has no other than 1, and refuses to set it. */
static int send_low_water(lua_State *L) {
  return option_integer(L, &(struct option){"sndlowat", SOL_SOCKET, SO_SNDLOWAT});
}

/* cloexec([enabled]) -> what it was: whether a program that this process becomes loses the socket.
 */
static int close_on_exec(lua_State *L) {
  int fd = socket_check(L)->fd;
  bool is_set = !lua_isnoneornil(L, 2);
  bool value = is_set && args_boolean(L, 2);
  bool old = false;
  struct net_error error = net_get_close_on_exec(fd, &old);
  if (error.kind == NET_ERROR_NONE && is_set) {
    error = net_set_close_on_exec(fd, value);
  }
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "cloexec", error);
  }
  lua_pushboolean(L, old);
  return 1;
}

/* linger([sec]) -> what it was; -1 stands for off, and every negative number turns it off. */
static int linger(lua_State *L) {
  int fd = socket_check(L)->fd;
  bool is_set = !lua_isnoneornil(L, 2);
  int value = is_set ? args_int(L, 2) : 0;
  int old = -1;
  struct net_error error = net_get_linger(fd, &old);
  if (error.kind == NET_ERROR_NONE && is_set) {
    error = net_set_linger(fd, value);
  }
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "linger", error);
  }
  lua_pushinteger(L, old);
  return 1;
}

/* atmark() -> whether the next byte to read is the one after urgent data. */
static int at_mark(lua_State *L) {
  bool is_at_mark = false;
  struct net_error error = net_at_mark(socket_check(L)->fd, &is_at_mark);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "atmark", error);
  }
  lua_pushboolean(L, is_at_mark);
  return 1;
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

const luaL_Reg socket_option_methods[] = {
    {"reuseaddr", reuse_address},
    {"reuseport", reuse_port},
    {"debug", debug_packets},
    {"dontroute", do_not_route},
    {"timestamp", timestamp_messages},
    {"rcvbuf", receive_buffer},
    {"rcvlowat", receive_low_water},
    {"sndbuf", send_buffer},
    {"sndlowat", send_low_water},
    {"cloexec", close_on_exec},
    {"linger", linger},
    {"atmark", at_mark},
    {"error", get_error},
    {NULL, NULL},
};
