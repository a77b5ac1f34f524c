"""googletest(): upstream's GoogleTest 1.12.1, byte for byte the tarball that Debian has."""

load("//third_party:source_archive.bzl", "source_archive")

def googletest(name):
    source_archive(
        name = name,
        archive = "googletest_1.12.1.orig.tar.gz",
        debian_package = "googletest",
        debian_suites = ["bookworm"],
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
        urls = ["https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz"],
    )
