#include "lua/tls_config.h"

#include "lua/args.h"
#include "lua/class.h"
#include "lua/constants.h"

struct tls_config {
  struct net_tls_config *config;
};

static const struct class tls_config_class;

static int collect(lua_State *L) {
  struct tls_config *self = class_check(L, 1, &tls_config_class);
  net_tls_config_release(self->config);
  self->config = NULL;
  return 0;
}

struct net_tls_config *tls_config_check(lua_State *L, int index) {
  const struct tls_config *self = class_check(L, index, &tls_config_class);
  luaL_argcheck(L, self->config, index, "finalised net.tls.config");
  return self->config;
}

static struct net_tls_config *check(lua_State *L) {
  return tls_config_check(L, 1);
}

/* Every setter returns true, or false and why not. */

static int refuse(lua_State *L, const char *error) {
  lua_pushboolean(L, false);
  lua_pushstring(L, error);
  return 2;
}

static int result(lua_State *L, struct net_tls_config *config, bool is_set) {
  if (!is_set) {
    return refuse(L, net_tls_config_error(config));
  }
  lua_pushboolean(L, true);
  return 1;
}

static int set_text(lua_State *L, bool (*set)(struct net_tls_config *config, const char *text)) {
  struct net_tls_config *config = check(L);
  return result(L, config, set(config, args_text(L, 2)));
}

static int turn(lua_State *L, bool (*set)(struct net_tls_config *config)) {
  struct net_tls_config *config = check(L);
  return result(L, config, set(config));
}

static int set_keypair_file(lua_State *L) {
  struct net_tls_config *config = check(L);
  const char *certificate = args_text(L, 2);
  const char *key = args_text(L, 3);
  luaL_argcheck(L, lua_isnoneornil(L, 4), 4, "OCSP staples are not supported");
  return result(L, config, net_tls_config_set_keypair_file(config, certificate, key));
}

static int set_keypair(lua_State *L) {
  struct net_tls_config *config = check(L);
  size_t certificate_length = 0;
  size_t key_length = 0;
  const char *certificate = args_string(L, 2, &certificate_length);
  const char *key = args_string(L, 3, &key_length);
  luaL_argcheck(L, lua_isnoneornil(L, 4), 4, "OCSP staples are not supported");
  return result(
      L, config,
      net_tls_config_set_keypair(config, certificate, certificate_length, key, key_length));
}

static int set_ca(lua_State *L) {
  struct net_tls_config *config = check(L);
  size_t length = 0;
  const char *certificates = args_string(L, 2, &length);
  return result(L, config, net_tls_config_set_ca(config, certificates, length));
}

static int set_ca_file(lua_State *L) {
  return set_text(L, net_tls_config_set_ca_file);
}

static int set_ca_path(lua_State *L) {
  return set_text(L, net_tls_config_set_ca_path);
}

static int set_ciphers(lua_State *L) {
  return set_text(L, net_tls_config_set_ciphers);
}

static int set_alpn(lua_State *L) {
  return set_text(L, net_tls_config_set_alpn);
}

static int set_key_log_file(lua_State *L) {
  return set_text(L, net_tls_config_set_key_log_file);
}

/* The list may be separated by commas as well. */
static int set_groups(lua_State *L) {
  struct net_tls_config *config = check(L);
  const char *groups = luaL_gsub(L, args_text(L, 2), ",", ":");
  return result(L, config, net_tls_config_set_groups(config, groups));
}

static int set_session_tickets(lua_State *L) {
  struct net_tls_config *config = check(L);
  return result(L, config, net_tls_config_set_session_tickets(config, args_boolean(L, 2)));
}

/* The versions in the order of their flags, TLS 1.0 first. */
static const enum net_tls_version versions[] = {NET_TLS_1_0, NET_TLS_1_1, NET_TLS_1_2, NET_TLS_1_3};
#define NUM_VERSIONS ((int)(sizeof(versions) / sizeof(*versions)))

