#include "lua/class.h"

#include <stdbool.h>
#include <string.h>

/* The registry, which no program in Lua can get at, has the metatable of a class under the class's
   address, the table of its methods under that of the member `methods`, and the class under the
   metatable's address. */

static void push_metatable(lua_State *L, const struct class *class);

static int instanceof (lua_State * L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  return 1;
}

/* __index where there are fields: upvalues are the methods and the class's function. */
static int index_fields(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
    return 1;
  }
  lua_settop(L, 2);
  return lua_tocfunction(L, lua_upvalueindex(2))(L);
}

static lua_CFunction find_field(const struct class *class) {
  while (class && !class->field) {
    class = class->parent;
  }
  return class ? class->field : NULL;
}

/* The table to copy to is on the top, the one to copy from below it. */
static void copy_fields(lua_State *L) {
  lua_pushnil(L);
  while (lua_next(L, -3)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
}

/* Copies the methods of `base` to the table on the top, and puts them there under its name too. */
static void inherit(lua_State *L, const struct class *base) {
  push_metatable(L, base);
  lua_pop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &base->methods);
  lua_insert(L, -2);
  copy_fields(L);
  lua_insert(L, -2);
  lua_setfield(L, -2, base->name);
}

/* Pushes a table of all methods, the inherited ones included. */
static void push_methods(lua_State *L, const struct class *class) {
  lua_newtable(L);
  if (class->mixin) {
    inherit(L, class->mixin);
  }
  if (class->parent) {
    inherit(L, class->parent);
  }
  for (const luaL_Reg *const *list = class->methods; *list; list++) {
    luaL_setfuncs(L, *list, 0);
  }
  lua_pushstring(L, class->name);
  lua_pushcclosure(L, instanceof, 1);
  lua_setfield(L, -2, "instanceof");
}

static void set_metamethods(lua_State *L, const struct class *class) {
  if (class->parent) {
    set_metamethods(L, class->parent);
  }
  if (class->metamethods) {
    luaL_setfuncs(L, class->metamethods, 0);
  }
}

/* Pushes __index for the methods on the top, which stay. */
static void push_index(lua_State *L, const struct class *class) {
  lua_CFunction field = find_field(class);
  lua_pushvalue(L, -1);
  if (field) {
    lua_pushcfunction(L, field);
    lua_pushcclosure(L, index_fields, 2);
  }
}

static void push_new_metatable(lua_State *L, const struct class *class) {
  lua_newtable(L);
  set_metamethods(L, class);
  lua_pushstring(L, class->name);
  lua_setfield(L, -2, "__name");
  push_methods(L, class);
  push_index(L, class);
  lua_setfield(L, -3, "__index");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &class->methods);
}

/* The address is noted after the class, and again where there was no memory for it: never does the
   registry know an address whose metatable can be collected. */
static void push_metatable(lua_State *L, const struct class *class) {
  luaL_checkstack(L, LUA_MINSTACK, class->name);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, class) != LUA_TTABLE) {
    lua_pop(L, 1);
    push_new_metatable(L, class);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, class);
  }
  lua_pushlightuserdata(L, (void *)class);
  lua_rawsetp(L, LUA_REGISTRYINDEX, lua_topointer(L, -2));
}

void *class_new(lua_State *L, const struct class *class, size_t size, int num_values) {
  push_metatable(L, class);
  void *object = lua_newuserdatauv(L, size, num_values);
  memset(object, 0, size);
  lua_insert(L, -2);
  lua_setmetatable(L, -2);
  return object;
}

static bool is_derived(const struct class *class, const struct class *from) {
  for (; class && class != from; class = class->parent) {
    if (class->mixin && is_derived(class->mixin, from)) {
      return true;
    }
  }
  return class != NULL;
}

void *class_test(lua_State *L, int index, const struct class *class) {
  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) {
    return NULL;
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, lua_topointer(L, -1));
  const struct class *actual = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return actual && is_derived(actual, class) ? lua_touserdata(L, index) : NULL;
}

void *class_check(lua_State *L, int index, const struct class *class) {
  void *object = class_test(L, index, class);
  if (!object) {
    luaL_typeerror(L, index, class->name);
  }
  return object;
}
