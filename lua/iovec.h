#ifndef LUA_IOVEC_H
#define LUA_IOVEC_H

/* iovec: a list of buffers that one call fills or sends. */

#include <lua.h>
#include <stddef.h>

#include "lua/byte_vector.h"
#include "lua/class.h"

extern const struct class iovec_class;

/* iovec_new pushes an empty iovec and returns 1. */
int iovec_new(lua_State *L);

/* iovec_check returns argument `index`, an iovec. */
struct byte_vector *iovec_check(lua_State *L, int index);

/* iovec_offset returns argument `index`, a number of bytes: `otherwise` for none and nil. It raises
   for a negative one. */
size_t iovec_offset(lua_State *L, int index, size_t otherwise);

/* The methods whose first argument an iovec is and which net.msghdr has too. */
int iovec_bytes(lua_State *L);
int iovec_add(lua_State *L);
int iovec_addn(lua_State *L);
int iovec_get(lua_State *L);
int iovec_del(lua_State *L);
int iovec_concat(lua_State *L);
int iovec_consume(lua_State *L);

/* iovec_open pushes the module iovec and returns 1. */
int iovec_open(lua_State *L);

#endif
