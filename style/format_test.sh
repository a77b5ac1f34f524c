#!/bin/bash
# format_test.sh: red if clang-format would change a C or C++ source.
. style/tree.sh
red=0

if ! command -v clang-format >/dev/null; then
    echo 'clang-format is not installed: ./bazelw installs it (package clang-format)'
    exit 1
fi

mapfile -t sources < <(files_in net lua conformance fuzz examples testing \
    -name '*.c' -o -name '*.h' -o -name '*.cc')
if [ ${#sources[@]} = 0 ]; then
    echo "no source found below $root"
    exit 1
fi

cd "$root" || exit
clang-format --dry-run -Werror "${sources[@]}" 2>/dev/null && exit
for source in "${sources[@]}"; do
    clang-format --dry-run -Werror "$source" 2>/dev/null && continue
    clang-format "$source" | diff -u --label "$source" --label "clang-format -i $source" "$source" -
    red=1
done
exit $red
