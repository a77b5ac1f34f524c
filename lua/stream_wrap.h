#ifndef LUA_STREAM_WRAP_H
#define LUA_STREAM_WRAP_H

/* Plain sockets of descriptors that are connected already. */

#include "lua/class.h"
#include "net/stream.h"

/* stream_wrap makes argument 1, the descriptor of a stream of `family`, a socket of `class`, which
   owns it from then on. Returns sock, or nil, err: the descriptor is then still the caller's. */
int stream_wrap(lua_State *L, const struct class *class, enum net_family family);

/* stream_pair returns an array of two sockets of `class`, unix ones that are connected to each
   other, or nil, err. */
int stream_pair(lua_State *L, const struct class *class);

#endif
