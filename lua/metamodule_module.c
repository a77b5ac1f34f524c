/* metamodule.so, for programs that require 'metamodule': lua/metamodule.lua, on the classes of
   net.so beside it. A metamodule in package.path goes before it, as require looks there first. */

#include <lauxlib.h>

#include "lua/metamodule_source.h"

int luaopen_metamodule(lua_State *L);

int luaopen_metamodule(lua_State *L) {
  luaL_checkversion(L);
  if (luaL_loadbufferx(L, metamodule_source, sizeof(metamodule_source), "=metamodule.lua", "t") !=
      LUA_OK) {
    return lua_error(L);
  }
  lua_call(L, 0, 1);
  return 1;
}
