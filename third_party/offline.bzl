"""Stand-ins for what old Bazels fetch on their own, so that none of it is.

Bazel's default WORKSPACE asks the network for @rules_cc and @rules_java (its
own @bazel_tools loads them) and, on `bazel coverage`, for a Java program in
@remote_coverage_tools.  In Bazel 4, Debian 12's, those rules are built in and
the two repositories but other names for them.
"""

def _native_rules_impl(ctx):
    for package, rules in ctx.attr.rules.items():
        ctx.file(package + "/BUILD.bazel")
        ctx.file(package + "/defs.bzl", "".join(["%s = native.%s\n" % (r, r) for r in rules]))
    ctx.file("WORKSPACE")

def _coverage_tools_impl(ctx):
    folder = Label("//third_party/coverage:BUILD.bazel")
    ctx.symlink(folder, "BUILD.bazel")
    ctx.symlink(folder.relative(":lcov_merger.py"), "lcov_merger.py")
    ctx.file("WORKSPACE")

_coverage_tools = repository_rule(implementation = _coverage_tools_impl)

_native_rules = repository_rule(
    implementation = _native_rules_impl,
    attrs = {"rules": attr.string_list_dict()},
)

def offline():
    """Declares the stand-ins, first in a root WORKSPACE; nothing from Bazel 5.3 on."""
    if hasattr(config_common, "toolchain_type"):
        return
    _native_rules(
        name = "rules_cc",
        rules = {"cc": [
            "cc_binary",
            "cc_import",
            "cc_library",
            "cc_test",
            "cc_toolchain",
            "cc_toolchain_suite",
            "objc_library",
        ]},
    )
    _native_rules(
        name = "rules_java",
        rules = {"java": [
            "java_binary",
            "java_import",
            "java_library",
            "java_runtime",
            "java_test",
            "java_toolchain",
        ]},
    )
    _coverage_tools(name = "remote_coverage_tools")
