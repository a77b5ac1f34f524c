#!/bin/bash
# run_test.sh: .ci/run's counts and exit status over a Bazel that is played.
set -u
tree=$TEST_TMPDIR/tree
mkdir -p "$tree/.ci" && cp .ci/run "$tree/.ci/run"

# Plays a bazelw that tells of one event a word: a test that was found, and how
# it ended.
cat >"$tree/bazelw" <<'EOF'
#!/bin/bash
echo "$*" >>"$(dirname "$0")/calls"
case "$*" in
*--config=asan*) events=$ASAN ;;
*) events=$PLAIN ;;
esac
status=0
for argument; do
    [[ $argument != --build_event_json_file=* ]] || file=${argument#*=}
done
for event in $events; do
    case $event in
    STATUS=*) status=${event#*=}; continue ;;
    esac
    echo '{"id":{"targetConfigured":{"label":"//a:b"}},"configured":{"targetKind":"sh_test rule","testSize":"SMALL"}}'
    [ "$event" = UNBUILT ] ||
        echo '{"id":{"testSummary":{"label":"//a:b"}},"testSummary":{"overallStatus":"'"$event"'"}}'
done >"$file"
echo '{"id":{"targetConfigured":{"label":"//a:c"}},"configured":{"targetKind":"cc_library rule"}}' >>"$file"
exit "$status"
EOF
chmod +x "$tree/bazelw"

# expect STATUS LAST_LINE PLAIN ASAN
expect() {
    local output status
    rm -f "$tree/calls"
    output=$(PLAIN=$3 ASAN=$4 "$tree/.ci/run" 2>&1)
    status=$?
    [ $((status != 0)) = "$1" ] && [ "${output##*$'\n'}" = "$2" ] && return
    echo "for '$3' and '$4' expected $1, '$2', not $status and: $output"
    exit 1
}

expect 0 '3 passed, 0 failed' 'PASSED PASSED' 'PASSED'
grep -q '^test --keep_going .* //\.\.\. //fuzz/oss-fuzz:build_test$' "$tree/calls" || exit
grep -q '^test --keep_going .* --config=asan //\.\.\.$' "$tree/calls" || exit
expect 1 '2 passed, 1 failed' 'PASSED FAILED STATUS=3' 'PASSED'
expect 1 '2 passed, 1 failed' 'PASSED' 'PASSED TIMEOUT STATUS=3'
expect 1 '2 passed, 1 failed' 'PASSED UNBUILT STATUS=1' 'PASSED'
expect 1 '2 passed, 3 failed' 'PASSED FAILED UNBUILT STATUS=3' 'PASSED FAILED STATUS=3'
expect 1 '1 passed, 1 failed' 'FLAKY' 'PASSED'
expect 1 '1 passed, 1 failed' 'PASSED' 'STATUS=1'
expect 1 '1 passed, 1 failed' 'PASSED STATUS=1' ''
expect 1 '0 passed, 1 failed' '' ''
