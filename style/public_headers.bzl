"""public_headers(): a file that lists the headers in `hdrs` of libraries, one a line."""

def _public_headers_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    headers = []
    for library in ctx.attr.libraries:
        headers += library[CcInfo].compilation_context.direct_public_headers
    ctx.actions.write(out, "".join([header.short_path + "\n" for header in headers]))
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

public_headers = rule(
    implementation = _public_headers_impl,
    attrs = {"libraries": attr.label_list(mandatory = True, providers = [CcInfo])},
)
