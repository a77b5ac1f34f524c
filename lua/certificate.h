#ifndef LUA_CERTIFICATE_H
#define LUA_CERTIFICATE_H

#include <lua.h>

#include "lua/socket.h"
#include "net/tls_certificate.h"

/* certificate_push pushes the certificate of the socket's peer as a table of subject, issuer, names
   (an array), not_before, not_after (seconds since 1970), sha256 and pem; nil for none. Returns 1.
 */
int certificate_push(lua_State *L, const struct socket *socket);

/* certificate_push_chain pushes an array of such tables, of all that the peer showed, its own
   first; nil for none. Returns 1. */
int certificate_push_chain(lua_State *L, const struct socket *socket);

#endif
