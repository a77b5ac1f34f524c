#include "lua/scratch.h"

/* Its address is the key of the memory, a userdata, in the registry. */
static const char scratch_key;

static void *grow(lua_State *L, size_t size) {
  void *memory = lua_newuserdatauv(L, size, 0);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &scratch_key);
  return memory;
}

void *scratch_get(lua_State *L, size_t size) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &scratch_key);
  void *memory = lua_touserdata(L, -1);
  size_t length = memory ? lua_rawlen(L, -1) : 0;
  lua_pop(L, 1);
  return length < size ? grow(L, size) : memory;
}
