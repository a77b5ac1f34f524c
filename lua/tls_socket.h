#ifndef LUA_TLS_SOCKET_H
#define LUA_TLS_SOCKET_H

/* net.tls.Socket and the classes below it that programs meet. */

#include "lua/socket.h"

extern const struct class tls_inet_socket_class; /* net.tls.stream.inet.Socket: accepted */
extern const struct class tls_inet_client_class; /* net.tls.stream.inet.Client */
extern const struct class tls_inet_server_class; /* net.tls.stream.inet.Server */

/* Methods that other files define; ended by {NULL, NULL}. */
extern const luaL_Reg tls_information_methods[];
extern const luaL_Reg lock_methods[];
extern const luaL_Reg inet_server_methods[];

#endif
