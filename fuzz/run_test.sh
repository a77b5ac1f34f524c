#!/bin/bash
# run_test.sh: what run.sh makes of its words, with programs that print theirs.
set -u
run=$PWD/fuzz/run.sh runfiles=$TEST_TMPDIR/runfiles/net_tls here=$TEST_TMPDIR/here
mkdir -p "$runfiles" "$here/folder" "$TEST_TMPDIR/bin" && echo input >"$here/input" || exit
export XDG_CACHE_HOME=$TEST_TMPDIR/cache BUILD_WORKING_DIRECTORY=$here PATH=$TEST_TMPDIR/bin:$PATH
unset BAZEL NET_FUZZ_DIRECTORY RUNFILES_DIR

fail() {
    echo "$1: exit status $status, output:" "$output" >&2
    exit 1
}

# The last word that it gets is the folder of the inputs.
cat >"$runfiles/toy_bin" <<'END'
#!/bin/bash
echo "in $PWD: $*"
echo "its data in $RUNFILES_DIR"
ls "${@: -1}"
END
printf '#!/bin/bash\necho "afl-fuzz $*"\n' >"$TEST_TMPDIR/bin/afl-fuzz"
chmod +x "$runfiles/toy_bin" "$TEST_TMPDIR/bin/afl-fuzz"
echo '"word"' >"$runfiles/dict"
python3 -c 'import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1], "w")
archive.writestr("fuzz/seeds/toy/same", "1")
archive.writestr("fuzz/corpus/toy/same", "2")' "$runfiles/inputs.zip" || exit

run_with() { # run_with ENGINE WORD...
    output=$(cd "$runfiles" && "$run" "$1" toy_bin dict inputs.zip -max_len=9 -- "${@:2}" 2>&1)
    status=$?
}

run_with libfuzzer -runs=5
[[ $status = 0 && $output == *"in $here: -dict=$runfiles/dict -max_len=9 -runs=5 $XDG_CACHE_HOME/net_tls_fuzz/corpus/toy "* ]] ||
    fail 'it does not fuzz where it was called, with the flags given and a corpus of its own'
[[ $output == *"its data in $TEST_TMPDIR/runfiles"* ]] || fail 'the program does not find its data'
[[ $output == *same*same.~1~* ]] || fail 'inputs of the same name are lost'

run_with libfuzzer -runs=5 folder
[[ $status = 0 && $output == *'-max_len=9 -runs=5 folder '* && $output != *net_tls_fuzz* ]] ||
    fail 'a folder is not the corpus'

run_with libfuzzer -runs=1 input
[[ $status = 0 && $output == *"in $here: -runs=1 input"* ]] || fail 'an input is not replayed'

run_with libfuzzer nothing
[[ $status = 2 && $output == *"there is no file or folder nothing in $here"* ]] || fail 'what is not there'

run_with afl -max_total_time=60 -s 1
[[ $status = 0 && $output == *"afl-fuzz -i "*" -o $XDG_CACHE_HOME/net_tls_fuzz/corpus/toy.afl -V 60 -s 1 -x $runfiles/dict -- $runfiles/toy_bin"* ]] ||
    fail 'afl-fuzz is called otherwise'

run_with honggfuzz
[[ $status = 2 && $output == *'there is no engine honggfuzz'* ]] || fail 'an engine that there is none of'

printf '#!/bin/bash\necho "$PWD: $* ($NET_FUZZ_DIRECTORY)"\n' >"$runfiles/bazelw" && chmod +x "$runfiles/bazelw"
output=$(BUILD_WORKSPACE_DIRECTORY=$runfiles "$run" bazel fuzz //fuzz:toy_run -- -runs=5 'a  b' 2>&1)
status=$?
[[ $status = 0 && $output == "$runfiles: run --config=fuzz //fuzz:toy_run -- -runs=5 a  b ($here)" ]] ||
    fail 'Bazel is called otherwise'
