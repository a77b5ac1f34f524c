#!/bin/bash
# bazelw_test.sh: bazelw on machines that lack things, made of fake commands.
set -u
bazelw=$PWD/bazelw machine=$TEST_TMPDIR/machine log=$TEST_TMPDIR/log

fail() {
    echo "$1" "status $status, output:" "$output" "log:" "$(cat "$log")"
    exit 1
}

# fake COMMAND SCRIPT: puts a command on the machine.
fake() {
    printf '#!/bin/sh\n%s\n' "$2" >"$machine/$1"
    chmod +x "$machine/$1"
}

# machine UID COMMAND...: a machine whose user is UID, with these commands.
machine() {
    rm -rf "$machine" && mkdir "$machine" && : >"$log"
    fake id "echo $1"
    shift
    for command; do
        fake "$command" "echo $command: \"\$@\" >>$log; exit 42"
    done
}

run() {
    output=$(PATH=$machine /bin/sh "$bazelw" "$@" 2>&1)
    status=$?
}

all='g++ gcc clang ld.lld llvm-symbolizer clang-format clang-tidy patch socat openssl gnutls-serv lua5.4'
unset BAZEL USE_BAZEL_VERSION

machine 0 bazel $all apt-get
run test 'a  b' --c='*'
[[ $status = 42 && $(cat "$log") == 'bazel: test a  b --c=*' ]] || fail 'arguments changed:'

machine 0 bazel $all
rm "$machine/socat"
run build
[[ $status = 69 && $output == *'missing: socat ('*'no apt-get'* ]] || fail 'no apt-get:'

machine 1000 bazel $all apt-get
rm "$machine/socat"
run build
[[ $status = 69 && $output == *'missing: socat ('*'Only root'* && ! -s $log ]] || fail 'not root:'

machine 0 bazel $all apt-get
rm "$machine/socat"
run build
[[ $status = 69 && $output == *'apt-get failed'* ]] || fail 'apt-get fails:'
grep -q '^apt-get: .* update$' "$log" || fail 'the package lists were not updated:'

# Its package lists are absent until it updates them.
machine 0 bazel $all
rm "$machine/socat"
fake apt-get "echo apt-get: \"\$@\" \$DEBIAN_FRONTEND >>$log
case \"\$*\" in
*update) : >$machine/updated ;;
*install*) [ -e $machine/updated ] && /bin/cp $machine/gcc $machine/socat ;;
esac"
run build
[[ $status = 42 && $output == *'installing with apt-get: socat'*installed* ]] || fail 'install:'
grep -q '^apt-get: .* install --no-install-recommends socat noninteractive$' "$log" || fail 'asks:'

machine 0 bazel $all
run test --config=asan //...
[[ $status = 42 ]] || fail 'what another configuration needs is asked for:'
run test --config=fuzz_afl //...
[[ $status = 69 && $output == *'missing: afl++ ('* ]] || fail '--config=fuzz_afl:'
run test --config fuzz_afl //...
[[ $status = 69 && $output == *'missing: afl++ ('* ]] || fail '--config fuzz_afl:'

machine 0 $all
fake bazelisk "echo bazelisk \$USE_BAZEL_VERSION \"\$@\" >>$log"
run build
[[ $status = 0 && $(cat "$log") == 'bazelisk 4.2.3 build' ]] || fail 'bazelisk:'

machine 0 $all mine
BAZEL=$machine/mine run build
[[ $status = 42 && $(cat "$log") == 'mine: build' ]] || fail '$BAZEL:'

BAZEL=$machine/nothing run build
[[ $status = 126 && $output == *'$BAZEL is no program: '*/nothing ]] || fail '$BAZEL is nothing:'
