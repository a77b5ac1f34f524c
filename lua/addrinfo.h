#ifndef LUA_ADDRINFO_H
#define LUA_ADDRINFO_H

/* net.addrinfo: a socket address. */

#include <lua.h>

#include "net/stream.h"

/* addrinfo_push pushes `address` as an object. */
void addrinfo_push(lua_State *L, const struct net_address *address);

/* addrinfo_set_canonical_name gives the address on the top its host's name, NULL for none. */
void addrinfo_set_canonical_name(lua_State *L, const char *name);

/* addrinfo_check returns argument `index`, such an object. */
const struct net_address *addrinfo_check(lua_State *L, int index);

/* addrinfo_open pushes the module net.addrinfo and returns 1. */
int addrinfo_open(lua_State *L);

#endif
