/* The modules in net.so: Lua finds luaopen_net_tls there for require 'net.tls' and so on. */

#include <lauxlib.h>

#include "lua/addrinfo.h"
#include "lua/cmsghdr.h"
#include "lua/constants.h"
#include "lua/extend.h"
#include "lua/inet.h"
#include "lua/iovec.h"
#include "lua/msghdr.h"
#include "lua/poller.h"
#include "lua/tls_config.h"
#include "lua/tls_session.h"
#include "lua/unix.h"

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

int luaopen_net_cmsghdr(lua_State *L) {
  luaL_checkversion(L);
  return cmsghdr_open(L);
}

int luaopen_net_msghdr(lua_State *L) {
  luaL_checkversion(L);
  return msghdr_open(L);
}

/* Pushes a module of the tables `client` and `server` of constructors, and of `functions`. */
static int push_stream_module(lua_State *L, const luaL_Reg *client, const luaL_Reg *server,
                              const luaL_Reg *functions) {
  luaL_checkversion(L);
  lua_createtable(L, 0, 4);
  lua_newtable(L);
  luaL_setfuncs(L, client, 0);
  lua_setfield(L, -2, "client");
  lua_newtable(L);
  luaL_setfuncs(L, server, 0);
  lua_setfield(L, -2, "server");
  luaL_setfuncs(L, functions, 0);
  return 1;
}

int luaopen_net_stream_inet(lua_State *L) {
  static const luaL_Reg client[] = {{"new", inet_client_new}, {NULL, NULL}};
  static const luaL_Reg server[] = {
      {"new", inet_server_new}, {"wrap", inet_server_wrap}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"wrap", inet_wrap}, {NULL, NULL}};
  return push_stream_module(L, client, server, functions);
}

int luaopen_net_stream_unix(lua_State *L) {
  static const luaL_Reg client[] = {{"new", unix_client_new}, {NULL, NULL}};
  static const luaL_Reg server[] = {
      {"new", unix_server_new}, {"wrap", unix_server_wrap}, {NULL, NULL}};
  static const luaL_Reg functions[] = {{"wrap", unix_wrap}, {"pair", unix_pair}, {NULL, NULL}};
  return push_stream_module(L, client, server, functions);
}
