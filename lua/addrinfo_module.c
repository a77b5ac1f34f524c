/* The functions of net.addrinfo: addresses by name, by number and by path. */

#include <netdb.h>
#include <netinet/in.h>

#include "lua/addresses.h"
#include "lua/addrinfo.h"
#include "lua/args.h"
#include "lua/socket.h"

/* Text for argument `index`, a port or a service's name; nil is port 0. */
static const char *port_argument(lua_State *L, int index) {
  return lua_isnoneornil(L, index) ? "0" : args_port(L, index);
}

static int optional_int(lua_State *L, int index, int otherwise) {
  return lua_isnoneornil(L, index) ? otherwise : args_int(L, index);
}

/* The flag where argument `index`, a boolean or nil, is true. */
static int flag_argument(lua_State *L, int index, int flag) {
  return !lua_isnoneornil(L, index) && args_boolean(L, index) ? flag : 0;
}

static void push_address(lua_State *L, const struct addresses *addresses, size_t i) {
  addrinfo_push(L, &addresses->list[i]);
  addrinfo_set_canonical_name(L, i == 0 ? addresses->canonical_name : NULL);
}

static int resolve(lua_State *L, const char *host, const char *port,
                   const struct net_hints *hints) {
  struct net_error error;
  const struct addresses *addresses = addresses_resolve_as(L, host, port, hints, &error);
  if (!addresses) {
    return socket_failure(L, "getaddrinfo", error);
  }
  lua_newtable(L);
  for (size_t i = 0; i < addresses->count; i++) {
    push_address(L, addresses, i);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* getaddrinfo_stream and _dgram(host, port [, passive [, canonname]]) -> array of addresses, err.
 */
static int resolve_as(lua_State *L, int socktype, int protocol) {
  const char *host = args_optional_text(L, 1);
  const char *port = port_argument(L, 2);
  struct net_hints hints = {.socktype = socktype, .protocol = protocol};
  hints.flags = flag_argument(L, 3, AI_PASSIVE) | flag_argument(L, 4, AI_CANONNAME);
  return resolve(L, host, port, &hints);
}

static int get_stream_addresses(lua_State *L) {
  return resolve_as(L, SOCK_STREAM, IPPROTO_TCP);
}

static int get_datagram_addresses(lua_State *L) {
  return resolve_as(L, SOCK_DGRAM, IPPROTO_UDP);
}

/* getaddrinfo(host, port [, socktype [, protocol [, passive [, canonname]]]]), or as
   getaddrinfo_stream with a boolean in the place of socktype. */
static int get_addresses(lua_State *L) {
  if (lua_isboolean(L, 3)) {
    return get_stream_addresses(L);
  }
  const char *host = args_optional_text(L, 1);
  const char *port = port_argument(L, 2);
  struct net_hints hints = {.socktype = optional_int(L, 3, SOCK_STREAM),
                            .protocol = optional_int(L, 4, 0)};
  hints.flags = flag_argument(L, 5, AI_PASSIVE) | flag_argument(L, 6, AI_CANONNAME);
  return resolve(L, host, port, &hints);
}

/* The first address; no host is one of IPv4. */
static int make_inet(lua_State *L, struct net_hints hints) {
  const char *host = args_optional_text(L, 1);
  const char *port = port_argument(L, 2);
  struct net_error error;
  hints.flags |= AI_NUMERICHOST;
  hints.family = host ? AF_UNSPEC : AF_INET;
  const struct addresses *addresses = addresses_resolve_as(L, host, port, &hints, &error);
  if (!addresses) {
    return socket_failure(L, "getaddrinfo", error);
  }
  push_address(L, addresses, 0);
  return 1;
}

/* new_inet([host [, port [, socktype [, protocol [, passive]]]]]) -> address, err: of a number. */
static int new_inet(lua_State *L) {
  struct net_hints hints = {.socktype = optional_int(L, 3, SOCK_STREAM),
                            .protocol = optional_int(L, 4, 0)};
  hints.flags = flag_argument(L, 5, AI_PASSIVE);
  return make_inet(L, hints);
}

/* new_inet_stream and _dgram([host [, port [, passive]]]) */
static int new_inet_stream(lua_State *L) {
  return make_inet(L, (struct net_hints){.flags = flag_argument(L, 3, AI_PASSIVE),
                                         .socktype = SOCK_STREAM,
                                         .protocol = IPPROTO_TCP});
}

static int new_inet_datagram(lua_State *L) {
  return make_inet(L, (struct net_hints){.flags = flag_argument(L, 3, AI_PASSIVE),
                                         .socktype = SOCK_DGRAM,
                                         .protocol = IPPROTO_UDP});
}

static int make_unix(lua_State *L, int socktype, int protocol) {
  struct net_error error;
  struct net_address address;
  size_t length = 0;
  const char *path = args_string(L, 1, &length);
  error = net_unix_address(path, length, &address);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "unix", error);
  }
  address.socktype = socktype;
  address.protocol = protocol;
  addrinfo_push(L, &address);
  return 1;
}

/* new_unix(pathname [, socktype [, protocol [, passive]]]) -> address, err. */
static int new_unix(lua_State *L) {
  flag_argument(L, 4, 0);
  return make_unix(L, optional_int(L, 2, SOCK_STREAM), optional_int(L, 3, 0));
}

/* new_unix_stream and _dgram(pathname [, passive]) */
static int new_unix_stream(lua_State *L) {
  flag_argument(L, 2, 0);
  return make_unix(L, SOCK_STREAM, 0);
}

static int new_unix_datagram(lua_State *L) {
  flag_argument(L, 2, 0);
  return make_unix(L, SOCK_DGRAM, 0);
}

static const luaL_Reg functions[] = {
    {"getaddrinfo", get_addresses},
    {"getaddrinfo_stream", get_stream_addresses},
    {"getaddrinfo_dgram", get_datagram_addresses},
    {"new_inet", new_inet},
    {"new_inet_stream", new_inet_stream},
    {"new_inet_dgram", new_inet_datagram},
    {"new_unix", new_unix},
    {"new_unix_stream", new_unix_stream},
    {"new_unix_dgram", new_unix_datagram},
    {NULL, NULL},
};

int addrinfo_open(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
