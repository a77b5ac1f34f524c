#include "lua/cmsghdr.h"

#include <limits.h>
#include <string.h>

#include "lua/args.h"
#include "net/stream.h"

bool cmsghdr_is_rights(int level, int type) {
  return level == SOL_SOCKET && type == SCM_RIGHTS;
}

static int get_descriptor(const unsigned char *data, size_t index) {
  int fd = -1;
  memcpy(&fd, data + index * sizeof(fd), sizeof(fd));
  return fd;
}

void cmsghdr_close_all(const unsigned char *data, size_t length) {
  for (size_t i = 0; i < length / sizeof(int); i++) {
    net_close(get_descriptor(data, i));
  }
}

struct control_message *cmsghdr_push(lua_State *L, int level, int type, size_t length) {
  struct control_message *message =
      class_new(L, &cmsghdr_class, sizeof(struct control_message) + length, 0);
  message->level = level;
  message->type = type;
  message->length = length;
  return message;
}

static int int_argument(lua_State *L, int index) {
  lua_Integer value = args_integer(L, index);
  luaL_argcheck(L, value >= INT_MIN && value <= INT_MAX, index, "out of range");
  return (int)value;
}

/* new(level, type, data) -> cmsg */
static int new_message(lua_State *L) {
  int level = int_argument(L, 1);
  int type = int_argument(L, 2);
  size_t length = 0;
  const char *data = args_string(L, 3, &length);
  luaL_argcheck(L, !cmsghdr_is_rights(level, type) || length % sizeof(int) == 0, 3,
                "no whole number of descriptors");
  memcpy(cmsghdr_push(L, level, type, length)->data, data, length);
  return 1;
}

/* rights(fd, ...) -> cmsg: the descriptors stay the program's. */
static int new_rights(lua_State *L) {
  int count = lua_gettop(L);
  if (count == 0) {
    lua_pushnil(L);
    return 1;
  }
  for (int i = 1; i <= count; i++) {
    int_argument(L, i);
  }
  struct control_message *message =
      cmsghdr_push(L, SOL_SOCKET, SCM_RIGHTS, (size_t)count * sizeof(int));
  for (int i = 0; i < count; i++) {
    int fd = (int)lua_tointeger(L, i + 1);
    memcpy(message->data + (size_t)i * sizeof(fd), &fd, sizeof(fd));
  }
  return 1;
}

static struct control_message *check(lua_State *L) {
  return class_check(L, 1, &cmsghdr_class);
}

static int get_level(lua_State *L) {
  lua_pushinteger(L, check(L)->level);
  return 1;
}

static int get_type(lua_State *L) {
  lua_pushinteger(L, check(L)->type);
  return 1;
}

static int get_length(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L)->length);
  return 1;
}

/* From here on the descriptors are the program's. */
static int give_descriptors(lua_State *L, struct control_message *message) {
  int count = (int)(message->length / sizeof(int));
  luaL_checkstack(L, count + 1, "too many descriptors");
  message->owns_descriptors = false;
  for (int i = 0; i < count; i++) {
    lua_pushinteger(L, get_descriptor(message->data, (size_t)i));
  }
  if (count == 0) {
    lua_pushnil(L);
  }
  return count > 0 ? count : 1;
}

/* data() -> fd, ... or str */
static int get_data(lua_State *L) {
  struct control_message *message = check(L);
  if (cmsghdr_is_rights(message->level, message->type)) {
    return give_descriptors(L, message);
  }
  lua_pushlstring(L, (const char *)message->data, message->length);
  return 1;
}

static int collect(lua_State *L) {
  struct control_message *message = check(L);
  if (message->owns_descriptors) {
    message->owns_descriptors = false;
    cmsghdr_close_all(message->data, message->length);
  }
  return 0;
}

static const luaL_Reg methods[] = {
    {"level", get_level},
    {"type", get_type},
    {"data", get_data},
    {NULL, NULL},
};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const luaL_Reg metamethods[] = {
    {"__gc", collect},
    {"__len", get_length},
    {NULL, NULL},
};
const struct class cmsghdr_class = {
    .name = "net.cmsghdr", .methods = method_lists, .metamethods = metamethods};

static const luaL_Reg functions[] = {
    {"new", new_message},
    {"rights", new_rights},
    {NULL, NULL},
};

int cmsghdr_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
