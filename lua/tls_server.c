/* The methods that servers have over TLS alone. */

#include "lua/args.h"
#include "lua/socket_classes.h"
#include "lua/tls_config.h"

static int refuse(lua_State *L, const char *error) {
  lua_pushboolean(L, false);
  lua_pushstring(L, error);
  return 2;
}

/* add_servername(name, cfg) -> true | false, err: another configuration for the clients that ask
   for the name. */
static int add_server_name(lua_State *L) {
  struct socket *server = class_check(L, 1, &tls_server_class);
  const char *name = args_text(L, 2);
  struct net_tls_config *config = tls_config_check(L, 3);
  char error[NET_TLS_ERROR_SIZE];
  if (!server->server_names) {
    server->server_names = net_tls_server_names_new();
  }
  if (!server->server_names) {
    return luaL_error(L, "not enough memory");
  }
  if (!net_tls_server_names_add(server->server_names, name, config, error)) {
    return refuse(L, error);
  }
  lua_pushboolean(L, true);
  return 1;
}

const luaL_Reg tls_server_methods[] = {
    {"add_servername", add_server_name},
    {NULL, NULL},
};
