#include "lua/tls_io.h"

#include <stdio.h>
#include <string.h>

#include "lua/args.h"
#include "lua/file_part.h"
#include "lua/scratch.h"
#include "lua/socket_classes.h"
#include "lua/triple.h"
#include "lua/wait.h"
#include "net/stream_io.h"

/* How much of a file is read and written at once. */
#define FILE_PIECE ((size_t)64 * 1024)

/* An operation under way. While it waits it is a userdata on the stack of the coroutine. */
struct call {
  struct wait_target target;
  struct net_tls_operation operation;
  /* read and peek: how much at most. */
  size_t capacity;
  /* key_update: whether the peer is asked for one. */
  bool asks_peer;
  /* write and sendfile: how much has been done. */
  size_t written;
  /* sendfile is a write of what it reads: whether it has come to its end, and why it cannot read.
   */
  bool sends_file;
  struct file_part part;
  bool is_at_end;
  struct net_error file_error;
};

/* The stack of a method: what is to be written stays on it, so that it outlives every wait. */
enum {
  SOCKET = 1,
  ARGUMENT,
  CALL,
  OK
};

static const char *const names[] = {
    [NET_TLS_HANDSHAKE] = "handshake",
    [NET_TLS_READ] = "read",
    [NET_TLS_PEEK] = "peek",
    [NET_TLS_WRITE] = "write",
    [NET_TLS_KEY_UPDATE] = "key_update",
    [NET_TLS_CLOSE] = "tls_close",
};

static const char *name_of(const struct call *call) {
  return call->sends_file ? "sendfile" : names[call->operation.kind];
}

static enum triple_kind kind_of(const struct call *call) {
  switch (call->operation.kind) {
    case NET_TLS_READ:
    case NET_TLS_PEEK:
    case NET_TLS_WRITE:
      return TRIPLE_VALUE;
    default:
      return TRIPLE_OK;
  }
}

static int64_t remaining(const struct socket *socket, const void *context,
                         enum net_tls_outcome want) {
  const struct call *call = context;
  return socket->tls ? net_tls_socket_remaining(socket->tls, &call->operation, want) : 0;
}

static void begin(const struct socket *socket, enum net_tls_operation_kind kind,
                  struct call *call) {
  memset(call, 0, sizeof(*call));
  call->target.timeout = remaining;
  call->operation.kind = kind;
  if (socket->tls) {
    net_tls_socket_begin(socket->tls, kind, &call->operation);
  }
}

/* One try of each operation: in blocking mode it sleeps in the kernel and wants nothing. */

static enum net_tls_outcome try_handshake(struct socket *socket, struct call *call) {
  return socket->nonblocking ? net_tls_socket_try_handshake(socket->tls, &call->operation)
                             : net_tls_socket_handshake(socket->tls);
}

static enum net_tls_outcome try_close(struct socket *socket, struct call *call) {
  return socket->nonblocking ? net_tls_socket_try_tls_close(socket->tls, &call->operation)
                             : net_tls_socket_tls_close(socket->tls);
}

static enum net_tls_outcome write_bytes(struct socket *socket, struct call *call, const void *bytes,
                                        size_t length, size_t *written) {
  return socket->nonblocking
             ? net_tls_socket_try_write(socket->tls, &call->operation, bytes, length, written)
             : net_tls_socket_write(socket->tls, bytes, length, written);
}

static enum net_tls_outcome try_write(lua_State *L, struct socket *socket, struct call *call) {
  size_t length = 0;
  const char *bytes = lua_tolstring(L, ARGUMENT, &length);
  return write_bytes(socket, call, bytes, length, &call->written);
}

static struct net_error read_piece(lua_State *L, const struct call *call, void *piece,
                                   size_t *length) {
  return net_read_file(file_part_descriptor(L, ARGUMENT),
                       call->part.offset + (int64_t)call->written, piece,
                       file_part_rest(&call->part, call->written, FILE_PIECE), length);
}

static bool is_want(enum net_tls_outcome outcome) {
  return outcome == NET_TLS_WANT_READ || outcome == NET_TLS_WANT_WRITE;
}

/* Each piece is a write of its own, as D-06 allows: what of it has not been accepted is read again.
   The last is a write of nothing, which sends what has been accepted. */
static enum net_tls_outcome try_send_file(lua_State *L, struct socket *socket, struct call *call,
                                          void *piece) {
  for (;;) {
    size_t length = 0;
    size_t written = 0;
    call->file_error = read_piece(L, call, piece, &length);
    if (call->file_error.kind != NET_ERROR_NONE) {
      return NET_TLS_ERROR;
    }
    call->is_at_end = length == 0;
    enum net_tls_outcome outcome = write_bytes(socket, call, piece, length, &written);
    call->written += written;
    bool is_accepted = outcome == NET_TLS_OK || (is_want(outcome) && written == length);
    if (!is_accepted || call->is_at_end) {
      return outcome;
    }
  }
}

