/* Setters of net.tls.config: the certificates and keys that this side shows. */

#include "lua/args.h"
#include "lua/tls_config.h"
#include "lua/tls_config_setters.h"

/* (certificate, key[, ocsp]): files */
static int keypair_file(lua_State *L,
                        bool (*set)(struct net_tls_config *config, const char *certificate_file,
                                    const char *key_file, const char *staple_file)) {
  struct net_tls_config *config = tls_config_check(L, 1);
  const char *certificate = args_text(L, 2);
  const char *key = args_text(L, 3);
  return tls_config_result(L, config, set(config, certificate, key, args_optional_text(L, 4)));
}

static int set_keypair_file(lua_State *L) {
  return keypair_file(L, net_tls_config_set_keypair_ocsp_file);
}

static int add_keypair_file(lua_State *L) {
  return keypair_file(L, net_tls_config_add_keypair_file);
}

/* (certificate, key[, ocsp]): PEM, and DER for the last */
static int keypair(lua_State *L,
                   bool (*set)(struct net_tls_config *config, const char *certificate,
                               size_t certificate_length, const char *key, size_t key_length,
                               const void *staple, size_t staple_length)) {
  struct net_tls_config *config = tls_config_check(L, 1);
  size_t certificate_length = 0;
  size_t key_length = 0;
  size_t staple_length = 0;
  const char *certificate = args_string(L, 2, &certificate_length);
  const char *key = args_string(L, 3, &key_length);
  const char *staple = lua_isnoneornil(L, 4) ? NULL : args_string(L, 4, &staple_length);
  return tls_config_result(
      L, config,
      set(config, certificate, certificate_length, key, key_length, staple, staple_length));
}

static int set_keypair(lua_State *L) {
  return keypair(L, net_tls_config_set_keypair_ocsp);
}

static int add_keypair(lua_State *L) {
  return keypair(L, net_tls_config_add_keypair);
}

static int set_certificate(lua_State *L) {
  return tls_config_set_bytes(L, net_tls_config_set_certificate);
}

static int set_certificate_file(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_certificate_file);
}

static int set_key(lua_State *L) {
  return tls_config_set_bytes(L, net_tls_config_set_key);
}

static int set_key_file(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_key_file);
}

static int set_staple(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  size_t length = 0;
  const char *staple = args_string(L, 2, &length);
  return tls_config_result(L, config, net_tls_config_set_ocsp_staple(config, staple, length));
}

static int set_staple_file(lua_State *L) {
  return tls_config_set_text(L, net_tls_config_set_ocsp_staple_file);
}

static int clear_keys(lua_State *L) {
  return tls_config_turn(L, net_tls_config_clear_keys);
}

const luaL_Reg tls_config_identity_setters[] = {
    {"set_keypair_file", set_keypair_file},
    {"set_keypair", set_keypair},
    {"add_keypair_file", add_keypair_file},
    {"add_keypair", add_keypair},
    {"set_cert_file", set_certificate_file},
    {"set_cert", set_certificate},
    {"set_key_file", set_key_file},
    {"set_key", set_key},
    {"set_ocsp_staple_file", set_staple_file},
    {"set_ocsp_staple", set_staple},
    {"clear_keys", clear_keys},
    {NULL, NULL},
};
