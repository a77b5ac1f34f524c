/* close(): the poller forgets the descriptor, TLS is closed, and then the descriptor always is
   (D-20), also when a function of the poller raises. closer() and closew() end one direction. */

#include <sys/socket.h>

#include "lua/poller.h"
#include "lua/socket_classes.h"
#include "lua/tls_io.h"
#include "lua/triple.h"
#include "net/stream_io.h"

/* The arguments of close. */
enum {
  SOCKET = 1,
  SHUT_READ,
  SHUT_WRITE
};

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

/* After tls_close: on the stack are the socket and its three results or what was raised. The
   context is the errno that the shutdown before has failed with, or 0. */
static int tls_closed(lua_State *L, int status, lua_KContext context) {
  int results = close_descriptor(L, lua_touserdata(L, SOCKET));
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_settop(L, 2);
    return lua_error(L);
  }
  if (!lua_toboolean(L, 2)) {
    lua_settop(L, 4);
    return 3;
  }
  if (context != 0) {
    struct net_error error = {.kind = NET_ERROR_SYSTEM, .code = (int)context};
    return triple_net_error(L, TRIPLE_OK, "shutdown", error);
  }
  return results;
}

/* The connection of another process is left alone. */
static int unwaited(lua_State *L, int status, lua_KContext context) {
  const struct socket *socket = lua_touserdata(L, 1);
  (void)status, (void)context;
  lua_settop(L, 1);
  return socket->tls && net_tls_socket_is_inherited(socket->tls) ? triple_ok(L) : tls_io_close(L);
}

static int unwait_and_close_tls(lua_State *L) {
  const struct socket *socket = socket_check(L);
  if (socket->nonblocking && poller_push(L, "unwait")) {
    lua_pushinteger(L, socket->fd);
    lua_callk(L, 1, 0, 0, unwaited);
  }
  return unwaited(L, LUA_OK, 0);
}

static bool boolean_or_none(lua_State *L, int index, const char *name) {
  if (!lua_isnoneornil(L, index) && !lua_isboolean(L, index)) {
    luaL_argerror(L, index, lua_pushfstring(L, "%s must be boolean", name));
  }
  return lua_toboolean(L, index);
}

/* Ends the directions that close([shutrd[, shutwr]]) is asked to: for whoever has the connection in
   another process too. Returns the errno of the failure, or 0. TLS ends its own way. */
static int shut_directions(lua_State *L, const struct socket *socket) {
  if (class_test(L, SOCKET, &tls_socket_class)) {
    return 0;
  }
  bool read = boolean_or_none(L, SHUT_READ, "shutrd");
  bool write = boolean_or_none(L, SHUT_WRITE, "shutwr");
  if (socket->fd < 0 || !(read || write)) {
    return 0;
  }
  return net_shutdown(socket->fd, !write ? SHUT_RD : !read ? SHUT_WR : SHUT_RDWR).code;
}

/* close([shutrd[, shutwr]]) -> ok, err, timeout */
static int close_socket(lua_State *L) {
  struct socket *socket = socket_check(L);
  int shutdown_code = shut_directions(L, socket);
  lua_settop(L, SOCKET);
  if (socket->fd < 0) {
    return triple_ok(L);
  }
  socket->is_closing = true;
  lua_pushcfunction(L, unwait_and_close_tls);
  lua_pushvalue(L, SOCKET);
  int status = lua_pcallk(L, 1, 3, 0, shutdown_code, tls_closed);
  return tls_closed(L, status, shutdown_code);
}

/* After the poller has been told; the context is SHUT_RD or SHUT_WR. */
static int shut_one(lua_State *L, int status, lua_KContext context) {
  const struct socket *socket = socket_check(L);
  (void)status;
  struct net_error error = net_shutdown(socket->fd, (int)context);
  return error.kind == NET_ERROR_NONE
             ? triple_ok(L)
             : triple_net_error(L, TRIPLE_OK, context == SHUT_RD ? "closer" : "closew", error);
}

/* Whoever waits for the direction is to see its end. */
static int unwait_and_shut(lua_State *L, const char *unwait, int how) {
  const struct socket *socket = socket_check(L);
  lua_settop(L, SOCKET);
  if (socket->nonblocking && socket->fd >= 0 && poller_push(L, unwait)) {
    lua_pushinteger(L, socket->fd);
    lua_callk(L, 1, 0, how, shut_one);
  }
  return shut_one(L, LUA_OK, how);
}

/* closer() -> ok, err, timeout: nothing more is read. */
static int close_reading(lua_State *L) {
  return unwait_and_shut(L, "unwait_readable", SHUT_RD);
}

/* closew() -> ok, err, timeout: nothing more is written, which the peer sees. */
static int close_writing(lua_State *L) {
  return unwait_and_shut(L, "unwait_writable", SHUT_WR);
}

const luaL_Reg socket_close_methods[] = {
    {"close", close_socket},
    {"closer", close_reading},
    {"closew", close_writing},
    {NULL, NULL},
};
