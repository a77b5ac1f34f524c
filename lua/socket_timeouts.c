/* The timeouts of net.Socket: the kernel's, and the deadlines of waits with a poller. */

#include <math.h>
#include <sys/socket.h>

#include "lua/args.h"
#include "lua/poller.h"
#include "lua/socket_classes.h"

/* A timeout of the kernel's, in seconds: it ends calls that sleep there, so only in blocking mode.
 */
static int timeout_option(lua_State *L, const char *name, int number) {
  const struct socket *socket = socket_check(L);
  bool is_set = !lua_isnoneornil(L, 2);
  lua_Number value = is_set ? args_number(L, 2) : 0;
  double old = 0;
  luaL_argcheck(L, value >= 0 && isfinite(value), 2, "sec must be unsigned number");
  struct net_error error = net_get_timeout(socket->fd, number, &old);
  if (error.kind == NET_ERROR_NONE && is_set) {
    error = net_set_timeout(socket->fd, number, value);
  }
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, name, error);
  }
  lua_pushnumber(L, old);
  return 1;
}

static int receive_timeout(lua_State *L) {
  return timeout_option(L, "rcvtimeo", SO_RCVTIMEO);
}

static int send_timeout(lua_State *L) {
  return timeout_option(L, "sndtimeo", SO_SNDTIMEO);
}

/* Pushes the kernel's timeout in milliseconds. */
static struct net_error push_kernel_timeout(lua_State *L, int fd, int name) {
  double seconds = 0;
  struct net_error error = net_get_timeout(fd, name, &seconds);
  lua_pushinteger(L, (lua_Integer)llround(seconds * 1e3));
  return error;
}

static struct net_error set_kernel_timeout(lua_State *L, int index, int fd, int name) {
  if (lua_isnoneornil(L, index)) {
    return (struct net_error){.kind = NET_ERROR_NONE};
  }
  return net_set_timeout(fd, name, (double)lua_tointeger(L, index) / 1e3);
}

/* In blocking mode the kernel keeps the deadlines, as timeouts of its calls (D-13). */
static int kernel_deadlines(lua_State *L, int fd) {
  struct net_error error = set_kernel_timeout(L, 2, fd, SO_RCVTIMEO);
  if (error.kind == NET_ERROR_NONE) {
    error = set_kernel_timeout(L, 3, fd, SO_SNDTIMEO);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = push_kernel_timeout(L, fd, SO_RCVTIMEO);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = push_kernel_timeout(L, fd, SO_SNDTIMEO);
  }
  return error.kind == NET_ERROR_NONE ? 2 : socket_failure(L, "deadlines", error);
}

static void set_deadline(lua_State *L, int index, int64_t *deadline_ms) {
  if (!lua_isnoneornil(L, index)) {
    lua_Integer milliseconds = lua_tointeger(L, index);
    *deadline_ms = milliseconds > 0 ? milliseconds : -1;
  }
}

static int own_deadlines(lua_State *L, struct socket *socket) {
  set_deadline(L, 2, &socket->receive_deadline_ms);
  set_deadline(L, 3, &socket->send_deadline_ms);
  if (socket->tls) {
    net_tls_socket_set_deadlines(socket->tls, socket->receive_deadline_ms,
                                 socket->send_deadline_ms);
  }
  poller_push_timeout(L, socket->receive_deadline_ms);
  poller_push_timeout(L, socket->send_deadline_ms);
  return 2;
}

/* deadlines([rcv_ms [, snd_ms]]) -> the pair that now holds; 0 clears one. */
static int deadlines(lua_State *L) {
  struct socket *socket = socket_check(L);
  if (!lua_isnoneornil(L, 2)) {
    args_milliseconds(L, 2, "rcvdeadl");
  }
  if (!lua_isnoneornil(L, 3)) {
    args_milliseconds(L, 3, "snddeadl");
  }
  return socket->nonblocking ? own_deadlines(L, socket) : kernel_deadlines(L, socket->fd);
}

const luaL_Reg socket_timeout_methods[] = {
    {"rcvtimeo", receive_timeout},
    {"sndtimeo", send_timeout},
    {"deadlines", deadlines},
    {NULL, NULL},
};
