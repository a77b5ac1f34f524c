#!/bin/sh
# exports_test.sh NET_SO: net.so exports the modules and nothing else, and takes
# the Lua API and the system's libraries from the process, but no TLS.
exports=$(nm -D --defined-only "$1" | awk '{ print $NF }' | sort | tr '\n' ' ')
expected='luaopen_iovec luaopen_net luaopen_net_addrinfo luaopen_net_class luaopen_net_cmsghdr luaopen_net_iovec luaopen_net_msghdr luaopen_net_poll luaopen_net_stream_inet luaopen_net_stream_unix luaopen_net_tls luaopen_net_tls_config luaopen_net_tls_session '
red=0

if [ "$exports" != "$expected" ]; then
    echo "exported: $exports"
    echo "expected: $expected"
    red=1
fi
if nm -D --undefined-only "$1" | grep -E ' (SSL|X509|EVP|BIO|CRYPTO|ERR|PEM)_'; then
    echo 'taken from elsewhere: the above'
    red=1
fi
if ! nm -D --undefined-only "$1" | grep -q ' lua_callk'; then
    echo 'a Lua of its own is linked in'
    red=1
fi
exit $red
