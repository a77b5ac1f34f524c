#!/bin/bash
# readme_test.sh: red if a command of the README's section on fuzzing, or of fuzz/README.md on stability, does not
# do what it says. Fuzzing is some hundred executions in place of minutes, and the campaign over one target.
set -u
root=$(dirname "$(readlink -f WORKSPACE)")
scratch=$(mktemp -d)
red=0

# Beside the output base of the Bazel that runs this test, whose server waits for it; bazel-bin stays the user's.
output_base=${TEST_SRCDIR%%/execroot/*}
echo "build --symlink_prefix=/ ${DISK_CACHE:+--disk_cache=$DISK_CACHE}" >"$scratch/bazelrc"
startup=(--max_idle_secs=60 --output_user_root="$(dirname "$output_base")" --output_base="$output_base-fuzz"
    --bazelrc="$scratch/bazelrc")
printf '#!/bin/bash\nexec bazel %s "$@"\n' "${startup[*]}" >"$scratch/bazel"
chmod +x "$scratch/bazel"
trap 'cd "$root" && "$scratch/bazel" shutdown; rm -rf "$scratch"' EXIT

# What a test's environment adds would make it a Bazel inside a test.
unset TEST_TMPDIR TEST_SRCDIR RUNFILES_DIR
PATH=${PATH#.:}
export BAZEL=$scratch/bazel XDG_CACHE_HOME=$scratch/cache

# command_of FILE SECTION WORDS: the command of that section that begins with these words.
command_of() {
    awk -v heading="## $2" '$0 == heading { on = 1; next } /^## / { on = 0 } on' "$root/$1" |
        grep "^$3" | sed 's/ *#.*//'
}

# try COMMAND EXPECTED: runs it; its output has to match.
try() {
    echo "== $1"
    (cd "$root" && eval "$1") >"$scratch/log" 2>&1
    local status=$?
    if [ $status != 0 ] || ! grep -q "$2" "$scratch/log"; then
        cat "$scratch/log"
        echo "exit status $status; expected: $2"
        red=1
    fi
}

one=$(command_of README.md Fuzz './bazelw run //fuzz:record_ops_server_run')
all=$(command_of README.md Fuzz './bazelw run //fuzz:campaign')
stable=$(command_of fuzz/README.md Stability './bazelw test')
try "${one/-max_total_time=60/-runs=500}" '^Done [1-9][0-9]* runs'
try "${all/--minutes 10/--runs 500 --no-coverage --targets record_ops_server}" '^nothing found'
try "$stable --test_output=all" '  OK .*Stability.OfEachInput'
exit $red
