#include "lua/tls_config.h"

#include "lua/args.h"
#include "lua/box.h"
#include "lua/class.h"
#include "lua/tls_config_setters.h"
#include "net/tls_file.h"

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

int tls_config_refuse(lua_State *L, const char *error) {
  lua_pushboolean(L, false);
  lua_pushstring(L, error);
  return 2;
}

int tls_config_result(lua_State *L, struct net_tls_config *config, bool is_set) {
  if (!is_set) {
    return tls_config_refuse(L, net_tls_config_error(config));
  }
  lua_pushboolean(L, true);
  return 1;
}

int tls_config_set_text(lua_State *L,
                        bool (*set)(struct net_tls_config *config, const char *text)) {
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(L, config, set(config, args_text(L, 2)));
}

int tls_config_turn(lua_State *L, bool (*set)(struct net_tls_config *config)) {
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(L, config, set(config));
}

int tls_config_set_bytes(lua_State *L, bool (*set)(struct net_tls_config *config, const char *bytes,
                                                   size_t length)) {
  struct net_tls_config *config = tls_config_check(L, 1);
  size_t length = 0;
  const char *bytes = args_string(L, 2, &length);
  return tls_config_result(L, config, set(config, bytes, length));
}

static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
static const luaL_Reg *const method_lists[] = {
    tls_config_identity_setters, tls_config_trust_setters,   tls_config_protocol_setters,
    tls_config_version_setters,  tls_config_session_setters, NULL,
};
static const struct class tls_config_class = {
    .name = "net.tls.config", .methods = method_lists, .metamethods = metamethods};

static bool is_config(lua_State *L, int index) {
  const struct tls_config *self = class_test(L, index, &tls_config_class);
  return self && self->config;
}

bool tls_config_option(lua_State *L, int index) {
  args_option(L, index, "tlscfg");
  if (!lua_toboolean(L, -1)) {
    return false;
  }
  if (!is_config(L, -1)) {
    luaL_argerror(
        L, index,
        lua_pushfstring(L, "opts.tlscfg: net.tls.config expected, got %s", luaL_typename(L, -1)));
  }
  return true;
}

bool tls_config_argument(lua_State *L, int index) {
  if (lua_toboolean(L, index) && !is_config(L, index)) {
    return tls_config_option(L, index);
  }
  lua_pushvalue(L, index);
  return lua_toboolean(L, index);
}

struct net_tls_config *tls_config_retain(lua_State *L, int index) {
  const struct tls_config *self = lua_touserdata(L, index);
  if (self && !self->config) {
    luaL_error(L, "opts.tlscfg: finalised net.tls.config");
  }
  return self ? net_tls_config_retain(self->config) : NULL;
}

static int config_new(lua_State *L) {
  struct tls_config *self = class_new(L, &tls_config_class, sizeof(*self), 0);
  self->config = net_tls_config_new();
  if (!self->config) {
    return luaL_error(L, "not enough memory");
  }
  return 1;
}

static void free_file(void *file) {
  net_tls_file_free(file);
}

/* load_file(path[, password]) -> str | nil, err */
static int load_file(lua_State *L) {
  const char *path = args_text(L, 1);
  const char *password = args_optional_text(L, 2);
  char error[NET_TLS_ERROR_SIZE];
  struct box *box = box_push(L, free_file);
  struct net_tls_file *file = net_tls_load_file(path, password, error);
  if (!file) {
    lua_pushnil(L);
    lua_pushstring(L, error);
    return 2;
  }
  box->object = file;
  lua_pushlstring(L, file->bytes, file->length);
  box_free(box);
  return 1;
}

static int default_ca_file(lua_State *L) {
  lua_pushstring(L, net_tls_default_ca_file());
  return 1;
}

static const luaL_Reg functions[] = {
    {"new", config_new},
    {"load_file", load_file},
    {"default_ca_cert_file", default_ca_file},
    {"parse_protocols", tls_config_parse_protocols},
    {NULL, NULL},
};

int tls_config_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
