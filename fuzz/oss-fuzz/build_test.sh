#!/bin/bash
# build_test.sh: red if .clusterfuzzlite/build.sh, with the variables of the base-builder image set, does
# not leave every target complete in $OUT, or one cannot run on its seed corpus elsewhere.
set -u
root=$(dirname "$(readlink -f WORKSPACE)")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
red=0

complain() {
    echo "$1" >&2
    red=1
}

# Beside the output base of the Bazel that runs this test, so that both share downloads, and the next run
# of this test finds what this one built.
output_base=${TEST_SRCDIR%%/execroot/*}
cat >"$scratch/bazel" <<END
#!/bin/bash
unset BAZEL
exec "$root/bazelw" --batch --output_user_root="$(dirname "$output_base")" \\
    --output_base="$output_base-oss-fuzz" "\$@" </dev/null
END
chmod +x "$scratch/bazel"

# What a test's environment adds would make it a Bazel inside a test.
unset TEST_TMPDIR TEST_SRCDIR RUNFILES_DIR
PATH=${PATH#.:}

mkdir "$scratch/src" && ln -s "$root" "$scratch/src/net_tls"
flags='-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    -fsanitize=address -fsanitize-address-use-after-scope -fsanitize=fuzzer-no-link'
env BAZEL="$scratch/bazel" SRC="$scratch/src" OUT="$scratch/out" WORK="$scratch/work" \
    CC=clang CXX=clang++ CFLAGS="$flags" CXXFLAGS="$flags" LIB_FUZZING_ENGINE=-fsanitize=fuzzer \
    SANITIZER=address FUZZING_ENGINE=libfuzzer ARCHITECTURE=x86_64 \
    "$root/.clusterfuzzlite/build.sh" || exit

# Where it runs, nothing of the machine that built it is left.
mv "$scratch/out" "$scratch/elsewhere" && cd "$scratch/elsewhere" || exit
shopt -s nullglob
corpora=(*_seed_corpus.zip)
[ ${#corpora[@]} -gt 0 ] || complain "there is no target in \$OUT: $(ls)"
for corpus in "${corpora[@]}"; do
    name=${corpus%_seed_corpus.zip}
    for file in "$name.dict" "$name.options"; do
        [ -s "$file" ] || complain "$name: $file is missing"
    done
    [ -x "$name" ] || complain "$name cannot be executed"
    mkdir "$scratch/$name" && unzip -qq "$corpus" -d "$scratch/$name"
    (cd / && "$scratch/elsewhere/$name" -runs=0 "-dict=$scratch/elsewhere/$name.dict" "$scratch/$name") \
        >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2 && complain "$name fails on its seed corpus"; }
    grep -q 'Done [1-9]' "$scratch/log" || complain "$name: ran no input of $(unzip -l "$corpus" | tail -n 1)"
done
declared=$(cd "$root" && "$scratch/bazel" query --noshow_progress \
    "attr(tags, '\\bcc_fuzz_test\\b', //fuzz/...) except attr(tags, '\\bmanual\\b', //fuzz/...)" | wc -l)
[ ${#corpora[@]} = "$declared" ] || complain "there are $declared targets, and in \$OUT ${#corpora[@]}"
exit $red
