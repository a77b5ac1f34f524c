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

/* Pushes a module of the two constructors. */
static int push_constructors(lua_State *L, lua_CFunction client, lua_CFunction server) {
  luaL_checkversion(L);
  lua_createtable(L, 0, 2);
  set_constructor(L, "client", client);
  set_constructor(L, "server", server);
  return 1;
}

int luaopen_net_stream_inet(lua_State *L) {
  return push_constructors(L, inet_client_new, inet_server_new);
}

int luaopen_net_stream_unix(lua_State *L) {
  return push_constructors(L, unix_client_new, unix_server_new);
}
