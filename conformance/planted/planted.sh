#!/bin/bash
# planted.sh: does the suite find the bugs planted in net/ and lua/? In a copy of
# the workspace, plants one after the other, runs the cases of the clause that it
# breaks, and demands that one of them fails.
set -u

usage() {
    cat <<END
./bazelw run //conformance/planted -- [options] [NAME...]

Plants the bugs of conformance/planted/*.patch, or those named, one at a time.

  --list   prints names, clauses and bugs, and plants none
  --write  writes their rows of the table in conformance/planted/RESULTS.md as well
  -v       shows what the runner says of each
  --help   this

Exit status: 0 every bug was found, 1 one survived, does not apply or does not
build, 2 it could not be tried: the suite fails without any bug.
END
}

give_up() {
    echo "planted: $1" >&2
    exit 2
}

root=${BUILD_WORKSPACE_DIRECTORY:?run it by ./bazelw run //conformance/planted}
here=$root/conformance/planted
unset BUILD_WORKSPACE_DIRECTORY BUILD_WORKING_DIRECTORY
cd "$here" || exit 2
# shellcheck source=heading.sh
. ./heading.sh

names=() list= write= verbose=
for word; do
    case $word in
    --list) list=1 ;;
    --write) write=1 ;;
    -v) verbose=1 ;;
    --help) usage && exit ;;
    -*) give_up "there is no option $word (--help tells more)" ;;
    *) names+=("$(basename "$word" .patch)") ;;
    esac
done
[ ${#names[@]} -gt 0 ] || for patch in *.patch; do names+=("${patch%.patch}"); done
for name in "${names[@]}"; do
    [ -f "$name.patch" ] || give_up "there is no bug $name"
done

if [ "$list" ]; then
    for name in "${names[@]}"; do
        printf '%-30s %-16s %s\n' "$name" "$(heading Clause "$name.patch")" \
            "$(heading Bug "$name.patch")"
    done
    exit
fi

# shellcheck source=workspace.sh
. ./workspace.sh

# Leaves a script that does what `bazel run //conformance` would do next.
build() {
    bazel run --script_path="$scratch/conformance" //conformance
}

run() {
    "$scratch/conformance" "$@" </dev/null >"$log" 2>&1
}

# The words for the runner that select the cases which must find the bug in $1.
selection() {
    local clause driver
    for clause in $(heading Clause "$1"); do echo "--clause=$clause"; done
    for driver in $(heading Drivers "$1"); do echo "--driver=$driver"; done
    heading Options "$1"
}

# Without any bug the same cases pass: otherwise their failing means nothing.
check_baseline() {
    local patch words
    build || { cat "$log" >&2 && give_up 'the workspace does not build'; }
    words=$(for name in "${names[@]}"; do
        patch=$name.patch
        selection "conformance/planted/$patch" | grep -v '^--driver='
    done | sort -u)
    # shellcheck disable=SC2086
    run $words || { cat "$log" >&2 && give_up 'the suite fails without any bug'; }
}

# try NAME: sets $verdict, $took and $by, the case that found it.
try() {
    local patch=$here/$1.patch start status
    took=- by=
    if ! plant "$patch"; then
        verdict='DOES NOT APPLY'
        return
    fi
    if build; then
        start=$(milliseconds)
        # shellcheck disable=SC2046
        run --patience 5 --gtest_fail_fast $(selection "$patch")
        status=$?
        took=$(seconds $(($(milliseconds) - start)))
        by=$(sed -n 's/^FAIL \([^ ]*\).*/\1/p' "$log" | head -n 1)
        if [ $status = 1 ] && [ "$by" ]; then verdict=killed; else verdict=SURVIVED; fi
    else
        verdict='DOES NOT BUILD'
    fi
    if [ "$verbose" ] || [ "$verdict" = 'DOES NOT BUILD' ]; then cat "$log"; fi
    take_out "$patch"
}

row() {
    printf '%-34s %-18s %-15s %7s  %s\n' "$@"
}

try_all() {
    local clause
    row bug clause verdict seconds 'found by'
    for name in "${names[@]}"; do
        clause=$(heading Clause "$here/$name.patch")
        try "$name"
        row "$name" "$clause" "$verdict" "$took" "$by"
        echo "| $name | $clause | $verdict | $took | \`${by:--}\` |" >>"$scratch/table"
        [ "$verdict" = killed ] || survivors=$((survivors + 1))
    done
}

# Rows of bugs that were not tried stay as they are, as long as there is such a bug.
write_results() {
    local row name
    grep '^| [a-z0-9_]* | ' "$here/RESULTS.md" 2>/dev/null | while read -r row; do
        name=$(cut -d ' ' -f 2 <<<"$row")
        if [ -f "$here/$name.patch" ] && ! grep -qF "| $name |" "$scratch/table"; then
            echo "$row"
        fi
    done >"$scratch/kept"
    sort "$scratch/kept" "$scratch/table" >"$scratch/rows"
    {
        echo '# Bugs that the suite finds'
        echo
        echo '`./bazelw run //conformance/planted -- --write` writes this.'
        echo "It finds $(grep -c '| killed |' "$scratch/rows") of $(wc -l <"$scratch/rows") planted bugs." \
            "The latest run tried ${#names[@]} of them in $((total / 60)) min $((total % 60)) s,"
        echo "on $(date -u +%Y-%m-%d), at $commit, on $(nproc) processors of $(uname -m), $(uname -s);" \
            'other rows are of runs before that.'
        echo 'The seconds are those from the start of the suite, with the cases of that clause alone, to the first'
        echo 'failure; what it takes to build is apart.'
        echo
        echo '| bug | clause | verdict | seconds | found by |'
        echo '|---|---|---|---|---|'
        cat "$scratch/rows"
    } >"$here/RESULTS.md"
}

trap leave EXIT
trap 'exit 2' INT TERM
survivors=0 begin=$SECONDS
commit=$(git -C "$root" describe --always --dirty --abbrev=12 2>/dev/null || echo 'no commit')
copy_workspace
check_baseline
echo "without any bug the suite passes: $(tail -n 1 "$log")"
try_all
total=$((SECONDS - begin))
echo "$((${#names[@]} - survivors)) of ${#names[@]} found, in $total s"
if [ "$write" ]; then write_results; fi
[ $survivors = 0 ]
