#include "lua/socket_classes.h"

#include <string.h>

static const luaL_Reg *const no_methods[] = {NULL};

static const luaL_Reg *const socket_lists[] = {
    socket_identity_methods,
    socket_option_methods,
    socket_timeout_methods,
    socket_hook_methods,
    socket_close_methods,
    stream_io_methods,
    vector_methods,
    message_methods,
    lock_methods,
    socket_init_methods,
    NULL,
};

static const luaL_Reg *const unix_lists[] = {descriptor_methods, NULL};

static const luaL_Reg *const stream_lists[] = {stream_option_methods, stream_file_methods, NULL};

static const luaL_Reg *const server_lists[] = {server_methods, new_connection_methods, NULL};
static const luaL_Reg *const tls_server_lists[] = {server_methods, new_connection_methods,
                                                   tls_server_methods, NULL};

const struct class socket_class = {
    .name = "net.Socket",
    .methods = socket_lists,
    .metamethods = socket_metamethods,
    .field = socket_get_field,
    .fields = SOCKET_FIELDS,
};

const struct class stream_socket_class = {
    .name = "net.stream.Socket", .parent = &socket_class, .methods = stream_lists};

const struct class unix_socket_class = {
    .name = "net.unix.Socket", .parent = &socket_class, .methods = unix_lists};

const struct class stream_server_class = {
    .name = "net.stream.Server", .parent = &stream_socket_class, .methods = server_lists};

const struct class inet_socket_class = {
    .name = "net.stream.inet.Socket", .parent = &stream_socket_class, .methods = no_methods};

const struct class inet_client_class = {
    .name = "net.stream.inet.Client", .parent = &inet_socket_class, .methods = no_methods};

const struct class inet_server_class = {
    .name = "net.stream.inet.Server", .parent = &stream_server_class, .methods = no_methods};

const struct class unix_stream_class = {
    .name = "net.stream.unix.Socket",
    .parent = &stream_socket_class,
    .mixin = &unix_socket_class,
    .methods = no_methods,
};

const struct class unix_client_class = {
    .name = "net.stream.unix.Client", .parent = &unix_stream_class, .methods = no_methods};

const struct class unix_server_class = {
    .name = "net.stream.unix.Server",
    .parent = &stream_server_class,
    .mixin = &unix_socket_class,
    .methods = no_methods,
};

static const luaL_Reg *const tls_socket_lists[] = {tls_io_methods, tls_unsupported_methods,
                                                   tls_information_methods, NULL};

static const luaL_Reg *const tls_stream_lists[] = {tls_stream_methods, NULL};
static const luaL_Reg *const tls_unix_lists[] = {tls_unsupported_unix_methods, NULL};

const struct class tls_socket_class = {
    .name = "net.tls.Socket", .parent = &socket_class, .methods = tls_socket_lists};

/* What net.unix.Socket has, as far as TLS allows it: nothing beside the bytes of TLS. */
static const struct class tls_unix_class = {
    .name = "net.tls.unix.Socket", .parent = &unix_socket_class, .methods = tls_unix_lists};

const struct class tls_stream_class = {
    .name = "net.tls.stream.Socket",
    .parent = &tls_socket_class,
    .mixin = &stream_socket_class,
    .methods = tls_stream_lists,
};

const struct class tls_server_class = {
    .name = "net.tls.stream.Server",
    .parent = &tls_stream_class,
    .mixin = &stream_server_class,
    .methods = tls_server_lists,
};

const struct class tls_inet_socket_class = {
    .name = "net.tls.stream.inet.Socket", .parent = &tls_stream_class, .methods = no_methods};

const struct class tls_inet_client_class = {
    .name = "net.tls.stream.inet.Client", .parent = &tls_inet_socket_class, .methods = no_methods};

const struct class tls_inet_server_class = {
    .name = "net.tls.stream.inet.Server", .parent = &tls_server_class, .methods = no_methods};

const struct class tls_unix_socket_class = {
    .name = "net.tls.stream.unix.Socket",
    .parent = &tls_stream_class,
    .mixin = &tls_unix_class,
    .methods = no_methods,
};

const struct class tls_unix_client_class = {
    .name = "net.tls.stream.unix.Client", .parent = &tls_unix_socket_class, .methods = no_methods};

const struct class tls_unix_server_class = {
    .name = "net.tls.stream.unix.Server",
    .parent = &tls_server_class,
    .mixin = &tls_unix_class,
    .methods = no_methods,
};

const struct class *socket_class_find(const char *name) {
  static const struct class *const classes[] = {
      &socket_class,          &stream_socket_class,   &unix_socket_class,
      &stream_server_class,   &inet_socket_class,     &inet_client_class,
      &inet_server_class,     &unix_stream_class,     &unix_client_class,
      &unix_server_class,     &tls_socket_class,      &tls_unix_class,
      &tls_stream_class,      &tls_server_class,      &tls_inet_socket_class,
      &tls_inet_client_class, &tls_inet_server_class, &tls_unix_socket_class,
      &tls_unix_client_class, &tls_unix_server_class,
  };
  for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
    if (strcmp(classes[i]->name, name) == 0) {
      return classes[i];
    }
  }
  return NULL;
}
