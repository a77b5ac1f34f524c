/* driver.lua, in a Lua of which single allocations can fail: the interpreter's, the binding's and
   BoringSSL's, which are all linked statically here. memory_driver FILE */

#include <lauxlib.h>
#include <libgen.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "conformance/drivers/c/allocations.h"

int luaopen_net(lua_State *L);
int luaopen_net_addrinfo(lua_State *L);
int luaopen_net_class(lua_State *L);
int luaopen_net_cmsghdr(lua_State *L);
int luaopen_net_iovec(lua_State *L);
int luaopen_net_msghdr(lua_State *L);
int luaopen_net_poll(lua_State *L);
int luaopen_net_stream_inet(lua_State *L);
int luaopen_net_stream_unix(lua_State *L);
int luaopen_net_tls(lua_State *L);
int luaopen_net_tls_config(lua_State *L);
int luaopen_net_tls_session(lua_State *L);

static void *allocate(void *context, void *block, size_t old_size, size_t size) {
  (void)context;
  return allocations_resize(block, old_size, size);
}

/* guard(f, ...) returns what f(...) returns, or raises what it raises. */
static int guard(lua_State *L) {
  allocations_enter();
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  allocations_leave();
  return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

/* arm(number, goes_on) */
static int arm(lua_State *L) {
  allocations_arm((size_t)luaL_checkinteger(L, 1), lua_toboolean(L, 2));
  return 0;
}

/* asked, failed, live = disarm() */
static int disarm(lua_State *L) {
  struct allocation_counts counts = allocations_counted();
  allocations_disarm();
  lua_pushinteger(L, (lua_Integer)counts.asked);
  lua_pushinteger(L, (lua_Integer)counts.failed);
  lua_pushinteger(L, counts.live);
  return 3;
}

static int open_allocations(lua_State *L) {
  const luaL_Reg functions[] = {{"guard", guard}, {"arm", arm}, {"disarm", disarm}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

static const luaL_Reg modules[] = {
    {"allocations", open_allocations},
    {"net", luaopen_net},
    {"net.addrinfo", luaopen_net_addrinfo},
    {"net.class", luaopen_net_class},
    {"net.cmsghdr", luaopen_net_cmsghdr},
    {"net.iovec", luaopen_net_iovec},
    {"net.msghdr", luaopen_net_msghdr},
    {"net.poll", luaopen_net_poll},
    {"net.stream.inet", luaopen_net_stream_inet},
    {"net.stream.unix", luaopen_net_stream_unix},
    {"net.tls", luaopen_net_tls},
    {"net.tls.config", luaopen_net_tls_config},
    {"net.tls.session", luaopen_net_tls_session},
    {NULL, NULL},
};

/* run(file) */
static int run(lua_State *L) {
  char directory[4096];
  const char *file = luaL_checkstring(L, 1);
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, modules, 0);
  snprintf(directory, sizeof directory, "%s", file);
  lua_getglobal(L, "package");
  lua_pushfstring(L, "%s/?.lua", dirname(directory));
  lua_setfield(L, -2, "path");
  if (luaL_dofile(L, file)) {
    return lua_error(L);
  }
  return 0;
}

int main(int argc, char **argv) {
  lua_State *L = argc == 2 ? lua_newstate(allocate, NULL) : NULL;
  if (!L) {
    fprintf(stderr, "usage: memory_driver DRIVER.LUA\n");
    return 1;
  }
  lua_pushcfunction(L, run);
  lua_pushstring(L, argv[1]);
  int status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK) {
    fprintf(stderr, "memory_driver: %s\n", lua_tostring(L, -1));
  }
  lua_close(L);
  return status == LUA_OK ? 0 : 1;
}
