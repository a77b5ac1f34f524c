/* The methods of net.Socket that move a message with what goes beside its bytes. */

#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/cmsghdr.h"
#include "lua/iovec.h"
#include "lua/locks.h"
#include "lua/msghdr.h"
#include "lua/socket_classes.h"
#include "lua/stream_call.h"
#include "lua/triple.h"
#include "net/stream_io.h"

/* Of the arguments the first two are kept, and below them is what the message consists of. CONTROL
   is a list to receive into, or bytes to send of LIST, which keeps its descriptors open. */
enum {
  SOCKET = 1,
  MESSAGE,
  FLAGS,
  BYTES = FLAGS,
  CONTROL,
  NAME,
  LIST
};

struct message_call {
  struct stream_call call;
  int flags;
  size_t control_length;
};

static struct message_call begin(lua_State *L, const char *name) {
  struct message_call call = {.call = {.name = name}};
  socket_check(L);
  msghdr_check(L, MESSAGE);
  call.flags = args_flags(L, FLAGS);
  call.call.must_not_wait = (call.flags & MSG_DONTWAIT) != 0;
  lua_settop(L, MESSAGE);
  lua_getiuservalue(L, MESSAGE, MESSAGE_BYTES);
  lua_getiuservalue(L, MESSAGE, MESSAGE_CONTROL);
  return call;
}

static int run(lua_State *L, struct message_call *call, enum net_tls_outcome want) {
  stream_call_begin(lua_touserdata(L, SOCKET), want, &call->call);
  return stream_call_run(L, sizeof(*call), &call->call);
}

/* Without a list, what comes beside the bytes is thrown away by the system, which says so in the
   message's flags. */
static struct net_error receive(lua_State *L, const struct socket *socket, int flags,
                                struct byte_vector_span *span, size_t *length) {
  struct message *target = lua_touserdata(L, MESSAGE);
  struct msghdr message = {.msg_iov = span->parts, .msg_iovlen = span->num_parts};
  void *control = lua_touserdata(L, CONTROL);
  if (control) {
    cmsghdrs_receive_into(control, &message);
  }
  struct net_error error =
      net_receive_message(socket->fd, stream_call_mode(socket), flags, &message, length);
  if (error.kind == NET_ERROR_NONE) {
    target->flags = message.msg_flags & ~MSG_CMSG_CLOEXEC;
    if (control) {
      cmsghdrs_received(control, &message);
    }
  }
  return error;
}

static int try_receive(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct message_call *message = (const struct message_call *)call;
  struct byte_vector_span span;
  size_t length = 0;
  byte_vector_gather(lua_touserdata(L, BYTES), 0, SIZE_MAX, &span);
  if (span.length == 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  struct net_error error = receive(L, socket, message->flags, &span, &length);
  if (error.kind != NET_ERROR_NONE) {
    return stream_call_error(L, call, error);
  }
  lua_pushinteger(L, (lua_Integer)length);
  return length > 0 ? triple_value(L) : triple_closed(L);
}

/* recvmsg(mh [, flag, ...]) -> len, err, timeout */
static int receive_method(lua_State *L) {
  struct message_call call = begin(L, "recvmsg");
  call.call.attempt = try_receive;
  if (!lua_isnil(L, CONTROL)) {
    cmsghdrs_clear(L, CONTROL);
  }
  return run(L, &call, NET_TLS_WANT_READ);
}

static struct msghdr make_message(lua_State *L, const struct message_call *call,
                                  struct byte_vector_span *span) {
  const struct message *source = lua_touserdata(L, MESSAGE);
  const struct net_address *name = lua_touserdata(L, NAME);
  struct msghdr message = {.msg_iov = span->parts, .msg_iovlen = span->num_parts};
  if (name) {
    message.msg_name = (void *)&name->storage;
    message.msg_namelen = name->length;
  }
  if (!source->is_control_sent) {
    message.msg_control = lua_touserdata(L, CONTROL);
    message.msg_controllen = call->control_length;
  }
  return message;
}

/* What has gone is taken out of the message: after a timeout it holds the rest. */
static struct net_error send_some(lua_State *L, const struct socket *socket,
                                  struct message_call *call, struct byte_vector *vector) {
  struct message *source = lua_touserdata(L, MESSAGE);
  struct byte_vector_span span;
  size_t sent = 0;
  byte_vector_gather(vector, 0, SIZE_MAX, &span);
  struct msghdr message = make_message(L, call, &span);
  struct net_error error =
      net_send_message(socket->fd, stream_call_mode(socket), call->flags, &message, &sent);
  byte_vector_consume(vector, sent);
  call->call.done += sent;
  source->is_control_sent = vector->bytes > 0 && (source->is_control_sent || sent > 0);
  return error;
}

static int try_send(lua_State *L, struct socket *socket, struct stream_call *call) {
  struct byte_vector *vector = lua_touserdata(L, BYTES);
  while (vector->bytes > 0) {
    struct net_error error = send_some(L, socket, (struct message_call *)call, vector);
    if (error.kind != NET_ERROR_NONE) {
      return stream_call_error(L, call, error);
    }
  }
  lua_pushinteger(L, (lua_Integer)call->done);
  return triple_value(L);
}

/* sendmsg(mh [, flag, ...]) -> len, err, timeout */
static int send_method(lua_State *L) {
  struct message_call call = begin(L, "sendmsg");
  const struct byte_vector *vector = lua_touserdata(L, BYTES);
  call.call.counts = true;
  call.call.attempt = try_send;
  if (!lua_isnil(L, CONTROL)) {
    cmsghdrs_push_bytes(L, CONTROL, &call.control_length);
    lua_replace(L, CONTROL);
  }
  lua_getiuservalue(L, MESSAGE, MESSAGE_NAME);
  lua_getiuservalue(L, MESSAGE, MESSAGE_CONTROL);
  if (vector->bytes == 0 && call.control_length > 0) {
    /* The system would send nothing, and say that all is well. */
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  return run(L, &call, NET_TLS_WANT_WRITE);
}

static void check_message(lua_State *L) {
  msghdr_check(L, MESSAGE);
  args_flags(L, FLAGS);
}

static int receive_sync(lua_State *L) {
  return lock_call(L, READ_LOCK, "recvmsg", check_message);
}

static int send_sync(lua_State *L) {
  return lock_call(L, WRITE_LOCK, "sendmsg", check_message);
}

const luaL_Reg message_methods[] = {
    {"recvmsg", receive_method},
    {"recvmsgsync", receive_sync},
    {"sendmsg", send_method},
    {"sendmsgsync", send_sync},
    {NULL, NULL},
};
