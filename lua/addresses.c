#include "lua/addresses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lua/class.h"

static const struct class addresses_class;

static int collect(lua_State *L) {
  struct addresses *addresses = class_check(L, 1, &addresses_class);
  free(addresses->list);
  free(addresses->canonical_name);
  *addresses = (struct addresses){.list = NULL};
  return 0;
}

static const luaL_Reg *const no_methods[] = {NULL};
static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
static const struct class addresses_class = {
    .name = "net.addresses", .methods = no_methods, .metamethods = metamethods};

const struct addresses *addresses_resolve(lua_State *L, const char *host, const char *port,
                                          bool passive, struct net_error *error) {
  struct addresses *addresses = class_new(L, &addresses_class, sizeof(*addresses), 0);
  *error = net_resolve(host, port, passive, &addresses->list, &addresses->count);
  return error->kind == NET_ERROR_NONE ? addresses : NULL;
}

const struct addresses *addresses_resolve_as(lua_State *L, const char *host, const char *port,
                                             const struct net_hints *hints,
                                             struct net_error *error) {
  struct addresses *addresses = class_new(L, &addresses_class, sizeof(*addresses), 0);
  *error = net_resolve_as(host, port, hints, &addresses->list, &addresses->count,
                          &addresses->canonical_name);
  return error->kind == NET_ERROR_NONE ? addresses : NULL;
}

const struct addresses *addresses_of_path(lua_State *L, const char *path, struct net_error *error) {
  struct addresses *addresses = class_new(L, &addresses_class, sizeof(*addresses), 0);
  struct net_address *address = malloc(sizeof(*address));
  *addresses = (struct addresses){.list = address, .count = 1};
  if (!address) {
    *error = (struct net_error){.kind = NET_ERROR_SYSTEM, .code = ENOMEM};
    return NULL;
  }
  *error = net_unix_address(path, strlen(path), address);
  return error->kind == NET_ERROR_NONE ? addresses : NULL;
}
