#include "lua/certificate.h"

#include "lua/box.h"

static void free_certificate(void *certificate) {
  net_tls_certificate_free(certificate);
}

static void set_text(lua_State *L, const char *name, const char *text) {
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

static void set_time(lua_State *L, const char *name, int64_t seconds) {
  lua_pushinteger(L, seconds);
  lua_setfield(L, -2, name);
}

static void set_names(lua_State *L, const struct net_tls_certificate *certificate) {
  size_t count = net_tls_certificate_num_names(certificate);
  lua_newtable(L);
  for (size_t i = 0; i < count; i++) {
    lua_pushstring(L, net_tls_certificate_name(certificate, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_setfield(L, -2, "names");
}

static void push_table(lua_State *L, const struct net_tls_certificate *certificate) {
  lua_newtable(L);
  set_text(L, "subject", net_tls_certificate_subject(certificate));
  set_text(L, "issuer", net_tls_certificate_issuer(certificate));
  set_names(L, certificate);
  set_time(L, "not_before", net_tls_certificate_not_before(certificate));
  set_time(L, "not_after", net_tls_certificate_not_after(certificate));
  set_text(L, "sha256", net_tls_certificate_sha256(certificate));
  set_text(L, "pem", net_tls_certificate_pem(certificate));
}

/* What the collector calls while there is made room for the box may end the connection. */
static void push(lua_State *L, const struct socket *socket, size_t index) {
  struct box *box = box_push(L, free_certificate);
  box->object = socket->tls ? net_tls_socket_peer_certificate_at(socket->tls, index) : NULL;
  if (box->object) {
    push_table(L, box->object);
    box_free(box);
  } else {
    lua_pushnil(L);
  }
  lua_remove(L, -2);
}

int certificate_push(lua_State *L, const struct socket *socket) {
  push(L, socket, 0);
  return 1;
}

/* One that cannot be read ends the array. */
int certificate_push_chain(lua_State *L, const struct socket *socket) {
  size_t count = socket->tls ? net_tls_socket_num_peer_certificates(socket->tls) : 0;
  if (count == 0) {
    lua_pushnil(L);
    return 1;
  }
  lua_newtable(L);
  for (size_t i = 0; i < count; i++) {
    push(L, socket, i);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}
