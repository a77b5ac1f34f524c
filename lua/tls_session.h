#ifndef LUA_TLS_SESSION_H
#define LUA_TLS_SESSION_H

/* net.tls.Session: what a client resumes a connection with. */

#include <lua.h>

#include "net/tls_session.h"

/* tls_session_option pushes opts.session of the options, argument `index`, and raises where that is
   neither a session nor nil. */
void tls_session_option(lua_State *L, int index);

/* tls_session_get returns the session at `index`, NULL where there is nil. */
const struct net_tls_session *tls_session_get(lua_State *L, int index);

/* tls_session_method is session() of net.tls.Socket -> the newest session of a client, or nil. */
int tls_session_method(lua_State *L);

/* tls_session_open pushes the module net.tls.session and returns 1. */
int tls_session_open(lua_State *L);

#endif
