#include "lua/select.h"

#include <lauxlib.h>
#include <limits.h>

#include "lua/args.h"
#include "lua/socket.h"
#include "net/transport.h"

/* Fills `entries` with the `count` descriptors of the array `index`. */
static void add_entries(lua_State *L, int index, unsigned direction, struct net_wait_entry *entries,
                        size_t count) {
  for (size_t i = 0; i < count; i++) {
    int is_integer = 0;
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    lua_Integer fd = lua_tointegerx(L, -1, &is_integer);
    lua_pop(L, 1);
    luaL_argcheck(L, is_integer && fd >= 0 && fd <= INT_MAX, index,
                  "array of descriptors expected");
    entries[i] = (struct net_wait_entry){.fd = (int)fd, .directions = direction};
  }
}

static void push_ready(lua_State *L, const struct net_wait_entry *entries, size_t count) {
  lua_Integer length = 0;
  lua_newtable(L);
  for (size_t i = 0; i < count; i++) {
    if (entries[i].is_ready) {
      lua_pushinteger(L, entries[i].fd);
      lua_rawseti(L, -2, ++length);
    }
  }
}

int select_descriptors(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  int64_t timeout_ms = lua_isnoneornil(L, 3) ? -1 : args_milliseconds(L, 3, "msec");
  size_t num_readable = lua_rawlen(L, 1);
  size_t num_writable = lua_rawlen(L, 2);
  size_t count = num_readable + num_writable;
  struct net_wait_entry *entries = lua_newuserdatauv(L, (count + 1) * sizeof(*entries), 0);
  add_entries(L, 1, NET_TRANSPORT_READABLE, entries, num_readable);
  add_entries(L, 2, NET_TRANSPORT_WRITABLE, entries + num_readable, num_writable);
  struct net_error error = net_wait_any(entries, count, timeout_ms);
  if (error.kind != NET_ERROR_NONE && error.kind != NET_ERROR_TIMEOUT) {
    return socket_failure(L, "select", error);
  }
  push_ready(L, entries, num_readable);
  push_ready(L, entries + num_readable, num_writable);
  return 2;
}
