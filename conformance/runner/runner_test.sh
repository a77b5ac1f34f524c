#!/bin/bash
# The runner with drivers that are wrong: each must give the right exit status
# and say what was wrong.
set -u
runner=$1 register=$2 fake=$PWD/$3
failures=0
folder=${TEST_TMPDIR:-/tmp}/runner_test.$$
mkdir "$folder"
trap 'rm -r "$folder"' EXIT
expected=$folder/expected
# What Bazel says about this test is not for the runners in it.
unset TEST_TARGET TEST_TOTAL_SHARDS GTEST_TOTAL_SHARDS XML_OUTPUT_FILE TEST_UNDECLARED_OUTPUTS_DIR
# One case that the fake driver can do, and four of them.
one='D-19/1.*.tcp.blocking.tls13.client' four='D-19/1.*.tcp.*.client'

run() {
    "$runner" --register="$register" --patience="${PATIENCE:-60}" "$@" 2>&1
}

fail() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# expect STATUS TEXT ARGUMENTS...
expect() {
    local status=$1 text=$2 output
    shift 2
    output=$(run "$@")
    local got=$?
    if [ $got != "$status" ] || [[ $output != *"$text"* ]]; then
        fail "$*
  expected exit status $status and \"$text\"; exit status $got and:
$output"
    fi
}

# wrong HOW STATUS TEXT [ARGUMENTS...]
wrong() {
    local how=$1 status=$2 text=$3
    shift 3
    expect "$status" "$text" --driver "$fake $how" --filter "$one" "$@"
}

# All as expected, and failures.
wrong right 0 $'\n1 passed, '
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
wrong escape 1 'an error was raised: \x1b[2J'
wrong broken 1 'broken driver: no idea'
wrong leak 1 'descriptors open'
wrong signals 1 'signal dispositions'
wrong extra 1 'it sent something'
wrong end 1 'driver fake_driver_sh ended badly: exit status 7'
wrong unsupported 0 $'\n1 unsupported, '
wrong arity 1 "-- --driver '$fake arity' --filter 'D-19/1.fake_driver_sh.tcp.blocking.tls13.client'"
wrong arity 1 'commands and answers:'
wrong extra 1 'on the wire:'
wrong arity 1 $'\n1 failed, '

# The environment is broken.
wrong version 2 'it speaks version 99 of the protocol, not 2'
wrong greeting 2 'its greeting is `good morning`'
wrong lacking 2 'cannot be used: it needs a library'
wrong half 2 'its greeting is `hello 2 fake`, not `hello VERSION ABOUT LIBRARY`'
wrong silent 2 'ended at `hello 2` with exit status 3'
PATIENCE=1 wrong deaf 2 'no answer to `hello 2`'
expect 2 'No such file' --driver /nonexistent/driver
PATH=/nonexistent wrong right 2 'UNRESOLVED NTS-READ-08/12' --filter 'NTS-READ-08/12.*.tcp.blocking.tls13.client'
expect 2 'the driver cannot be started again: ended at `hello 2` with exit status 4' \
    --driver "$fake once $folder/marker" --filter "$four" --jobs 1
expect 2 'a process of the runner ended before its cases did, with signal Killed' \
    --driver "$fake patricide" --filter "$four" --jobs 2
expect 2 "/nonexistent/register: cannot be read" --driver "$fake right" --register=/nonexistent/register
for report in json junit html; do
    wrong crash 2 "/nonexistent/report cannot be written: No such file or directory" \
        --$report /nonexistent/report
done
if [ -n "$(run --driver "$fake right" --json /nonexistent/report 2>/dev/null | grep passed)" ]; then
    fail 'something ran although a report cannot be written'
fi

# What is expected of a driver.
echo 'unsupported D-19/1.* it cannot' >"$expected"
wrong unsupported 0 $'\n1 unsupported, ' --expected "$expected"
wrong right 1 'XPASS D-19/1' --expected "$expected"
wrong right 1 'known:    it cannot' --expected "fake_driver_sh=$expected"
wrong right 1 'unsupported D-19/1.* (line 1)' --expected "$expected"
wrong right 1 "--expected '$expected' --filter" --expected "$expected"
wrong arity 1 $'\n1 failed, ' --expected "$expected"
printf '# why\nfail D-19/1.* not yet\n' >"$expected"
wrong arity 0 $'\n1 failed as expected, ' --expected "$expected"
wrong right 1 'fail D-19/1.* (line 2)' --expected "$expected"
wrong right 1 $'\n1 passed unexpectedly, ' --expected "$expected"
wrong unsupported 1 'unsupported, which was not expected' --expected "$expected"
PATH=/nonexistent wrong right 2 UNRESOLVED --expected "$expected" \
    --filter 'NTS-READ-08/12.*.tcp.blocking.tls13.client'
