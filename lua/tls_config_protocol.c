/* Setters of net.tls.config: cipher suites, groups, ALPN. */

#include <string.h>

#include "lua/args.h"
#include "lua/tls_config.h"
#include "lua/tls_config_setters.h"

static int set_ciphers(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_ciphers);
}

static int set_alpn(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_alpn);
}

static int set_key_log_file(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_key_log_file);
}

/* The names of the list that is there without a setter, and the list. */
static const char *const default_names[] = {"default", "auto", "none", NULL};
#define DEFAULT_GROUPS "X25519:P-256:P-384"

static bool is_one_of(const char *name, const char *const *names) {
  while (*names && strcmp(*names, name) != 0) {
    names++;
  }
  return *names != NULL;
}

/* The list may be separated by commas as well. */
static int set_groups(lua_State *L) {
  tls_config_check(L, 1);
  const char *groups = luaL_gsub(L, args_text(L, 2), ",", ":");
  if (is_one_of(groups, default_names)) {
    groups = DEFAULT_GROUPS;
  }
  /* What the collector calls in between may have finalised it. */
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(L, config, net_tls_config_set_groups(config, groups));
}

static int set_group(lua_State *L) {
  tls_config_check(L, 1);
  const char *group = args_text(L, 2);
  if (strpbrk(group, ",:")) {
    return tls_config_refuse(L, lua_pushfstring(L, "invalid ecdhe curve '%s'", group));
  }
  return set_groups(L);
}

/* Parameters for a key exchange that BoringSSL does not have. */
static int set_dhe_parameters(lua_State *L) {
  static const char *const modes[] = {"auto", "legacy", NULL};
  tls_config_check(L, 1);
  const char *mode = args_text(L, 2);
  if (is_one_of(mode, modes)) {
    return luaL_error(L, "set_dheparams '%s' cannot be honoured: BoringSSL has no DHE", mode);
  }
  if (strcmp(mode, "none") != 0) {
    return tls_config_refuse(L, lua_pushfstring(L, "invalid dhe param '%s'", mode));
  }
  lua_pushboolean(L, true);
  return 1;
}

static int prefer_ciphers_client(lua_State *L) {
  return tls_config_turn(L, net_tls_config_prefer_ciphers_client);
}

static int prefer_ciphers_server(lua_State *L) {
  return tls_config_turn(L, net_tls_config_prefer_ciphers_server);
}

const luaL_Reg tls_config_protocol_setters[] = {
    {"set_ciphers", set_ciphers},
    {"prefer_ciphers_client", prefer_ciphers_client},
    {"prefer_ciphers_server", prefer_ciphers_server},
    {"set_alpn", set_alpn},
    {"set_ecdhecurve", set_group},
    {"set_ecdhecurves", set_groups},
    {"set_dheparams", set_dhe_parameters},
    {"set_key_log_file", set_key_log_file},
    {NULL, NULL},
};
