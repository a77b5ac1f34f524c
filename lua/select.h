#ifndef LUA_SELECT_H
#define LUA_SELECT_H

#include <lua.h>

/* select_descriptors is the Lua function net.poll.select(readable, writable [, msec]): waits until
   one of the descriptors in the two arrays is ready. Returns two arrays of those that are, both
   empty when the time is over; or nil, err. A scheduler in Lua needs no more of the system. */
int select_descriptors(lua_State *L);

#endif
