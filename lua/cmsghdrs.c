/* net.cmsghdrs: first what has come in, then what the program has pushed. */

#include <string.h>

#include "lua/cmsghdr.h"

/* Room for the most descriptors that the system passes at once (253), and for more beside them. */
#define RECEIVED_SIZE 2048

struct control_list {
  /* The messages from `next` to `received` are not shifted yet: what descriptors are in them is the
     list's. */
  size_t next;
  size_t received;
  _Alignas(struct cmsghdr) unsigned char buffer[RECEIVED_SIZE];
};

/* The user value with the array of those that were pushed. */
#define PUSHED 1

/* Returns the first message of those that have come in, NULL where there is none. */
static const struct cmsghdr *peek(const struct control_list *list) {
  const struct cmsghdr *header = (const struct cmsghdr *)(const void *)(list->buffer + list->next);
  size_t left = list->received - list->next;
  bool is_whole =
      left >= sizeof(*header) && header->cmsg_len >= CMSG_LEN(0) && header->cmsg_len <= left;
  return is_whole ? header : NULL;
}

static size_t data_length(const struct cmsghdr *header) {
  return header->cmsg_len - CMSG_LEN(0);
}

/* The last one may end without the padding. */
static void skip(struct control_list *list, const struct cmsghdr *header) {
  size_t space = CMSG_SPACE(data_length(header));
  size_t left = list->received - list->next;
  list->next += space < left ? space : left;
}

/* Closes what nobody has asked for. */
static void discard_received(struct control_list *list) {
  const struct cmsghdr *header = NULL;
  while ((header = peek(list)) != NULL) {
    if (cmsghdr_is_rights(header->cmsg_level, header->cmsg_type)) {
      cmsghdr_close_all(CMSG_DATA(header), data_length(header));
    }
    skip(list, header);
  }
  list->next = list->received = 0;
}

void cmsghdrs_new(lua_State *L) {
  class_new(L, &cmsghdrs_class, sizeof(struct control_list), 1);
  lua_newtable(L);
  lua_setiuservalue(L, -2, PUSHED);
}

void cmsghdrs_clear(lua_State *L, int index) {
  discard_received(lua_touserdata(L, index));
  lua_newtable(L);
  lua_setiuservalue(L, index, PUSHED);
}

void cmsghdrs_receive_into(void *list, struct msghdr *message) {
  struct control_list *control = list;
  discard_received(control);
  message->msg_control = control->buffer;
  message->msg_controllen = sizeof(control->buffer);
}

void cmsghdrs_received(void *list, const struct msghdr *message) {
  struct control_list *control = list;
  control->received = message->msg_controllen;
}

static struct control_list *check(lua_State *L) {
  return class_check(L, 1, &cmsghdrs_class);
}

/* push(cmsg) */
static int push_message(lua_State *L) {
  check(L);
  class_check(L, 2, &cmsghdr_class);
  lua_getiuservalue(L, 1, PUSHED);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  return 0;
}

/* The object owns the descriptors as soon as the list does not any more. Returns false with nothing
   pushed where there are none: what the collector calls in between may shift messages too. */
static bool shift_received(lua_State *L, struct control_list *list) {
  const struct cmsghdr *header = peek(list);
  while (header) {
    size_t length = data_length(header);
    struct control_message *message = cmsghdr_push(L, 0, 0, length);
    header = peek(list);
    if (header && data_length(header) == length) {
      message->level = header->cmsg_level;
      message->type = header->cmsg_type;
      memcpy(message->data, CMSG_DATA(header), length);
      message->owns_descriptors = cmsghdr_is_rights(message->level, message->type);
      skip(list, header);
      return true;
    }
    lua_pop(L, 1);
  }
  return false;
}

/* Removes the first value of the array on the top and leaves it there, nil where there is none. */
static void shift_pushed(lua_State *L) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
  lua_rawgeti(L, -1, 1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, -2, i + 1);
    lua_rawseti(L, -3, i);
  }
}

/* shift() -> cmsg, nil where there is none */
static int shift(lua_State *L) {
  if (!shift_received(L, check(L))) {
    lua_getiuservalue(L, 1, PUSHED);
    shift_pushed(L);
  }
  return 1;
}

/* How many bytes the messages of the array at `index` take. */
static size_t pushed_space(lua_State *L, int index) {
  size_t space = 0;
  lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    const struct control_message *message = lua_touserdata(L, -1);
    space += CMSG_SPACE(message->length);
    lua_pop(L, 1);
  }
  return space;
}

/* Returns where the next one goes. */
static unsigned char *write_message(unsigned char *bytes, const struct control_message *message) {
  struct cmsghdr *header = (struct cmsghdr *)(void *)bytes;
  header->cmsg_len = CMSG_LEN(message->length);
  header->cmsg_level = message->level;
  header->cmsg_type = message->type;
  memcpy(CMSG_DATA(header), message->data, message->length);
  return bytes + CMSG_SPACE(message->length);
}

static void write_pushed(lua_State *L, int index, unsigned char *bytes) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    bytes = write_message(bytes, lua_touserdata(L, -1));
    lua_pop(L, 1);
  }
}

/* How many bytes the messages take that have come in, and are not shifted yet. */
static size_t received_space(const struct control_list *list) {
  return CMSG_SPACE(list->received - list->next) - CMSG_SPACE(0);
}

/* Pushes the array of those that were pushed, and room for all messages. What the collector calls
   in between may change the list: then the room is made again. */
static unsigned char *push_room(lua_State *L, int index, size_t *length) {
  const struct control_list *list = lua_touserdata(L, index);
  size_t now = 0;
  unsigned char *bytes = NULL;
  lua_getiuservalue(L, index, PUSHED);
  lua_pushnil(L);
  while ((now = received_space(list) + pushed_space(L, lua_gettop(L) - 1)) != *length || !bytes) {
    *length = now;
    lua_pop(L, 1);
    bytes = lua_newuserdatauv(L, now, 0);
  }
  return bytes;
}

void cmsghdrs_push_bytes(lua_State *L, int index, size_t *length) {
  const struct control_list *list = lua_touserdata(L, index);
  unsigned char *bytes = push_room(L, index, length);
  memset(bytes, 0, *length);
  memcpy(bytes, list->buffer + list->next, list->received - list->next);
  write_pushed(L, lua_gettop(L) - 1, bytes + received_space(list));
  lua_remove(L, -2);
}

static int collect(lua_State *L) {
  discard_received(check(L));
  return 0;
}

static const luaL_Reg methods[] = {
    {"push", push_message},
    {"shift", shift},
    {NULL, NULL},
};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
const struct class cmsghdrs_class = {
    .name = "net.cmsghdrs", .methods = method_lists, .metamethods = metamethods};
