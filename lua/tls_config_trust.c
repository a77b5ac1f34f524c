/* Setters of net.tls.config: whom this side believes. */

#include <limits.h>

#include "lua/args.h"
#include "lua/tls_config.h"
#include "lua/tls_config_setters.h"

static int set_ca(lua_State *L) {
  return tls_config_set_bytes(L, net_tls_config_set_ca);
}

static int set_ca_file(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_ca_file);
}

static int set_ca_path(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_ca_path);
}

static int set_crl(lua_State *L) {
  return tls_config_set_bytes(L, net_tls_config_set_crl);
}

static int set_crl_file(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_crl_file);
}

static int require_staple(lua_State *L) {
  return tls_config_turn(L, net_tls_config_require_ocsp_staple);
}

static int set_verify_depth(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  lua_Integer depth = args_integer(L, 2);
  luaL_argcheck(L, depth >= INT_MIN && depth <= INT_MAX, 2, "integer out of range");
  return tls_config_result(L, config, net_tls_config_set_verify_depth(config, (int)depth));
}

static int verify(lua_State *L) {
  return tls_config_turn(L, net_tls_config_verify);
}

static int verify_client(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(
      L, config,
      net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
}

static int verify_client_optional(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  return tls_config_result(
      L, config,
      net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_OPTIONAL));
}

static int insecure_no_verify_certificate(lua_State *L) {
  return tls_config_turn(L, net_tls_config_insecure_no_verify_certificate);
}

static int insecure_no_verify_name(lua_State *L) {
  return tls_config_turn(L, net_tls_config_insecure_no_verify_name);
}

static int insecure_no_verify_time(lua_State *L) {
  return tls_config_turn(L, net_tls_config_insecure_no_verify_time);
}

static int insecure_allow_truncation(lua_State *L) {
  return tls_config_turn(L, net_tls_config_insecure_allow_truncation);
}

const luaL_Reg tls_config_trust_setters[] = {
    {"set_ca", set_ca},
    {"set_ca_file", set_ca_file},
    {"set_ca_path", set_ca_path},
    {"set_crl", set_crl},
    {"set_crl_file", set_crl_file},
    {"ocsp_require_stapling", require_staple},
    {"set_verify_depth", set_verify_depth},
    {"verify", verify},
    {"verify_client", verify_client},
    {"verify_client_optional", verify_client_optional},
    {"insecure_noverifycert", insecure_no_verify_certificate},
    {"insecure_noverifyname", insecure_no_verify_name},
    {"insecure_noverifytime", insecure_no_verify_time},
    {"insecure_allow_truncation", insecure_allow_truncation},
    {NULL, NULL},
};
