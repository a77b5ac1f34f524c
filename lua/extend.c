#include "lua/extend.h"

#include <string.h>

#include "lua/args.h"
#include "lua/descriptor.h"
#include "lua/socket_classes.h"

/* The arguments of extend(name, parent [, methods]), and above them the metatable and the methods
   of the new class. */
enum {
  NAME = 1,
  PARENT,
  METHODS,
  METATABLE,
  ALL_METHODS
};

/* Pushes the metatable and the methods of the class `name`; returns the class in C above it, or
   NULL with nothing pushed. */
static const struct class *push_class(lua_State *L, const char *name) {
  const struct class *class = socket_class_find(name);
  if (class) {
    class_push(L, class);
    return class;
  }
  return class_push_derived(L, name);
}

/* What keeps an object what it is. */
static bool is_reserved(const char *name) {
  static const char *const names[] = {"instanceof", "__gc",   "__index",   "__metatable",
                                      "__mode",     "__name", "__newindex"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (strcmp(name, names[i]) == 0) {
      return true;
    }
  }
  return false;
}

static const char *check_field_name(lua_State *L, int index) {
  luaL_argcheck(L, lua_type(L, index) == LUA_TSTRING, METHODS, "field name must be string");
  const char *name = lua_tostring(L, index);
  if (is_reserved(name)) {
    luaL_argerror(L, METHODS, lua_pushfstring(L, "field '%s' is reserved", name));
  }
  return name;
}

/* Adds the program's own: names that begin with two underscores are metamethods, all else are
   methods, or what the fields are of objects that have not set them. */
static void add_methods(lua_State *L) {
  lua_pushnil(L);
  while (lua_next(L, METHODS)) {
    const char *name = check_field_name(L, -2);
    lua_setfield(L, strncmp(name, "__", 2) == 0 ? METATABLE : ALL_METHODS, name);
  }
}

static void check_extend(lua_State *L) {
  const char *name = args_text(L, NAME);
  args_text(L, PARENT);
  if (!lua_isnoneornil(L, METHODS)) {
    luaL_checktype(L, METHODS, LUA_TTABLE);
  }
  lua_settop(L, METHODS);
  if (push_class(L, name)) {
    luaL_argerror(L, NAME, lua_pushfstring(L, "class '%s' is there already", name));
  }
}

/* After init: the object, and what init has returned. */
static int constructed(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  int count = lua_gettop(L) - 1;
  return count == 0 ? 1 : count;
}

/* constructor(sock, ...) makes the socket, or that of a descriptor, an object of the class, and
   calls its init with the same arguments. Returns what that returns, or the object where it is
   nothing. */
static int construct(lua_State *L) {
  const struct class *class = lua_touserdata(L, lua_upvalueindex(2));
  descriptor_replace(L, 1);
  class_check(L, 1, class);
  luaL_argcheck(L,
                !class_test(L, 1, &tls_socket_class) || class_is_derived(class, &tls_socket_class),
                1, "the class would bypass TLS");
  luaL_checkstack(L, LUA_MINSTACK, "too many arguments");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, 1);
  int count = lua_gettop(L);
  lua_pushvalue(L, 1);
  lua_getfield(L, 1, "init");
  lua_pushvalue(L, 1);
  lua_rotate(L, 1, 3);
  lua_callk(L, count + 1, LUA_MULTRET, 0, constructed);
  return constructed(L, LUA_OK, 0);
}

/* extend(name, parent [, methods]) -> constructor */
static int extend(lua_State *L) {
  check_extend(L);
  const char *name = lua_tostring(L, NAME);
  const char *parent = lua_tostring(L, PARENT);
  const struct class *class = push_class(L, parent);
  if (!class) {
    return luaL_argerror(L, PARENT, lua_pushfstring(L, "no class '%s'", parent));
  }
  class_derive(L, class, name);
  if (lua_istable(L, METHODS)) {
    add_methods(L);
  }
  class_keep(L, class, name);
  lua_settop(L, METATABLE);
  lua_pushlightuserdata(L, (void *)class);
  lua_pushcclosure(L, construct, 2);
  return 1;
}

/* methods(name) -> table, nil where there is no such class */
static int get_methods(lua_State *L) {
  if (!push_class(L, args_text(L, 1))) {
    lua_pushnil(L);
  }
  return 1;
}

/* init(...) -> self: what the init of a derived class may call, and what is called where it has
   none. */
static int init(lua_State *L) {
  socket_check(L);
  lua_settop(L, 1);
  return 1;
}

const luaL_Reg socket_init_methods[] = {{"init", init}, {NULL, NULL}};

int extend_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"extend", extend}, {"methods", get_methods}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
