#ifndef LUA_POLLER_H
#define LUA_POLLER_H

/* The poller: ten functions of Lua that a program installs with net.poll.set_poller to wait in its
   own way, such as by resuming another coroutine. One for each Lua state. */

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* poller_push pushes the installed poller's function `name`, or pushes nothing and returns false
   where none is installed. */
bool poller_push(lua_State *L, const char *name);

/* poller_is_pollable returns whether a poller is installed and says that sockets can be waited for
   with it. The poller may not yield in it. */
bool poller_is_pollable(lua_State *L);

/* poller_push_timeout pushes milliseconds as pollers take them: nil for no deadline (negative). */
void poller_push_timeout(lua_State *L, int64_t milliseconds);

/* poller_open pushes the module net.poll and returns 1. */
int poller_open(lua_State *L);

#endif
