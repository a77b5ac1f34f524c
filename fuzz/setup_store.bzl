"""What a target links that plays the machine's store with setup_store.h."""

SETUP_STORE_LINKOPTS = ["-Wl,--wrap=" + function for function in [
    "access",
    "fopen",
]]
