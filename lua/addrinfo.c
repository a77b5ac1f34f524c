#include "lua/addrinfo.h"

#include "lua/args.h"
#include "lua/class.h"
#include "lua/socket.h"

/* As long as a unix socket's path, or a host's name, can be. */
#define HOST_SIZE 1025

/* As long as a service's name, or a unix socket's path in its place, can be. */
#define SERVICE_SIZE 128

/* The user values of an address. */
enum {
  CANONICAL_NAME = 1,
  NUM_VALUES = CANONICAL_NAME
};

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

/* The name that the resolver has for the host, where it was asked for. */
static int get_canonname(lua_State *L) {
  check(L);
  lua_getiuservalue(L, 1, CANONICAL_NAME);
  return 1;
}

/* The flags that the arguments from `index` on are, together. */
static int flags_of(lua_State *L, int index) {
  int flags = 0;
  for (; index <= lua_gettop(L); index++) {
    flags |= lua_isnil(L, index) ? 0 : args_int(L, index);
  }
  return flags;
}

/* getnameinfo([flag, ...]) -> {host, service}, err. */
static int get_nameinfo(lua_State *L) {
  char host[HOST_SIZE];
  char service[SERVICE_SIZE];
  const struct net_address *address = check(L);
  int flags = flags_of(L, 2);
  struct net_error error =
      net_address_lookup(address, flags, host, sizeof(host), service, sizeof(service));
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "getnameinfo", error);
  }
  lua_createtable(L, 0, 2);
  lua_pushstring(L, host);
  lua_setfield(L, -2, "host");
  lua_pushstring(L, service);
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

void addrinfo_set_canonical_name(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_setiuservalue(L, -2, CANONICAL_NAME);
}

const struct net_address *addrinfo_check(lua_State *L, int index) {
  return class_check(L, index, &addrinfo_class);
}

void addrinfo_push(lua_State *L, const struct net_address *address) {
  *(struct net_address *)class_new(L, &addrinfo_class, sizeof(*address), NUM_VALUES) = *address;
}
