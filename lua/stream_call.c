#include "lua/stream_call.h"

#include <errno.h>
#include <string.h>

#include "lua/triple.h"

enum {
  SOCKET = 1
};

static int64_t remaining(const struct socket *socket, const void *context,
                         enum net_tls_outcome want) {
  const struct stream_call *call = context;
  (void)socket, (void)want;
  return net_deadline_remaining(call->deadline);
}

void stream_call_begin(const struct socket *socket, enum net_tls_outcome want,
                       struct stream_call *call) {
  int64_t deadline_ms =
      want == NET_TLS_WANT_READ ? socket->receive_deadline_ms : socket->send_deadline_ms;
  call->target.want = want;
  call->deadline = net_deadline_after(deadline_ms);
}

enum net_transport_mode stream_call_mode(const struct socket *socket) {
  return socket->nonblocking ? NET_TRANSPORT_NONBLOCKING : NET_TRANSPORT_BLOCKING;
}

static bool is_closed(const struct socket *socket) {
  return socket->fd < 0 || socket->is_closing;
}

static int closed(lua_State *L, const struct stream_call *call) {
  return triple_net_error(L, TRIPLE_VALUE, call->name, socket_bad_descriptor());
}

static int timed_out(lua_State *L, const struct stream_call *call) {
  return call->counts ? triple_partial(L, (lua_Integer)call->done)
                      : triple_timeout(L, TRIPLE_VALUE);
}

/* The refusal's ok, err, timeout are at `first`. */
static int refused(lua_State *L, const struct stream_call *call, int first) {
  bool is_timeout = lua_isnil(L, first + 1) && lua_toboolean(L, first + 2);
  return is_timeout ? timed_out(L, call) : triple_refused(L, TRIPLE_VALUE, call->name, first);
}

/* Goes on after each wait, whether or not the poller has yielded in it. The call is at the stack
   index that the context is, below the results of the wait. */
static int go_on(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  struct socket *socket = lua_touserdata(L, SOCKET);
  struct stream_call *call = lua_touserdata(L, index);
  (void)status;
  for (;;) {
    if (is_closed(socket)) {
      return closed(L, call);
    }
    if (!lua_toboolean(L, index + 1)) {
      return refused(L, call, index + 1);
    }
    lua_settop(L, index);
    int num_results = call->attempt(L, socket, call);
    if (num_results != STREAM_WAIT) {
      return num_results;
    }
    wait_push(L, SOCKET, index);
    lua_callk(L, WAIT_ARGUMENTS, 3, index, go_on);
  }
}

static int wait_and_go_on(lua_State *L, size_t size, const struct stream_call *call) {
  memcpy(lua_newuserdatauv(L, size, 0), call, size);
  int index = lua_gettop(L);
  wait_push(L, SOCKET, index);
  lua_callk(L, WAIT_ARGUMENTS, 3, index, go_on);
  return go_on(L, LUA_OK, index);
}

/* The first try needs no memory of Lua's: most operations have no wait. */
int stream_call_run(lua_State *L, size_t size, struct stream_call *call) {
  struct socket *socket = lua_touserdata(L, SOCKET);
  int top = lua_gettop(L);
  if (is_closed(socket)) {
    return closed(L, call);
  }
  if (socket->tls) {
    /* A call past the methods of TLS: plain bytes among its own would break the connection. */
    return triple_error(L, TRIPLE_VALUE, "Operation not supported on socket");
  }
  call->target.timeout = remaining;
  int num_results = call->attempt(L, socket, call);
  if (num_results != STREAM_WAIT) {
    return num_results;
  }
  lua_settop(L, top);
  return wait_and_go_on(L, size, call);
}

static bool is_peer_gone(struct net_error error) {
  return error.kind == NET_ERROR_SYSTEM && (error.code == EPIPE || error.code == ECONNRESET);
}

static bool would_block(struct net_error error) {
  return error.kind == NET_ERROR_SYSTEM && error.code == EAGAIN;
}

int stream_call_error(lua_State *L, const struct stream_call *call, struct net_error error) {
  const struct socket *socket = lua_touserdata(L, SOCKET);
  char text[256];
  if (would_block(error) && socket->nonblocking && !call->must_not_wait) {
    return STREAM_WAIT;
  }
  if (would_block(error) || error.kind == NET_ERROR_TIMEOUT) {
    return timed_out(L, call);
  }
  if (!is_peer_gone(error)) {
    return triple_net_error(L, TRIPLE_VALUE, call->name, error);
  }
  return call->counts ? triple_closed(L)
                      : triple_error(L, TRIPLE_VALUE, net_error_text(error, text, sizeof(text)));
}
