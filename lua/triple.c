#include "lua/triple.h"

#include <lauxlib.h>

#define ERROR_TEXT_SIZE 256

static void push_failure(lua_State *L, enum triple_kind kind) {
  if (kind == TRIPLE_OK) {
    lua_pushboolean(L, false);
  } else {
    lua_pushnil(L);
  }
}

int triple_ok(lua_State *L) {
  lua_pushboolean(L, true);
  return triple_value(L);
}

int triple_value(lua_State *L) {
  lua_pushnil(L);
  lua_pushnil(L);
  return 3;
}

int triple_closed(lua_State *L) {
  lua_pushnil(L);
  return triple_value(L);
}

int triple_timeout(lua_State *L, enum triple_kind kind) {
  push_failure(L, kind);
  lua_pushnil(L);
  lua_pushboolean(L, true);
  return 3;
}

int triple_partial(lua_State *L, lua_Integer length) {
  lua_pushinteger(L, length);
  lua_pushnil(L);
  lua_pushboolean(L, true);
  return 3;
}

int triple_error(lua_State *L, enum triple_kind kind, const char *text) {
  push_failure(L, kind);
  lua_pushstring(L, text);
  lua_pushnil(L);
  return 3;
}

int triple_net_error(lua_State *L, enum triple_kind kind, const char *operation,
                     struct net_error error) {
  char text[ERROR_TEXT_SIZE];
  if (error.kind == NET_ERROR_TIMEOUT) {
    return triple_timeout(L, kind);
  }
  net_error_text(error, text, sizeof(text));
  return triple_error(L, kind, lua_pushfstring(L, "%s failed: %s", operation, text));
}

int triple_refused(lua_State *L, enum triple_kind kind, const char *operation, int first) {
  if (!lua_isnil(L, first + 1)) {
    return triple_error(L, kind, luaL_tolstring(L, first + 1, NULL));
  }
  if (lua_toboolean(L, first + 2)) {
    return triple_timeout(L, kind);
  }
  return triple_error(L, kind, lua_pushfstring(L, "%s failed: the wait was refused", operation));
}
