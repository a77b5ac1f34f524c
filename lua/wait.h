#ifndef LUA_WAIT_H
#define LUA_WAIT_H

/* Waiting for a socket: its hook first, then the poller or, where none is installed, poll(2). */

#include <lua.h>

#include "lua/socket.h"

/* wait_timeout returns how many milliseconds are left for `want` (NET_TLS_WANT_READ or _WRITE),
   negative where there is no deadline; `context` is the caller's. */
typedef int64_t (*wait_timeout)(const struct socket *socket, const void *context,
                                enum net_tls_outcome want);

/* wait_target is what a wait is for; it must stay where it is while the wait lasts. */
struct wait_target {
  enum net_tls_outcome want;
  /* Both directions are wanted, of which a poller can wait for one: it does so for a short time,
     until `turn`, and a timeout when that is over is no refusal. */
  bool wants_both;
  int64_t turn;
  /* NULL: no deadline. It is asked again after the hook, which may have taken its time. */
  wait_timeout timeout;
};

/* wait_push pushes a function and its arguments for lua_callk(L, WAIT_ARGUMENTS, 3, ...), which
   waits for the socket at `socket_index` and returns ok, err, timeout (D-16). `context_index` is a
   userdata that begins with a struct wait_target, and is given to its timeout. */
void wait_push(lua_State *L, int socket_index, int context_index);

#define WAIT_ARGUMENTS 2

#endif
