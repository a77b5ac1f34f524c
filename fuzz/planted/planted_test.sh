#!/bin/bash
# planted_test.sh: red if unseen.txt passes over a bug that is not there, or says
# not why.
set -u
root=$(dirname "$(readlink -f WORKSPACE)")
cd "$root" || exit
red=0 count=0

while IFS= read -r line; do
    [[ $line != '#'* ]] || continue
    count=$((count + 1))
    if ! [[ $line =~ ^([a-z0-9_]+):\ +[^\ ] ]]; then
        echo "unseen.txt: not NAME: reason: $line" && red=1
    elif ! [ -f "conformance/planted/${BASH_REMATCH[1]}.patch" ]; then
        echo "unseen.txt: there is no bug ${BASH_REMATCH[1]}" && red=1
    fi
done <fuzz/planted/unseen.txt

repeated=$(sed -n 's/^\([a-z0-9_]*\):.*/\1/p' fuzz/planted/unseen.txt | sort | uniq -d)
[ -z "$repeated" ] || { echo "unseen.txt: twice: $repeated" && red=1; }
grep -nE '(^|[^[:alnum:]_./])/[[:alnum:]_.]+/' fuzz/planted/RESULTS.md && echo 'RESULTS.md: a path of a machine' && red=1
echo "$count bugs that no fuzz target can show"
exit $red
