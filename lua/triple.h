#ifndef LUA_TRIPLE_H
#define LUA_TRIPLE_H

/* The results of a method, (ok | str | len), err, timeout: always exactly three values (D-01).

   All functions push the three and return 3. A failed ok is false, a failed str or len is nil
   (D-02). */

#include <lua.h>

#include "net/stream.h"

/* triple_kind tells what the first value is. */
enum triple_kind {
  TRIPLE_OK,
  TRIPLE_VALUE
};

/* triple_ok pushes true, nil, nil. */
int triple_ok(lua_State *L);

/* triple_value adds nil, nil to the value on the top of the stack. */
int triple_value(lua_State *L);

/* triple_closed pushes nil, nil, nil: closed by the peer. */
int triple_closed(lua_State *L);

/* triple_timeout pushes false or nil, nil, true. */
int triple_timeout(lua_State *L, enum triple_kind kind);

/* triple_partial pushes `length`, nil, true: time ran out after that many bytes (D-05). */
int triple_partial(lua_State *L, lua_Integer length);

/* triple_error pushes false or nil, `text`, nil. */
int triple_error(lua_State *L, enum triple_kind kind, const char *text);

/* triple_net_error pushes why `operation` failed: "operation failed: reason" or a timeout (D-12).
 */
int triple_net_error(lua_State *L, enum triple_kind kind, const char *operation,
                     struct net_error error);

/* triple_refused pushes what a Lua function refused with: its ok, err, timeout are the values from
   stack index `first` on, and ok is false. err becomes a string. A refusal without a reason, which
   nobody must take for a close by the peer, becomes an error. */
int triple_refused(lua_State *L, enum triple_kind kind, const char *operation, int first);

#endif
