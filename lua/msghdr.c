#include "lua/msghdr.h"

#include <string.h>

#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/class.h"
#include "lua/cmsghdr.h"
#include "lua/iovec.h"

static const struct class msghdr_class;

struct message *msghdr_check(lua_State *L, int index) {
  return class_check(L, index, &msghdr_class);
}

static int new_message(lua_State *L) {
  class_new(L, &msghdr_class, sizeof(struct message), MESSAGE_NUM_VALUES);
  iovec_new(L);
  lua_setiuservalue(L, -2, MESSAGE_BYTES);
  return 1;
}

/* Sets a user value to argument 2 and returns what it was. */
static int exchange(lua_State *L, enum message_value value) {
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, value);
  lua_insert(L, 2);
  lua_setiuservalue(L, 1, value);
  return 1;
}

static int get(lua_State *L, enum message_value value) {
  lua_getiuservalue(L, 1, value);
  return 1;
}

/* name([ai]) -> ai: as it was before; nil for none. */
static int name(lua_State *L) {
  msghdr_check(L, 1);
  if (!lua_isnoneornil(L, 2)) {
    addrinfo_check(L, 2);
  }
  return lua_isnone(L, 2) ? get(L, MESSAGE_NAME) : exchange(L, MESSAGE_NAME);
}

static bool is_iov(lua_State *L) {
  return lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "iov") == 0;
}

/* The field iov: there always is one. */
static int get_field(lua_State *L) {
  msghdr_check(L, 1);
  return is_iov(L) ? get(L, MESSAGE_BYTES) : 0;
}

/* iov is what can be set; nil makes a new one. */
static int set_field(lua_State *L) {
  struct message *message = msghdr_check(L, 1);
  luaL_argcheck(L, is_iov(L), 2, "the only field is iov");
  if (lua_isnil(L, 3)) {
    lua_settop(L, 2);
    iovec_new(L);
  }
  iovec_check(L, 3);
  lua_settop(L, 3);
  lua_setiuservalue(L, 1, MESSAGE_BYTES);
  message->is_control_sent = false;
  return 0;
}

static int get_control(lua_State *L) {
  if (lua_getiuservalue(L, 1, MESSAGE_CONTROL) == LUA_TNIL) {
    cmsghdrs_new(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, MESSAGE_CONTROL);
  }
  return 1;
}

/* control() -> cmsgs, which are made the first time; control(cmsgs | nil) -> as it was before. */
static int control(lua_State *L) {
  msghdr_check(L, 1);
  if (!lua_isnoneornil(L, 2)) {
    class_check(L, 2, &cmsghdrs_class);
  }
  return lua_isnone(L, 2) ? get_control(L) : exchange(L, MESSAGE_CONTROL);
}

static int flags(lua_State *L) {
  lua_pushinteger(L, msghdr_check(L, 1)->flags);
  return 1;
}

/* Puts the message's iovec in its place. */
static struct byte_vector *replace_by_bytes(lua_State *L) {
  msghdr_check(L, 1);
  lua_getiuservalue(L, 1, MESSAGE_BYTES);
  lua_replace(L, 1);
  return lua_touserdata(L, 1);
}

static int bytes(lua_State *L) {
  replace_by_bytes(L);
  return iovec_bytes(L);
}

static int add(lua_State *L) {
  replace_by_bytes(L);
  return iovec_add(L);
}

static int add_spaces(lua_State *L) {
  replace_by_bytes(L);
  return iovec_addn(L);
}

static int get_piece(lua_State *L) {
  replace_by_bytes(L);
  return iovec_get(L);
}

static int concat(lua_State *L) {
  replace_by_bytes(L);
  lua_settop(L, 1);
  return iovec_concat(L);
}

/* Without the rest of a message, what comes next is another one. The message stays on the stack:
   nothing else may refer to it. */

static int delete_piece(lua_State *L) {
  struct message *message = msghdr_check(L, 1);
  args_integer(L, 2);
  lua_settop(L, 2);
  lua_pushvalue(L, 1);
  const struct byte_vector *vector = replace_by_bytes(L);
  int num_results = iovec_del(L);
  message->is_control_sent = message->is_control_sent && vector->bytes > 0;
  return num_results;
}

static int consume(lua_State *L) {
  struct message *message = msghdr_check(L, 1);
  args_integer(L, 2);
  lua_settop(L, 2);
  lua_pushvalue(L, 1);
  const struct byte_vector *vector = replace_by_bytes(L);
  int num_results = iovec_consume(L);
  message->is_control_sent = message->is_control_sent && vector->bytes > 0;
  return num_results;
}

static const luaL_Reg methods[] = {
    {"name", name},     {"control", control}, {"flags", flags},   {"bytes", bytes},
    {"add", add},       {"addn", add_spaces}, {"get", get_piece}, {"del", delete_piece},
    {"concat", concat}, {"consume", consume}, {NULL, NULL},
};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const luaL_Reg metamethods[] = {{"__newindex", set_field}, {NULL, NULL}};
static const struct class msghdr_class = {
    .name = "net.msghdr.MsgHdr",
    .methods = method_lists,
    .metamethods = metamethods,
    .field = get_field,
};

static const luaL_Reg functions[] = {{"new", new_message}, {NULL, NULL}};

int msghdr_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
