#ifndef LUA_LOCKS_H
#define LUA_LOCKS_H

/* Methods that hold one of the poller's locks of the descriptor over a call of another (D-27). */

#include <lua.h>

/* lock_kind tells which of the two locks a descriptor has. */
enum lock_kind {
  READ_LOCK,
  WRITE_LOCK
};

/* lock_call is the method `name`sync of net.Socket: it returns what self:name(...) returns, which
   is called with the lock held, whoever has defined it. A lock that is refused: nil, err, timeout.

   `check`, or NULL, raises where the arguments on the stack are wrong: before the lock is taken,
   while the caller is still known. It is not asked about a method that the program has defined. */
int lock_call(lua_State *L, enum lock_kind kind, const char *name, void (*check)(lua_State *L));

#endif
