#include "lua/class.h"

#include <string.h>

/* The registry, which no program in Lua can get at, has the metatable of a class under the class's
   address, the table of its methods under that of the member `methods`, and the class under the
   metatable's address. */

static int instanceof (lua_State * L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  return 1;
}

/* The upvalues of __index and __newindex of a class whose objects can have fields. The metatable's
   address tells such an object from anything else. */
enum {
  METATABLE = 1,
  FIELDS,
  METHODS,
  FUNCTION
};

static bool has_fields(lua_State *L) {
  bool is_object = lua_getmetatable(L, 1) != 0;
  if (is_object) {
    is_object = lua_topointer(L, -1) == lua_touserdata(L, lua_upvalueindex(METATABLE));
    lua_pop(L, 1);
  }
  return is_object && lua_type(L, 1) == LUA_TUSERDATA;
}

/* Pushes the table of the object's own fields; returns false, with what is no table, where it has
   none. */
static bool push_fields(lua_State *L) {
  int value = (int)lua_tointeger(L, lua_upvalueindex(FIELDS));
  return lua_getiuservalue(L, 1, value) == LUA_TTABLE;
}

/* Pushes the field or method that the key on the top names, in the key's place. */
static bool get_raw(lua_State *L, int table) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, table) != LUA_TNIL) {
    return true;
  }
  lua_settop(L, 2);
  return false;
}

static int get_field(lua_State *L) {
  lua_settop(L, 2);
  if (has_fields(L) && push_fields(L) && get_raw(L, 3)) {
    return 1;
  }
  lua_settop(L, 2);
  if (get_raw(L, lua_upvalueindex(METHODS))) {
    return 1;
  }
  lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(FUNCTION));
  return function ? function(L) : 0;
}

static int set_field(lua_State *L) {
  luaL_argexpected(L, has_fields(L), 1, "object with fields");
  lua_settop(L, 3);
  luaL_argcheck(L, !lua_isnil(L, 2), 2, "index is nil");
  luaL_argcheck(L, lua_rawequal(L, 2, 2), 2, "index is NaN");
  if (!push_fields(L)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, (int)lua_tointeger(L, lua_upvalueindex(FIELDS)));
  }
  lua_insert(L, 2);
  lua_rawset(L, 2);
  return 0;
}

static lua_CFunction find_function(const struct class *class) {
  while (class && !class->field) {
    class = class->parent;
  }
  return class ? class->field : NULL;
}

static int find_fields(const struct class *class) {
  while (class && class->fields == 0) {
    class = class->parent;
  }
  return class ? class->fields : 0;
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

/* Copies the methods of `base` to the table on the top. */
static void inherit(lua_State *L, const struct class *base) {
  class_push(L, base);
  lua_remove(L, -2);
  lua_insert(L, -2);
  copy_fields(L);
  lua_remove(L, -2);
}

/* Puts the methods on the top there under the class's name too: with the other methods, classes
   below inherit that. */
static void set_name(lua_State *L, const char *name) {
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, name);
  lua_pushstring(L, name);
  lua_pushcclosure(L, instanceof, 1);
  lua_setfield(L, -2, "instanceof");
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
  set_name(L, class->name);
}

static void set_metamethods(lua_State *L, const struct class *class) {
  if (class->parent) {
    set_metamethods(L, class->parent);
  }
  if (class->metamethods) {
    luaL_setfuncs(L, class->metamethods, 0);
  }
}

/* Pushes `function` with the upvalues that has_fields and get_field are about. */
static void push_access(lua_State *L, const struct class *class, lua_CFunction function) {
  lua_pushlightuserdata(L, (void *)lua_topointer(L, -2));
  lua_pushinteger(L, find_fields(class));
  lua_pushvalue(L, -3);
  lua_pushcfunction(L, find_function(class));
  lua_pushcclosure(L, function, FUNCTION);
}

/* Sets what the objects' fields and methods are found by; the metatable and the methods are on the
   top. */
static void set_access(lua_State *L, const struct class *class) {
  if (find_fields(class) != 0 || find_function(class)) {
    push_access(L, class, get_field);
  } else {
    lua_pushvalue(L, -1);
  }
  lua_setfield(L, -3, "__index");
  if (find_fields(class) != 0) {
    push_access(L, class, set_field);
    lua_setfield(L, -3, "__newindex");
  }
}

static void push_new(lua_State *L, const struct class *class) {
  lua_newtable(L);
  set_metamethods(L, class);
  lua_pushstring(L, class->name);
  lua_setfield(L, -2, "__name");
  push_methods(L, class);
  set_access(L, class);
}

/* Notes whose metatable that at `index` is. It is noted after the metatable is where nothing
   collects it: never does the registry know an address that may become another table's. */
static void note(lua_State *L, int index, const struct class *class) {
  const void *address = lua_topointer(L, index);
  lua_pushlightuserdata(L, (void *)class);
  lua_rawsetp(L, LUA_REGISTRYINDEX, address);
}

/* The class is noted again where there was no memory for it the last time. */
void class_push(lua_State *L, const struct class *class) {
  luaL_checkstack(L, LUA_MINSTACK, class->name);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, class) != LUA_TTABLE) {
    lua_pop(L, 1);
    push_new(L, class);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &class->methods);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, class);
  }
  note(L, -1, class);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &class->methods);
}

/* Pushes the table of derived classes: metatables by names, methods by metatables. */
static void push_derived(lua_State *L) {
  static const char key;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
  }
}

const struct class *class_push_derived(lua_State *L, const char *name) {
  push_derived(L);
  if (lua_getfield(L, -1, name) != LUA_TTABLE) {
    lua_pop(L, 2);
    return NULL;
  }
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  lua_remove(L, -3);
  lua_rawgetp(L, LUA_REGISTRYINDEX, lua_topointer(L, -2));
  const struct class *class = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return class;
}

/* Replaces the table on the top by a copy. */
static void copy(lua_State *L) {
  lua_newtable(L);
  copy_fields(L);
  lua_remove(L, -2);
}

void class_derive(lua_State *L, const struct class *class, const char *name) {
  luaL_checkstack(L, LUA_MINSTACK, name);
  copy(L);
  set_name(L, name);
  lua_insert(L, -2);
  copy(L);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_insert(L, -2);
  set_access(L, class);
}

void class_keep(lua_State *L, const struct class *class, const char *name) {
  push_derived(L);
  lua_pushvalue(L, -3);
  lua_pushvalue(L, -3);
  lua_rawset(L, -3);
  note(L, -3, class);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

void *class_new(lua_State *L, const struct class *class, size_t size, int num_values) {
  class_push(L, class);
  lua_pop(L, 1);
  void *object = lua_newuserdatauv(L, size, num_values);
  memset(object, 0, size);
  lua_insert(L, -2);
  lua_setmetatable(L, -2);
  return object;
}

bool class_is_derived(const struct class *class, const struct class *from) {
  for (; class && class != from; class = class->parent) {
    if (class->mixin && class_is_derived(class->mixin, from)) {
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
  return actual && class_is_derived(actual, class) ? lua_touserdata(L, index) : NULL;
}

void *class_check(lua_State *L, int index, const struct class *class) {
  void *object = class_test(L, index, class);
  if (!object) {
    luaL_typeerror(L, index, class->name);
  }
  return object;
}
