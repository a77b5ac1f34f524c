#!/bin/sh
# Runs driver.lua in the machine's Lua, for which its cqueues and luaossl are made.
here=$(dirname "$0")
LUA_PATH="$here/../lua/?.lua;;"
export LUA_PATH
exec lua5.4 "$here/driver.lua"
