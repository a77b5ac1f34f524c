/* The constructors of net.stream.unix: unix sockets. */

#include "lua/unix.h"

#include "lua/addresses.h"
#include "lua/args.h"
#include "lua/socket_classes.h"
#include "lua/stream_client.h"
#include "lua/stream_server.h"
#include "lua/stream_wrap.h"
#include "lua/tls_config.h"
#include "lua/triple.h"

enum {
  PATHNAME = 1,
  OPTIONS
};

/* A path is no name that a certificate could be for: opts.servername has to give one (D-24). */
int unix_client_new(lua_State *L) {
  static const struct stream_client client = {
      .plain_class = &unix_client_class,
      .tls_class = &tls_unix_client_class,
      .options = OPTIONS,
  };
  const char *path = args_text(L, PATHNAME);
  struct net_error error;
  stream_client_prepare(L, &client);
  if (!addresses_of_path(L, path, &error)) {
    return triple_net_error(L, TRIPLE_VALUE, "connect", error);
  }
  return stream_client_connect(L, &client);
}

/* A path that is there already is left alone, whatever it is: bind refuses it. */
int unix_server_new(lua_State *L) {
  const char *path = args_text(L, PATHNAME);
  struct net_error error;
  lua_settop(L, OPTIONS);
  tls_config_argument(L, OPTIONS);
  struct socket *server = stream_server_new(L, &unix_server_class, &tls_unix_server_class);
  if (!server) {
    return 3;
  }
  int index = lua_gettop(L);
  const struct addresses *addresses = addresses_of_path(L, path, &error);
  return addresses ? stream_server_bind(L, index, addresses, (struct net_bind_options){0})
                   : stream_server_fail(L, server, "bind", error);
}

int unix_server_wrap(lua_State *L) {
  enum {
    DESCRIPTOR = 1,
    WRAP_OPTIONS
  };
  args_int(L, DESCRIPTOR);
  lua_settop(L, WRAP_OPTIONS);
  tls_config_argument(L, WRAP_OPTIONS);
  return stream_server_wrap(L, &unix_server_class, &tls_unix_server_class, NET_FAMILY_UNIX);
}

int unix_wrap(lua_State *L) {
  return stream_wrap(L, &unix_stream_class, NET_FAMILY_UNIX);
}

int unix_pair(lua_State *L) {
  return stream_pair(L, &unix_stream_class);
}
