#define _GNU_SOURCE /* MSG_TRYHARD */

#include "lua/constants.h"

#include <netdb.h>
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
    {"AF_LOCAL", AF_LOCAL},
    {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},
    {"AF_APPLETALK", AF_APPLETALK},
    {"AF_DECnet", AF_DECnet},
    {"AF_IPX", AF_IPX},
    {"AF_ISDN", AF_ISDN},
    {"AF_ROUTE", AF_ROUTE},
    {"AF_SNA", AF_SNA},
    {"SOCK_STREAM", SOCK_STREAM},
    {"SOCK_DGRAM", SOCK_DGRAM},
    {"SOCK_SEQPACKET", SOCK_SEQPACKET},
    {"SOCK_RAW", SOCK_RAW},
    {"SOCK_RDM", SOCK_RDM},
    {"IPPROTO_IP", IPPROTO_IP},
    {"IPPROTO_HOPOPTS", IPPROTO_HOPOPTS},
    {"IPPROTO_ICMP", IPPROTO_ICMP},
    {"IPPROTO_IGMP", IPPROTO_IGMP},
    {"IPPROTO_TCP", IPPROTO_TCP},
    {"IPPROTO_EGP", IPPROTO_EGP},
    {"IPPROTO_PUP", IPPROTO_PUP},
    {"IPPROTO_UDP", IPPROTO_UDP},
    {"IPPROTO_IDP", IPPROTO_IDP},
    {"IPPROTO_TP", IPPROTO_TP},
    {"IPPROTO_IPV6", IPPROTO_IPV6},
    {"IPPROTO_ROUTING", IPPROTO_ROUTING},
    {"IPPROTO_FRAGMENT", IPPROTO_FRAGMENT},
    {"IPPROTO_RSVP", IPPROTO_RSVP},
    {"IPPROTO_GRE", IPPROTO_GRE},
    {"IPPROTO_ESP", IPPROTO_ESP},
    {"IPPROTO_AH", IPPROTO_AH},
    {"IPPROTO_ICMPV6", IPPROTO_ICMPV6},
    {"IPPROTO_NONE", IPPROTO_NONE},
    {"IPPROTO_DSTOPTS", IPPROTO_DSTOPTS},
    {"IPPROTO_MTP", IPPROTO_MTP},
    {"IPPROTO_ENCAP", IPPROTO_ENCAP},
    {"IPPROTO_PIM", IPPROTO_PIM},
    {"IPPROTO_SCTP", IPPROTO_SCTP},
    {"IPPROTO_RAW", IPPROTO_RAW},
    {"IPPROTO_MAX", IPPROTO_MAX},
    {"SHUT_RD", SHUT_RD},
    {"SHUT_WR", SHUT_WR},
    {"SHUT_RDWR", SHUT_RDWR},
    {"MSG_BATCH", MSG_BATCH},
    {"MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC},
    {"MSG_CONFIRM", MSG_CONFIRM},
    {"MSG_CTRUNC", MSG_CTRUNC},
    {"MSG_DONTROUTE", MSG_DONTROUTE},
    {"MSG_DONTWAIT", MSG_DONTWAIT},
    {"MSG_EOR", MSG_EOR},
    {"MSG_ERRQUEUE", MSG_ERRQUEUE},
    {"MSG_FASTOPEN", MSG_FASTOPEN},
    {"MSG_MORE", MSG_MORE},
    {"MSG_NOSIGNAL", MSG_NOSIGNAL},
    {"MSG_OOB", MSG_OOB},
    {"MSG_PEEK", MSG_PEEK},
    {"MSG_TRUNC", MSG_TRUNC},
    {"MSG_TRYHARD", MSG_TRYHARD},
    {"MSG_WAITALL", MSG_WAITALL},
    {"MSG_WAITFORONE", MSG_WAITFORONE},
    {"AI_ADDRCONFIG", AI_ADDRCONFIG},
    {"AI_ALL", AI_ALL},
    {"AI_CANONNAME", AI_CANONNAME},
    {"AI_NUMERICHOST", AI_NUMERICHOST},
    {"AI_NUMERICSERV", AI_NUMERICSERV},
    {"AI_PASSIVE", AI_PASSIVE},
    {"AI_V4MAPPED", AI_V4MAPPED},
    {"NI_DGRAM", NI_DGRAM},
    {"NI_NAMEREQD", NI_NAMEREQD},
    {"NI_NOFQDN", NI_NOFQDN},
    {"NI_NUMERICHOST", NI_NUMERICHOST},
    {"NI_NUMERICSERV", NI_NUMERICSERV},
    {"SOL_SOCKET", SOL_SOCKET},
    {"SCM_RIGHTS", SCM_RIGHTS},
    {"SCM_TIMESTAMP", SCM_TIMESTAMP},
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
    {"TLS_API", 20200120}, /* libtls's, whose functions net.tls.config has */
    {"OCSP_CERT_GOOD", 0},
    {"OCSP_CERT_REVOKED", 1},
    {"OCSP_CERT_UNKNOWN", 2},
    {"OCSP_RESPONSE_SUCCESSFUL", 0},
    {"OCSP_RESPONSE_MALFORMED", 1},
    {"OCSP_RESPONSE_INTERNALERROR", 2},
    {"OCSP_RESPONSE_TRYLATER", 3},
    {"OCSP_RESPONSE_SIGREQUIRED", 4},
    {"OCSP_RESPONSE_UNAUTHORIZED", 5},
    {"CRL_REASON_UNSPECIFIED", 0},
    {"CRL_REASON_KEY_COMPROMISE", 1},
    {"CRL_REASON_CA_COMPROMISE", 2},
    {"CRL_REASON_AFFILIATION_CHANGED", 3},
    {"CRL_REASON_SUPERSEDED", 4},
    {"CRL_REASON_CESSATION_OF_OPERATION", 5},
    {"CRL_REASON_CERTIFICATE_HOLD", 6},
    {"CRL_REASON_REMOVE_FROM_CRL", 8},
    {"CRL_REASON_PRIVILEGE_WITHDRAWN", 9},
    {"CRL_REASON_AA_COMPROMISE", 10},
    {"MAX_SESSION_ID_LENGTH", NET_TLS_MAX_SESSION_ID_LENGTH},
    {"TICKET_KEY_SIZE", NET_TLS_TICKET_KEY_SIZE},
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
