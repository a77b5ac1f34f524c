#!/bin/bash
# tree_test.sh: red if a private key is checked in, or a source grew too long.
. style/tree.sh
longest=500
red=0

# A program may name a key's armour; in a key its base64 follows.
armour='-----BEGIN [A-Z ]*PRIVATE KEY-----'
while read -r file; do
    if grep -ae "$armour" -A 8 "$root/$file" | grep -aqE '^[" ]*[A-Za-z0-9+/=]{40,}'; then
        echo "$file: holds a private key; make it when the test runs"
        red=1
    fi
done < <(cd "$root" && files_in . -type f | tr '\n' '\0' | xargs -0 grep -lae "$armour")

while read -r file; do
    echo "$file: is a container of private keys"
    red=1
done < <(files_in . -name '*.p12' -o -name '*.pfx' -o -name '*.jks')

while read -r file; do
    lines=$(wc -l <"$root/$file")
    if [ "$lines" -gt $longest ]; then
        echo "$file: has $lines lines, more than $longest; split it by concept"
        red=1
    fi
done < <(files_in . -name '*.c' -o -name '*.h' -o -name '*.cc' -o -name '*.lua' -o -name '*.sh' \
    -o -name '*.py' -o -name '*.bzl' -o -name 'BUILD.bazel')

exit $red