/* Pushes what has been read. */
static enum net_tls_outcome try_read(lua_State *L, struct socket *socket, struct call *call,
                                     void *buffer) {
  size_t length = 0;
  enum net_tls_outcome outcome =
      socket->nonblocking
          ? net_tls_socket_try_read(socket->tls, &call->operation, buffer, call->capacity, &length)
          : net_tls_socket_read(socket->tls, buffer, call->capacity, &length);
  if (outcome == NET_TLS_OK) {
    lua_pushlstring(L, buffer, length);
  }
  return outcome;
}

/* Pushes what a read would give. */
static enum net_tls_outcome try_peek(lua_State *L, struct socket *socket, struct call *call,
                                     void *buffer) {
  size_t length = 0;
  enum net_tls_outcome outcome =
      socket->nonblocking
          ? net_tls_socket_try_peek(socket->tls, &call->operation, buffer, call->capacity, &length)
          : net_tls_socket_peek(socket->tls, buffer, call->capacity, &length);
  if (outcome == NET_TLS_OK) {
    lua_pushlstring(L, buffer, length);
  }
  return outcome;
}

static enum net_tls_outcome try_key_update(struct socket *socket, struct call *call) {
  return socket->nonblocking
             ? net_tls_socket_try_key_update(socket->tls, &call->operation, call->asks_peer)
             : net_tls_socket_key_update(socket->tls, call->asks_peer);
}

/* Returns the memory that an attempt needs, or NULL. What the collector calls meanwhile may end the
   connection: that is looked at afterwards. */
static void *get_memory(lua_State *L, const struct call *call) {
  if (call->sends_file) {
    return scratch_get(L, FILE_PIECE);
  }
  return call->capacity > 0 ? scratch_get(L, call->capacity) : NULL;
}

static enum net_tls_outcome attempt(lua_State *L, struct socket *socket, struct call *call,
                                    void *memory) {
  switch (call->operation.kind) {
    case NET_TLS_READ:
      return try_read(L, socket, call, memory);
    case NET_TLS_WRITE:
      return call->sends_file ? try_send_file(L, socket, call, memory) : try_write(L, socket, call);
    case NET_TLS_CLOSE:
      return try_close(socket, call);
    case NET_TLS_PEEK:
      return try_peek(L, socket, call, memory);
    case NET_TLS_KEY_UPDATE:
      return try_key_update(socket, call);
    case NET_TLS_HANDSHAKE:
      break;
  }
  return try_handshake(socket, call);
}

static int succeeded(lua_State *L, const struct call *call) {
  if (kind_of(call) == TRIPLE_OK) {
    return triple_ok(L);
  }
  if (call->operation.kind == NET_TLS_WRITE) {
    lua_pushinteger(L, (lua_Integer)call->written);
  }
  return triple_value(L);
}

static bool is_all_accepted(lua_State *L, const struct call *call) {
  bool is_all = call->sends_file ? call->is_at_end : call->written == lua_rawlen(L, ARGUMENT);
  return is_all && call->written > 0;
}

/* A write whose bytes are all accepted has not timed out (D-05), whoever says so. */
static int timed_out(lua_State *L, const struct call *call) {
  if (call->operation.kind != NET_TLS_WRITE) {
    return triple_timeout(L, kind_of(call));
  }
  if (is_all_accepted(L, call)) {
    return succeeded(L, call);
  }
  return triple_partial(L, (lua_Integer)call->written);
}

static int finish(lua_State *L, const struct socket *socket, const struct call *call,
                  enum net_tls_outcome outcome) {
  if (call->file_error.kind != NET_ERROR_NONE) {
    return triple_net_error(L, TRIPLE_VALUE, name_of(call), call->file_error);
  }
  switch (outcome) {
    case NET_TLS_OK:
      return succeeded(L, call);
    case NET_TLS_CLOSED:
      return triple_closed(L);
    case NET_TLS_TIMEOUT:
      return timed_out(L, call);
    default:
      return triple_error(L, kind_of(call), net_tls_socket_error(socket->tls));
  }
}

/* Not on a listening socket, nor on one that the collector has had, nor while close is at it. */
static bool has_connection(const struct socket *socket, const struct call *call) {
  return socket->tls && (!socket->is_closing || call->operation.kind == NET_TLS_CLOSE);
}

static int without_connection(lua_State *L, const struct socket *socket, const struct call *call) {
  bool is_closed = socket->fd < 0 || socket->is_closing;
  struct net_error error = is_closed ? socket_bad_descriptor() : socket_not_connected();
  if (call->operation.kind == NET_TLS_CLOSE) {
    return triple_ok(L);
  }
  return triple_net_error(L, kind_of(call), name_of(call), error);
}

/* What the wait refused with becomes the operation's result, unless the socket was closed
   meanwhile: that is what is told then. */
