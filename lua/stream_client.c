#include "lua/stream_client.h"

#include <errno.h>
#include <string.h>

#include "lua/addresses.h"
#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/poller.h"
#include "lua/socket.h"
#include "lua/tls_config.h"
#include "lua/tls_session.h"
#include "lua/triple.h"
#include "lua/wait.h"

/* The stack of the constructor, above its arguments: a function's `base` is the index of the last
   of those. */
enum {
  CONFIG = 1,
  SERVER_NAME,
  SESSION,
  SOCKET,
  STATE,
  ADDRESSES,
  OK
};

/* What comes next. */
enum step {
  TRY_ADDRESSES,
  /* After a wait, of which OK tells how it ended. */
  LOOK_AT_WAIT,
  /* After the poller was told to forget the descriptor of a wait that was in vain. */
  DROP_DESCRIPTOR
};

/* A connect under way, over all addresses in turn. */
struct connecting {
  struct wait_target target;
  int64_t deadline;
  enum step step;
  /* Which address is tried. */
  size_t current;
  /* How that has failed. */
  struct net_error error;
  /* The wait is for room in the queue of a unix listener: the descriptor is a timer. */
  bool is_pause;
  int64_t pause_ms;
};

/* The longest pause between two looks for room. */
#define PAUSE_MAX_MS 32

static int64_t remaining(const struct socket *socket, const void *context,
                         enum net_tls_outcome want) {
  const struct connecting *state = context;
  (void)socket, (void)want;
  return net_deadline_remaining(state->deadline);
}

/* Pushes the name to verify: opts.servername or else the argument that stands for it. */
static void push_server_name(lua_State *L, const struct stream_client *client) {
  if (!args_option(L, client->options, "servername")) {
    if (client->name != 0) {
      lua_pop(L, 1);
      lua_pushvalue(L, client->name);
    }
    return;
  }
  if (lua_type(L, -1) != LUA_TSTRING) {
    luaL_argerror(L, client->options, "opts.servername must be string");
  }
  luaL_argcheck(L, strlen(lua_tostring(L, -1)) == lua_rawlen(L, -1), client->options,
                "opts.servername contains zeros");
}

static const struct net_address *current_address(lua_State *L, int base) {
  const struct addresses *addresses = lua_touserdata(L, base + ADDRESSES);
  const struct connecting *state = lua_touserdata(L, base + STATE);
  return &addresses->list[state->current];
}

static void close_descriptor(struct socket *socket) {
  if (socket->fd >= 0) {
    net_close(socket->fd);
  }
  socket->fd = -1;
}

static int fail(lua_State *L, int base, struct net_error error) {
  close_descriptor(lua_touserdata(L, base + SOCKET));
  return triple_net_error(L, TRIPLE_VALUE, "connect", error);
}

static int fail_tls(lua_State *L, int base, const char *error) {
  close_descriptor(lua_touserdata(L, base + SOCKET));
  return triple_error(L, TRIPLE_VALUE, error);
}

static int refuse_session(lua_State *L, struct socket *socket) {
  triple_error(L, TRIPLE_VALUE, net_tls_socket_error(socket->tls));
  socket_dispose(socket);
  return 3;
}

/* The constructor's results. */
static int connected(lua_State *L, int base) {
  lua_pushvalue(L, base + SOCKET);
  triple_value(L);
  addrinfo_push(L, current_address(L, base));
  return 4;
}

/* Makes the connected descriptor a TLS socket. */
static int start_tls(lua_State *L, int base) {
  struct socket *socket = lua_touserdata(L, base + SOCKET);
  char error[NET_TLS_ERROR_SIZE];
  if (!socket_start_tls(socket, false, lua_tostring(L, base + SERVER_NAME), error)) {
    return fail_tls(L, base, error);
  }
  const struct net_tls_session *session = tls_session_get(L, base + SESSION);
  if (session && !net_tls_socket_set_session(socket->tls, session)) {
    return refuse_session(L, socket);
  }
  return connected(L, base);
}

static int finish(lua_State *L, int base) {
  const struct socket *socket = lua_touserdata(L, base + SOCKET);
  return socket->config ? start_tls(L, base) : connected(L, base);
}

static bool has_next_address(lua_State *L, int base) {
  const struct addresses *addresses = lua_touserdata(L, base + ADDRESSES);
  struct connecting *state = lua_touserdata(L, base + STATE);
  return ++state->current < addresses->count;
}

/* Connects to the current address; `*is_connected` tells whether that is done yet. */
static struct net_error connect_current(lua_State *L, int base, bool *is_connected) {
  struct socket *socket = lua_touserdata(L, base + SOCKET);
  const struct connecting *state = lua_touserdata(L, base + STATE);
  const struct net_address *address = current_address(L, base);
  int fd = -1;
  *is_connected = true;
  struct net_error error = socket->nonblocking
                               ? net_connect_start(address, &fd, is_connected)
                               : net_connect(address, net_deadline_remaining(state->deadline), &fd);
  if (error.kind == NET_ERROR_NONE) {
    socket_open(socket, fd, address, socket->nonblocking);
  }
  return error;
}

