/* Options of net.stream.Socket, those of TCP among them, which a unix socket refuses. */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "lua/option.h"
#include "lua/socket_classes.h"

static int accepts_connections(lua_State *L) {
  return option_state(L, &(struct option){"acceptconn", SOL_SOCKET, SO_ACCEPTCONN});
}

static int inline_urgent_data(lua_State *L) {
  return option_boolean(L, &(struct option){"oobinline", SOL_SOCKET, SO_OOBINLINE});
}

static int keep_alive(lua_State *L) {
  return option_boolean(L, &(struct option){"keepalive", SOL_SOCKET, SO_KEEPALIVE});
}

static int no_delay(lua_State *L) {
  return option_boolean(L, &(struct option){"tcpnodelay", IPPROTO_TCP, TCP_NODELAY});
}

static int cork(lua_State *L) {
  return option_boolean(L, &(struct option){"tcpcork", IPPROTO_TCP, TCP_CORK});
}

static int keep_alive_idle(lua_State *L) {
  return option_integer(L, &(struct option){"tcpkeepalive", IPPROTO_TCP, TCP_KEEPIDLE});
}

static int keep_alive_interval(lua_State *L) {
  return option_integer(L, &(struct option){"tcpkeepintvl", IPPROTO_TCP, TCP_KEEPINTVL});
}

static int keep_alive_count(lua_State *L) {
  return option_integer(L, &(struct option){"tcpkeepcnt", IPPROTO_TCP, TCP_KEEPCNT});
}

const luaL_Reg stream_option_methods[] = {
    {"acceptconn", accepts_connections},
    {"oobinline", inline_urgent_data},
    {"keepalive", keep_alive},
    {"tcpnodelay", no_delay},
    {"tcpcork", cork},
    {"tcpkeepalive", keep_alive_idle},
    {"tcpkeepintvl", keep_alive_interval},
    {"tcpkeepcnt", keep_alive_count},
    {NULL, NULL},
};
