/* The modules in net.so: Lua finds luaopen_net_tls there for require 'net.tls' and so on. */

#include <lauxlib.h>

#include "lua/addrinfo.h"
#include "lua/constants.h"
#include "lua/extend.h"
#include "lua/inet.h"
#include "lua/iovec.h"
#include "lua/poller.h"
#include "lua/tls_config.h"
#include "lua/tls_session.h"
#include "lua/unix.h"

int luaopen_net(lua_State *L);
int luaopen_net_addrinfo(lua_State *L);
int luaopen_net_class(lua_State *L);
int luaopen_net_iovec(lua_State *L);
int luaopen_net_poll(lua_State *L);
int luaopen_net_stream_inet(lua_State *L);
int luaopen_net_stream_unix(lua_State *L);
int luaopen_net_tls(lua_State *L);
int luaopen_net_tls_config(lua_State *L);
int luaopen_net_tls_session(lua_State *L);

int luaopen_net(lua_State *L) {
  luaL_checkversion(L);
  constants_push_net(L);
  return 1;
}

int luaopen_net_tls(lua_State *L) {
  luaL_checkversion(L);
  constants_push_tls(L);
  return 1;
}

int luaopen_net_tls_config(lua_State *L) {
  luaL_checkversion(L);
  return tls_config_open(L);
}

int luaopen_net_tls_session(lua_State *L) {
  luaL_checkversion(L);
  return tls_session_open(L);
}

int luaopen_net_poll(lua_State *L) {
  luaL_checkversion(L);
  return poller_open(L);
}

int luaopen_net_class(lua_State *L) {
  luaL_checkversion(L);
  return extend_open(L);
}

int luaopen_net_addrinfo(lua_State *L) {
  luaL_checkversion(L);
  return addrinfo_open(L);
}

int luaopen_net_iovec(lua_State *L) {
  luaL_checkversion(L);
  return iovec_open(L);
}

/* Sets field `name` of the table on the top to a table with the one function `new`. */
static void set_constructor(lua_State *L, const char *name, lua_CFunction new) {
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, new);
  lua_setfield(L, -2, "new");
  lua_setfield(L, -2, name);
}

/* Pushes a module of the two constructors and `functions`. */
static int push_stream_module(lua_State *L, lua_CFunction client, lua_CFunction server,
                              const luaL_Reg *functions) {
  luaL_checkversion(L);
  lua_createtable(L, 0, 4);
  set_constructor(L, "client", client);
  set_constructor(L, "server", server);
  luaL_setfuncs(L, functions, 0);
  return 1;
}

int luaopen_net_stream_inet(lua_State *L) {
  static const luaL_Reg functions[] = {{"wrap", inet_wrap}, {NULL, NULL}};
  return push_stream_module(L, inet_client_new, inet_server_new, functions);
}

int luaopen_net_stream_unix(lua_State *L) {
  static const luaL_Reg functions[] = {{"wrap", unix_wrap}, {"pair", unix_pair}, {NULL, NULL}};
  return push_stream_module(L, unix_client_new, unix_server_new, functions);
}
