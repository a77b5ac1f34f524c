"""cc_fuzz_test(): a fuzz target, the replay of its inputs as a test, and what campaigns need of it."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load(":package.bzl", "fuzz_corpus", "fuzz_package")

# Labels of this repository, whichever one calls the macro.
_LIBFUZZER = str(Label("//fuzz:libfuzzer"))
_AFL = str(Label("//fuzz:afl"))
_GIVEN = str(Label("//fuzz:given_engine"))
_REPLAY_ALL = str(Label("//fuzz:replay_all"))
_REPLAY_MAIN = str(Label("//fuzz:replay_main"))
_REPLAY = str(Label("//fuzz:replay.sh"))
_RUN = str(Label("//fuzz:run.sh"))
_SANITIZER_OPTIONS = str(Label("//fuzz:sanitizer_options"))

_ENGINE_LINKOPTS = {
    _LIBFUZZER: ["-fsanitize=fuzzer"],
    _AFL: ["$(LIB_FUZZING_ENGINE)"],
    _GIVEN: ["$(LIB_FUZZING_ENGINE)"],
    "//conditions:default": [],
}

def _dictionary(name, dict, **common):
    """One file of the words of several: comments and empty lines stay."""
    native.genrule(
        name = name + "_dict",
        srcs = dict,
        outs = [name + "_dict.txt"],
        # libFuzzer refuses an empty file.
        cmd = "{ echo '# Words for //%s:%s'; cat /dev/null $(SRCS); } >$@" % (native.package_name(), name),
        **common
    )

def _options(name, libfuzzer_options, **common):
    lines = ["[libfuzzer]"] + ["%s = %s" % pair for pair in sorted(libfuzzer_options.items())]
    native.genrule(
        name = name + "_options",
        outs = [name + "_options.txt"],
        cmd = "printf '%%s\\n' %s >$@" % " ".join(["'%s'" % line for line in lines]),
        **common
    )

def _run(name, config, flags, common):
    """Without an engine in this configuration it calls Bazel again, with one."""
    binary = ["$(rootpath :%s_bin)" % name, "$(rootpath :%s_dict)" % name, "$(rootpath :%s_corpus)" % name]
    files = [":%s_bin" % name, ":%s_dict" % name, ":%s_corpus" % name]
    label = "%s//%s:%s_run" % (native.repository_name(), native.package_name(), name)
    native.sh_binary(
        name = name + "_run",
        srcs = [_RUN],
        args = select({
            _LIBFUZZER: ["libfuzzer"] + binary + flags + ["--"],
            _AFL: ["afl"] + binary + ["--"],
            "//conditions:default": ["bazel", config, label, "--"],
        }),
        data = select({
            _LIBFUZZER: files,
            _AFL: files,
            "//conditions:default": [],
        }),
        **common
    )

def cc_fuzz_test(
        name,
        deps,
        corpus = [],
        seeds = [],
        regressions = [],
        replayed = [],
        dict = [],
        fuzzer_mode = True,
        libfuzzer_options = {},
        size = "medium",
        tags = [],
        visibility = None,
        **kwargs):
    """Declares a fuzz target under the names that rules_fuzzing gives to its parts.

    NAME is a test that replays corpus, seeds and regressions: with --config=asan under
    AddressSanitizer and UndefinedBehaviorSanitizer, with --config=fuzz in BoringSSL's fuzzer mode too.
    NAME_bin is the program. With --config=fuzz it is libFuzzer's; otherwise it replays the files and
    folders that it is given, or its standard input.
    NAME_run fuzzes: `bazel run NAME_run -- -max_total_time=60`, whatever the configuration, or replays
    the inputs that it is given.
    NAME_corpus is a zip of corpus, seeds and regressions, NAME_dict a file of the words of dict.
    NAME_oss_fuzz is a zip of all that under the names that OSS-Fuzz and ClusterFuzzLite look for.

    fuzz/README.md says how to write a target, and what else can be done with it.

    Args:
      name: the test's name.
      deps: a library that defines LLVMFuzzerTestOneInput, with alwayslink.
      corpus: inputs that campaigns found; a merge may replace them.
      seeds: inputs written by hand, or kept because they find a bug that coverage does not tell apart.
        No merge touches them.
      regressions: inputs that found a bug, each under that bug's name.
      replayed: inputs that NAME alone replays, too, where --define=replay=all says so as --config=asan
        does, and with which no campaign begins: there are too many for the time that each takes.
      dict: files of words in the syntax that libFuzzer and AFL++ share; or one label.
      fuzzer_mode: whether BoringSSL skips encryption and checks of it (--config=fuzz), or not
        (--config=fuzz_encrypted). Its random numbers are the same ones in each run in both.
      libfuzzer_options: flags of libFuzzer without their dashes, e.g. {"max_len": "512"}.
      size: the test's.
      tags: of all of these.
      visibility: of all of these.
      **kwargs: of the program, e.g. copts or data.
    """
    config = "fuzz" if fuzzer_mode else "fuzz_encrypted"
    common = {"tags": tags, "testonly": True, "visibility": visibility}
    cc_binary(
        name = name + "_bin",
        linkopts = select(_ENGINE_LINKOPTS),
        linkstatic = True,
        tags = tags + ["cc_fuzz_test", config],
        testonly = True,
        visibility = visibility,
        deps = deps + [_SANITIZER_OPTIONS] + select({
            _LIBFUZZER: [],
            _AFL: [],
            _GIVEN: [],
            "//conditions:default": [_REPLAY_MAIN],
        }),
        **kwargs
    )
    inputs = depset(corpus + seeds + regressions).to_list()
    native.filegroup(name = name + "_inputs", srcs = inputs, **common)
    native.filegroup(
        name = name + "_replayed",
        srcs = select({
            _REPLAY_ALL: depset(inputs + replayed).to_list(),
            "//conditions:default": inputs,
        }),
        **common
    )
    native.sh_test(
        name = name,
        size = size,
        srcs = [_REPLAY],
        args = ["$(rootpath :%s_bin)" % name, "$(rootpaths :%s_replayed)" % name],
        data = [":%s_bin" % name, ":%s_replayed" % name],
        tags = tags,
        visibility = visibility,
    )
    fuzz_corpus(name = name + "_corpus", srcs = [":%s_inputs" % name], out = name + "_seed_corpus.zip", **common)
    _dictionary(name, [dict] if type(dict) == "string" else dict, **common)
    _options(name, libfuzzer_options, **common)
    _run(name, config, ["-%s=%s" % pair for pair in sorted(libfuzzer_options.items())], common)
    fuzz_package(
        name = name + "_oss_fuzz",
        binary = ":%s_bin" % name,
        corpus = ":%s_corpus" % name,
        dict = ":%s_dict" % name,
        options = ":%s_options" % name,
        out = name + "_oss_fuzz.zip",
        target = name,
        **common
    )
