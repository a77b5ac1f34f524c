#!/bin/bash
# build.sh: builds all fuzz targets as OSS-Fuzz and ClusterFuzzLite want them, in their base-builder image:
# programs, seed corpora, dictionaries and options to $OUT, from $CC, $CXX, $CFLAGS, $CXXFLAGS,
# $LIB_FUZZING_ENGINE and $SANITIZER. The repository is $SRC/net_tls.
#
#   $BAZEL  the Bazel to run, in place of the bazel or bazelisk on $PATH
set -eu
cd "${SRC:?}/net_tls"

: "${CC:?}" "${CXX:?}" "${LIB_FUZZING_ENGINE:?}" "${OUT:?}" "${SANITIZER:?}"
bazel=${BAZEL:-$(command -v bazel || command -v bazelisk)} || {
    echo 'build.sh: neither bazel nor bazelisk is on $PATH' >&2
    exit 1
}

# Prints the image's flags as Bazel's.
flags() {
    local flag
    for flag in ${CFLAGS:-}; do echo "--conlyopt=$flag"; done
    for flag in ${CXXFLAGS:-}; do echo "--cxxopt=$flag" "--linkopt=$flag"; done
    case " ${CXXFLAGS:-} " in
    *' -stdlib=libc++ '*) echo '--repo_env=BAZEL_LINKLIBS=-lc++:-lm' ;;
    esac
    case $SANITIZER in
    # The C compiler, which links, would leave out what C++ needs of it.
    undefined) echo '--linkopt=-fsanitize-link-c++-runtime' ;;
    # It would not see what assembly writes.
    memory) echo '--copt=-DOPENSSL_NO_ASM' ;;
    esac
}

# Prints the targets of a configuration of fuzz/fuzz.bazelrc.
targets() {
    "$bazel" query --noshow_progress "attr(tags, '\\bcc_fuzz_test\\b', //fuzz/...) intersect
        attr(tags, '\\b$1\\b', //fuzz/...) except attr(tags, '\\bmanual\\b', //fuzz/...)" | sed 's/_bin$//'
}

# build TAG CONFIG: builds the packages of the targets with a tag, and unpacks them.
build() {
    local all_flags target bin
    # shellcheck disable=SC2207
    all_flags=("--config=$2" "--platform_suffix=-oss-fuzz-$SANITIZER-$1" "--repo_env=CC=$CC" --strip=never
        --define=fuzz=given "--define=LIB_FUZZING_ENGINE=$LIB_FUZZING_ENGINE" --symlink_prefix=/ $(flags))
    set -- $(targets "$1")
    [ $# -gt 0 ] || return 0
    "$bazel" build "${all_flags[@]}" "${@/%/_oss_fuzz}"
    bin=$("$bazel" info --noshow_progress "${all_flags[@]}" bazel-bin)
    for target; do
        target=${target#//}
        unzip -qo "$bin/${target/:/\/}_oss_fuzz.zip" -d "$OUT"
    done
}

mkdir -p "$OUT"
build fuzz fuzz_plaintext
build fuzz_encrypted fuzz_deterministic

# The report of coverage looks for the sources where the compiler saw them.
if [ "$SANITIZER" = coverage ]; then
    mkdir -p "$OUT/proc/self/cwd"
    cp -r net lua fuzz testing "$OUT/proc/self/cwd/"
fi
