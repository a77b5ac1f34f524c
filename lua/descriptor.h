#ifndef LUA_DESCRIPTOR_H
#define LUA_DESCRIPTOR_H

/* The field `sock` of a socket: its file descriptor, with what can be done to it alone. */

#include <lua.h>

/* descriptor_push pushes the descriptor of the socket at `index`. */
void descriptor_push(lua_State *L, int index);

/* descriptor_replace replaces a net.Descriptor at `index` by its socket, and leaves all else. */
void descriptor_replace(lua_State *L, int index);

#endif
