#!/bin/bash
# replay.sh PROGRAM INPUT...: one run of a fuzz target over inputs, as a test.
if [ $# -lt 2 ]; then
    echo "$1 has no inputs to replay: give its cc_fuzz_test a corpus or seeds" >&2
    exit 1
fi
exec "$@"
