#ifndef LUA_MSGHDR_H
#define LUA_MSGHDR_H

/* net.msghdr: a message with what goes beside its bytes. */

#include <lua.h>
#include <stdbool.h>

struct message {
  /* What the last recvmsg told about it (MSG_*). */
  int flags;
  /* What goes beside the bytes has gone with the first of them, and the rest has not gone yet. */
  bool is_control_sent;
};

/* The user values of a message: an iovec, and a net.cmsghdrs and a net.addrinfo or nil. */
enum message_value {
  MESSAGE_BYTES = 1,
  MESSAGE_CONTROL,
  MESSAGE_NAME,
  MESSAGE_NUM_VALUES = MESSAGE_NAME
};

/* msghdr_check returns argument `index`, a message. */
struct message *msghdr_check(lua_State *L, int index);

/* msghdr_open pushes the module net.msghdr and returns 1. */
int msghdr_open(lua_State *L);

#endif
