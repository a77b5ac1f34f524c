"""Everything this project builds against, for a WORKSPACE to load.

A repository that the WORKSPACE has declared already stays as it is, so a
monorepo's own @boringssl, @lua and @com_google_googletest win.
"""

load("//third_party/boringssl:repository.bzl", "boringssl")
load("//third_party/googletest:repository.bzl", "googletest")
load("//third_party/libtls:repository.bzl", "libtls")
load("//third_party/lua:repository.bzl", "lua")

def _maybe(repository, name):
    if not native.existing_rule(name):
        repository(name = name)

def net_tls_deps():
    """Declares what @net_tls//net and @net_tls//lua need."""
    _maybe(boringssl, "boringssl")
    _maybe(lua, "lua")

def net_tls_test_deps():
    """Declares what tests need: this project's own, and @net_tls//conformance as a test."""
    _maybe(googletest, "com_google_googletest")
    _maybe(libtls, "libtls")
