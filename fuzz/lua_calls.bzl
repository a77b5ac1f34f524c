"""What every script of lua_calls begins with."""

# In this order one chunk.
LUA_CALLS_PRELUDE = [
    "lua_calls_prelude.lua",
    "lua_calls_rules.lua",
    "lua_calls_rules_waits.lua",
    "lua_calls_rules_peers.lua",
]

def lua_calls_prelude(name):
    """The chunk as a C array in NAME.h."""
    native.genrule(
        name = name,
        testonly = True,
        srcs = LUA_CALLS_PRELUDE,
        outs = [name + ".h"],
        cmd = "{ echo 'static const char lua_calls_prelude[] = {'; " +
              "cat $(SRCS) | od -An -v -tx1 | sed 's/\\([0-9a-f][0-9a-f]\\)/0x\\1,/g'; echo '};'; } >$@",
    )
