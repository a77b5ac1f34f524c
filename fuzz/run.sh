#!/bin/bash
# run.sh: what `bazel run //PACKAGE:NAME_run -- WORD...` does, by the first word that cc_fuzz_test() gives it:
#   bazel CONFIG LABEL -- WORD...                        calls Bazel again, with a fuzzing engine
#   libfuzzer PROGRAM DICT CORPUS [FLAG...] -- WORD...   fuzzes, or replays the files among the words
#   afl PROGRAM DICT CORPUS -- WORD...                   the same with afl-fuzz
set -u

give_up() {
    echo "${label:-run.sh}: $1" >&2
    exit 2
}

# `bazel run` has released its lock when it starts a program.
call_bazel() { # call_bazel CONFIG LABEL -- WORD...
    local config=$1 label=$2
    shift 3
    cd "${BUILD_WORKSPACE_DIRECTORY:?start it by bazel run}" || exit 2
    local bazel=${BAZEL:-bazel}
    if [ -x ./bazelw ]; then bazel=./bazelw; fi
    # Paths among the words are the caller's.
    export NET_FUZZ_DIRECTORY=$BUILD_WORKING_DIRECTORY
    exec "$bazel" run "--config=$config" "$label" -- "$@"
}

# Sets $program, $dictionary and $flags, leaves the words in $words and unpacks the inputs into $inputs.
prepare() { # prepare PROGRAM DICT CORPUS [FLAG...] -- WORD...
    # `bazel run` starts this in its workspace's part of the runfiles, which are the program's, too.
    export RUNFILES_DIR=${RUNFILES_DIR:-$(dirname "$PWD")}
    program=$PWD/$1 dictionary=$PWD/$2 archive=$PWD/$3 flags=()
    shift 3
    while [ "$1" != -- ]; do flags+=("$1") && shift; done
    shift
    words=("$@")
    name=$(basename "$program" _bin)
    scratch=$(mktemp -d) || exit 2
    trap 'rm -rf "$scratch"' EXIT
    inputs=$scratch/inputs
    mkdir "$inputs"
    [ -r "$archive" ] || give_up "cannot read $archive"
    # An archive without inputs is none to unzip.
    unzip -qq "$archive" -d "$scratch/archive" 2>/dev/null
    find "$scratch/archive" -type f -exec cp --backup=numbered -t "$inputs" {} + 2>/dev/null
    cd "${NET_FUZZ_DIRECTORY:-${BUILD_WORKING_DIRECTORY:-.}}" || exit 2
    kept=${XDG_CACHE_HOME:-$HOME/.cache}/net_tls_fuzz/corpus/$name
}

# Whether $1 is the test of any word.
any_word() {
    local word
    for word in "${words[@]}"; do
        if test "$1" "$word"; then return 0; fi
    done
    return 1
}

check_paths() {
    local word
    for word in "${words[@]}"; do
        [[ $word == -* || -e $word ]] || give_up "there is no file or folder $word in $PWD"
    done
}

libfuzzer() {
    check_paths
    if any_word -f; then
        "$program" "${words[@]}"
        return
    fi
    any_word -d || {
        mkdir -p "$kept" || exit 2
        echo "$name: new inputs go to $kept"
        words+=("$kept")
    }
    "$program" "-dict=$dictionary" "${flags[@]}" "${words[@]}" "$inputs"
}

# afl-fuzz has its own flags; -max_total_time is understood for its -V.
afl() {
    local word options=()
    for word in "${words[@]}"; do
        case $word in
        -max_total_time=*) options+=(-V "${word#*=}") ;;
        *) options+=("$word") ;;
        esac
    done
    if any_word -f; then
        "$program" "${words[@]}"
        return
    fi
    mkdir -p "$kept.afl" || exit 2
    [ -s "$dictionary" ] && options+=(-x "$dictionary")
    [ -n "$(ls -A "$inputs")" ] || echo x >"$inputs/x"
    echo "$name: findings go to $kept.afl"
    # Not to ask for changes of the machine's settings, which a container may not have.
    AFL_AUTORESUME=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        afl-fuzz -i "$inputs" -o "$kept.afl" "${options[@]}" -- "$program"
}

export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
engine=$1
shift
case $engine in
bazel) call_bazel "$@" ;;
libfuzzer | afl) prepare "$@" && "$engine" ;;
*) give_up "there is no engine $engine" ;;
esac
