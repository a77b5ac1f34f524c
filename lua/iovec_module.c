/* iovec.so, for programs that require 'iovec': the module net.iovec, which net.so beside it has.
   The class is there once, whichever name it is required by. */

#include <lauxlib.h>

int luaopen_iovec(lua_State *L);

int luaopen_iovec(lua_State *L) {
  luaL_checkversion(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "net.iovec");
  lua_call(L, 1, 1);
  return 1;
}
