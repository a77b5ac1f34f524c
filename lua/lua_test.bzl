"""lua_test(): a Lua script with net.so in reach, as a test."""

def lua_test(name, script, args = [], data = [], **kwargs):
    """Runs `script` in the machine's lua5.4, or where net.so is sanitized, which needs an
    interpreter that is too, in the one that is built in the same configuration.

    Args:
      name: of the test.
      script: the Lua file.
      args: of the script.
      data: files that it needs beside net.so, the modules in testing/ and the certificates.
      **kwargs: as for all tests.
    """
    interpreter = select({
        "//lua:sanitized": ["$(rootpath @lua//:lua)"],
        "//conditions:default": ["lua5.4"],
    })
    native.sh_test(
        name = name,
        srcs = ["//lua:lua_test.sh"],
        args = interpreter + ["$(rootpath %s)" % script] + args,
        data = data + [
            script,
            "//lua:iovec.so",
            "//lua:metamodule.so",
            "//lua:net.so",
            "//lua:testing",
            "//testing/certificates:all",
            "@lua//:lua",
        ],
        **kwargs
    )
