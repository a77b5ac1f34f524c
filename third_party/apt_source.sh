#!/bin/sh
# apt_source.sh PACKAGE SUITE...: downloads a Debian source package's upstream
# tarball into ./apt, from the first SUITE that has it.  The mirror is the one
# this host is set up for; apt's own state is not changed, so this needs no
# root and no deb-src line.
package=$1
shift
dir=$PWD/apt keys=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$dir/sources" "$dir/lists/partial" "$dir/cache/archives/partial" && cd "$dir" || exit

if [ -r $keys ]; then options=" [signed-by=$keys]"; else options=; fi
# A mirror that apt has seen says that it is Debian's; before the first
# 'apt-get update' any that the host is set up for may be the one.
mirrors() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "$@" | sort -u
}

apt() {
    apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$dir/sources" \
        -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 "$@"
}

for suite; do
    for mirror in $(mirrors 'Label: Debian' || true) $(mirrors); do
        echo "deb-src$options $mirror $suite main" > sources/debian.list
        apt update && apt source --download-only --only-source --tar-only "$package" && exit
    done
done
echo "no mirror that apt is set up for has the source of $package in $*" >&2
exit 1
