#include "lua/addrinfo.h"

#include "lua/addresses.h"
#include "lua/args.h"
#include "lua/class.h"
#include "lua/socket.h"

/* As long as a unix socket's path, or a host's name, can be. */
#define HOST_SIZE 1025

static const struct class addrinfo_class;

static const struct net_address *check(lua_State *L) {
  return class_check(L, 1, &addrinfo_class);
}

static int push_integer(lua_State *L, lua_Integer integer) {
  lua_pushinteger(L, integer);
  return 1;
}

static int get_family(lua_State *L) {
  return push_integer(L, check(L)->family);
}

static int get_socktype(lua_State *L) {
  return push_integer(L, check(L)->socktype);
}

static int get_protocol(lua_State *L) {
  return push_integer(L, check(L)->protocol);
}

/* Returns false with nil, err pushed. */
static bool get_name(lua_State *L, const char *operation, char host[HOST_SIZE], int *port) {
  struct net_error error = net_address_name(check(L), host, HOST_SIZE, port);
  if (error.kind != NET_ERROR_NONE) {
    socket_failure(L, operation, error);
  }
  return error.kind == NET_ERROR_NONE;
}

static int get_addr(lua_State *L) {
  char host[HOST_SIZE];
  int port = 0;
  if (!get_name(L, "addr", host, &port)) {
    return 2;
  }
  lua_pushstring(L, host);
  return 1;
}

static int get_port(lua_State *L) {
  char host[HOST_SIZE];
  int port = 0;
  return get_name(L, "port", host, &port) ? push_integer(L, port) : 2;
}

/* No name was asked for when the address was resolved. */
static int get_canonname(lua_State *L) {
  check(L);
  lua_pushnil(L);
  return 1;
}

/* getnameinfo() -> {host, service}, err: both numeric. */
static int get_nameinfo(lua_State *L) {
  char host[HOST_SIZE];
  int port = 0;
  if (!get_name(L, "getnameinfo", host, &port)) {
    return 2;
  }
  lua_createtable(L, 0, 2);
  lua_pushstring(L, host);
  lua_setfield(L, -2, "host");
  lua_pushfstring(L, "%d", port);
  lua_setfield(L, -2, "service");
  return 1;
}

static const luaL_Reg methods[] = {
    {"family", get_family},
    {"socktype", get_socktype},
    {"protocol", get_protocol},
    {"addr", get_addr},
    {"port", get_port},
    {"canonname", get_canonname},
    {"getnameinfo", get_nameinfo},
    {NULL, NULL},
};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const struct class addrinfo_class = {.name = "net.addrinfo", .methods = method_lists};

void addrinfo_push(lua_State *L, const struct net_address *address) {
  *(struct net_address *)class_new(L, &addrinfo_class, sizeof(*address), 0) = *address;
}

/* getaddrinfo(host, port [, passive]) -> array of addresses, err. */
static int get_addrinfo(lua_State *L) {
  const char *host = args_optional_text(L, 1);
  const char *port = args_port(L, 2);
  bool passive = !lua_isnoneornil(L, 3) && args_boolean(L, 3);
  struct net_error error;
  const struct addresses *addresses = addresses_resolve(L, host, port, passive, &error);
  if (!addresses) {
    return socket_failure(L, "getaddrinfo", error);
  }
  lua_newtable(L);
  for (size_t i = 0; i < addresses->count; i++) {
    addrinfo_push(L, &addresses->list[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static const luaL_Reg functions[] = {{"getaddrinfo", get_addrinfo}, {NULL, NULL}};

int addrinfo_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
