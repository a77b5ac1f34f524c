# To source: what the tests that read the whole tree share.
set -u -o pipefail

# Found through the link to a file of it, wherever the test runs.
root=$(dirname "$(readlink -f WORKSPACE)")

# files_in FOLDER... EXPRESSION...: the files in folders of the tree that
# find's expression matches, below the tree's root, without what Bazel left.
files_in() {
    local folders=()
    while [ $# -gt 0 ] && [[ $1 != -* && $1 != '(' ]]; do
        if [ -e "$root/$1" ]; then folders+=("$1"); fi
        shift
    done
    [ ${#folders[@]} -gt 0 ] || return 0
    (cd "$root" && find "${folders[@]}" -name 'bazel-*' -prune -o -name .git -prune -o \
        -type f \( "$@" \) -print) | sed 's|^\./||' | LC_ALL=C sort
}
