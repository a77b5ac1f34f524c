#!/bin/bash
# A driver that can do one case, D-19/1 as a client, and is wrong in the way
# that its argument names.
how=$1 marker=${2:-}

answer() {
    printf '%s\n' "$*"
}

hello() {
    case $how in
        version) answer hello 99 fake tls ;;
        greeting) answer good morning ;;
        lacking) answer broken it%20needs%20a%20library ;;
        silent) exit 3 ;;
        deaf) while read -r _; do :; done ;;
        half) answer hello 2 fake ;;
        once)
            if [ -e "$marker" ]; then exit 4; fi
            : >"$marker"
            answer hello 2 fake fake-tls%201
            ;;
        *) answer hello 2 fake fake-tls%201 ;;
    esac
}

# Fails every fifth time.
count=0
flaky() {
    count=$((count + 1))
    if [ $((count % 5)) = 0 ]; then answer values false nil nil; else answer values true nil nil; fi
}

connect() {
    exec 9<>"/dev/tcp/127.0.0.1/${1#i:}"
    answer values o:socket
}

tls_close() {
    case $how in
        arity) answer values true nil ;;
        type) answer values i:1 nil nil ;;
        value) answer values true nil false ;;
        garbage) answer perhaps ;;
        word) answer values true nil what ;;
        flaky) flaky ;;
        patricide) kill -KILL $PPID; exit 0 ;;
        once) exit 5 ;;
        escape) answer raised '%1b[2J' ;;
        crash) kill -SEGV $$ ;;
        exit) exit 5 ;;
        hang) while read -r _; do :; done ;;
        mute) exec sleep 1000 >&- ;;
        raise) answer raised on%20purpose ;;
        broken) answer broken no%20idea ;;
        unsupported) answer unsupported tls_close ;;
        signals) trap '' USR1; answer values true nil nil ;;
        extra) printf 'x' >&9; answer values true nil nil ;;
        *) answer values true nil nil ;;
    esac
}

while read -r -a words; do
    case ${words[*]} in
        hello*) hello ;;
        config*) answer values o:config ;;
        set*) answer values true ;;
        client*) connect "${words[4]}" ;;
        *tls_close) tls_close ;;
        *close)
            exec 9>&-
            if [ "$how" = leak ]; then exec 8</dev/null; fi
            answer values true nil nil
            ;;
        poller* | reset)
            exec 9>&-
            answer values
            ;;
        *) answer unsupported "${words[0]}" ;;
    esac
done

if [ "$how" = end ]; then exit 7; fi
