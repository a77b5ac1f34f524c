# To source: a copy of the workspace, in which bugs are planted and taken out again.
# Wants $root, the workspace; sets $copy, $scratch and $log.

# Its path is always the same, so that the next run compiles only what differs.
copy=${XDG_CACHE_HOME:-$HOME/.cache}/net_tls_planted/$(cksum <<<"$root" | cut -d ' ' -f 1)
scratch=$(mktemp -d) || exit 2
log=$scratch/log
is_begun=

copy_workspace() {
    mkdir -p "$copy" && cd "$copy" && exec 9>"$copy.lock" || exit 2
    flock --nonblock 9 || give_up 'another run is at it'
    is_begun=1
    find . -mindepth 1 -maxdepth 1 -not -name 'bazel-*' -exec rm -rf {} +
    (cd "$root" && tar -c --exclude=./.git --exclude='bazel-*' .) | tar -x || exit 2
}

leave() {
    if [ "$is_begun" ]; then cd "$copy" && bazel shutdown; fi
    rm -rf "$scratch"
}

bazel() {
    ./bazelw --max_idle_secs=600 "$@" </dev/null >"$log" 2>&1 9>&-
}

# plant PATCH: false, with the tree as it was, where it does not apply.
plant() {
    patch -p1 --fuzz=0 --force --batch --no-backup-if-mismatch <"$1" >"$log" 2>&1 && return
    patch -p1 --force --reverse <"$1" >/dev/null 2>&1
    return 1
}

take_out() { # PATCH
    patch -p1 --fuzz=0 --force --batch --reverse --no-backup-if-mismatch <"$1" >/dev/null ||
        give_up "$(basename "$1") cannot be taken out again"
}

milliseconds() {
    local now=${EPOCHREALTIME/[.,]/}
    echo $((now / 1000))
}

seconds() { # of milliseconds
    printf '%d.%02d' $(($1 / 1000)) $(($1 % 1000 / 10))
}
