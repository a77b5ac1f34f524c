"""cc_fuzz_test(): a fuzz target and the replay of its corpus as a test."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

_ENGINE = str(Label("//fuzz:libfuzzer"))

def cc_fuzz_test(name, deps, corpus, **kwargs):
    """Declares a fuzz target.

    NAME_bin is the target: with --config=fuzz it runs under libFuzzer, otherwise it
    replays the files that it is given. NAME is a test that replays the corpus.

    Args:
      name: the test's name.
      deps: a library that defines LLVMFuzzerTestOneInput, with alwayslink.
      corpus: the files to replay.
      **kwargs: for both rules.
    """
    common = {
        "deps": deps + select({
            _ENGINE: [],
            "//conditions:default": [str(Label("//fuzz:replay_main"))],
        }),
        "linkopts": select({
            _ENGINE: ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        "linkstatic": True,
        "testonly": True,
    }
    common.update(kwargs)
    cc_binary(name = name + "_bin", **common)
    cc_test(
        name = name,
        args = select({
            _ENGINE: ["-runs=0"],
            "//conditions:default": [],
        }) + ["$(rootpath %s)" % file for file in corpus],
        data = corpus,
        **common
    )
