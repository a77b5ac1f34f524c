#ifndef LUA_STREAM_CALL_H
#define LUA_STREAM_CALL_H

/* One operation of a plain socket: it tries, waits (the poller may yield) and tries again, all
   within one deadline (D-15). In blocking mode a try sleeps in the kernel, and there is no wait. */

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lua/socket.h"
#include "lua/wait.h"

/* What an attempt returns that has to wait for `target.want`. */
#define STREAM_WAIT 0

/* stream_call begins what a method keeps of its operation. While that waits it is a userdata on the
   stack of the coroutine, so that it holds no pointers into itself. */
struct stream_call {
  struct wait_target target;
  /* "read": for the texts of errors. */
  const char *name;
  /* A point in time, or NET_NO_DEADLINE. */
  int64_t deadline;
  /* How many bytes have been moved so far. */
  size_t done;
  /* A timeout tells `done`, as a write's does: done, nil, true; otherwise it is nil, nil, true. And
     a peer that is gone is no error. */
  bool counts;
  /* What would wait times out instead, in either mode (MSG_DONTWAIT). */
  bool must_not_wait;
  /* Does what can be done now: pushes the results and returns their number, or STREAM_WAIT. */
  int (*attempt)(lua_State *L, struct socket *socket, struct stream_call *call);
};

/* stream_call_begin sets what the call waits for, NET_TLS_WANT_READ or _WRITE, and its deadline,
   which is that direction's of deadlines() from now on. */
void stream_call_begin(const struct socket *socket, enum net_tls_outcome want,
                       struct stream_call *call);

/* stream_call_mode returns how an attempt calls the functions of net/stream_io.h. */
enum net_transport_mode stream_call_mode(const struct socket *socket);

/* stream_call_run runs the operation of the method that it is the last call of, and returns what
   the method returns. The socket is argument 1; the stack up to its top now stays as it is for each
   attempt. `call` begins `size` bytes, which are copied when it has to wait. Told here are a socket
   that is closed, also meanwhile, a refusal of the hook or the poller, and the timeout. */
int stream_call_run(lua_State *L, size_t size, struct stream_call *call);

/* stream_call_error returns, from an attempt, what `error` means: STREAM_WAIT where the call would
   block and a poller waits; otherwise it pushes three results. A call that must not wait has timed
   out. */
int stream_call_error(lua_State *L, const struct stream_call *call, struct net_error error);

#endif
