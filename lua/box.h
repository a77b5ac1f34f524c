#ifndef LUA_BOX_H
#define LUA_BOX_H

/* A box: a C object that Lua's collector frees where an error leaves the function that made it. */

#include <lua.h>

struct box {
  void *object;
  void (*free)(void *object);
};

/* box_push pushes an empty box, to be filled once nothing of Lua's can fail any more. */
struct box *box_push(lua_State *L, void (*free)(void *object));

/* box_free frees what is in the box, before the collector would. */
void box_free(struct box *box);

#endif
