/* What is known of a TLS connection. Each of these returns nil for what is not known. */

#include "lua/args.h"
#include "lua/certificate.h"
#include "lua/socket_classes.h"
#include "lua/tls_session.h"

/* NULL where there is no connection. */
static struct net_tls_socket *check(lua_State *L) {
  const struct socket *socket = class_check(L, 1, &tls_socket_class);
  return socket->tls;
}

static int push_text(lua_State *L, const char *text) {
  lua_pushstring(L, text);
  return 1;
}

static int get_version(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  return push_text(L, tls ? net_tls_socket_version(tls) : NULL);
}

static int get_cipher(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  return push_text(L, tls ? net_tls_socket_cipher(tls) : NULL);
}

static int get_group(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  return push_text(L, tls ? net_tls_socket_group(tls) : NULL);
}

static int get_alpn(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  size_t length = 0;
  const char *alpn = tls ? net_tls_socket_alpn(tls, &length) : NULL;
  if (!alpn) {
    return push_text(L, NULL);
  }
  lua_pushlstring(L, alpn, length);
  return 1;
}

static int get_server_name(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  return push_text(L, tls ? net_tls_socket_server_name(tls) : NULL);
}

/* closed_by() -> nil, "close_notify", "eof", "reset", "alert" or "local" (D-10) */
static int get_closed_by(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  return push_text(L, tls ? net_tls_closed_by_name(net_tls_socket_closed_by(tls)) : NULL);
}

/* reused() -> whether an earlier session was resumed */
static int is_reused(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  lua_pushboolean(L, tls && net_tls_socket_is_reused(tls));
  return 1;
}

/* handshaked() -> whether the handshake has been completed */
static int is_handshaked(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  lua_pushboolean(L, tls && net_tls_socket_is_handshaked(tls));
  return 1;
}

/* alert() -> the last alert: a table of its name, description (the number), fatal and sent (whether
   this side sent it) */
static int get_alert(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  struct net_tls_alert alert;
  if (!tls || !net_tls_socket_alert(tls, &alert)) {
    return push_text(L, NULL);
  }
  lua_createtable(L, 0, 4);
  lua_pushstring(L, alert.name);
  lua_setfield(L, -2, "name");
  lua_pushinteger(L, alert.description);
  lua_setfield(L, -2, "description");
  lua_pushboolean(L, alert.fatal);
  lua_setfield(L, -2, "fatal");
  lua_pushboolean(L, alert.sent);
  lua_setfield(L, -2, "sent");
  return 1;
}

static int get_peer_certificate(lua_State *L) {
  return certificate_push(L, class_check(L, 1, &tls_socket_class));
}

static int get_peer_certificate_chain(lua_State *L) {
  return certificate_push_chain(L, class_check(L, 1, &tls_socket_class));
}

static int push_bytes(lua_State *L,
                      const uint8_t *(*get)(const struct net_tls_socket *tls, size_t *length)) {
  struct net_tls_socket *tls = check(L);
  size_t length = 0;
  const uint8_t *bytes = tls ? get(tls, &length) : NULL;
  if (!bytes) {
    return push_text(L, NULL);
  }
  lua_pushlstring(L, (const char *)bytes, length);
  return 1;
}

static int get_ocsp_response(lua_State *L) {
  return push_bytes(L, net_tls_socket_ocsp_response);
}

static int get_scts(lua_State *L) {
  return push_bytes(L, net_tls_socket_scts);
}

/* pending() -> how many bytes a read gives at least without the transport */
static int get_pending(lua_State *L) {
  struct net_tls_socket *tls = check(L);
  lua_pushinteger(L, tls ? (lua_Integer)net_tls_socket_pending(tls) : 0);
  return 1;
}

/* exporter(label, context, length) -> str, err (RFC 5705). Lengths that cannot be are C's to
   refuse, and so is a socket without a handshake. */
static int export_key(lua_State *L) {
  const struct socket *socket = class_check(L, 1, &tls_socket_class);
  size_t label_length = 0;
  size_t context_length = 0;
  const char *label = args_string(L, 2, &label_length);
  const char *context = lua_isnil(L, 3) ? NULL : args_string(L, 3, &context_length);
  lua_Integer wanted = args_integer(L, 4);
  size_t length = wanted > 0 && wanted <= (lua_Integer)NET_TLS_EXPORT_MAXIMUM ? (size_t)wanted : 0;
  luaL_Buffer buffer;
  char *out = luaL_buffinitsize(L, &buffer, length);
  /* Not before: what the collector calls may end the connection. */
  struct net_tls_socket *tls = socket->tls;
  if (!tls || net_tls_socket_export(tls, label, label_length, context, context_length, out,
                                    length) != NET_TLS_OK) {
    lua_pushnil(L);
    lua_pushstring(
        L, tls ? net_tls_socket_error(tls) : "exporter failed: the handshake is not complete");
    return 2;
  }
  luaL_pushresultsize(&buffer, length);
  return 1;
}

const luaL_Reg tls_information_methods[] = {
    {"version", get_version},
    {"cipher", get_cipher},
    {"group", get_group},
    {"alpn", get_alpn},
    {"servername", get_server_name},
    {"closed_by", get_closed_by},
    {"reused", is_reused},
    {"handshaked", is_handshaked},
    {"session", tls_session_method},
    {"alert", get_alert},
    {"peer_certificate", get_peer_certificate},
    {"peer_certificate_chain", get_peer_certificate_chain},
    {"ocsp_response", get_ocsp_response},
    {"scts", get_scts},
    {"pending", get_pending},
    {"exporter", export_key},
    {NULL, NULL},
};
