#!/bin/bash
# planted.sh: do the fuzz targets find the bugs planted in net/ and lua/? In a copy
# of the workspace, plants one after the other and replays what is checked in.
set -u

usage() {
    cat <<END
./bazelw run //fuzz/planted -- [options] [NAME...]

Plants the bugs of conformance/planted/*.patch that a fuzz target can show, or
those named, one at a time, and replays the inputs of fuzz/seeds, fuzz/corpus and
fuzz/regressions with AddressSanitizer and UndefinedBehaviorSanitizer until one
fails: the one that found the bug in fuzz/planted/RESULTS.md first, then all those
of its target, then target by target.  Those of the target that found it are then
replayed with the invariants off: do the sanitizers find it alone?
fuzz/planted/unseen.txt says of the other bugs why none can show them.

  --fuzz SECONDS   fuzzes so many CPU seconds a bug at most, from fuzz/seeds
                   alone, the target that found the bug in the table
  --write          writes their rows of the table in fuzz/planted/RESULTS.md
  --help           this

Exit status: 0 every bug was found, 1 one survived, does not apply or does not
build, 2 it could not be tried: an input fails without any bug.
END
}

give_up() {
    echo "planted: $1" >&2
    exit 2
}

root=${BUILD_WORKSPACE_DIRECTORY:?run it by ./bazelw run //fuzz/planted}
here=$root/fuzz/planted
patches=$root/conformance/planted
unset BUILD_WORKSPACE_DIRECTORY BUILD_WORKING_DIRECTORY
cd "$here" || exit 2

names=() write= mode=replay budget=0
while [ $# -gt 0 ]; do
    case $1 in
    --fuzz)
        mode=fuzz budget=${2:-}
        [[ $budget =~ ^[1-9][0-9]*$ ]] || give_up '--fuzz wants a number of seconds'
        shift
        ;;
    --write) write=1 ;;
    --help) usage && exit ;;
    -*) give_up "there is no option $1 (--help tells more)" ;;
    *) names+=("$(basename "$1" .patch)") ;;
    esac
    shift
done

# Says why no target can show the bug; nothing where one can.
unseen() { # NAME
    sed -n "s/^$1: *//p" "$here/unseen.txt"
}

