#include "lua/new_connection.h"

#include "lua/socket_classes.h"
#include "lua/triple.h"

/* The arguments of the function that delivers, and what new_connection has returned. */
enum {
  SERVER = 1,
  ACCEPTED,
  ADDRESS,
  SOCKET,
  ERROR
};

static void close_accepted(lua_State *L, int index) {
  socket_dispose(lua_touserdata(L, index));
}

/* Pushes a method of the server and its first arguments, of which `index` is the socket. */
static void push_method(lua_State *L, const char *name, int index) {
  const struct socket *server = lua_touserdata(L, SERVER);
  lua_getfield(L, SERVER, name);
  lua_pushvalue(L, SERVER);
  lua_pushvalue(L, index);
  lua_pushboolean(L, server->nonblocking);
}

static int returned(lua_State *L, int status, lua_KContext context) {
  (void)L, (void)status, (void)context;
  return 3;
}

/* An err counts, whatever comes with it; it becomes a string. */
static int fail(lua_State *L) {
  close_accepted(L, ACCEPTED);
  return triple_error(L, TRIPLE_VALUE,
                      lua_isnil(L, ERROR) ? "accept failed: new_connection has returned nothing"
                                          : luaL_tolstring(L, ERROR, NULL));
}

static int connected(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  if (!lua_isnil(L, ERROR) || !lua_toboolean(L, SOCKET)) {
    return fail(L);
  }
  push_method(L, "accepted", SOCKET);
  lua_pushvalue(L, ADDRESS);
  lua_callk(L, 4, 3, 0, returned);
  return returned(L, LUA_OK, 0);
}

static int deliver(lua_State *L) {
  push_method(L, "new_connection", ACCEPTED);
  lua_callk(L, 3, 2, 0, connected);
  return connected(L, LUA_OK, 0);
}

/* `context` is the index of the accepted socket. */
static int delivered(lua_State *L, int status, lua_KContext context) {
  if (status != LUA_OK && status != LUA_YIELD) {
    close_accepted(L, (int)context);
    return lua_error(L);
  }
  return 3;
}

int new_connection_deliver(lua_State *L, int server, int accepted) {
  luaL_checkstack(L, LUA_MINSTACK, "accept");
  lua_pushcfunction(L, deliver);
  lua_insert(L, -2);
  lua_pushvalue(L, server);
  lua_pushvalue(L, accepted);
  lua_rotate(L, -3, -1);
  return delivered(L, lua_pcallk(L, 3, 3, 0, accepted, delivered), accepted);
}

/* new_connection(sock, nonblock) -> sock, err: what is made of a connection. */
static int new_connection(lua_State *L) {
  class_check(L, 1, &stream_server_class);
  class_check(L, 2, &socket_class);
  lua_settop(L, 2);
  return 1;
}

/* accepted(sock, nonblock, ai) -> sock, err, ai: what accept returns. `sock` is whatever
   new_connection has returned. */
static int accepted_method(lua_State *L) {
  class_check(L, 1, &stream_server_class);
  luaL_checkany(L, 2);
  lua_settop(L, 4);
  lua_pushvalue(L, 2);
  lua_pushnil(L);
  lua_pushvalue(L, 4);
  return 3;
}

const luaL_Reg new_connection_methods[] = {
    {"new_connection", new_connection},
    {"accepted", accepted_method},
    {NULL, NULL},
};
