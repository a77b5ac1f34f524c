/* poll_wait(want) (D-16). */

#include <math.h>

#include "lua/constants.h"
#include "lua/socket_classes.h"
#include "lua/tls_io.h"
#include "lua/triple.h"
#include "lua/wait.h"

struct poll_wait {
  struct wait_target target;
  bool has_operation;
  struct net_tls_operation operation;
  int64_t timeout_ms;
};

/* The stack of the method. */
enum {
  SOCKET = 1,
  WANT,
  CONTEXT,
  OK
};

static int64_t remaining(const struct socket *socket, const void *context,
                         enum net_tls_outcome want) {
  const struct poll_wait *wait = context;
  if (wait->has_operation && socket->tls) {
    return net_tls_socket_remaining(socket->tls, &wait->operation, want);
  }
  return wait->timeout_ms;
}

/* In blocking mode the socket's own timeout holds, as for every call that sleeps in the kernel. */
static int64_t kernel_timeout_ms(const struct socket *socket, enum net_tls_outcome want) {
  double seconds = 0;
  int name = want == NET_TLS_WANT_READ ? SO_RCVTIMEO : SO_SNDTIMEO;
  struct net_error error = net_get_timeout(socket->fd, name, &seconds);
  return error.kind == NET_ERROR_NONE && seconds > 0 ? (int64_t)ceil(seconds * 1e3) : -1;
}

static void begin(const struct socket *socket, enum net_tls_outcome want, struct poll_wait *wait) {
  wait->target = (struct wait_target){.want = want, .timeout = remaining};
  wait->has_operation = socket->nonblocking && socket->tls;
  wait->timeout_ms = -1;
  if (wait->has_operation) {
    net_tls_socket_begin(socket->tls, want == NET_TLS_WANT_READ ? NET_TLS_READ : NET_TLS_WRITE,
                         &wait->operation);
  } else if (!socket->nonblocking) {
    wait->timeout_ms = kernel_timeout_ms(socket, want);
  }
}

static bool is_buffered(const struct socket *socket, enum net_tls_outcome want) {
  return want == NET_TLS_WANT_READ && socket->tls && net_tls_socket_has_buffered(socket->tls);
}

/* Returns 0 for what is no want. */
static enum net_tls_outcome get_want(lua_State *L) {
  int is_integer = 0;
  lua_Integer want = lua_tointegerx(L, WANT, &is_integer);
  if (!is_integer || lua_type(L, WANT) != LUA_TNUMBER) {
    return NET_TLS_OK;
  }
  switch (want) {
    case CONSTANT_WANT_POLLIN:
      return NET_TLS_WANT_READ;
    case CONSTANT_WANT_POLLOUT:
      return NET_TLS_WANT_WRITE;
    default:
      return NET_TLS_OK;
  }
}

static int unsupported(lua_State *L) {
  const char *want = luaL_tolstring(L, WANT, NULL);
  return triple_error(L, TRIPLE_OK, lua_pushfstring(L, "unsupported want type \"%s\"", want));
}

/* Hands on a refusal with its own err and timeout, both nil too. */
static int waited(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  if (lua_toboolean(L, OK)) {
    return triple_ok(L);
  }
  if (lua_isnil(L, OK + 1) && !lua_toboolean(L, OK + 2)) {
    return triple_error(L, TRIPLE_OK, NULL);
  }
  return triple_refused(L, TRIPLE_OK, "poll_wait", OK);
}

int tls_io_poll_wait(lua_State *L) {
  const struct socket *socket = class_check(L, SOCKET, &tls_socket_class);
  lua_settop(L, WANT);
  enum net_tls_outcome want = get_want(L);
  if (want == NET_TLS_OK) {
    return unsupported(L);
  }
  if (socket->fd < 0 || socket->is_closing) {
    return triple_net_error(L, TRIPLE_OK, "poll_wait", socket_bad_descriptor());
  }
  if (socket->tls && net_tls_socket_is_inherited(socket->tls)) {
    return triple_error(L, TRIPLE_OK,
                        "poll_wait failed: the connection belongs to another process");
  }
  if (is_buffered(socket, want)) {
    return triple_ok(L);
  }
  begin(socket, want, lua_newuserdatauv(L, sizeof(struct poll_wait), 0));
  wait_push(L, SOCKET, CONTEXT);
  lua_callk(L, WAIT_ARGUMENTS, 3, 0, waited);
  return waited(L, LUA_OK, 0);
}
