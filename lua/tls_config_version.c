/* net.tls.config: the versions of TLS, and what they are called. */

#include <string.h>
#include <strings.h>

#include "lua/args.h"
#include "lua/constants.h"
#include "lua/tls_config.h"
#include "lua/tls_config_setters.h"

/* The versions in the order of their flags, TLS 1.0 first. */
static const enum net_tls_version versions[] = {NET_TLS_1_0, NET_TLS_1_1, NET_TLS_1_2, NET_TLS_1_3};
#define NUM_VERSIONS ((int)(sizeof(versions) / sizeof(*versions)))

/* Returns all flags in the arguments, or'ed; those of the default where there are none. */
static lua_Integer get_protocols(lua_State *L) {
  lua_Integer flags = 0;
  for (int i = 2; i <= lua_gettop(L); i++) {
    lua_Integer flag = args_integer(L, i);
    luaL_argcheck(L, (flag & ~(lua_Integer)CONSTANT_TLS_V1X) == 0, i, "unknown TLS version");
    flags |= flag;
  }
  return flags == 0 ? CONSTANT_TLS_DEFAULT : flags;
}

static int set_protocols(lua_State *L) {
  struct net_tls_config *config = tls_config_check(L, 1);
  lua_Integer bits = get_protocols(L) / CONSTANT_TLS_V10;
  int first = 0;
  while (!(bits >> first & 1)) {
    first++;
  }
  int last = first;
  while (last + 1 < NUM_VERSIONS && bits >> (last + 1) & 1) {
    last++;
  }
  if (bits >> (last + 1)) {
    return tls_config_refuse(L, "set_protocols failed: a version between others is left out");
  }
  return tls_config_result(L, config,
                           net_tls_config_set_versions(config, versions[first], versions[last]));
}

const luaL_Reg tls_config_version_setters[] = {
    {"set_protocols", set_protocols},
    {NULL, NULL},
};

static const struct {
  const char *name;
  lua_Integer flags;
} protocol_names[] = {
    {"all", CONSTANT_TLS_V1X},         {"legacy", CONSTANT_TLS_V1X},
    {"default", CONSTANT_TLS_DEFAULT}, {"secure", CONSTANT_TLS_DEFAULT},
    {"tlsv1", CONSTANT_TLS_V1X},       {"tlsv1.0", CONSTANT_TLS_V10},
    {"tlsv1.1", CONSTANT_TLS_V11},     {"tlsv1.2", CONSTANT_TLS_V12},
    {"tlsv1.3", CONSTANT_TLS_V13},
};
#define NUM_PROTOCOL_NAMES (sizeof(protocol_names) / sizeof(*protocol_names))

/* Returns 0 for a name that is none. */
static lua_Integer flags_of(const char *name, size_t length) {
  for (size_t i = 0; i < NUM_PROTOCOL_NAMES; i++) {
    const char *known = protocol_names[i].name;
    if (strlen(known) == length && strncasecmp(known, name, length) == 0) {
      return protocol_names[i].flags;
    }
  }
  return 0;
}

/* Reads a name and its "!" at `*text`, which then points behind it. Returns false for what is none.
   What has "!" is taken away: from what was before, or from all where nothing was. */
static bool add_protocol(const char **text, lua_Integer *flags) {
  const char *name = *text + strspn(*text, " \t");
  bool is_taken = *name == '!';
  name += is_taken;
  size_t length = strcspn(name, ",: \t");
  lua_Integer named = flags_of(name, length);
  lua_Integer before = *flags == 0 && is_taken ? CONSTANT_TLS_V1X : *flags;
  *flags = is_taken ? before & ~named : before | named;
  name += length;
  *text = name + strspn(name, " \t");
  return named != 0 && (**text == '\0' || **text == ',' || **text == ':');
}

int tls_config_parse_protocols(lua_State *L) {
  const char *text = args_text(L, 1);
  const char *rest = text;
  lua_Integer flags = 0;
  bool is_valid = add_protocol(&rest, &flags);
  while (is_valid && *rest != '\0') {
    rest++;
    is_valid = add_protocol(&rest, &flags);
  }
  if (!is_valid || flags == 0) {
    lua_pushnil(L);
    lua_pushfstring(L, is_valid ? "no protocol is left of '%s'" : "invalid protocols '%s'", text);
    return 2;
  }
  lua_pushinteger(L, flags);
  return 1;
}
