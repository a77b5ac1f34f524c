#include "lua/tls_session.h"

#include "lua/args.h"
#include "lua/class.h"
#include "lua/socket_classes.h"
#include "lua/tls_config.h"

struct session {
  struct net_tls_session *session;
};

static const struct class session_class;

static int collect(lua_State *L) {
  struct session *self = class_check(L, 1, &session_class);
  net_tls_session_free(self->session);
  self->session = NULL;
  return 0;
}

static const struct net_tls_session *check(lua_State *L) {
  const struct session *self = class_check(L, 1, &session_class);
  luaL_argcheck(L, self->session, 1, "finalised net.tls.Session");
  return self->session;
}

static int push_copy(lua_State *L) {
  lua_pushlstring(L, lua_touserdata(L, 1), (size_t)lua_tointeger(L, 2));
  return 1;
}

/* export() -> str, err. The bytes are freed whether or not Lua has memory for them. */
static int export_session(lua_State *L) {
  size_t length = 0;
  const struct net_tls_session *session = check(L);
  lua_settop(L, 1);
  lua_pushcfunction(L, push_copy);
  uint8_t *bytes = net_tls_session_export(session, &length);
  if (!bytes) {
    lua_pushnil(L);
    lua_pushstring(L, "export failed: out of memory");
    return 2;
  }
  lua_pushlightuserdata(L, bytes);
  lua_pushinteger(L, (lua_Integer)length);
  int status = lua_pcall(L, 2, 1, 0);
  net_tls_session_free_bytes(bytes);
  return status == LUA_OK ? 1 : lua_error(L);
}

static int get_server_name(lua_State *L) {
  lua_pushstring(L, net_tls_session_server_name(check(L)));
  return 1;
}

/* expires() -> seconds since 1970 */
static int get_expiry(lua_State *L) {
  lua_pushinteger(L, net_tls_session_expires(check(L)));
  return 1;
}

static const luaL_Reg methods[] = {
    {"export", export_session},
    {"servername", get_server_name},
    {"expires", get_expiry},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const struct class session_class = {
    .name = "net.tls.Session", .methods = method_lists, .metamethods = metamethods};

void tls_session_option(lua_State *L, int index) {
  if (args_option(L, index, "session") && !class_test(L, -1, &session_class)) {
    luaL_argerror(
        L, index,
        lua_pushfstring(L, "opts.session: net.tls.Session expected, got %s", luaL_typename(L, -1)));
  }
}

const struct net_tls_session *tls_session_get(lua_State *L, int index) {
  const struct session *self = lua_touserdata(L, index);
  return self ? self->session : NULL;
}

int tls_session_method(lua_State *L) {
  const struct socket *socket = class_check(L, 1, &tls_socket_class);
  struct session *self = class_new(L, &session_class, sizeof(*self), 0);
  self->session = socket->tls ? net_tls_socket_session(socket->tls) : NULL;
  if (!self->session) {
    lua_pushnil(L);
  }
  return 1;
}

/* import(str, cfg) -> session, err */
static int import_session(lua_State *L) {
  size_t length = 0;
  char error[NET_TLS_ERROR_SIZE];
  const char *bytes = args_string(L, 1, &length);
  tls_config_check(L, 2);
  struct session *self = class_new(L, &session_class, sizeof(*self), 0);
  /* What the collector calls in between may have finalised it. */
  struct net_tls_config *config = tls_config_check(L, 2);
  self->session = net_tls_session_import(config, bytes, length, error);
  if (!self->session) {
    lua_pushnil(L);
    lua_pushfstring(L, "import failed: %s", error);
    return 2;
  }
  return 1;
}

static const luaL_Reg functions[] = {{"import", import_session}, {NULL, NULL}};

int tls_session_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
