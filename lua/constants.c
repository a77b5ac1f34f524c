#include "lua/constants.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "net/tls_socket.h"

struct constant {
  const char *name;
  lua_Integer value;
};

static const struct constant net_constants[] = {
    {"AF_UNSPEC", AF_UNSPEC},
    {"AF_UNIX", AF_UNIX},
    {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},
    {"SOCK_STREAM", SOCK_STREAM},
    {"SOCK_DGRAM", SOCK_DGRAM},
    {"SOCK_SEQPACKET", SOCK_SEQPACKET},
    {"SOCK_RAW", SOCK_RAW},
    {"IPPROTO_IP", IPPROTO_IP},
    {"IPPROTO_IPV6", IPPROTO_IPV6},
    {"IPPROTO_ICMP", IPPROTO_ICMP},
    {"IPPROTO_ICMPV6", IPPROTO_ICMPV6},
    {"IPPROTO_RAW", IPPROTO_RAW},
    {"IPPROTO_TCP", IPPROTO_TCP},
    {"IPPROTO_UDP", IPPROTO_UDP},
    {"SHUT_RD", SHUT_RD},
    {"SHUT_WR", SHUT_WR},
    {"SHUT_RDWR", SHUT_RDWR},
    {"MSG_CTRUNC", MSG_CTRUNC},
    {"MSG_DONTROUTE", MSG_DONTROUTE},
    {"MSG_DONTWAIT", MSG_DONTWAIT},
    {"MSG_EOR", MSG_EOR},
    {"MSG_NOSIGNAL", MSG_NOSIGNAL},
    {"MSG_OOB", MSG_OOB},
    {"MSG_PEEK", MSG_PEEK},
    {"MSG_TRUNC", MSG_TRUNC},
    {"MSG_WAITALL", MSG_WAITALL},
    {NULL, 0},
};

static const struct constant tls_constants[] = {
    {"WANT_POLLIN", CONSTANT_WANT_POLLIN},
    {"WANT_POLLOUT", CONSTANT_WANT_POLLOUT},
    {"TLS_v10", CONSTANT_TLS_V10},
    {"TLS_v11", CONSTANT_TLS_V11},
    {"TLS_v12", CONSTANT_TLS_V12},
    {"TLS_v13", CONSTANT_TLS_V13},
    {"TLS_v1x", CONSTANT_TLS_V1X},
    {"TLS_DEFAULT", CONSTANT_TLS_DEFAULT},
    {NULL, 0},
};

static void push_constants(lua_State *L, const struct constant *constants) {
  lua_newtable(L);
  for (const struct constant *constant = constants; constant->name; constant++) {
    lua_pushinteger(L, constant->value);
    lua_setfield(L, -2, constant->name);
  }
}

void constants_push_net(lua_State *L) {
  push_constants(L, net_constants);
}

void constants_push_tls(lua_State *L) {
  push_constants(L, tls_constants);
  lua_pushstring(L, net_tls_library());
  lua_setfield(L, -2, "LIBRARY");
}
