#ifndef LUA_ADDRESSES_H
#define LUA_ADDRESSES_H

/* What a host's name resolves to, or the one address that a path is, while a constructor goes
   through it. */

#include <lua.h>
#include <stdbool.h>

#include "net/stream.h"

struct addresses {
  struct net_address *list;
  size_t count;
  /* NULL where none was asked for. */
  char *canonical_name;
};

/* addresses_resolve pushes a userdata that owns the addresses of `host` and `port`, and returns it.
   On failure returns NULL and sets `*error`; what is pushed then is of no use. */
const struct addresses *addresses_resolve(lua_State *L, const char *host, const char *port,
                                          bool passive, struct net_error *error);

/* addresses_resolve_as is addresses_resolve for other addresses than those of streams. */
const struct addresses *addresses_resolve_as(lua_State *L, const char *host, const char *port,
                                             const struct net_hints *hints,
                                             struct net_error *error);

/* addresses_of_path is addresses_resolve for the path of a unix socket. */
const struct addresses *addresses_of_path(lua_State *L, const char *path, struct net_error *error);

#endif
