"""boringssl(): upstream's 32b51305 of April 2023, BORINGSSL_API_VERSION 19, as Debian packs it."""

load("//third_party:source_archive.bzl", "source_archive")

def boringssl(name):
    source_archive(
        name = name,
        archive = "android-platform-external-boringssl_14.0.0+r45.orig.tar.xz",
        # Not to break with a compiler that BoringSSL has not met.
        build_edits = {"\"-Werror\",": ""},
        debian_package = "android-platform-external-boringssl",
        debian_suites = [
            "bookworm-backports",
            "trixie",
        ],
        sha256 = "f9223e8c15ad5d9e3f1cd50861f4c272658864661e2332bea5d60952aa0930cd",
        strip_prefix = "android-platform-external-boringssl-14.0.0+r45",
        # Upstream keeps no such tarball; this is the Bazel Central Registry's
        # pin of January 2024, API version 29.
        urls = ["https://github.com/google/boringssl/archive/22d349c4596e81425ec88f82fab47063a9a2bac6.tar.gz"],
        urls_sha256 = "acc11d72e37a417f74852cc75d4084ec7121727c01bd1e9b5525231c9b03c277",
        urls_strip_prefix = "boringssl-22d349c4596e81425ec88f82fab47063a9a2bac6",
    )
