"""What every script of lua_calls begins with."""

# In this order one chunk.
LUA_CALLS_PRELUDE = [
    "lua_calls_prelude.lua",
    "lua_calls_rules.lua",
    "lua_calls_rules_waits.lua",
    "lua_calls_rules_peers.lua",
]
