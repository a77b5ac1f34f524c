#ifndef LUA_TLS_CONFIG_SETTERS_H
#define LUA_TLS_CONFIG_SETTERS_H

/* What the setters of net.tls.config share. Every setter returns true, or false and why not. */

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "net/tls_config.h"

/* tls_config_refuse pushes false, `error` and returns 2. */
int tls_config_refuse(lua_State *L, const char *error);

/* tls_config_result pushes what a setter of `config` has returned. */
int tls_config_result(lua_State *L, struct net_tls_config *config, bool is_set);

/* tls_config_set_text calls `set` with argument 2, a string without zeros. */
int tls_config_set_text(lua_State *L, bool (*set)(struct net_tls_config *config, const char *text));

/* tls_config_set_bytes calls `set` with argument 2, a string. */
int tls_config_set_bytes(lua_State *L, bool (*set)(struct net_tls_config *config, const char *bytes,
                                                   size_t length));

/* tls_config_turn calls `set`. */
int tls_config_turn(lua_State *L, bool (*set)(struct net_tls_config *config));

/* tls_config_parse_protocols(str) -> flags | nil, err */
int tls_config_parse_protocols(lua_State *L);

/* The setters, by subject; ended by {NULL, NULL}. */
extern const luaL_Reg tls_config_identity_setters[];
extern const luaL_Reg tls_config_trust_setters[];
extern const luaL_Reg tls_config_protocol_setters[];
extern const luaL_Reg tls_config_version_setters[];
extern const luaL_Reg tls_config_session_setters[];

#endif
