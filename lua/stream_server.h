#ifndef LUA_STREAM_SERVER_H
#define LUA_STREAM_SERVER_H

/* What the constructors of servers share: from a configuration and addresses to a bound socket. */

#include <stdbool.h>

#include "lua/addresses.h"
#include "lua/socket.h"

/* stream_server_new pushes a server that is not bound and returns it: of `tls_class` with what
   tls_config_option or tls_config_argument has pushed on the top, where that is a configuration,
   and of `plain_class` otherwise. Where the configuration does not do for a server, it returns NULL
   with nil, err, nil pushed. */
struct socket *stream_server_new(lua_State *L, const struct class *plain_class,
                                 const struct class *tls_class);

/* stream_server_fail pushes why `operation` failed, and returns 3. */
int stream_server_fail(lua_State *L, struct socket *server, const char *operation,
                       struct net_error error);

/* stream_server_wrap pushes a server, of the class that stream_server_new would choose, of the
   descriptor that is argument 1, a socket of `family` that is bound. Returns the constructor's
   results; where they are an error, the descriptor is still the caller's. */
int stream_server_wrap(lua_State *L, const struct class *plain_class, const struct class *tls_class,
                       enum net_family family);

/* stream_server_bind binds the server at stack index `index` to the first of the addresses that can
   be bound. Returns the constructor's results: server, nil, ai, or nil, err, nil. */
int stream_server_bind(lua_State *L, int index, const struct addresses *addresses,
                       struct net_bind_options options);

#endif
