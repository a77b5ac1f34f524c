#ifndef LUA_CMSGHDR_H
#define LUA_CMSGHDR_H

/* net.cmsghdr: one message beside the bytes of a connection (ancillary data), and net.cmsghdrs, the
   list of those that go with a message.

   Descriptors that have come in belong to whoever has them: to the object, which closes them when
   it is collected, until data() gives them to the program. */

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "lua/class.h"

struct control_message {
  int level;
  int type;
  /* Descriptors that data() has not given away. */
  bool owns_descriptors;
  size_t length;
  unsigned char data[];
};

extern const struct class cmsghdr_class;

/* cmsghdr_push pushes a message of zeros, which owns nothing yet. */
struct control_message *cmsghdr_push(lua_State *L, int level, int type, size_t length);

/* cmsghdr_is_rights returns whether the data of such a message are descriptors. */
bool cmsghdr_is_rights(int level, int type);

/* cmsghdr_close_all closes the descriptors in `length` bytes of data. */
void cmsghdr_close_all(const unsigned char *data, size_t length);

/* cmsghdr_open pushes the module net.cmsghdr and returns 1. */
int cmsghdr_open(lua_State *L);

extern const struct class cmsghdrs_class;

/* cmsghdrs_new pushes an empty list. */
void cmsghdrs_new(lua_State *L);

/* cmsghdrs_clear empties the list at `index`, which must be one. */
void cmsghdrs_clear(lua_State *L, int index);

/* cmsghdrs_receive_into makes room for what comes in with `message`. Nothing of Lua's happens until
   cmsghdrs_received tells that it is there; `list` then owns it. */
void cmsghdrs_receive_into(void *list, struct msghdr *message);
void cmsghdrs_received(void *list, const struct msghdr *message);

/* cmsghdrs_push_bytes pushes a userdata with all messages of the list at `index` as sendmsg(2)
   takes them, and sets `*length`, which was 0. */
void cmsghdrs_push_bytes(lua_State *L, int index, size_t *length);

#endif
