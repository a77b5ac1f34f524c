#ifndef LUA_UNIX_H
#define LUA_UNIX_H

#include <lua.h>

/* unix_client_new is unix.client.new(pathname, opts) -> client, err, timeout, ai. */
int unix_client_new(lua_State *L);

/* unix_server_new is unix.server.new(pathname, opts) -> server, err, ai. */
int unix_server_new(lua_State *L);

/* unix_server_wrap is unix.server.wrap(fd, opts) -> server, err, ai. */
int unix_server_wrap(lua_State *L);

/* unix_wrap is unix.wrap(fd) -> sock, err. */
int unix_wrap(lua_State *L);

/* unix_pair is unix.pair() -> { sock1, sock2 }, err. */
int unix_pair(lua_State *L);

#endif
