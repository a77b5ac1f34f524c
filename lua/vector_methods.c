/* The methods of net.Socket that move the bytes of an iovec. */

#include "lua/args.h"
#include "lua/iovec.h"
#include "lua/locks.h"
#include "lua/socket_classes.h"
#include "lua/stream_call.h"
#include "lua/triple.h"
#include "net/stream_io.h"

enum {
  SOCKET = 1,
  IOVEC,
  OFFSET,
  LENGTH
};

/* Which part of the iovec; it is looked up at each try, since it can change while others run. */
struct vector_call {
  struct stream_call call;
  size_t offset;
  size_t length;
};

static struct msghdr make_message(struct byte_vector_span *span) {
  return (struct msghdr){.msg_iov = span->parts, .msg_iovlen = span->num_parts};
}

static int try_readv(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct vector_call *vector = (const struct vector_call *)call;
  struct byte_vector_span span;
  size_t length = 0;
  byte_vector_gather(lua_touserdata(L, IOVEC), vector->offset, vector->length, &span);
  if (span.length == 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  struct msghdr message = make_message(&span);
  struct net_error error =
      net_receive_message(socket->fd, stream_call_mode(socket), 0, &message, &length);
  if (error.kind != NET_ERROR_NONE) {
    return stream_call_error(L, call, error);
  }
  lua_pushinteger(L, (lua_Integer)length);
  return length > 0 ? triple_value(L) : triple_closed(L);
}

/* A try sends until there is no more, or no more room. */
static int try_writev(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct vector_call *vector = (const struct vector_call *)call;
  struct byte_vector_span span;
  for (;;) {
    size_t sent = 0;
    byte_vector_gather(lua_touserdata(L, IOVEC), vector->offset + call->done,
                       vector->length - call->done, &span);
    if (span.length == 0) {
      lua_pushinteger(L, (lua_Integer)call->done);
      return triple_value(L);
    }
    struct msghdr message = make_message(&span);
    struct net_error error =
        net_send_message(socket->fd, stream_call_mode(socket), 0, &message, &sent);
    call->done += sent;
    if (error.kind != NET_ERROR_NONE) {
      return stream_call_error(L, call, error);
    }
  }
}

/* What is there of the iovec now, and not more, although more may be added meanwhile. */
static void get_part(lua_State *L, struct vector_call *vector) {
  size_t bytes = iovec_check(L, IOVEC)->bytes;
  size_t offset = iovec_offset(L, OFFSET, 0);
  vector->offset = offset < bytes ? offset : bytes;
  vector->length = iovec_offset(L, LENGTH, bytes);
  if (vector->length > bytes - vector->offset) {
    vector->length = bytes - vector->offset;
  }
}

static int run(lua_State *L, struct vector_call *vector, enum net_tls_outcome want) {
  const struct socket *socket = socket_check(L);
  get_part(L, vector);
  lua_settop(L, IOVEC);
  stream_call_begin(socket, want, &vector->call);
  return stream_call_run(L, sizeof(*vector), &vector->call);
}

/* readv(iov [, offset [, nbyte]]) -> len, err, timeout */
static int readv_method(lua_State *L) {
  struct vector_call vector = {.call = {.name = "readv", .attempt = try_readv}};
  return run(L, &vector, NET_TLS_WANT_READ);
}

/* writev(iov [, offset [, nbyte]]) -> len, err, timeout */
static int writev_method(lua_State *L) {
  struct vector_call vector = {.call = {.name = "writev", .counts = true, .attempt = try_writev}};
  return run(L, &vector, NET_TLS_WANT_WRITE);
}

static void check_part(lua_State *L) {
  struct vector_call vector;
  get_part(L, &vector);
}

static int readv_sync(lua_State *L) {
  return lock_call(L, READ_LOCK, "readv", check_part);
}

static int writev_sync(lua_State *L) {
  return lock_call(L, WRITE_LOCK, "writev", check_part);
}

const luaL_Reg vector_methods[] = {
    {"readv", readv_method},
    {"readvsync", readv_sync},
    {"writev", writev_method},
    {"writevsync", writev_sync},
    {NULL, NULL},
};