echo '# nothing' >"$expected"
wrong unsupported 1 'unsupported, which was not expected' --expected "$expected"
echo 'unsupported D-99/* it cannot' >"$expected"
wrong right 3 "$expected: line 1: the pattern D-99/* matches no case" --expected "$expected"
printf 'fail D-19/* a\n\nfail D-19/1.* b\n' >"$expected"
wrong right 3 "$expected: line 3: the pattern D-19/1.* matches only what earlier lines match" \
    --expected "$expected"
echo 'fail D-19/1.*' >"$expected"
wrong right 3 "$expected: line 1: " --expected "$expected"
wrong right 3 '/nonexistent/expected: cannot be read' --expected /nonexistent/expected

# Runs, orders and processes.
expect 1 'tls13.client (in 1 of 3 runs)' --driver "$fake flaky" --filter "$one" --repeat 3
expect 0 $'\n1 passed, ' --driver "$fake flaky" --filter "$one" --repeat 2
echo 'fail D-19/1.* it is flaky' >"$expected"
expect 1 'tls13.client (in 2 of 3 runs)' --driver "$fake flaky" --filter "$one" --repeat 3 \
    --expected "$expected"
for jobs in 1 2 4 9; do
    expect 0 $'\n4 passed, ' --driver "$fake right" --filter "$four" --jobs $jobs
    expect 1 $'\n4 failed, ' --driver "$fake arity" --filter "$four" --jobs $jobs --repeat 2
    expect 1 'ended badly: exit status 7' --driver "$fake end" --filter "$four" --jobs $jobs
done
expect 0 $'\n4 passed, ' --driver "$fake right" --filter "$four" --gtest_shuffle

# order ARGUMENTS...: the names of cases in the order in which they ran.
order() {
    run --driver "$fake right" --filter "D-19/1.*.tcp.*" --jobs 1 -v "$@" | grep -o '^[A-Z]* D-19/1.*'
}
if [ "$(order --seed 1)" != "$(order --seed 1)" ]; then fail 'a seed gives two orders'; fi
if [ "$(order --seed 1)" = "$(order)" ]; then fail '--seed does not shuffle'; fi
if [ "$(order --seed 1 | sort)" != "$(order | sort)" ]; then fail 'cases differ by the order'; fi
expect 0 ', seed 5' --driver "$fake right" --filter "$one" --seed 5
expect 0 '  > call 1 tls_close' --driver "$fake right" --filter "$one" -v

# Reports: those that are asked for, and what Bazel expects.
expect 1 '' --driver "$fake arity" --filter "$one" --json "$folder/json" --junit "$folder/junit" \
    --html "$folder/html"
mkdir "$folder/outputs"
XML_OUTPUT_FILE=$folder/xml TEST_UNDECLARED_OUTPUTS_DIR=$folder/outputs wrong arity 1 'FAIL D-19/1'
# has FILE TEXT
has() {
    if ! grep -qF -- "$2" "$folder/$1"; then fail "$1 has no $2"; fi
}
has json '"name": "D-19/1.fake_driver_sh.tcp.blocking.tls13.client", "verdict": "FAIL"'
has json '"library": "fake-tls 1"'
has outputs/conformance.json '"verdict": "FAIL"'
for xml in xml junit; do
    has $xml '<testcase name="D-19/1.fake_driver_sh.tcp.blocking.tls13.client"'
    has $xml '<failure message="FAIL: call:     call 1 tls_close"'
done
for html in html outputs/conformance.html; do has $html '<!DOCTYPE html>'; done

# One shard of two, as Bazel has them.
cases=0
for shard in 0 1; do
    rm -f "$folder/status"
    TEST_TOTAL_SHARDS=2 GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=$shard \
        GTEST_SHARD_STATUS_FILE=$folder/status XML_OUTPUT_FILE=$folder/shard \
        expect 0 $'\n2 passed, ' --driver "$fake right" --filter "$four"
    if [ ! -e "$folder/status" ]; then fail 'the shard status file is not there'; fi
    cases=$((cases + $(grep -c '<testcase' "$folder/shard")))
done
if [ $cases != 4 ]; then fail "the shards have $cases cases, not 4"; fi

# Usage.
expect 0 'Exit status' --help
expect 3 'there is no option --colour' --driver "$fake right" --colour=red
expect 3 'no driver'
expect 3 'there is no driver perl' --driver perl
expect 3 'no case matches the filter' --driver "$fake right" --filter nonsense
expect 3 'no case matches the filter' --driver "$fake right" --gtest_filter=nonsense
expect 3 'there is no driver other' --driver "$fake right" --expected "other=$expected"
expect 0 'handshake never begun' --driver "$fake right" --filter D-19/1 --list
expect 0 'NTS-TLSCLOSE-03/1' --driver "$fake right" --clause D-19 --list
expect 3 'no case matches the filter' --driver "$fake right" --clause NTS-STUBS-02 --filter NTS-READ
expect 3 'no case matches the filter' --driver "$fake right" --clause D-1
full=$(run --driver "$fake right" --list | sed -n 's/  .*(only with --full)$//p' | head -n 1)
expect 3 'no case matches the filter without --full' --driver "$fake right" --filter "$full"
expect 0 "$full" --driver "$fake right" --filter "$full" --list

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
