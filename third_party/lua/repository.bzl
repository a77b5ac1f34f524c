"""lua(): upstream's Lua 5.4.4, byte for byte the tarball that Debian has."""

load("//third_party:source_archive.bzl", "source_archive")

def lua(name):
    source_archive(
        name = name,
        archive = "lua5.4_5.4.4.orig.tar.gz",
        build_file = Label("//third_party/lua:lua.BUILD"),
        debian_package = "lua5.4",
        debian_suites = ["bookworm"],
        sha256 = "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61",
        strip_prefix = "lua-5.4.4",
        urls = ["https://www.lua.org/ftp/lua-5.4.4.tar.gz"],
    )
