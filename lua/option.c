#include "lua/option.h"

#include "lua/args.h"
#include "lua/socket.h"

/* Swaps the option's value for `*value`, or only reads it where that is NULL, and sets `*old`. */
static struct net_error swap_option(int fd, const struct option *option, const int *value,
                                    int *old) {
  struct net_error error = net_get_option(fd, option->level, option->number, old);
  if (error.kind == NET_ERROR_NONE && value) {
    error = net_set_option(fd, option->level, option->number, *value);
  }
  return error;
}

int option_boolean(lua_State *L, const struct option *option) {
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

int option_integer(lua_State *L, const struct option *option) {
  const struct socket *socket = socket_check(L);
  bool is_set = !lua_isnoneornil(L, 2);
  int value = is_set ? args_int(L, 2) : 0;
  int old = 0;
  struct net_error error = swap_option(socket->fd, option, is_set ? &value : NULL, &old);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, option->name, error);
  }
  lua_pushinteger(L, old);
  return 1;
}

int option_state(lua_State *L, const struct option *option) {
  int value = 0;
  struct net_error error = swap_option(socket_check(L)->fd, option, NULL, &value);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, option->name, error);
  }
  lua_pushboolean(L, value);
  return 1;
}
