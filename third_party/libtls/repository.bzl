"""libtls(): the machine's libtls, for the driver that compares with it."""

# pkg-config itself may be absent; its files say what is there.
_DESCRIPTIONS = " ".join([
    "cat",
    "/usr/lib/pkgconfig/libtls.pc",
    "/usr/lib/*/pkgconfig/libtls.pc",
    "/usr/local/lib/pkgconfig/libtls.pc",
    "2>/dev/null",
])

_FOUND = """
    defines = ['LIBTLS="\\\\"%s\\\\""'],
    linkopts = ["-ltls"],"""

_BUILD = """cc_library(
    name = "libtls",%s
    visibility = ["//visibility:public"],
)
"""

def _field(text, name):
    for line in text.splitlines():
        if line.startswith(name + ":"):
            return line[len(name) + 1:].strip()
    return ""

def _libtls_impl(ctx):
    description = ctx.execute(["sh", "-c", _DESCRIPTIONS]).stdout
    version = _field(description, "Version")
    name = "%s-%s" % (_field(description, "Name").replace(" ", "-"), version)
    ctx.file("BUILD.bazel", _BUILD % (_FOUND % name if version else ""))
    ctx.file("found.bzl", "FOUND = %s\n" % bool(version))
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

# Declares @libtls//:libtls, which links the library and defines LIBTLS as its name and version, or
# is empty; FOUND of @libtls//:found.bzl tells which.
libtls = repository_rule(
    implementation = _libtls_impl,
    # Looked for again by each server of Bazel's.
    local = True,
)
