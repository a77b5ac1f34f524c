#!/bin/sh
# Runs driver.lua in the Lua and with the module that this was built with, or,
# outside of Bazel, with those that the machine has.
here=$(dirname "$0")
root=$here/../../..
if [ -e "$root/lua/net.so" ]; then
    LUA_CPATH=$root/lua/?.so
    export LUA_CPATH
fi
lua=$root/external/lua/lua
[ -x "$lua" ] || lua=$root/../lua/lua
[ -x "$lua" ] || lua=lua5.4
LUA_PATH=$here/?.lua
export LUA_PATH
exec "$lua" "$here/driver.lua"
