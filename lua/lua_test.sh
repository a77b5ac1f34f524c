#!/bin/sh
# lua_test.sh LUA SCRIPT [ARGUMENT...]: runs a test with net.so, the modules in
# testing/ and those of the machine's Lua in reach.
export CERTIFICATES=testing/certificates
export LUA_PATH="lua/?.lua;/usr/share/lua/5.4/?.lua"
export LUA_CPATH="lua/?.so;/usr/lib/$(uname -m)-linux-gnu/lua/5.4/?.so"
exec "$@"
