#ifndef LUA_STREAM_CLIENT_H
#define LUA_STREAM_CLIENT_H

/* What the constructors of clients share: from options and addresses to a socket. */

#include "lua/class.h"

/* stream_client tells what a constructor makes, and where it has its arguments. */
struct stream_client {
  const struct class *plain_class;
  const struct class *tls_class;
  /* The index of the options, the last of the arguments. */
  int options;
  /* The index of what is the name to verify where the options have none; 0: nothing is. */
  int name;
};

/* stream_client_prepare checks the options and pushes a client that is not connected, with all that
   stream_client_connect needs but the addresses. */
void stream_client_prepare(lua_State *L, const struct stream_client *client);

/* stream_client_connect connects the client to the first address that answers of those on the top
   of the stack (addresses.h), which have been pushed next. Returns the constructor's results:
   client, nil, nil, ai, or nil, err, timeout. */
int stream_client_connect(lua_State *L, const struct stream_client *client);

#endif
