/* The hooks that run before a wait (D-16). */

#include "lua/socket_classes.h"

/* Returns the function before, or nil. */
static int set_hook(lua_State *L, int hook, int hook_context) {
  socket_check(L);
  lua_settop(L, 3);
  if (!lua_isnil(L, 2)) {
    luaL_argcheck(L, lua_isfunction(L, 2), 2, "fn must be function");
  } else {
    lua_pushnil(L);
    lua_replace(L, 3);
  }
  lua_getiuservalue(L, 1, hook);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 1, hook);
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, 1, hook_context);
  return 1;
}

static int on_wait_receive(lua_State *L) {
  return set_hook(L, SOCKET_RECEIVE_HOOK, SOCKET_RECEIVE_HOOK_CONTEXT);
}

static int on_wait_send(lua_State *L) {
  return set_hook(L, SOCKET_SEND_HOOK, SOCKET_SEND_HOOK_CONTEXT);
}

const luaL_Reg socket_hook_methods[] = {
    {"onwaitrecv", on_wait_receive},
    {"onwaitsend", on_wait_send},
    {NULL, NULL},
};
