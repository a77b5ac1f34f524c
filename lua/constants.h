#ifndef LUA_CONSTANTS_H
#define LUA_CONSTANTS_H

#include <lua.h>

/* What poll_wait takes. */
#define CONSTANT_WANT_POLLIN (-2)
#define CONSTANT_WANT_POLLOUT (-3)

/* Versions of TLS as flags, for set_protocols. */
#define CONSTANT_TLS_V10 2
#define CONSTANT_TLS_V11 4
#define CONSTANT_TLS_V12 8
#define CONSTANT_TLS_V13 16
#define CONSTANT_TLS_DEFAULT (CONSTANT_TLS_V12 | CONSTANT_TLS_V13)
#define CONSTANT_TLS_V1X (CONSTANT_TLS_V10 | CONSTANT_TLS_V11 | CONSTANT_TLS_DEFAULT)

/* constants_push_net pushes the table of constants that is the module net. */
void constants_push_net(lua_State *L);

/* constants_push_tls pushes the table of constants that is the module net.tls. */
void constants_push_tls(lua_State *L);

#endif
