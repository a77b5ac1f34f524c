#!/bin/bash
# planted_test.sh: red if a patch no longer applies to the tree, or its heading
# does not say what the bug is and which clause of the register it breaks.
set -u
root=$(dirname "$(readlink -f WORKSPACE)")
cd "$root" || exit
. conformance/planted/heading.sh
red=0 count=0

complain() {
    echo "$patch: $1"
    red=1
}

for patch in conformance/planted/*.patch; do
    count=$((count + 1))
    [[ $(basename "$patch") =~ ^[a-z0-9_]+\.patch$ ]] || complain 'its name is not of a-z, 0-9 and _'
    [ -n "$(heading Bug "$patch")" ] || complain 'its heading has no line `Bug: ...`'
    [ -n "$(heading Clause "$patch")" ] || complain 'its heading has no line `Clause: ...`'
    for clause in $(heading Clause "$patch"); do
        grep -qxF "[$clause]" conformance/spec/register.txt ||
            complain "there is no clause $clause in the register"
    done
    files=$(sed -n 's/^[-+]\{3\} //p' "$patch" | grep -vE '^[ab]/(net|lua)/[a-z0-9_./]+$')
    [ -z "$files" ] || complain "it changes what is not in net/ or lua/: $files"
    applied=$(patch -p1 --fuzz=0 --force --batch --dry-run <"$patch" 2>&1) ||
        complain "it does not apply: $applied"
done

[ $count -ge 60 ] || { echo "there are only $count planted bugs" && red=1; }
echo "$count planted bugs"
exit $red
