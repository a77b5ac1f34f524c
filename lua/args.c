#include "lua/args.h"

#include <limits.h>
#include <string.h>

static void check_type(lua_State *L, int index, int type) {
  if (lua_type(L, index) != type) {
    luaL_typeerror(L, index, lua_typename(L, type));
  }
}

const char *args_string(lua_State *L, int index, size_t *length) {
  check_type(L, index, LUA_TSTRING);
  return lua_tolstring(L, index, length);
}

const char *args_text(lua_State *L, int index) {
  size_t length = 0;
  const char *text = args_string(L, index, &length);
  luaL_argcheck(L, strlen(text) == length, index, "string contains zeros");
  return text;
}

const char *args_optional_text(lua_State *L, int index) {
  return lua_isnoneornil(L, index) ? NULL : args_text(L, index);
}

lua_Integer args_integer(lua_State *L, int index) {
  int is_integer = 0;
  check_type(L, index, LUA_TNUMBER);
  lua_Integer integer = lua_tointegerx(L, index, &is_integer);
  if (!is_integer) {
    luaL_argerror(L, index, "number has no integer representation");
  }
  return integer;
}

int args_int(lua_State *L, int index) {
  lua_Integer integer = args_integer(L, index);
  luaL_argcheck(L, integer >= INT_MIN && integer <= INT_MAX, index, "integer out of range");
  return (int)integer;
}

lua_Number args_number(lua_State *L, int index) {
  check_type(L, index, LUA_TNUMBER);
  return lua_tonumber(L, index);
}

bool args_boolean(lua_State *L, int index) {
  check_type(L, index, LUA_TBOOLEAN);
  return lua_toboolean(L, index);
}

int args_flags(lua_State *L, int first) {
  int flags = 0;
  for (int index = first; index <= lua_gettop(L); index++) {
    lua_Integer flag = lua_isnil(L, index) ? 0 : args_integer(L, index);
    luaL_argcheck(L, flag >= INT32_MIN && flag <= INT32_MAX, index, "integer out of range");
    flags |= (int)flag;
  }
  return flags;
}

/* Returns a negative number for anything but an integer that is not negative. */
static lua_Integer to_uint(lua_State *L, int index) {
  int is_integer = 0;
  lua_Integer integer = lua_tointegerx(L, index, &is_integer);
  return is_integer && lua_type(L, index) == LUA_TNUMBER ? integer : -1;
}

static int raise_not_uint(lua_State *L, int index, const char *name) {
  return luaL_argerror(L, index, lua_pushfstring(L, "%s must be uint", name));
}

int64_t args_milliseconds(lua_State *L, int index, const char *name) {
  lua_Integer milliseconds = to_uint(L, index);
  if (milliseconds < 0) {
    raise_not_uint(L, index, name);
  }
  return milliseconds;
}

const char *args_port(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_Integer port = args_integer(L, index);
    luaL_argcheck(L, port >= 0 && port <= UINT16_MAX, index, "port out of range");
    lua_pushinteger(L, port);
    lua_replace(L, index);
    return lua_tostring(L, index);
  }
  return args_text(L, index);
}

bool args_option(lua_State *L, int index, const char *name) {
  luaL_argcheck(L, lua_istable(L, index) || lua_isnoneornil(L, index), index, "opts must be table");
  if (!lua_istable(L, index)) {
    lua_pushnil(L);
    return false;
  }
  return lua_getfield(L, index, name) != LUA_TNIL;
}

bool args_option_boolean(lua_State *L, int index, const char *name) {
  if (args_option(L, index, name) && !lua_isboolean(L, -1)) {
    luaL_argerror(L, index, lua_pushfstring(L, "opts.%s must be boolean", name));
  }
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

int64_t args_option_milliseconds(lua_State *L, int index, const char *name) {
  int64_t milliseconds = -1;
  if (args_option(L, index, name)) {
    milliseconds = to_uint(L, -1);
    if (milliseconds < 0) {
      raise_not_uint(L, index, lua_pushfstring(L, "opts.%s", name));
    }
  }
  lua_pop(L, 1);
  return milliseconds;
}
