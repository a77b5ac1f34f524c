"""clang_tidy_test(): red if clang-tidy finds something in our own C sources.

An aspect runs clang-tidy once for each source, as an action of its own: in
parallel, with the include path and defines of the library that the source
belongs to, and again only when something that it reads has changed.
"""

_OURS = ("net/", "lua/")

_ClangTidyInfo = provider(
    "What clang-tidy found in a target's own sources and in those of its deps.",
    fields = {"reports": "depset of files, one a source, empty where nothing was found"},
)

def _flags(ctx, context):
    attr = ctx.rule.attr
    flags = ["-std=gnu11", "-Wall", "-Wextra"]
    for define in context.defines.to_list() + getattr(attr, "local_defines", []):
        flags.append("-D" + define)
    for include in context.quote_includes.to_list():
        flags += ["-iquote", include]
    for include in context.includes.to_list():
        flags += ["-I", include]
    for include in context.system_includes.to_list():
        flags += ["-isystem", include]
    return flags + getattr(attr, "copts", [])

def _compilation_context(target, ctx):
    if CcInfo in target:
        return target[CcInfo].compilation_context

    # A program has none of its own.
    return cc_common.merge_compilation_contexts(compilation_contexts = [
        dep[CcInfo].compilation_context
        for dep in ctx.rule.attr.deps
        if CcInfo in dep
    ])

def _report(target, ctx, source):
    context = _compilation_context(target, ctx)
    private_headers = [f for f in ctx.rule.files.srcs if f.extension == "h"]
    report = ctx.actions.declare_file("%s.%s.clang-tidy.txt" % (ctx.label.name, source.basename))
    ctx.actions.run(
        executable = ctx.executable._clang_tidy,
        arguments = [report.path, ctx.file._config.path, source.path] + _flags(ctx, context),
        inputs = depset([source, ctx.file._config] + private_headers, transitive = [context.headers]),
        mnemonic = "ClangTidy",
        outputs = [report],
        progress_message = "Running clang-tidy on " + source.short_path,
        use_default_shell_env = True,
    )
    return report

def _clang_tidy_aspect_impl(target, ctx):
    reports = [
        _report(target, ctx, source)
        for source in getattr(ctx.rule.files, "srcs", [])
        if source.extension == "c" and source.short_path.startswith(_OURS)
    ]
    return [_ClangTidyInfo(reports = depset(reports, transitive = [
        dep[_ClangTidyInfo].reports
        for dep in getattr(ctx.rule.attr, "deps", [])
        if _ClangTidyInfo in dep
    ]))]

_clang_tidy_aspect = aspect(
    implementation = _clang_tidy_aspect_impl,
    attr_aspects = ["deps"],
    attrs = {
        "_clang_tidy": attr.label(default = ":clang_tidy", executable = True, cfg = "exec"),
        "_config": attr.label(default = "//:.clang-tidy", allow_single_file = True),
    },
)

def _clang_tidy_reports_impl(ctx):
    reports = depset(transitive = [target[_ClangTidyInfo].reports for target in ctx.attr.targets])
    return [DefaultInfo(files = reports, runfiles = ctx.runfiles(transitive_files = reports))]

_clang_tidy_reports = rule(
    implementation = _clang_tidy_reports_impl,
    attrs = {
        # What clang-tidy says does not depend on the sanitizer: in the exec
        # configuration each source is analysed once for all of them.
        "targets": attr.label_list(mandatory = True, aspects = [_clang_tidy_aspect], cfg = "exec"),
    },
)

def clang_tidy_test(name, targets, tags = [], **kwargs):
    """Tests all sources in net/ and lua/ that targets are made of.

    Args:
      name: of the test
      targets: C libraries and programs
      tags: of the test
      **kwargs: what else an sh_test takes
    """
    _clang_tidy_reports(
        name = name + "_reports",
        testonly = True,
        tags = ["manual"],
        targets = targets,
    )
    native.sh_test(
        name = name,
        srcs = ["clang_tidy_test.sh"],
        args = ["$(rootpaths :%s_reports)" % name],
        data = [
            ":%s_reports" % name,
            "//:WORKSPACE",
        ],
        tags = tags,
        deps = [":tree"],
        **kwargs
    )
