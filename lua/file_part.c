#include "lua/file_part.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdio_ext.h>

#include "lua/args.h"
#include "lua/triple.h"

/* The arguments, after the file. */
enum {
  BYTES = 1,
  OFFSET
};

/* NULL where it is a descriptor. */
static const luaL_Stream *get_stream(lua_State *L, int index) {
  return luaL_testudata(L, index, LUA_FILEHANDLE);
}

static void check_file(lua_State *L, int index) {
  const luaL_Stream *stream = get_stream(L, index);
  if (stream) {
    luaL_argcheck(L, stream->closef, index, "attempt to use a closed file");
  } else if (lua_type(L, index) == LUA_TNUMBER) {
    args_int(L, index);
  } else {
    luaL_typeerror(L, index, "file or descriptor");
  }
}

static void check_optional(lua_State *L, int index) {
  if (!lua_isnoneornil(L, index)) {
    args_integer(L, index);
  }
}

void file_part_check(lua_State *L, int index) {
  check_file(L, index);
  check_optional(L, index + BYTES);
  check_optional(L, index + OFFSET);
}

static bool flush(lua_State *L, int index) {
  const luaL_Stream *stream = get_stream(L, index);
  return !stream || __fpending(stream->f) == 0 || fflush(stream->f) == 0;
}

int file_part_begin(lua_State *L, int index, struct file_part *part) {
  part->length = luaL_optinteger(L, index + BYTES, INT64_MAX);
  part->offset = luaL_optinteger(L, index + OFFSET, 0);
  if (part->length < 0 || part->offset < 0) {
    return triple_error(L, TRIPLE_VALUE, "Invalid argument");
  }
  if (!flush(L, index)) {
    struct net_error error = {NET_ERROR_SYSTEM, errno};
    return triple_net_error(L, TRIPLE_VALUE, "sendfile", error);
  }
  return 0;
}

int file_part_descriptor(lua_State *L, int index) {
  const luaL_Stream *stream = get_stream(L, index);
  if (!stream) {
    return (int)lua_tointeger(L, index);
  }
  return stream->closef ? fileno(stream->f) : -1;
}

size_t file_part_rest(const struct file_part *part, size_t done, size_t maximum) {
  uint64_t rest = (uint64_t)part->length - done;
  return rest < maximum ? (size_t)rest : maximum;
}
