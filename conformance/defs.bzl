"""net_tls_conformance_test(): the conformance suite as a test, of this implementation or of any other."""

load("@rules_cc//cc:defs.bzl", "cc_test")

# Labels of this repository, whichever one calls the macro.
_MAIN = str(Label("//conformance:main"))
_REGISTER = str(Label("//conformance:spec/register.txt"))

def _quoted(word):
    """Makes a word of what may have spaces, for a test's `args`, which are split like a shell's."""
    return "'" + word.replace("'", "'\\''") + "'"

def _name_of(label):
    return label.split(":")[-1].split("/")[-1]

def net_tls_conformance_test(
        name,
        driver,
        driver_args = [],
        driver_name = None,
        expected_failures = None,
        filter = [],
        full = False,
        patience = 120,
        args = [],
        data = [],
        size = "medium",
        **kwargs):
    """Declares a test that holds an implementation to the contract of net.tls.Socket.

    It passes when every case passes that expected_failures does not name, and each that it names
    does not. `bazel run` takes the runner's options, e.g. bazel run //:NAME -- --filter NTS-READ -v;
    shard_count spreads the cases over several runs of the driver.

    Args:
      name: the test's name.
      driver: label of the driver, an executable that speaks conformance/PROTOCOL.md.
      driver_args: words to call it with.
      driver_name: what it is called in names of cases and in reports; by default as its target.
      expected_failures: label of the file of what the implementation is known not to do. Without
        one, what the driver does not support is no failure, and everything else that fails is.
      filter: the cases to run, as in --filter; by default all.
      full: whether the cases that take long are run too.
      patience: seconds for which the driver may keep silent before that is a hang. A machine under
        load is none.
      args: further options of the runner.
      data: what the driver needs beyond its own runfiles.
      size: the test's.
      **kwargs: of the test, e.g. shard_count, tags, visibility.
    """
    called = driver_name or _name_of(driver)
    command = " ".join(["$(rootpath %s)" % driver] + driver_args)
    options = [
        "--register=$(rootpath %s)" % _REGISTER,
        _quoted("--known-driver=%s=%s" % (called, command)),
        "--driver=" + called,
        "--patience=%d" % patience,
    ]
    files = [_REGISTER, driver]
    if expected_failures:
        options.append("--expected=%s=$(rootpath %s)" % (called, expected_failures))
        files.append(expected_failures)
    if full:
        options.append("--full")
    common = {"testonly": True}
    common.update(kwargs)
    cc_test(
        name = name,
        size = size,
        args = options + [_quoted("--filter=" + pattern) for pattern in filter] + args,
        data = files + [label for label in data if label not in files],
        deps = [_MAIN],
        **common
    )
