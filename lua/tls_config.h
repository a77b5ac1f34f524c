#ifndef LUA_TLS_CONFIG_H
#define LUA_TLS_CONFIG_H

/* net.tls.config: what TLS sockets are made with. */

#include <lua.h>

#include "net/tls_config.h"

/* tls_config_option pushes opts.tlscfg of the options, argument `index`, and returns it; NULL where
   there is none or it is false: a plain socket is wanted. It raises where it is anything else. */
struct net_tls_config *tls_config_option(lua_State *L, int index);

/* tls_config_argument is tls_config_option for an argument that may be the configuration itself.
 */
struct net_tls_config *tls_config_argument(lua_State *L, int index);

/* tls_config_check returns argument `index`, a configuration. */
struct net_tls_config *tls_config_check(lua_State *L, int index);

/* tls_config_open pushes the module net.tls.config and returns 1. */
int tls_config_open(lua_State *L);

#endif
