#ifndef LUA_CLASS_H
#define LUA_CLASS_H

/* Classes of userdata: methods are inherited by copying them down, so that each call is one
   look-up.

   An object has the class's name in tostring(object) and object.instanceof(), and the methods of
   its class and of each above that in object['that.class'], for calls past an override.

   Where a class says so, a program can give its objects fields: they go before the methods. */

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

struct class {
  const char *name;
  /* NULL for a root. */
  const struct class *parent;
  /* A second parent, for its methods alone, which the parent's go before; NULL for none. */
  const struct class *mixin;
  /* What a class adds to, or overrides of, its parent's: lists that end with {NULL, NULL}, ended by
     NULL. */
  const luaL_Reg *const *methods;
  /* NULL for none. */
  const luaL_Reg *metamethods;
  /* Called as __index for what is not a method, with the object and the key; NULL for none. */
  lua_CFunction field;
  /* The user value that keeps the fields which a program gives an object; 0: it can give none. */
  int fields;
};

/* class_push pushes the metatable of the class's objects, and the table of their methods, which has
   the inherited ones too. */
void class_push(lua_State *L, const struct class *class);

/* class_push_derived does so for a class that class_keep has kept, and returns the class in C that
   it is derived from; NULL with nothing pushed where there is none of that name. */
const struct class *class_push_derived(lua_State *L, const char *name);

/* class_derive replaces the metatable and the methods of a class, which are on the top, by those of
   a new class `name` below it. `class` is the class in C above them. */
void class_derive(lua_State *L, const struct class *class, const char *name);

/* class_keep makes objects with the metatable at the second index from the top ones of `class`, and
   keeps it and the methods on the top, which stay, under the class's name for ever. */
void class_keep(lua_State *L, const struct class *class, const char *name);

/* class_is_derived returns whether `class` is `from` or below it. */
bool class_is_derived(const struct class *class, const struct class *from);

/* class_new pushes a new object of `class`, `size` zeroed bytes with `num_values` user values. */
void *class_new(lua_State *L, const struct class *class, size_t size, int num_values);

/* class_test returns the object at `index` if it is of `class` or one derived from it, else NULL.
 */
void *class_test(lua_State *L, int index, const struct class *class);

/* class_check is class_test for an argument, and raises where that returns NULL. */
void *class_check(lua_State *L, int index, const struct class *class);

#endif