/* Returns all flags in the arguments, or'ed; those of the default where there are none. */
static lua_Integer get_protocols(lua_State *L) {
  lua_Integer flags = 0;
  for (int i = 2; i <= lua_gettop(L); i++) {
    lua_Integer flag = args_integer(L, i);
    luaL_argcheck(L, (flag & ~(lua_Integer)CONSTANT_TLS_V1X) == 0, i, "unknown TLS version");
    flags |= flag;
  }
  return flags == 0 ? CONSTANT_TLS_DEFAULT : flags;
}

static int set_protocols(lua_State *L) {
  struct net_tls_config *config = check(L);
  lua_Integer bits = get_protocols(L) / CONSTANT_TLS_V10;
  int first = 0;
  while (!(bits >> first & 1)) {
    first++;
  }
  int last = first;
  while (last + 1 < NUM_VERSIONS && bits >> (last + 1) & 1) {
    last++;
  }
  if (bits >> (last + 1)) {
    return refuse(L, "set_protocols failed: a version between others is left out");
  }
  return result(L, config, net_tls_config_set_versions(config, versions[first], versions[last]));
}

static int verify(lua_State *L) {
  return turn(L, net_tls_config_verify);
}

static int verify_client(lua_State *L) {
  struct net_tls_config *config = check(L);
  return result(L, config,
                net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
}

static int verify_client_optional(lua_State *L) {
  struct net_tls_config *config = check(L);
  return result(L, config,
                net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_OPTIONAL));
}

static int insecure_no_verify_certificate(lua_State *L) {
  return turn(L, net_tls_config_insecure_no_verify_certificate);
}

static int insecure_no_verify_name(lua_State *L) {
  return turn(L, net_tls_config_insecure_no_verify_name);
}

static int insecure_no_verify_time(lua_State *L) {
  return turn(L, net_tls_config_insecure_no_verify_time);
}

static int insecure_allow_truncation(lua_State *L) {
  return turn(L, net_tls_config_insecure_allow_truncation);
}

static const luaL_Reg setters[] = {
    {"set_keypair_file", set_keypair_file},
    {"set_keypair", set_keypair},
    {"set_ca", set_ca},
    {"set_ca_file", set_ca_file},
    {"set_ca_path", set_ca_path},
    {"set_ciphers", set_ciphers},
    {"set_protocols", set_protocols},
    {"set_alpn", set_alpn},
    {"set_ecdhecurve", set_groups},
    {"set_ecdhecurves", set_groups},
    {"set_session_tickets", set_session_tickets},
    {"set_key_log_file", set_key_log_file},
    {"verify", verify},
    {"verify_client", verify_client},
    {"verify_client_optional", verify_client_optional},
    {"insecure_noverifycert", insecure_no_verify_certificate},
    {"insecure_noverifyname", insecure_no_verify_name},
    {"insecure_noverifytime", insecure_no_verify_time},
    {"insecure_allow_truncation", insecure_allow_truncation},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
static const luaL_Reg *const method_lists[] = {setters, NULL};
static const struct class tls_config_class = {
    .name = "net.tls.config", .methods = method_lists, .metamethods = metamethods};

struct net_tls_config *tls_config_option(lua_State *L, int index) {
  args_option(L, index, "tlscfg");
  if (!lua_toboolean(L, -1)) {
    return NULL;
  }
  const struct tls_config *self = class_test(L, -1, &tls_config_class);
  struct net_tls_config *config = self ? self->config : NULL;
  if (!config) {
    luaL_argerror(
        L, index,
        lua_pushfstring(L, "opts.tlscfg: net.tls.config expected, got %s", luaL_typename(L, -1)));
  }
  return config;
}

struct net_tls_config *tls_config_argument(lua_State *L, int index) {
  if (!lua_toboolean(L, index)) {
    return NULL;
  }
  const struct tls_config *self = class_test(L, index, &tls_config_class);
  return self && self->config ? self->config : tls_config_option(L, index);
}

static int config_new(lua_State *L) {
  struct tls_config *self = class_new(L, &tls_config_class, sizeof(*self), 0);
  self->config = net_tls_config_new();
  if (!self->config) {
    return luaL_error(L, "not enough memory");
  }
  return 1;
}

static const luaL_Reg functions[] = {{"new", config_new}, {NULL, NULL}};

int tls_config_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
