/* The methods of net.Socket that move bytes, as they are on plain sockets. */

#include "net/stream_io.h"

#include <string.h>

#include "lua/args.h"
#include "lua/scratch.h"
#include "lua/socket_classes.h"
#include "lua/stream_call.h"
#include "lua/triple.h"

#define DEFAULT_BUFFER_SIZE 4096

/* The arguments of the methods; flags come from FLAGS on. */
enum {
  SOCKET = 1,
  ARGUMENT,
  FLAGS
};

struct receive_call {
  struct stream_call call;
  int flags;
  size_t capacity;
};

struct send_call {
  struct stream_call call;
  int flags;
};

/* With MSG_TRUNC TCP throws bytes away and tells how many: nothing is put into the buffer. */
static void *receive_buffer(lua_State *L, const struct receive_call *receive) {
  void *buffer = scratch_get(L, receive->capacity);
  if ((receive->flags & MSG_TRUNC) != 0) {
    memset(buffer, 0, receive->capacity);
  }
  return buffer;
}

static int try_receive(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct receive_call *receive = (const struct receive_call *)call;
  size_t length = 0;
  void *buffer = receive_buffer(L, receive);
  struct net_error error = net_receive(socket->fd, stream_call_mode(socket), receive->flags, buffer,
                                       receive->capacity, &length);
  if (error.kind != NET_ERROR_NONE) {
    return stream_call_error(L, call, error);
  }
  if (length == 0) {
    return triple_closed(L);
  }
  lua_pushlstring(L, buffer, length < receive->capacity ? length : receive->capacity);
  return triple_value(L);
}

static int receive(lua_State *L, const char *name, int flags) {
  const struct socket *socket = socket_check(L);
  lua_Integer capacity =
      lua_isnoneornil(L, ARGUMENT) ? DEFAULT_BUFFER_SIZE : args_integer(L, ARGUMENT);
  struct receive_call receive = {.call = {.name = name, .attempt = try_receive}, .flags = flags};
  if (capacity <= 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  receive.call.must_not_wait = (flags & MSG_DONTWAIT) != 0;
  receive.capacity = (lua_Unsigned)capacity < SCRATCH_MAX ? (size_t)capacity : SCRATCH_MAX;
  stream_call_begin(socket, NET_TLS_WANT_READ, &receive.call);
  return stream_call_run(L, sizeof(receive), &receive.call);
}

/* A try sends until there is no more, or no more room. */
static int try_send(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct send_call *send = (const struct send_call *)call;
  size_t length = 0;
  const char *bytes = lua_tolstring(L, ARGUMENT, &length);
  while (call->done < length) {
    size_t sent = 0;
    struct net_error error = net_send(socket->fd, stream_call_mode(socket), send->flags,
                                      bytes + call->done, length - call->done, &sent);
    call->done += sent;
    if (error.kind != NET_ERROR_NONE) {
      return stream_call_error(L, call, error);
    }
  }
  lua_pushinteger(L, (lua_Integer)call->done);
  return triple_value(L);
}

static int send_bytes(lua_State *L, const char *name, int flags) {
  const struct socket *socket = socket_check(L);
  size_t length = 0;
  struct send_call send = {.call = {.name = name, .counts = true, .attempt = try_send},
                           .flags = flags};
  args_string(L, ARGUMENT, &length);
  if (length == 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  send.call.must_not_wait = (flags & MSG_DONTWAIT) != 0;
  stream_call_begin(socket, NET_TLS_WANT_WRITE, &send.call);
  return stream_call_run(L, sizeof(send), &send.call);
}

/* read([bufsize]) -> str, err, timeout */
static int read_method(lua_State *L) {
  socket_check(L);
  return receive(L, "read", 0);
}

/* recv([bufsize[, flag, ...]]) -> str, err, timeout */
static int receive_method(lua_State *L) {
  socket_check(L);
  return receive(L, "recv", args_flags(L, FLAGS));
}

/* write(str) -> len, err, timeout */
static int write_method(lua_State *L) {
  socket_check(L);
  return send_bytes(L, "write", 0);
}

/* send(str[, flag, ...]) -> len, err, timeout */
static int send_method(lua_State *L) {
  socket_check(L);
  return send_bytes(L, "send", args_flags(L, FLAGS));
}

const luaL_Reg stream_io_methods[] = {
    {"read", read_method}, {"recv", receive_method}, {"write", write_method}, {"send", send_method},
    {NULL, NULL},
};