static int go_on(lua_State *L, int status, lua_KContext context);

static int wait_for(lua_State *L, int base, enum net_tls_outcome want) {
  struct connecting *state = lua_touserdata(L, base + STATE);
  state->is_pause = want == NET_TLS_WANT_READ;
  state->target.want = want;
  state->step = LOOK_AT_WAIT;
  wait_push(L, base + SOCKET, base + STATE);
  lua_callk(L, WAIT_ARGUMENTS, 3, base, go_on);
  return 0;
}

/* Nothing tells when a unix listener has room in its queue again: the client looks again and again,
   and the poller waits for a timer in between. */
static int pause_for_room(lua_State *L, int base) {
  struct socket *socket = lua_touserdata(L, base + SOCKET);
  struct connecting *state = lua_touserdata(L, base + STATE);
  struct net_error error = net_timer(state->pause_ms, &socket->fd);
  if (error.kind != NET_ERROR_NONE) {
    return fail(L, base, error);
  }
  if (state->pause_ms < PAUSE_MAX_MS) {
    state->pause_ms *= 2;
  }
  return wait_for(L, base, NET_TLS_WANT_READ);
}

static bool is_queue_full(const struct net_address *address, struct net_error error) {
  return address->family == AF_UNIX && error.kind == NET_ERROR_SYSTEM && error.code == EAGAIN;
}

static int try_addresses(lua_State *L, int base) {
  struct net_error error;
  do {
    bool is_connected = false;
    error = connect_current(L, base, &is_connected);
    if (error.kind == NET_ERROR_NONE) {
      return is_connected ? finish(L, base) : wait_for(L, base, NET_TLS_WANT_WRITE);
    }
    if (is_queue_full(current_address(L, base), error)) {
      return pause_for_room(L, base);
    }
  } while (error.kind != NET_ERROR_TIMEOUT && has_next_address(L, base));
  return fail(L, base, error);
}

/* After a wait that was in vain, or for a timer, the descriptor is of no more use. */
static int look_at_wait(lua_State *L, int base) {
  struct socket *socket = lua_touserdata(L, base + SOCKET);
  struct connecting *state = lua_touserdata(L, base + STATE);
  if (lua_toboolean(L, base + OK) && !state->is_pause) {
    state->error = net_connect_finish(socket->fd);
    if (state->error.kind == NET_ERROR_NONE) {
      return finish(L, base);
    }
  }
  state->step = DROP_DESCRIPTOR;
  if (poller_push(L, "unwait")) {
    lua_pushinteger(L, socket->fd);
    lua_callk(L, 1, 0, base, go_on);
  }
  return 0;
}

static int drop_descriptor(lua_State *L, int base) {
  struct connecting *state = lua_touserdata(L, base + STATE);
  close_descriptor(lua_touserdata(L, base + SOCKET));
  if (!lua_toboolean(L, base + OK)) {
    return triple_refused(L, TRIPLE_VALUE, "connect", base + OK);
  }
  if (!state->is_pause && !has_next_address(L, base)) {
    return fail(L, base, state->error);
  }
  lua_settop(L, base + ADDRESSES);
  state->step = TRY_ADDRESSES;
  return 0;
}

/* Takes step after step, until one has pushed the results. Where the poller yields in one, this is
   what is called afterwards. */
static int go_on(lua_State *L, int status, lua_KContext context) {
  static int (*const steps[])(lua_State * L, int base) = {
      [TRY_ADDRESSES] = try_addresses,
      [LOOK_AT_WAIT] = look_at_wait,
      [DROP_DESCRIPTOR] = drop_descriptor,
  };
  int base = (int)context;
  const struct connecting *state = lua_touserdata(L, base + STATE);
  int num_results = 0;
  (void)status;
  while (num_results == 0) {
    num_results = steps[state->step](L, base);
  }
  return num_results;
}

static void push_state(lua_State *L, int options) {
  int64_t deadline_ms = args_option_milliseconds(L, options, "deadline");
  struct connecting *state = lua_newuserdatauv(L, sizeof(*state), 0);
  *state = (struct connecting){
      .target = {.timeout = remaining},
      .deadline = net_deadline_after(deadline_ms),
      .pause_ms = 1,
  };
}

void stream_client_prepare(lua_State *L, const struct stream_client *client) {
  lua_settop(L, client->options);
  bool is_tls = tls_config_option(L, client->options);
  if (is_tls) {
    push_server_name(L, client);
    tls_session_option(L, client->options);
  } else {
    lua_settop(L, client->options + SESSION);
  }
  struct socket *socket = socket_new(L, is_tls ? client->tls_class : client->plain_class);
  socket->config = tls_config_retain(L, client->options + CONFIG);
  push_state(L, client->options);
  socket->nonblocking = poller_is_pollable(L);
}

int stream_client_connect(lua_State *L, const struct stream_client *client) {
  return go_on(L, LUA_OK, client->options);
}
