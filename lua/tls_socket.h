#ifndef LUA_TLS_SOCKET_H
#define LUA_TLS_SOCKET_H

/* net.tls.Socket and the classes below it that programs meet. */

#include "lua/socket.h"

extern const struct class tls_server_class;      /* net.tls.stream.Server, of both below */
extern const struct class tls_inet_socket_class; /* net.tls.stream.inet.Socket: accepted */
extern const struct class tls_inet_client_class; /* net.tls.stream.inet.Client */
extern const struct class tls_inet_server_class; /* net.tls.stream.inet.Server */
extern const struct class tls_unix_socket_class; /* net.tls.stream.unix.Socket: accepted */
extern const struct class tls_unix_client_class; /* net.tls.stream.unix.Client */
extern const struct class tls_unix_server_class; /* net.tls.stream.unix.Server */

/* Methods that other files define; ended by {NULL, NULL}. */
extern const luaL_Reg tls_information_methods[];
extern const luaL_Reg lock_methods[];
extern const luaL_Reg server_methods[];

#endif
