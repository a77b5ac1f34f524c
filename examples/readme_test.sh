#!/bin/bash
# readme_test.sh LUA: the programs in the README are those of this folder, and its commands against
# other programs do what it says. Where it names port 4433, a free one is taken.
set -u
lua=$PWD/$1 top=$PWD
[ -x "$lua" ] || lua=$1
export LUA_CPATH="$PWD/lua/?.so" SSL_CERT_FILE=$PWD/testing/certificates/ca.pem
failed=0

expect() { # expect WHAT EXPECTED ACTUAL
    [ "$2" = "$3" ] && return
    printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3" >&2
    failed=1
}

# The code of the README in a language.
code() {
    awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } $0 == "```" { on = 0 } on' README.md
}

# The README's command that begins with $1, on port $2.
command_of() {
    code sh | grep "^$1" |
        sed "s#4433#$2#; s# examples/# $top/examples/#; s# bazel-bin/# $top/#g; s#^lua5.4#$lua#"
}

for language in c lua; do
    diff <(code $language) "examples/say.$language" || {
        echo "the README's program differs from examples/say.$language" >&2
        failed=1
    }
done

cd testing/certificates || exit
exec {socat}< <(eval exec "$(cd "$top" && command_of socat 0)" 2>&1)
while read -r -u "$socat" line && [[ $line != *'listening on'* ]]; do :; done
client=$(cd "$top" && command_of 'lua5.4 examples/say.lua' "${line##*:}")
expect "$client" 'hello' "$(eval "$client" 2>&1)"

cd "$top" || exit
exec {server}< <(eval exec "$(command_of 'lua5.4 examples/echo_server.lua' 0)" 2>&1)
server_pid=$!
read -r -u "$server" line
client=$(command_of 'openssl s_client' "${line##* }")
coproc OPENSSL { eval exec "$client" 2>&1; }
echo 'from openssl' >&"${OPENSSL[1]}"
while read -r -u "${OPENSSL[0]}" line && [[ $line != 'from openssl' ]]; do :; done
expect "$client" 'from openssl' "$line"
kill "$OPENSSL_PID" "$server_pid"
exit $failed
