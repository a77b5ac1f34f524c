#!/bin/bash
# monorepo_test.sh: red if examples/monorepo does not build, its program does
# not say hello, or its own gate on the conformance suite or its fuzz target
# is red.
set -u
root=$(dirname "$(readlink -f WORKSPACE)")

# Beside the output base of the Bazel that runs this test, so that both share
# downloads, and the next run of this test finds what this one built.
output_base=${TEST_SRCDIR%%/execroot/*}
startup=(--batch --output_user_root="$(dirname "$output_base")" --output_base="$output_base-monorepo")

# A disk cache of the Bazel that runs this test has @boringssl compiled.
disk_cache=${DISK_CACHE:-$(sed -n 's/^build .*--disk_cache=\([^ ]*\).*/\1/p' \
    "$root/user.bazelrc" 2>/dev/null | tail -n 1)}
options=(--color=no --curses=no --noshow_progress --symlink_prefix=/ ${disk_cache:+"--disk_cache=$disk_cache"})

# What a test's environment adds would make it a Bazel inside a test, and its
# compilations other ones than the disk cache has.
unset TEST_TMPDIR TEST_SRCDIR RUNFILES_DIR
PATH=${PATH#.:}
cd "$root/examples/monorepo" || exit
bazel() { # bazel COMMAND ARGUMENTS...
    "$root/bazelw" "${startup[@]}" "$1" "${options[@]}" "${@:2}" </dev/null
}

bazel test --test_output=errors //:channel_conformance_test //:trust_fuzz || exit
said=$(bazel run //:hello) || exit
echo "$said"
[ "$said" = 'TLSv1.3: hello' ]
