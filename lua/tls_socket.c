#include <math.h>

#include "lua/args.h"
#include "lua/socket_classes.h"
#include "lua/tls_io.h"
#include "lua/triple.h"

static struct socket *check(lua_State *L) {
  return class_check(L, 1, &tls_socket_class);
}

/* setclocklimit([sec]) (D-14) */
static int set_clock_limit(lua_State *L) {
  const struct socket *socket = check(L);
  int64_t nanoseconds = NET_TLS_DEFAULT_CLOCK_LIMIT;
  if (!lua_isnoneornil(L, 2)) {
    lua_Number seconds = lua_type(L, 2) == LUA_TNUMBER ? lua_tonumber(L, 2) : -1;
    luaL_argcheck(L, seconds >= 0 && isfinite(seconds), 2, "sec must be unsigned number");
    lua_Number limit = ceil(seconds * 1e9);
    nanoseconds = limit < (lua_Number)INT64_MAX ? (int64_t)limit : INT64_MAX;
  }
  if (socket->tls) {
    net_tls_socket_set_clock_limit(socket->tls, nanoseconds);
  }
  return 0;
}

/* getclocklimit() -> sec */
static int get_clock_limit(lua_State *L) {
  const struct socket *socket = check(L);
  int64_t nanoseconds =
      socket->tls ? net_tls_socket_clock_limit(socket->tls) : NET_TLS_DEFAULT_CLOCK_LIMIT;
  lua_pushnumber(L, (lua_Number)nanoseconds / 1e9);
  return 1;
}

/* The methods that cannot be used, whatever they are given and whenever (D-23). */
static int not_supported(lua_State *L) {
  check(L);
  return triple_error(L, TRIPLE_VALUE, "Operation not supported on socket");
}

const luaL_Reg tls_io_methods[] = {
    {"handshake", tls_io_handshake},
    {"read", tls_io_read},
    {"recv", tls_io_read},
    {"write", tls_io_write},
    {"send", tls_io_write},
    {"peek", tls_io_peek},
    {"key_update", tls_io_key_update},
    {"tls_close", tls_io_close},
    {"poll_wait", tls_io_poll_wait},
    {"setclocklimit", set_clock_limit},
    {"getclocklimit", get_clock_limit},
    {NULL, NULL},
};

const luaL_Reg tls_unsupported_methods[] = {
    {"closer", not_supported},
    {"closew", not_supported},
    {"recvmsg", not_supported},
    {"readv", not_supported},
    {"recvmsgsync", not_supported},
    {"readvsync", not_supported},
    {"sendmsg", not_supported},
    {"sendmsgsync", not_supported},
    {"writev", not_supported},
    {"writevsync", not_supported},
    {NULL, NULL},
};

/* Those of unix sockets alone: what would pass descriptors beside the bytes of TLS. */
const luaL_Reg tls_unsupported_unix_methods[] = {
    {"sendfd", not_supported},
    {"sendfdsync", not_supported},
    {"recvfd", not_supported},
    {"recvfdsync", not_supported},
    {NULL, NULL},
};

const luaL_Reg tls_stream_methods[] = {{"sendfile", tls_io_send_file}, {NULL, NULL}};
