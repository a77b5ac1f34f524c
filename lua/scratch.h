#ifndef LUA_SCRATCH_H
#define LUA_SCRATCH_H

#include <lua.h>
#include <stddef.h>

/* SCRATCH_MAX is as much as one read can return: more than a socket ever holds of received bytes,
   so that a huge bufsize allocates no more (D-08). */
#define SCRATCH_MAX ((size_t)128 * 1024)

/* scratch_get returns the Lua state's memory for results on their way into a string, at least
   `size` bytes. What is in it is lost with the next call of anything. */
void *scratch_get(lua_State *L, size_t size);

#endif
