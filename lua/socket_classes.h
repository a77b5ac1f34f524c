#ifndef LUA_SOCKET_CLASSES_H
#define LUA_SOCKET_CLASSES_H

/* The classes of sockets below net.Socket, and the lists of methods that they are made of. */

#include "lua/class.h"
#include "lua/socket.h"

extern const struct class stream_socket_class; /* net.stream.Socket */
extern const struct class unix_socket_class;   /* net.unix.Socket */
extern const struct class stream_server_class; /* net.stream.Server: of all servers */

/* Plain: client is connected, socket accepted. */
extern const struct class inet_socket_class; /* net.stream.inet.Socket */
extern const struct class inet_client_class; /* net.stream.inet.Client */
extern const struct class inet_server_class; /* net.stream.inet.Server */
extern const struct class unix_stream_class; /* net.stream.unix.Socket */
extern const struct class unix_client_class; /* net.stream.unix.Client */
extern const struct class unix_server_class; /* net.stream.unix.Server */

extern const struct class tls_socket_class;      /* net.tls.Socket */
extern const struct class tls_stream_class;      /* net.tls.stream.Socket */
extern const struct class tls_server_class;      /* net.tls.stream.Server */
extern const struct class tls_inet_socket_class; /* net.tls.stream.inet.Socket */
extern const struct class tls_inet_client_class; /* net.tls.stream.inet.Client */
extern const struct class tls_inet_server_class; /* net.tls.stream.inet.Server */
extern const struct class tls_unix_socket_class; /* net.tls.stream.unix.Socket */
extern const struct class tls_unix_client_class; /* net.tls.stream.unix.Client */
extern const struct class tls_unix_server_class; /* net.tls.stream.unix.Server */

/* socket_class_find returns the class of that name, or NULL. */
const struct class *socket_class_find(const char *name);

/* Methods that other files define, ended by {NULL, NULL}: of net.Socket, */
extern const luaL_Reg socket_option_methods[];
extern const luaL_Reg socket_timeout_methods[];
extern const luaL_Reg socket_hook_methods[];
extern const luaL_Reg socket_close_methods[];
extern const luaL_Reg stream_io_methods[];
extern const luaL_Reg vector_methods[];
extern const luaL_Reg message_methods[];
extern const luaL_Reg lock_methods[];
extern const luaL_Reg socket_init_methods[];

/* of net.stream.Socket, */
extern const luaL_Reg stream_option_methods[];
extern const luaL_Reg stream_file_methods[];

/* of net.unix.Socket, */
extern const luaL_Reg descriptor_methods[];

/* of servers, */
extern const luaL_Reg server_methods[];
extern const luaL_Reg new_connection_methods[];
extern const luaL_Reg tls_server_methods[];

/* and of net.tls.Socket and those of it that are unix sockets. */
extern const luaL_Reg tls_io_methods[];
extern const luaL_Reg tls_stream_methods[];
extern const luaL_Reg tls_unsupported_methods[];
extern const luaL_Reg tls_unsupported_unix_methods[];
extern const luaL_Reg tls_information_methods[];

#endif
