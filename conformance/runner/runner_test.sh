#!/bin/bash
# The runner with drivers that are wrong: each must give the right exit status
# and say what was wrong.
set -u
unset TEST_TARGET
runner=$1 register=$2 fake=$PWD/$3
failures=0
shopt -s extglob

run() {
    "$runner" --register="$register" --patience="${PATIENCE:-60}" "$@" 2>&1
}

# expect STATUS TEXT ARGUMENTS...
expect() {
    local status=$1 text=$2 output
    shift 2
    output=$(run "$@")
    local got=$?
    if [ $got != "$status" ] || [[ $output != *"$text"* ]]; then
        printf 'FAILED: %s\n  expected exit status %s and "%s"; exit status %s and:\n%s\n' \
            "$*" "$status" "$text" "$got" "$output"
        failures=$((failures + 1))
    fi
}

# wrong HOW STATUS TEXT [ARGUMENTS...]
wrong() {
    local how=$1 status=$2 text=$3
    shift 3
    expect "$status" "$text" --driver "$fake $how" \
        --filter 'D-19/1.*.tcp.blocking.tls13.client' "$@"
}

wrong right 0 '1 passed, 0 failed'
wrong arity 1 'came:     [2] true, nil'
wrong type 1 'came:     [3] 1, nil, nil'
wrong value 1 'came:     [3] true, nil, false'
wrong garbage 1 "the driver's answer \`perhaps\` is not of the protocol"
wrong word 1 '`what` is not a value'
wrong crash 1 'signal 11 (Segmentation fault) at the command `call 1 tls_close`'
wrong exit 1 'exit status 5 at the command `call 1 tls_close`'
PATIENCE=5 wrong hang 1 'no answer within 5000 ms to the command `call 1 tls_close`'
wrong mute 1 'its output closed but no end, so it was killed at the command `call 1 tls_close`'
wrong raise 1 'an error was raised: on purpose'
wrong broken 1 'broken driver: no idea'
wrong leak 1 'descriptors open'
wrong signals 1 'signal dispositions'
wrong extra 1 'it sent something'
wrong end 1 'driver fake_driver_sh ended badly: exit status 7'
wrong unsupported 0 '0 failed, 1 unsupported'
wrong arity 1 "-- --driver '$fake arity' --filter 'D-19/1.fake_driver_sh.tcp.blocking.tls13.client'"
wrong version 2 'it speaks version 99 of the protocol, not 2'
wrong greeting 2 'its greeting is `good morning`'
wrong lacking 2 'cannot be used: it needs a library'
wrong silent 2 'ended at `hello 2` with exit status 3'
expect 2 'No such file' --driver /nonexistent/driver
PATH=/nonexistent wrong right 2 UNRESOLVED --driver "$fake" --filter 'NTS-READ-08/12.*.tcp.blocking.tls13.client'

# What is expected of a driver.
expected=${TEST_TMPDIR:-/tmp}/expected.$$
trap 'rm -f "$expected"' EXIT
echo 'unsupported D-19/1.* it cannot' >"$expected"
wrong unsupported 0 '1 unsupported' --expected "fake_driver_sh=$expected"
wrong right 1 'supported, although D-19/1.* is expected not to be' \
    --expected "fake_driver_sh=$expected"
echo 'unsupported D-99/* it cannot' >"$expected"
wrong right 3 'a pattern that matches no case: D-99/*' --expected "fake_driver_sh=$expected"
echo '# nothing' >"$expected"
wrong unsupported 1 'unsupported, which was not expected' --expected "fake_driver_sh=$expected"

# Usage.
expect 0 'Exit status' --help
expect 3 'there is no option --colour' --driver "$fake right" --colour=red
expect 3 'no driver'
expect 3 'there is no driver perl' --driver perl
expect 3 'no case matches the filter' --driver "$fake right" --filter nonsense
expect 3 'no case matches the filter' --driver "$fake right" --gtest_filter=nonsense
expect 0 'handshake never begun' --driver "$fake right" --filter D-19/1 --list
expect 0 'NTS-TLSCLOSE-03/1' --driver "$fake right" --clause D-19 --list
expect 3 'no case matches the filter' --driver "$fake right" --clause D-19 --filter NTS-READ
expect 3 'no case matches the filter' --driver "$fake right" --clause D-1
expect 2 'cannot be read' --driver "$fake right" --register=/nonexistent

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
