"""What a test needs that counts allocations with //testing:allocations."""

ALLOCATIONS_LINKOPTS = ["-Wl,--wrap=" + function for function in [
    "calloc",
    "free",
    "malloc",
    "realloc",
    "strdup",
    "strndup",
]]
