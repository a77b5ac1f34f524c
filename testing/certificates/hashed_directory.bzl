"""hashed_directory(): a directory of CA certificates as `openssl rehash` makes it."""

_COMMAND = """
set -eu
mkdir -p "$1"
cp "$2" "$1/$(openssl x509 -noout -subject_hash -in "$2").0"
"""

def _hashed_directory_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [directory],
        inputs = [ctx.file.certificate],
        command = _COMMAND,
        arguments = [directory.path, ctx.file.certificate.path],
        use_default_shell_env = True,
        mnemonic = "HashedDirectory",
    )
    return [DefaultInfo(
        files = depset([directory]),
        runfiles = ctx.runfiles([directory]),
    )]

hashed_directory = rule(
    implementation = _hashed_directory_impl,
    attrs = {"certificate": attr.label(
        mandatory = True,
        allow_single_file = [".pem"],
        doc = "The certificate in the directory, as PEM.",
    )},
    doc = "Makes a directory whose one entry is named by the certificate's subject hash.",
)
