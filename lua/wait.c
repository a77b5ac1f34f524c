#include "lua/wait.h"

#include "lua/poller.h"
#include "lua/triple.h"
#include "net/transport.h"

/* How long a poller waits for one of two directions that are both wanted. */
#define ONE_DIRECTION_MS 20

/* What differs between the two directions. */
struct direction {
  const char *poller_function;
  unsigned transport;
  int hook;
  int hook_context;
};

static const struct direction readable = {
    .poller_function = "wait_readable",
    .transport = NET_TRANSPORT_READABLE,
    .hook = SOCKET_RECEIVE_HOOK,
    .hook_context = SOCKET_RECEIVE_HOOK_CONTEXT,
};

static const struct direction writable = {
    .poller_function = "wait_writable",
    .transport = NET_TRANSPORT_WRITABLE,
    .hook = SOCKET_SEND_HOOK,
    .hook_context = SOCKET_SEND_HOOK_CONTEXT,
};

/* The arguments of the function that waits. */
enum {
  SOCKET = 1,
  CONTEXT,
  OK
};

static const struct direction *get_direction(lua_State *L) {
  const struct wait_target *target = lua_touserdata(L, CONTEXT);
  return target->want == NET_TLS_WANT_READ ? &readable : &writable;
}

static int64_t get_timeout(lua_State *L) {
  const struct wait_target *target = lua_touserdata(L, CONTEXT);
  const struct socket *socket = lua_touserdata(L, SOCKET);
  int64_t timeout = target->timeout ? target->timeout(socket, target, target->want) : -1;
  bool is_long = timeout < 0 || timeout > ONE_DIRECTION_MS;
  return target->wants_both && is_long ? ONE_DIRECTION_MS : timeout;
}

static bool is_closed(lua_State *L) {
  const struct socket *socket = lua_touserdata(L, SOCKET);
  return socket->fd < 0;
}

static int closed(lua_State *L) {
  return triple_net_error(L, TRIPLE_OK, "wait", socket_bad_descriptor());
}

/* A refusal is handed on as it is: who asked for the wait knows what to call it. */
static int refused(lua_State *L) {
  lua_settop(L, OK + 2);
  lua_pushboolean(L, false);
  lua_replace(L, OK);
  return 3;
}

/* The turn of one direction is over: whether the operation's time is too is for the next try to
   tell. A poller that says so before has given up on its own. */
static bool is_turn_over(lua_State *L) {
  const struct wait_target *target = lua_touserdata(L, CONTEXT);
  return target->wants_both && lua_isnil(L, OK + 1) && lua_toboolean(L, OK + 2) &&
         net_deadline_remaining(target->turn) <= ONE_DIRECTION_MS / 2;
}

static int polled(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  if (!lua_toboolean(L, OK) && !is_turn_over(L)) {
    return refused(L);
  }
  return is_closed(L) ? closed(L) : triple_ok(L);
}

static int poll_system(lua_State *L) {
  const struct socket *socket = lua_touserdata(L, SOCKET);
  const struct wait_target *target = lua_touserdata(L, CONTEXT);
  struct net_error error = net_wait(socket->fd, get_direction(L)->transport, get_timeout(L));
  if (error.kind == NET_ERROR_TIMEOUT && target->wants_both) {
    return triple_ok(L);
  }
  return error.kind == NET_ERROR_NONE ? triple_ok(L)
                                      : triple_net_error(L, TRIPLE_OK, "wait", error);
}

static int poll_socket(lua_State *L) {
  const struct socket *socket = lua_touserdata(L, SOCKET);
  struct wait_target *target = lua_touserdata(L, CONTEXT);
  if (is_closed(L)) {
    return closed(L);
  }
  if (!poller_push(L, get_direction(L)->poller_function)) {
    return poll_system(L);
  }
  target->turn = net_deadline_after(ONE_DIRECTION_MS);
  lua_pushinteger(L, socket->fd);
  poller_push_timeout(L, get_timeout(L));
  lua_callk(L, 2, 3, 0, polled);
  return polled(L, LUA_OK, 0);
}

static int hooked(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  if (!lua_toboolean(L, OK)) {
    return refused(L);
  }
  lua_settop(L, CONTEXT);
  return poll_socket(L);
}

static int wait_socket(lua_State *L) {
  const struct direction *direction = get_direction(L);
  if (lua_getiuservalue(L, SOCKET, direction->hook) == LUA_TNIL) {
    lua_settop(L, CONTEXT);
    return poll_socket(L);
  }
  lua_getiuservalue(L, SOCKET, direction->hook_context);
  poller_push_timeout(L, get_timeout(L));
  lua_callk(L, 2, 3, 0, hooked);
  return hooked(L, LUA_OK, 0);
}

void wait_push(lua_State *L, int socket_index, int context_index) {
  luaL_checkstack(L, WAIT_ARGUMENTS + 1, "wait");
  lua_pushcfunction(L, wait_socket);
  lua_pushvalue(L, socket_index);
  lua_pushvalue(L, context_index);
}
