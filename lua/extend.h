#ifndef LUA_EXTEND_H
#define LUA_EXTEND_H

/* net.class: classes of sockets that a program makes below those that there are. */

#include <lua.h>

/* extend_open pushes the module. */
int extend_open(lua_State *L);

#endif
