#include "lua/poller.h"

#include <lauxlib.h>
#include <limits.h>

#include "lua/args.h"
#include "lua/select.h"
#include "lua/triple.h"
#include "net/transport.h"

/* Its address is the key of the installed poller, a table, in the registry. */
static const char poller_key;

bool poller_push(lua_State *L, const char *name) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &poller_key) == LUA_TNIL) {
    lua_pop(L, 1);
    return false;
  }
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
  return true;
}

bool poller_is_pollable(lua_State *L) {
  if (!poller_push(L, "pollable")) {
    return false;
  }
  lua_call(L, 0, 1);
  bool is_pollable = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is_pollable;
}

void poller_push_timeout(lua_State *L, int64_t milliseconds) {
  if (milliseconds < 0) {
    lua_pushnil(L);
  } else {
    lua_pushinteger(L, milliseconds);
  }
}

/* What the functions of net.poll do as long as no poller is installed. */

static int wait_default(lua_State *L, const char *operation, unsigned direction) {
  lua_Integer fd = args_integer(L, 1);
  int64_t timeout_ms = lua_isnoneornil(L, 2) ? -1 : args_milliseconds(L, 2, "msec");
  luaL_argcheck(L, fd >= INT_MIN && fd <= INT_MAX, 1, "integer out of range");
  struct net_error error = net_wait((int)fd, direction, timeout_ms);
  return error.kind == NET_ERROR_NONE ? triple_ok(L)
                                      : triple_net_error(L, TRIPLE_OK, operation, error);
}

static int wait_readable(lua_State *L) {
  return wait_default(L, "wait_readable", NET_TRANSPORT_READABLE);
}

static int wait_writable(lua_State *L) {
  return wait_default(L, "wait_writable", NET_TRANSPORT_WRITABLE);
}

static int not_pollable(lua_State *L) {
  lua_pushboolean(L, false);
  return 1;
}

static int succeed(lua_State *L) {
  return triple_ok(L);
}

static const luaL_Reg defaults[] = {
    {"pollable", not_pollable},
    {"wait_readable", wait_readable},
    {"wait_writable", wait_writable},
    {"unwait_readable", succeed},
    {"unwait_writable", succeed},
    {"unwait", succeed},
    {"read_lock", succeed},
    {"read_unlock", succeed},
    {"write_lock", succeed},
    {"write_unlock", succeed},
    {NULL, NULL},
};

static int dispatched(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return lua_gettop(L);
}

/* A function of net.poll: the installed poller's or the default. Upvalues: its name and default. */
static int dispatch(lua_State *L) {
  if (!poller_push(L, lua_tostring(L, lua_upvalueindex(1)))) {
    return lua_tocfunction(L, lua_upvalueindex(2))(L);
  }
  lua_insert(L, 1);
  lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, dispatched);
  return dispatched(L, LUA_OK, 0);
}

/* Copies the function `name` of the poller, argument 1, into the table on the top. */
static void copy_function(lua_State *L, const char *name) {
  if (lua_getfield(L, 1, name) != LUA_TFUNCTION) {
    luaL_error(L, "\"%s\" is not function: \"%s\"", name, luaL_typename(L, -1));
  }
  lua_setfield(L, -2, name);
}

/* set_poller([poller]): nil goes back to waiting in the kernel. */
static int set_poller(lua_State *L) {
  lua_settop(L, 1);
  if (!lua_isnil(L, 1)) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_newtable(L);
    for (const luaL_Reg *function = defaults; function->name; function++) {
      copy_function(L, function->name);
    }
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &poller_key);
  return 0;
}

static const luaL_Reg functions[] = {
    {"set_poller", set_poller},
    {"select", select_descriptors},
    {NULL, NULL},
};

int poller_open(lua_State *L) {
  luaL_newlib(L, functions);
  for (const luaL_Reg *function = defaults; function->name; function++) {
    lua_pushstring(L, function->name);
    lua_pushcfunction(L, function->func);
    lua_pushcclosure(L, dispatch, 2);
    lua_setfield(L, -2, function->name);
  }
  return 1;
}
