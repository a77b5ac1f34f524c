"""source_archive(): an http_archive that `apt-get source` can feed as well.

The sha256 of the archive is pinned, so where it comes from is a matter of
speed, not of trust.  The first of these that has it wins:

  1. Bazel's repository cache, --distdir, or the folder $SOURCE_ARCHIVES;
  2. on a host with apt, Debian's source package (apt_source.sh);
  3. upstream's URLs.

--repo_env=SOURCE_ARCHIVES_FROM=apt (or =upstream) leaves out 3 (or 2).
"""

def _download(ctx, url, output, sha256):
    return ctx.download(url = url, output = output, sha256 = sha256, allow_fail = True).success

def _download_cached(ctx):
    # Without a URL this asks the repository cache alone, which goes by the sha256.
    folder = ctx.os.environ.get("SOURCE_ARCHIVES")
    url = ["file://%s/%s" % (folder, ctx.attr.archive)] if folder else []
    return _download(ctx, url, ctx.attr.archive, ctx.attr.sha256)

def _download_from_debian(ctx):
    """Returns None on success, else why it failed."""
    ctx.report_progress("apt-get source " + ctx.attr.debian_package)
    script = ctx.path(Label("//third_party:apt_source.sh"))
    apt = ctx.execute(["sh", script, ctx.attr.debian_package] + ctx.attr.debian_suites)
    folder = ctx.path("apt")
    url = "file://%s/%s" % (folder, ctx.attr.archive)
    found = _download(ctx, url, ctx.attr.archive, ctx.attr.sha256)
    ctx.delete("apt")
    return None if found else "apt-get source %s:\n%s%s" % (ctx.attr.debian_package, apt.stdout, apt.stderr)

def _download_archive(ctx):
    """Returns the archive's name and the prefix to strip from what is in it."""
    attr = ctx.attr
    origins = ctx.os.environ.get("SOURCE_ARCHIVES_FROM", "apt,upstream").split(",")
    if _download_cached(ctx):
        return attr.archive, attr.strip_prefix

    why = "apt-get not tried"
    if "apt" in origins and attr.debian_package and ctx.which("apt-get"):
        why = _download_from_debian(ctx)
        if not why:
            return attr.archive, attr.strip_prefix

    if "upstream" in origins and attr.urls:
        archive = attr.urls[0].split("/")[-1]  # Whose suffix says how to unpack it.
        if _download(ctx, attr.urls, archive, attr.urls_sha256 or attr.sha256):
            return archive, attr.urls_strip_prefix or attr.strip_prefix

    fail("@%s: found %s, sha256 %s, nowhere. %s" % (ctx.name, attr.archive, attr.sha256, why))

def _source_archive_impl(ctx):
    archive, strip_prefix = _download_archive(ctx)
    ctx.extract(archive, stripPrefix = strip_prefix)
    ctx.delete(archive)
    if ctx.attr.build_file:
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")
    for old, new in ctx.attr.build_edits.items():
        ctx.file("BUILD", ctx.read("BUILD").replace(old, new))
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)

source_archive = repository_rule(
    implementation = _source_archive_impl,
    environ = [
        "SOURCE_ARCHIVES",
        "SOURCE_ARCHIVES_FROM",
    ],
    attrs = {
        "archive": attr.string(mandatory = True, doc = "The tarball's name in Debian."),
        "sha256": attr.string(mandatory = True),
        "strip_prefix": attr.string(),
        "debian_package": attr.string(doc = "The source package that has it,"),
        "debian_suites": attr.string_list(doc = "in any of these."),
        "urls": attr.string_list(doc = "Upstream's tarball."),
        "urls_sha256": attr.string(doc = "Where that is not Debian's, byte for byte."),
        "urls_strip_prefix": attr.string(),
        "build_file": attr.label(allow_single_file = True),
        "build_edits": attr.string_dict(doc = "What to replace in the archive's own BUILD."),
    },
)
