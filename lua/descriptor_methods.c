/* The methods of net.unix.Socket that pass descriptors. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/cmsghdr.h"
#include "lua/locks.h"
#include "lua/socket_classes.h"
#include "lua/stream_call.h"
#include "lua/triple.h"
#include "net/stream_io.h"

enum {
  SOCKET = 1,
  DESCRIPTOR,
  ADDRESS,
  SEND_FLAGS,
  RECEIVE_FLAGS = DESCRIPTOR
};

struct descriptor_call {
  struct stream_call call;
  int flags;
  int fd;
};

/* A descriptor goes with one byte: a stream delivers nothing without one. Received, there is room
   for what the system may put before it, and so for more descriptors than one. */
struct descriptor_message {
  char byte;
  struct iovec part;
  struct msghdr header;
  union {
    struct cmsghdr header;
    unsigned char bytes[256];
  } control;
};

static void prepare(struct descriptor_message *message) {
  memset(message, 0, sizeof(*message));
  message->byte = 1;
  message->part = (struct iovec){.iov_base = &message->byte, .iov_len = sizeof(message->byte)};
  message->header.msg_iov = &message->part;
  message->header.msg_iovlen = 1;
  message->header.msg_control = message->control.bytes;
  message->header.msg_controllen = sizeof(message->control.bytes);
}

static void put_descriptor(struct descriptor_message *message, int fd) {
  struct cmsghdr *header = &message->control.header;
  message->header.msg_controllen = CMSG_SPACE(sizeof(fd));
  header->cmsg_len = CMSG_LEN(sizeof(fd));
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  memcpy(CMSG_DATA(header), &fd, sizeof(fd));
}

static int try_send(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct descriptor_call *send = (const struct descriptor_call *)call;
  const struct net_address *address = lua_touserdata(L, ADDRESS);
  struct descriptor_message message;
  size_t sent = 0;
  prepare(&message);
  put_descriptor(&message, send->fd);
  if (address) {
    message.header.msg_name = (void *)&address->storage;
    message.header.msg_namelen = address->length;
  }
  struct net_error error =
      net_send_message(socket->fd, stream_call_mode(socket), send->flags, &message.header, &sent);
  if (error.kind != NET_ERROR_NONE) {
    return stream_call_error(L, call, error);
  }
  lua_pushinteger(L, 0);
  return triple_value(L);
}

static struct socket *check(lua_State *L) {
  return class_check(L, SOCKET, &unix_socket_class);
}

static void check_send(lua_State *L) {
  check(L);
  args_integer(L, DESCRIPTOR);
  if (!lua_isnoneornil(L, ADDRESS)) {
    addrinfo_check(L, ADDRESS);
  }
  args_flags(L, SEND_FLAGS);
}

/* sendfd(fd [, ai [, flag, ...]]) -> len, err, timeout: len is 0, no byte of the program's. */
static int send_method(lua_State *L) {
  struct descriptor_call send = {.call = {.name = "sendfd", .counts = true, .attempt = try_send}};
  check_send(L);
  lua_Integer fd = args_integer(L, DESCRIPTOR);
  send.fd = fd >= 0 && fd <= INT_MAX ? (int)fd : -1;
  send.flags = args_flags(L, SEND_FLAGS);
  send.call.must_not_wait = (send.flags & MSG_DONTWAIT) != 0;
  lua_settop(L, ADDRESS);
  stream_call_begin(check(L), NET_TLS_WANT_WRITE, &send.call);
  return stream_call_run(L, sizeof(send), &send.call);
}

/* Returns the first of the message's descriptors, -1 where there is none, and closes others, which
   nobody has asked for. */
static int take_descriptor(struct msghdr *message) {
  int taken = -1;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
       header = CMSG_NXTHDR(message, header)) {
    const unsigned char *data = CMSG_DATA(header);
    size_t length = header->cmsg_len - CMSG_LEN(0);
    if (!cmsghdr_is_rights(header->cmsg_level, header->cmsg_type)) {
      continue;
    }
    if (taken < 0 && length >= sizeof(taken)) {
      memcpy(&taken, data, sizeof(taken));
      data += sizeof(taken);
      length -= sizeof(taken);
    }
    cmsghdr_close_all(data, length);
  }
  return taken;
}

/* There was none among the bytes, or none that the process has room for. */
static int no_descriptor(lua_State *L, const struct stream_call *call, int flags) {
  int code = (flags & MSG_CTRUNC) != 0 ? EMFILE : EBADMSG;
  return triple_net_error(L, TRIPLE_VALUE, call->name, (struct net_error){NET_ERROR_SYSTEM, code});
}

static int try_receive(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct descriptor_call *receive = (const struct descriptor_call *)call;
  struct descriptor_message message;
  size_t length = 0;
  prepare(&message);
  struct net_error error = net_receive_message(socket->fd, stream_call_mode(socket), receive->flags,
                                               &message.header, &length);
  if (error.kind != NET_ERROR_NONE) {
    return stream_call_error(L, call, error);
  }
  int fd = take_descriptor(&message.header);
  if (fd < 0) {
    return length > 0 ? no_descriptor(L, call, message.header.msg_flags) : triple_closed(L);
  }
  lua_pushinteger(L, fd);
  return triple_value(L);
}

/* recvfd([flag, ...]) -> fd, err, timeout */
static int receive_method(lua_State *L) {
  const struct socket *socket = check(L);
  struct descriptor_call receive = {.call = {.name = "recvfd", .attempt = try_receive}};
  receive.flags = args_flags(L, RECEIVE_FLAGS);
  receive.call.must_not_wait = (receive.flags & MSG_DONTWAIT) != 0;
  lua_settop(L, SOCKET);
  stream_call_begin(socket, NET_TLS_WANT_READ, &receive.call);
  return stream_call_run(L, sizeof(receive), &receive.call);
}

static void check_receive(lua_State *L) {
  check(L);
  args_flags(L, RECEIVE_FLAGS);
}

static int send_sync(lua_State *L) {
  return lock_call(L, WRITE_LOCK, "sendfd", check_send);
}

static int receive_sync(lua_State *L) {
  return lock_call(L, READ_LOCK, "recvfd", check_receive);
}

const luaL_Reg descriptor_methods[] = {
    {"sendfd", send_method},
    {"sendfdsync", send_sync},
    {"recvfd", receive_method},
    {"recvfdsync", receive_sync},
    {NULL, NULL},
};
