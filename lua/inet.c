/* The constructors of net.stream.inet: TCP. */

#include "lua/inet.h"

#include "lua/addresses.h"
#include "lua/args.h"
#include "lua/socket_classes.h"
#include "lua/stream_client.h"
#include "lua/stream_server.h"
#include "lua/stream_wrap.h"
#include "lua/tls_config.h"
#include "lua/triple.h"

enum {
  HOST = 1,
  PORT,
  OPTIONS
};

int inet_client_new(lua_State *L) {
  static const struct stream_client client = {
      .plain_class = &inet_client_class,
      .tls_class = &tls_inet_client_class,
      .options = OPTIONS,
      .name = HOST,
  };
  const char *host = args_optional_text(L, HOST);
  const char *port = args_port(L, PORT);
  struct net_error error;
  stream_client_prepare(L, &client);
  if (!addresses_resolve(L, host, port, false, &error)) {
    return triple_net_error(L, TRIPLE_VALUE, "getaddrinfo", error);
  }
  return stream_client_connect(L, &client);
}

int inet_server_new(lua_State *L) {
  const char *host = args_optional_text(L, HOST);
  const char *port = args_port(L, PORT);
  struct net_error error;
  lua_settop(L, OPTIONS);
  tls_config_option(L, OPTIONS);
  struct net_bind_options options = {
      .reuseaddr = args_option_boolean(L, OPTIONS, "reuseaddr"),
      .reuseport = args_option_boolean(L, OPTIONS, "reuseport"),
  };
  struct socket *server = stream_server_new(L, &inet_server_class, &tls_inet_server_class);
  if (!server) {
    return 3;
  }
  int index = lua_gettop(L);
  const struct addresses *addresses = addresses_resolve(L, host, port, true, &error);
  return addresses ? stream_server_bind(L, index, addresses, options)
                   : stream_server_fail(L, server, "getaddrinfo", error);
}

int inet_server_wrap(lua_State *L) {
  enum {
    DESCRIPTOR = 1,
    WRAP_OPTIONS
  };
  args_int(L, DESCRIPTOR);
  lua_settop(L, WRAP_OPTIONS);
  tls_config_option(L, WRAP_OPTIONS);
  return stream_server_wrap(L, &inet_server_class, &tls_inet_server_class, NET_FAMILY_INET);
}

int inet_wrap(lua_State *L) {
  return stream_wrap(L, &inet_socket_class, NET_FAMILY_INET);
}
