"""oom_fuzz_test(): plays another target's inputs, with memory short from each allocation on in turn."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load(":defs.bzl", "cc_fuzz_test")

def oom_fuzz_test(name, plays, deps, kinds = ["corpus", "regressions", "seeds"], **kwargs):
    """Declares NAME_fuzzer, of NAME_fuzzer.cc, and the fuzz target NAME.

    Args:
      name: the target's.
      plays: the target whose inputs NAME replays beside its own.
      deps: of the library.
      kinds: which of them. //fuzz:coverage knows them by tags.
      **kwargs: of cc_fuzz_test().
    """
    cc_library(
        name = name + "_fuzzer",
        testonly = True,
        srcs = [name + "_fuzzer.cc"],
        copts = ["-std=c++17"],
        deps = deps,
        alwayslink = True,
    )
    cc_fuzz_test(
        name = name,
        corpus = native.glob(["corpus/%s/*" % name]),
        regressions = native.glob(["regressions/%s/*" % name]),
        replayed = native.glob(["%s/%s/*" % (kind, plays) for kind in kinds]),
        seeds = native.glob(["seeds/%s/*" % name]),
        tags = ["plays=%s/%s" % (kind, plays) for kind in kinds],
        deps = [":%s_fuzzer" % name],
        **kwargs
    )
