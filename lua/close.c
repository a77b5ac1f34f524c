/* close(): the poller forgets the descriptor, TLS is closed, and then the descriptor always is
   (D-20), also when a function of the poller raises. */

#include "lua/poller.h"
#include "lua/socket_classes.h"
#include "lua/tls_io.h"
#include "lua/triple.h"

static int close_descriptor(lua_State *L, struct socket *socket) {
  int fd = socket->fd;
  socket->fd = -1;
  if (socket->tls) {
    enum net_tls_outcome outcome = net_tls_socket_close_transport(socket->tls);
    return outcome == NET_TLS_OK ? triple_ok(L)
                                 : triple_error(L, TRIPLE_OK, net_tls_socket_error(socket->tls));
  }
  struct net_error error = {.kind = NET_ERROR_NONE};
  if (fd >= 0) {
    error = net_close(fd);
  }
  return error.kind == NET_ERROR_NONE ? triple_ok(L)
                                      : triple_net_error(L, TRIPLE_OK, "close", error);
}

/* After tls_close: on the stack are the socket and its three results or what was raised. */
static int tls_closed(lua_State *L, int status, lua_KContext context) {
  (void)context;
  int results = close_descriptor(L, lua_touserdata(L, 1));
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_settop(L, 2);
    return lua_error(L);
  }
  if (!lua_toboolean(L, 2)) {
    lua_settop(L, 4);
    return 3;
  }
  return results;
}

static int unwaited(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  lua_settop(L, 1);
  return tls_io_close(L);
}

static int unwait_and_close_tls(lua_State *L) {
  const struct socket *socket = socket_check(L);
  if (socket->nonblocking && poller_push(L, "unwait")) {
    lua_pushinteger(L, socket->fd);
    lua_callk(L, 1, 0, 0, unwaited);
  }
  return unwaited(L, LUA_OK, 0);
}

static int close_socket(lua_State *L) {
  struct socket *socket = socket_check(L);
  lua_settop(L, 1);
  if (socket->fd < 0) {
    return triple_ok(L);
  }
  socket->is_closing = true;
  lua_pushcfunction(L, unwait_and_close_tls);
  lua_pushvalue(L, 1);
  int status = lua_pcallk(L, 1, 3, 0, 0, tls_closed);
  return tls_closed(L, status, 0);
}

const luaL_Reg socket_close_methods[] = {{"close", close_socket}, {NULL, NULL}};
