#ifndef LUA_OPTION_H
#define LUA_OPTION_H

/* Options of sockets as methods: option([value]) returns the value before, whether it sets one or
   only asks. What fails is nil, "option failed: reason". */

#include <lua.h>

struct option {
  /* Of the method, for what is told of a failure. */
  const char *name;
  /* As for setsockopt. */
  int level;
  int number;
};

/* option_boolean is the method of an option that is on or off. */
int option_boolean(lua_State *L, const struct option *option);

/* option_integer is the method of an option that is a number. */
int option_integer(lua_State *L, const struct option *option);

/* option_state is the method of an option that cannot be set: whether it is on. */
int option_state(lua_State *L, const struct option *option);

#endif
