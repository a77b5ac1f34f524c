#!/bin/sh
# apt_source.sh PACKAGE SUITE...: downloads a Debian source package's upstream
# tarball into ./apt, from the first SUITE that has it.  The mirror is the one
# this host is set up for; apt's own state is neither read nor changed, so this
# needs no root and no deb-src line.
package=$1
shift
dir=$PWD/apt keys=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$dir/sources" "$dir/lists/partial" "$dir/cache/archives/partial" && cd "$dir" || exit

if [ -r $keys ]; then options=" [signed-by=$keys]"; else options=; fi
mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sort -u)
if [ -z "$mirrors" ]; then
    echo "apt knows no Debian mirror (is 'apt-get update' still to be run?)" >&2
    exit 1
fi

apt() {
    apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$dir/sources" \
        -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 "$@"
}

for suite; do
    for mirror in $mirrors; do
        echo "deb-src$options $mirror $suite main"
    done > sources/debian.list
    apt update && apt source --download-only --only-source --tar-only "$package" && exit
done
exit 1
