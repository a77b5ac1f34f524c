#include "lua/iovec.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lua/args.h"
#include "lua/triple.h"
#include "net/vector_io.h"

/* What add and addn return for an index that there is not. */
enum {
  NO_ROOM = -1,
  NO_MEMORY = -2,
  NO_BYTES = -3
};

struct byte_vector *iovec_check(lua_State *L, int index) {
  return class_check(L, index, &iovec_class);
}

size_t iovec_offset(lua_State *L, int index, size_t otherwise) {
  lua_Integer offset = 0;
  if (lua_isnoneornil(L, index)) {
    return otherwise;
  }
  offset = args_integer(L, index);
  luaL_argcheck(L, offset >= 0, index, "must not be negative");
  return (size_t)offset;
}

int iovec_new(lua_State *L) {
  class_new(L, &iovec_class, sizeof(struct byte_vector), 0);
  return 1;
}

static void push_reason(lua_State *L, int code) {
  char text[128];
  struct net_error error = {NET_ERROR_SYSTEM, code};
  lua_pushstring(L, net_error_text(error, text, sizeof(text)));
}

static int push_failure(lua_State *L, lua_Integer index, int code) {
  lua_pushinteger(L, index);
  push_reason(L, code);
  return 2;
}

/* Lua's collector does not see the memory of the pieces, and would let it grow: it is told of each
   kilobyte as if that were Lua's own. */
static void tell_collector(lua_State *L, size_t bytes_before, size_t bytes) {
  size_t kilobytes = bytes > bytes_before ? bytes / 1024 - bytes_before / 1024 : 0;
  if (kilobytes > 0 && lua_gc(L, LUA_GCISRUNNING)) {
    lua_gc(L, LUA_GCSTEP, kilobytes < INT_MAX ? (int)kilobytes : INT_MAX);
  }
}

static int add_piece(lua_State *L, struct byte_vector *vector, const char *bytes, size_t length) {
  if (vector->count >= NET_VECTOR_MAX) {
    return push_failure(L, NO_ROOM, ENOBUFS);
  }
  if (!byte_vector_add(vector, bytes, length)) {
    return push_failure(L, NO_MEMORY, ENOMEM);
  }
  tell_collector(L, vector->bytes - length, vector->bytes);
  lua_pushinteger(L, (lua_Integer)vector->count);
  return 1;
}

/* add(str) -> idx, err */
int iovec_add(lua_State *L) {
  struct byte_vector *vector = iovec_check(L, 1);
  size_t length = 0;
  const char *bytes = args_string(L, 2, &length);
  return length == 0 ? push_failure(L, NO_BYTES, EINVAL) : add_piece(L, vector, bytes, length);
}

/* addn(nbyte) -> idx, err */
int iovec_addn(lua_State *L) {
  struct byte_vector *vector = iovec_check(L, 1);
  lua_Integer length = args_integer(L, 2);
  luaL_argcheck(L, length > 0, 2, "1 or more expected, got less than 1");
  return add_piece(L, vector, NULL, (size_t)length);
}

/* Whether `index`, which counts from 1, is that of a piece. */
static bool has_piece(const struct byte_vector *vector, lua_Integer index) {
  return index >= 1 && (lua_Unsigned)index <= vector->count;
}

/* set(str, idx) -> ok, err */
static int set_piece(lua_State *L) {
  struct byte_vector *vector = iovec_check(L, 1);
  size_t length = 0;
  const char *bytes = args_string(L, 2, &length);
  lua_Integer index = args_integer(L, 3);
  if (!has_piece(vector, index)) {
    lua_pushboolean(L, false);
    return 1;
  }
  size_t bytes_before = vector->bytes;
  bool is_set = byte_vector_set(vector, (size_t)index - 1, bytes, length);
  tell_collector(L, bytes_before, vector->bytes);
  lua_pushboolean(L, is_set);
  if (!is_set) {
    push_reason(L, ENOMEM);
  }
  return is_set ? 1 : 2;
}

/* Returns whether argument 2 is the index of a piece, which is pushed then; otherwise nil is. */
static bool push_piece(lua_State *L, const struct byte_vector *vector) {
  lua_Integer index = args_integer(L, 2);
  size_t length = 0;
  if (!has_piece(vector, index)) {
    lua_pushnil(L);
    return false;
  }
  const char *bytes = byte_vector_get(vector, (size_t)index - 1, &length);
  lua_pushlstring(L, bytes, length);
  return true;
}

/* get(idx) -> str */
int iovec_get(lua_State *L) {
  push_piece(L, iovec_check(L, 1));
  return 1;
}

/* del(idx) -> str. What the collector calls in between may have taken pieces too. */
int iovec_del(lua_State *L) {
  struct byte_vector *vector = iovec_check(L, 1);
  if (push_piece(L, vector) && has_piece(vector, lua_tointeger(L, 2))) {
    byte_vector_remove(vector, (size_t)lua_tointeger(L, 2) - 1);
  }
  return 1;
}