static bool is_refused(lua_State *L, const struct socket *socket, const struct call *call) {
  return !lua_toboolean(L, OK) && socket->fd >= 0 && has_connection(socket, call);
}

static int refused(lua_State *L, const struct call *call) {
  bool is_timeout = lua_isnil(L, OK + 1) && lua_toboolean(L, OK + 2);
  return is_timeout ? timed_out(L, call) : triple_refused(L, kind_of(call), name_of(call), OK);
}

static void set_target(struct call *call, enum net_tls_outcome want) {
  call->target.want = want;
  call->target.wants_both =
      call->operation.directions == (NET_TRANSPORT_READABLE | NET_TRANSPORT_WRITABLE);
}

/* Goes on after each wait, whether or not the poller has yielded in it. */
static int go_on(lua_State *L, int status, lua_KContext context) {
  struct socket *socket = lua_touserdata(L, SOCKET);
  struct call *call = lua_touserdata(L, CALL);
  (void)status, (void)context;
  for (;;) {
    if (is_refused(L, socket, call)) {
      return refused(L, call);
    }
    lua_settop(L, CALL);
    void *memory = get_memory(L, call);
    if (!has_connection(socket, call)) {
      return without_connection(L, socket, call);
    }
    enum net_tls_outcome outcome = attempt(L, socket, call, memory);
    if (!is_want(outcome)) {
      return finish(L, socket, call, outcome);
    }
    set_target(call, outcome);
    wait_push(L, SOCKET, CALL);
    lua_callk(L, WAIT_ARGUMENTS, 3, 0, go_on);
  }
}

static int wait_and_go_on(lua_State *L, const struct call *call) {
  *(struct call *)lua_newuserdatauv(L, sizeof(*call), 0) = *call;
  wait_push(L, SOCKET, CALL);
  lua_callk(L, WAIT_ARGUMENTS, 3, 0, go_on);
  return go_on(L, LUA_OK, 0);
}

/* The first try needs no memory of Lua's: most operations have no wait. */
static int start(lua_State *L, struct socket *socket, struct call *call) {
  lua_settop(L, ARGUMENT);
  void *memory = get_memory(L, call);
  if (!has_connection(socket, call)) {
    return without_connection(L, socket, call);
  }
  enum net_tls_outcome outcome = attempt(L, socket, call, memory);
  if (!is_want(outcome)) {
    return finish(L, socket, call, outcome);
  }
  set_target(call, outcome);
  return wait_and_go_on(L, call);
}

static struct socket *check(lua_State *L) {
  return class_check(L, SOCKET, &tls_socket_class);
}

int tls_io_handshake(lua_State *L) {
  struct socket *socket = check(L);
  struct call call;
  begin(socket, NET_TLS_HANDSHAKE, &call);
  return start(L, socket, &call);
}

int tls_io_close(lua_State *L) {
  struct socket *socket = class_check(L, SOCKET, &socket_class);
  struct call call;
  begin(socket, NET_TLS_CLOSE, &call);
  return start(L, socket, &call);
}

int tls_io_write(lua_State *L) {
  struct socket *socket = check(L);
  struct call call;
  args_string(L, ARGUMENT, NULL);
  begin(socket, NET_TLS_WRITE, &call);
  return start(L, socket, &call);
}

int tls_io_send_file(lua_State *L) {
  struct socket *socket = check(L);
  struct call call;
  struct file_part part;
  file_part_check(L, ARGUMENT);
  int num_results = file_part_begin(L, ARGUMENT, &part);
  if (num_results > 0) {
    return num_results;
  }
  begin(socket, NET_TLS_WRITE, &call);
  call.sends_file = true;
  call.part = part;
  return start(L, socket, &call);
}

int tls_io_key_update(lua_State *L) {
  struct socket *socket = check(L);
  struct call call;
  bool asks_peer = !lua_isnoneornil(L, ARGUMENT) && args_boolean(L, ARGUMENT);
  begin(socket, NET_TLS_KEY_UPDATE, &call);
  call.asks_peer = asks_peer;
  return start(L, socket, &call);
}

/* `kind` is NET_TLS_READ or NET_TLS_PEEK. */
static int start_read(lua_State *L, enum net_tls_operation_kind kind) {
  struct socket *socket = check(L);
  struct call call;
  lua_Integer capacity = lua_isnoneornil(L, ARGUMENT) ? BUFSIZ : args_integer(L, ARGUMENT);
  if (capacity <= 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  begin(socket, kind, &call);
  call.capacity = (lua_Unsigned)capacity < SCRATCH_MAX ? (size_t)capacity : SCRATCH_MAX;
  return start(L, socket, &call);
}

int tls_io_read(lua_State *L) {
  return start_read(L, NET_TLS_READ);
}

int tls_io_peek(lua_State *L) {
  return start_read(L, NET_TLS_PEEK);
}
