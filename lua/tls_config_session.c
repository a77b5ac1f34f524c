/* Setters of net.tls.config: sessions and their tickets. */

#include "lua/args.h"
#include "lua/tls_config.h"
#include "lua/tls_config_setters.h"

static int set_session_tickets(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(L, config,
                           net_tls_config_set_session_tickets(config, args_boolean(L, 2)));
}

static int set_session_lifetime(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(L, config,
                           net_tls_config_set_session_lifetime(config, args_integer(L, 2)));
}

static int set_session_id(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  size_t length = 0;
  const char *id = args_string(L, 2, &length);
  return tls_config_result(L, config, net_tls_config_set_session_id(config, id, length));
}

/* add_ticket_key(keyrev, key) */
static int add_ticket_key(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  lua_Integer revision = args_integer(L, 2);
  size_t length = 0;
  luaL_argcheck(L, revision >= 0 && revision <= UINT32_MAX, 2, "integer out of range");
  const char *key = args_string(L, 3, &length);
  return tls_config_result(L, config,
                           net_tls_config_add_ticket_key(config, (uint32_t)revision, key, length));
}

/* A file that a client's session is kept in, which a program does itself here. */
static int set_session_fd(lua_State *L) {
  tls_config_check(L, 1);
  return luaL_error(L,
                    "set_session_fd cannot be honoured: take a client's session from "
                    "session(), and give it to the next one as opts.session");
}

const luaL_Reg tls_config_session_setters[] = {
    {"set_session_tickets", set_session_tickets}, {"set_session_lifetime", set_session_lifetime},
    {"set_session_id", set_session_id},           {"add_ticket_key", add_ticket_key},
    {"set_session_fd", set_session_fd},           {NULL, NULL},
};
