#!/bin/bash
# layers_test.sh PUBLIC_HEADERS: red if a source includes what its layer must
# not know.  PUBLIC_HEADERS lists the public headers of net/.
. style/tree.sh
public_headers=$(cat "$1") || exit
red=0

# includes FOLDER...: each #include of the C and C++ sources, as FILE:LINE:HEADER
includes() {
    files_in "$@" -name '*.c' -o -name '*.h' -o -name '*.cc' | while read -r source; do
        sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]+)[>"].*/\1/p;t;s/.*//p' \
            "$root/$source" | awk -v source="$source" 'NF { print source ":" NR ":" $0 }'
    done
}

# forbid WHY PATTERN FOLDER...: no header may match the pattern
forbid() {
    local why=$1 pattern=$2 found
    shift 2
    found=$(includes "$@" | grep -E ":[0-9]+:($pattern)") || return 0
    printf '%s\n' "$found" | sed "s|\$|: $why|"
    red=1
}

forbid 'net/ knows no Lua' '(.*/)?(lua|lauxlib|lualib|luaconf)\.h(pp)?$|lua/' net
forbid 'lua/ knows no OpenSSL' 'openssl/' lua

while IFS=: read -r source line header; do
    if ! grep -qxF -- "$header" <<<"$public_headers"; then
        echo "$source:$line:$header: is no public header of net/; these are:" $public_headers
        red=1
    fi
done < <(includes conformance examples | grep -E ':[0-9]+:net/')

exit $red
