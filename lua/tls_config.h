#ifndef LUA_TLS_CONFIG_H
#define LUA_TLS_CONFIG_H

/* net.tls.config: what TLS sockets are made with. */

#include <lua.h>
#include <stdbool.h>

#include "net/tls_config.h"

/* tls_config_option pushes opts.tlscfg of the options, argument `index`, and returns whether it is
   a configuration; where it is nil or false a plain socket is wanted. It raises where it is
   anything else. */
bool tls_config_option(lua_State *L, int index);

/* tls_config_argument is tls_config_option for an argument that may be the configuration itself.
 */
bool tls_config_argument(lua_State *L, int index);

/* tls_config_retain returns a new reference to what one of these has pushed, at `index`, NULL where
   it is no configuration. It raises where that has been finalised since: to be called when nothing
   of Lua's can run any more before somebody owns the reference. */
struct net_tls_config *tls_config_retain(lua_State *L, int index);

/* tls_config_check returns argument `index`, a configuration. */
struct net_tls_config *tls_config_check(lua_State *L, int index);

/* tls_config_open pushes the module net.tls.config and returns 1. */
int tls_config_open(lua_State *L);

#endif