int iovec_bytes(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)iovec_check(L, 1)->bytes);
  return 1;
}

static size_t clamped_argument(lua_State *L, int index, size_t otherwise) {
  lua_Integer value = lua_isnoneornil(L, index) ? (lua_Integer)otherwise : args_integer(L, index);
  return value > 0 ? (size_t)value : 0;
}

/* concat([offset [, nbyte]]) -> str; less than none is none. The bytes are looked up again when
   there is room for them: what the collector calls in between may change the vector. */
int iovec_concat(lua_State *L) {
  struct byte_vector *vector = iovec_check(L, 1);
  size_t offset = clamped_argument(L, 2, 0);
  size_t limit = clamped_argument(L, 3, vector->bytes);
  struct byte_vector_span span;
  luaL_Buffer buffer;
  byte_vector_gather(vector, offset, limit, &span);
  char *bytes = luaL_buffinitsize(L, &buffer, span.length);
  byte_vector_gather(vector, offset, span.length, &span);
  for (size_t i = 0; i < span.num_parts; i++) {
    memcpy(bytes, span.parts[i].iov_base, span.parts[i].iov_len);
    bytes += span.parts[i].iov_len;
  }
  luaL_pushresultsize(&buffer, span.length);
  return 1;
}

/* consume(nbyte) -> how many bytes are left; less than none is none. */
int iovec_consume(lua_State *L) {
  struct byte_vector *vector = iovec_check(L, 1);
  lua_Integer length = args_integer(L, 2);
  byte_vector_consume(vector, length > 0 ? (size_t)length : 0);
  return iovec_bytes(L);
}

/* The descriptor and the part of the vector that readv and writev are called with. */
static int gather_arguments(lua_State *L, struct byte_vector_span *span) {
  const struct byte_vector *vector = iovec_check(L, 1);
  lua_Integer fd = args_integer(L, 2);
  size_t offset = iovec_offset(L, 3, 0);
  size_t limit = iovec_offset(L, 4, vector->bytes);
  byte_vector_gather(vector, offset, limit, span);
  return fd >= 0 && fd <= INT_MAX ? (int)fd : -1;
}

static bool would_block(struct net_error error) {
  return error.kind == NET_ERROR_SYSTEM && (error.code == EAGAIN || error.code == EWOULDBLOCK);
}

static bool is_peer_gone(struct net_error error) {
  return error.kind == NET_ERROR_SYSTEM && (error.code == EPIPE || error.code == ECONNRESET);
}

/* readv(fd [, offset [, nbyte]]) -> n, err, again */
static int read_descriptor(lua_State *L) {
  struct byte_vector_span span;
  size_t length = 0;
  int fd = gather_arguments(L, &span);
  if (span.length == 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  struct net_error error = net_read_vector(fd, span.parts, span.num_parts, &length);
  if (would_block(error)) {
    return triple_timeout(L, TRIPLE_VALUE);
  }
  if (error.kind != NET_ERROR_NONE) {
    return triple_net_error(L, TRIPLE_VALUE, "readv", error);
  }
  lua_pushinteger(L, (lua_Integer)length);
  return length > 0 ? triple_value(L) : triple_closed(L);
}

/* writev(fd [, offset [, nbyte]]) -> n, err, again */
static int write_descriptor(lua_State *L) {
  struct byte_vector_span span;
  size_t length = 0;
  int fd = gather_arguments(L, &span);
  struct net_error error = net_write_vector(fd, span.parts, span.num_parts, &length);
  if (is_peer_gone(error)) {
    return triple_closed(L);
  }
  if (error.kind != NET_ERROR_NONE && !would_block(error)) {
    return triple_net_error(L, TRIPLE_VALUE, "writev", error);
  }
  if (length < span.length) {
    return triple_partial(L, (lua_Integer)length);
  }
  lua_pushinteger(L, (lua_Integer)length);
  return triple_value(L);
}

static int count_pieces(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)iovec_check(L, 1)->count);
  return 1;
}

static int collect(lua_State *L) {
  byte_vector_clear(iovec_check(L, 1));
  return 0;
}

static const luaL_Reg methods[] = {
    {"bytes", iovec_bytes},
    {"add", iovec_add},
    {"addn", iovec_addn},
    {"set", set_piece},
    {"get", iovec_get},
    {"del", iovec_del},
    {"concat", iovec_concat},
    {"consume", iovec_consume},
    {"readv", read_descriptor},
    {"writev", write_descriptor},
    {NULL, NULL},
};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const luaL_Reg metamethods[] = {
    {"__gc", collect},
    {"__len", count_pieces},
    {NULL, NULL},
};
const struct class iovec_class = {
    .name = "iovec", .methods = method_lists, .metamethods = metamethods};

static const luaL_Reg functions[] = {{"new", iovec_new}, {NULL, NULL}};

int iovec_open(lua_State *L) {
  luaL_newlib(L, functions);
  lua_pushinteger(L, NET_VECTOR_MAX);
  lua_setfield(L, -2, "IOV_MAX");
  return 1;
}
