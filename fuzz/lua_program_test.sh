#!/bin/bash
# lua_program_test.sh SOURCE...: programs as lua_calls prints them, which begin with the sources,
# run in a Lua interpreter with net.so; and what they violate is told there too.
set -u
lua=external/lua/lua
export CERTIFICATES=testing/certificates LUA_CPATH='lua/?.so'

fail() {
    echo "$1:" >&2
    cat "$TEST_TMPDIR/output" >&2
    exit 1
}

print_program() { # SEED
    cat "${sources[@]}"
    NET_FUZZ_SCRIPT=1 fuzz/lua_calls_bin "fuzz/seeds/lua_calls/$1" 2>&1 |
        sed -n '/^== script ==$/,/^finish()$/{/^== script/d;p}'
}

sources=("$@")
for seed in hooks plain_write_read_close accept_by_rule rule_closing rule_transfer rule_waits; do
    print_program "$seed" >"$TEST_TMPDIR/program.lua"
    grep -q '^finish()$' "$TEST_TMPDIR/program.lua" || fail "$seed prints no program"
    "$lua" "$TEST_TMPDIR/program.lua" >"$TEST_TMPDIR/output" 2>&1 || fail "$seed"
done

# With a method that returns one value.
print_program hooks |
    sed "s/^host.begin()$/call('read', function() return pack('x') end)/" >"$TEST_TMPDIR/program.lua"
"$lua" "$TEST_TMPDIR/program.lua" >"$TEST_TMPDIR/output" 2>&1 && fail 'a violation is not told'
grep -q 'I1: read gave not three results' "$TEST_TMPDIR/output" || fail 'a violation is told otherwise'