if [ ${#names[@]} = 0 ]; then
    for patch in "$patches"/*.patch; do
        name=$(basename "$patch" .patch)
        [ "$(unseen "$name")" ] || names+=("$name")
    done
fi
for name in "${names[@]}"; do
    [ -f "$patches/$name.patch" ] || give_up "there is no bug $name"
done

# shellcheck source=../../conformance/planted/workspace.sh
. "$patches/workspace.sh"

# The slowest last.
targets() {
    local all
    all=$(cd "$root/fuzz" && ls -d seeds/* corpus/* regressions/* | cut -d / -f 2 | sort -u)
    grep '^record_' <<<"$all"
    grep -v -e '^record_' -e '^oom_' <<<"$all"
    grep '^oom_' <<<"$all"
}

# TARGET/INPUT that found it in the table; nothing for another bug.
found_before() { # NAME
    sed -n "s/^| $1 | killed | [^\`]*\`\([^\`]*\)\`.*/\1/p" "$here/RESULTS.md" 2>/dev/null
}

# The targets in the order in which they are tried: the one that found it before, first; those that
# have a model before those that have not.
targets_for() { # NAME
    local before first
    before=$(found_before "$1" | cut -d / -f 1)
    first=$before
    if [ ! "$before" ] && grep -qx 'Drivers: lua' "$patches/$1.patch"; then first=lua_calls; fi
    if [ ! "$first" ]; then first='policies streams setup config_api'; fi
    # shellcheck disable=SC2086
    if [ "$mode" != fuzz ]; then
        printf '%s\n' $first && targets | grep -vxF "$(printf '%s\n' $first)"
    elif [ "$before" ]; then
        echo "$before"
    fi
}

# What NAME_run would choose: the macro leaves it in the tags.
configuration() { # TARGET
    [ "$mode" = fuzz ] || { echo asan && return; }
    bazel query "attr(tags, fuzz_encrypted, //fuzz:${1}_bin)"
    if grep -q '^//fuzz' "$log"; then echo fuzz_encrypted; else echo fuzz; fi
}

build() { # TARGET
    bazel run --config="$(configuration "$1")" --script_path="$scratch/$1" "//fuzz:${1}_bin"
}

inputs() { # TARGET
    local folder
    for folder in seeds regressions corpus; do
        if [ -d "$copy/fuzz/$folder/$1" ]; then echo "$copy/fuzz/$folder/$1"; fi
    done
}

# A bug may show as a leak alone. An abort has said why before: to name the frames of its stack
# would take longer than the replay.
export ASAN_OPTIONS=detect_leaks=1:handle_abort=0 UBSAN_OPTIONS=print_stacktrace=1

# Replays an input, or all of the target's, with the invariants as $invariants says.
invariants=on
replay() { # TARGET [FILE]
    local limit=120
    [ $# = 1 ] || limit=30
    # The shell has a word for what aborts.
    {
        # shellcheck disable=SC2046
        NET_FUZZ_INVARIANTS=$invariants timeout $limit "$scratch/$1" ${2:-$(inputs "$1")} \
            </dev/null >"$log" 2>&1
    } 2>/dev/null
}

# Replays the input that found the bug before, where there is one; then the others.
replay_all() { # TARGET NAME
    local folder before
    before=$(found_before "$2")
    for folder in seeds regressions corpus; do
        if [ "${before%%/*}" = "$1" ] && [ -f "$copy/fuzz/$folder/$before" ]; then
            replay "$1" "$copy/fuzz/$folder/$before" || return
        fi
    done
    replay "$1"
}

fuzz() { # TARGET
    rm -rf "$scratch/grown" && mkdir "$scratch/grown"
    "$scratch/$1" -max_total_time="$budget" -timeout=20 -artifact_prefix="$scratch/" \
        "$scratch/grown" "$copy/fuzz/seeds/$1" </dev/null >"$log" 2>&1
}

# The input at which the run in $log ended, and the first line that says why.
finding() { # TARGET STATUS
    local input why
    input=$(grep -E "^$copy/fuzz/" "$log" | tail -n 1)
    why=$(sed -n '/^== violation ==$/{n;p;q}' "$log")
    [ "$why" ] || why=$(grep -aoE '^SUMMARY: .*|runtime error: .*' "$log" | head -n 1)
    [ "$2" != 124 ] || why='it hangs'
    # Where a program was built is nobody else's matter.
    echo "\`$1/${input##*/}\` | ${why:-exit status $2}" |
        sed -E -e "s|$copy/||g" -e 's# \((/|BuildId)[^)]*\)##g' -e 's#/[^ ]*/execroot/net_tls/##g'
}

# Whether the sanitizers alone tell of it: the verdict of a replay with the invariants off.
without_invariants() { # TARGET
    if [ "$mode" = fuzz ] || invariants=off replay "$1"; then echo -; else echo killed; fi
}

# try NAME: sets $verdict, $took (the milliseconds of all replays), $without and $by.
try() {
    local patch=$patches/$1.patch target start status
    took=0 without=- by='`-` | '
    plant "$patch" || { verdict='DOES NOT APPLY' && return; }
    verdict=SURVIVED
    for target in $(targets_for "$1"); do
        build "$target" || { verdict='DOES NOT BUILD' && cat "$log" && break; }
        start=$(milliseconds)
        if [ "$mode" = fuzz ]; then fuzz "$target"; else replay_all "$target" "$1"; fi
        status=$?
        took=$((took + $(milliseconds) - start))
        if [ $status != 0 ]; then
            verdict=killed by=$(finding "$target" $status)
            without=$(without_invariants "$target")
            break
        fi
    done
    take_out "$patch"
}

check_baseline() {
    local target
    for target in $(targets); do
        build "$target" || { cat "$log" >&2 && give_up "$target does not build"; }
        [ "$mode" = fuzz ] || replay "$target" || {
            cat "$log" >&2 && give_up "$target fails without any bug"
        }
    done
}

try_all() {
    for name in "${names[@]}"; do
        try "$name"
        total=$((total + took))
        printf '%-36s %-10s %8s  %s\n' "$name" "$verdict" "$(seconds $took)" "$by"
        echo "| $name | $verdict | $(seconds $took) | $without | $by |" >>"$scratch/table"
        [ "$verdict" = killed ] || survivors=$((survivors + 1))
        tried=$((tried + 1))
        # What is done so far is there if the run is stopped.
        if [ "$write" ]; then write_results; fi
    done
}

# Rows of bugs that were not tried stay as they are.
write_results() {
    local results=$here/RESULTS.md
    [ "$mode" = replay ] || results=$here/RESULTS_$mode.md
    grep '^| [a-z0-9_]* | [A-Zk]' "$results" 2>/dev/null | while read -r row; do
        name=$(cut -d ' ' -f 2 <<<"$row")
        grep -qF "| $name |" "$scratch/table" || echo "$row"
    done >"$scratch/kept"
    sort "$scratch/kept" "$scratch/table" >"$scratch/rows"
    {
        title
        echo
        awk -F ' *[|] *' '{ killed += $3 == "killed"; seconds += $4; without += $5 == "killed" }
            END { printf "%d of %d bugs, in %.2f s without the building; with the invariants off %d of them.\n",
                         killed, NR, seconds, without }' "$scratch/rows"
        echo "Seeds alone find $(count_by_seeds) of them."
        echo "The latest run tried $tried of them, on $(date -u +%Y-%m-%d), at $commit, on $(nproc) processors" \
            "of $(uname -m), $(uname -s)."
        echo
        echo '| bug | verdict | seconds | invariants off | found by | it says |'
        echo '|---|---|---|---|---|---|'
        cat "$scratch/rows"
    } >"$results"
}

# How many of the rows name an input of fuzz/seeds.
count_by_seeds() {
    sed -n 's/^[^`]*`\([^`]*\)`.*/\1/p' "$scratch/rows" | while read -r input; do
        if [ -f "$root/fuzz/seeds/$input" ]; then echo "$input"; fi
    done | wc -l
}

title() {
    case $mode in
    replay) echo '# Bugs that a replay of the checked-in inputs finds' ;;
    fuzz) echo "# Bugs that fuzzing finds from the seeds alone, $budget s each at most" ;;
    esac
    echo
    echo '`./bazelw run //fuzz/planted -- --write` writes this'"$(
        if [ "$mode" = fuzz ]; then echo ", with \`--fuzz $budget\`"; fi
    ). [unseen.txt](unseen.txt) says which of conformance/planted no target can show."
}

trap leave EXIT
trap 'exit 2' INT TERM
survivors=0 total=0 tried=0
commit=$(git -C "$root" describe --always --dirty --abbrev=12 2>/dev/null || echo 'no commit')
copy_workspace
check_baseline
try_all
echo "$((${#names[@]} - survivors)) of ${#names[@]} found, in $(seconds $total) s without the building"
[ $survivors = 0 ]
