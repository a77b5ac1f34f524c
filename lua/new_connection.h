#ifndef LUA_NEW_CONNECTION_H
#define LUA_NEW_CONNECTION_H

/* What a server does with a connection that it has accepted: new_connection and accepted, which a
   program may replace. */

#include <lua.h>

/* new_connection_deliver calls server:new_connection(sock, nonblock), and with the socket that it
   returns server:accepted(sock, nonblock, ai), whose three results it pushes. The server and the
   accepted socket are at those indices, ai is on the top. Where one of the two fails or raises, the
   connection is closed. Either may wait: the caller returns what this returns. */
int new_connection_deliver(lua_State *L, int server, int accepted);

#endif
