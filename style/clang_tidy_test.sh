#!/bin/bash
# clang_tidy_test.sh REPORT...: red if one of the reports says something, or
# if a source has none.
. style/tree.sh
red=0

for report; do
    if [ ! -f "$report" ] || [ -s "$report" ]; then
        cat "$report"
        red=1
    fi
done

while read -r source; do
    # A report's name is TARGET.SOURCE.clang-tidy.txt
    if [[ " $* " != *"/$(dirname "$source")/"*".$(basename "$source").clang-tidy.txt "* &&
        " $* " != *" $(dirname "$source")/"*".$(basename "$source").clang-tidy.txt "* ]]; then
        echo "$source: not analysed; add its target to //style:clang_tidy_test"
        red=1
    fi
done < <(files_in net lua -name '*.c')

exit $red
