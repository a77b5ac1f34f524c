#ifndef LUA_INET_H
#define LUA_INET_H

#include <lua.h>

/* inet_client_new is inet.client.new(host, port, opts) -> client, err, timeout, ai. */
int inet_client_new(lua_State *L);

/* inet_server_new is inet.server.new(host, port, opts) -> server, err, ai. */
int inet_server_new(lua_State *L);

/* inet_server_wrap is inet.server.wrap(fd, opts) -> server, err, ai. */
int inet_server_wrap(lua_State *L);

/* inet_wrap is inet.wrap(fd) -> sock, err. */
int inet_wrap(lua_State *L);

#endif
