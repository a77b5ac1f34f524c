"""fuzz_corpus() and fuzz_package(): the zips of a fuzz target, by cc_fuzz_test()."""

def _zip(ctx, entries):
    """Zips a dict of names in the zip to files."""
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s", use_always = True)
    arguments.set_param_file_format("multiline")
    arguments.add_all(["%s=%s" % (name, file.path) for name, file in entries.items()])
    ctx.actions.run(
        executable = ctx.executable._zipper,
        arguments = ["cC", ctx.outputs.out.path, arguments],
        inputs = entries.values(),
        outputs = [ctx.outputs.out],
        mnemonic = "FuzzZip",
    )
    return [DefaultInfo(
        files = depset([ctx.outputs.out]),
        runfiles = ctx.runfiles([ctx.outputs.out]),
    )]

_ZIPPER = attr.label(
    default = "@bazel_tools//tools/zip:zipper",
    cfg = "host",
    executable = True,
)

def _fuzz_corpus_impl(ctx):
    return _zip(ctx, {file.short_path.replace("../", ""): file for file in ctx.files.srcs})

fuzz_corpus = rule(
    implementation = _fuzz_corpus_impl,
    doc = "A zip of inputs, by their paths.",
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "out": attr.output(mandatory = True),
        "_zipper": _ZIPPER,
    },
)

def _runfiles_path(workspace_name, file):
    path = file.short_path
    return path[len("../"):] if path.startswith("../") else workspace_name + "/" + path

def _fuzz_package_impl(ctx):
    program = ctx.attr.binary[DefaultInfo]
    executable = program.files_to_run.executable
    entries = {
        ctx.attr.target: executable,
        ctx.attr.target + "_seed_corpus.zip": ctx.file.corpus,
        ctx.attr.target + ".dict": ctx.file.dict,
        ctx.attr.target + ".options": ctx.file.options,
    }
    for file in program.default_runfiles.files.to_list():
        if file != executable:
            name = "%s.runfiles/%s" % (ctx.attr.target, _runfiles_path(ctx.workspace_name, file))
            entries[name] = file
    return _zip(ctx, entries)

fuzz_package = rule(
    implementation = _fuzz_package_impl,
    doc = "A zip of a fuzz target's program, what it reads, its inputs, words and options, under the names " +
          "that OSS-Fuzz looks for.",
    attrs = {
        "target": attr.string(mandatory = True, doc = "The program's name in the zip."),
        "binary": attr.label(mandatory = True, cfg = "target", executable = True),
        "corpus": attr.label(mandatory = True, allow_single_file = True),
        "dict": attr.label(mandatory = True, allow_single_file = True),
        "options": attr.label(mandatory = True, allow_single_file = True),
        "out": attr.output(mandatory = True),
        "_zipper": _ZIPPER,
    },
)
