#!/bin/bash
# clang_tidy.sh REPORT CONFIG SOURCE FLAG...: writes to REPORT what clang-tidy
# finds in SOURCE.  Fails only where it cannot find out.
set -u
report=$1 config=$2 source=$3
shift 3

if ! command -v clang-tidy >/dev/null; then
    echo "clang-tidy is not installed: ./bazelw installs it (package clang-tidy)" >&2
    exit 1
fi

# What it finds is on its standard output, with paths of the sandbox; its exit
# status is 1 there, as it is where it could not run.
found=$(clang-tidy --quiet --config-file="$config" "$source" -- "$@" 2>"$report.err")
status=$?
if [ $status -gt 1 ] || { [ $status = 1 ] && [ -z "$found" ]; }; then
    cat "$report.err" >&2
    exit 1
fi
rm "$report.err"
if [ -n "$found" ]; then echo "${found//"$PWD/"/}"; fi >"$report"
