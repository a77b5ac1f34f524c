-- Addresses: by name, by number and by path.

local net = require('net')
local addrinfo = require('net.addrinfo')
local tls = require('testing.tls')

local raises = tls.raises

local function is(address, family, socktype, protocol, addr, port)
    assert(tostring(address):find('^net%.addrinfo: '), tostring(address))
    local got = table.concat({
        address:family(), address:socktype(), address:protocol(), address:addr(), address:port(),
    }, ' ')
    local expected = table.concat({ family, socktype, protocol, addr, port }, ' ')
    if got ~= expected then
        error('got ' .. got .. ', not ' .. expected, 2)
    end
end

-- Exactly nil and an error that begins so.
local function fails(text, ...)
    local value, err = ...
    assert(select('#', ...) == 2 and value == nil, 'no failure')
    if type(err) ~= 'string' or err:find(text, 1, true) ~= 1 then
        error('got ' .. tostring(err), 2)
    end
end

local TCP, UDP = net.IPPROTO_TCP, net.IPPROTO_UDP
local STREAM, DGRAM = net.SOCK_STREAM, net.SOCK_DGRAM

-- Numbers resolve to themselves.
local function only(list, err)
    assert(list, err)
    assert(#list == 1)
    return list[1]
end
is(only(addrinfo.getaddrinfo_stream('127.0.0.1', 80)), net.AF_INET, STREAM, TCP, '127.0.0.1', 80)
is(only(addrinfo.getaddrinfo_stream('::1', '443')), net.AF_INET6, STREAM, TCP, '::1', 443)
is(only(addrinfo.getaddrinfo_dgram('127.0.0.1', 53)), net.AF_INET, DGRAM, UDP, '127.0.0.1', 53)
is(only(addrinfo.getaddrinfo('127.0.0.1', 80)), net.AF_INET, STREAM, TCP, '127.0.0.1', 80)
is(only(addrinfo.getaddrinfo('127.0.0.1', 53, DGRAM)), net.AF_INET, DGRAM, UDP, '127.0.0.1', 53)
is(only(addrinfo.getaddrinfo('127.0.0.1', 53, DGRAM, UDP)), net.AF_INET, DGRAM, UDP, '127.0.0.1',
   53)
is(only(addrinfo.getaddrinfo('127.0.0.1')), net.AF_INET, STREAM, TCP, '127.0.0.1', 0)

-- No host is this machine: the loopback addresses, or with passive all of its addresses.
local function has(list, addr)
    for _, address in ipairs(list) do
        if address:addr() == addr then
            return true
        end
    end
    return false
end
for _, resolve in ipairs({
    function(passive) return addrinfo.getaddrinfo_stream(nil, 1, passive) end,
    function(passive) return addrinfo.getaddrinfo(nil, 1, passive) end,
    function(passive) return addrinfo.getaddrinfo(nil, 1, STREAM, TCP, passive) end,
    function(passive) return addrinfo.getaddrinfo_dgram(nil, 1, passive) end,
}) do
    local loopback, all = assert(resolve(false)), assert(resolve(true))
    assert(has(loopback, '127.0.0.1') and not has(loopback, '0.0.0.0'))
    assert(has(all, '0.0.0.0') and not has(all, '127.0.0.1'))
end
assert(has(addrinfo.getaddrinfo_stream('localhost', 1), '127.0.0.1'))

-- The name that the resolver has for a host, where it is asked for.
assert(only(addrinfo.getaddrinfo_stream('127.0.0.1', 80)):canonname() == nil)
assert(only(addrinfo.getaddrinfo_stream('127.0.0.1', 80, false, true)):canonname() == '127.0.0.1')
assert(only(addrinfo.getaddrinfo('127.0.0.1', 80, nil, nil, nil, true)):canonname() == '127.0.0.1')

-- What cannot be resolved is an error's text.
fails('getaddrinfo failed: ', addrinfo.getaddrinfo_stream('::no::host', 1))
fails('getaddrinfo failed: ', addrinfo.getaddrinfo_stream('127.0.0.1', 'no-such-service'))
fails('getaddrinfo failed: ', addrinfo.getaddrinfo_dgram('::no::host', 1))
fails('getaddrinfo failed: ', addrinfo.getaddrinfo('::no::host', 1))
fails('getaddrinfo failed: ai_socktype not supported', addrinfo.getaddrinfo('127.0.0.1', 1, 99))
fails('getaddrinfo failed: Bad value for ai_flags',
      addrinfo.getaddrinfo_stream(nil, 1, false, true))

-- Addresses of a number, and of none: IPv4's.
is(addrinfo.new_inet_stream('127.0.0.1', 80), net.AF_INET, STREAM, TCP, '127.0.0.1', 80)
is(addrinfo.new_inet_stream('::1', 80), net.AF_INET6, STREAM, TCP, '::1', 80)
is(addrinfo.new_inet_stream(), net.AF_INET, STREAM, TCP, '127.0.0.1', 0)
is(addrinfo.new_inet_stream(nil, '80', true), net.AF_INET, STREAM, TCP, '0.0.0.0', 80)
is(addrinfo.new_inet_dgram('127.0.0.1', 53), net.AF_INET, DGRAM, UDP, '127.0.0.1', 53)
is(addrinfo.new_inet('127.0.0.1', 80), net.AF_INET, STREAM, TCP, '127.0.0.1', 80)
is(addrinfo.new_inet('127.0.0.1', 53, DGRAM, UDP), net.AF_INET, DGRAM, UDP, '127.0.0.1', 53)
is(addrinfo.new_inet(nil, 80, STREAM, TCP, true), net.AF_INET, STREAM, TCP, '0.0.0.0', 80)
for _, host in ipairs({ 'localhost', '1.2.3.4.5', '' }) do
    fails('getaddrinfo failed: ', addrinfo.new_inet_stream(host, 80))
    fails('getaddrinfo failed: ', addrinfo.new_inet_dgram(host, 80))
    fails('getaddrinfo failed: ', addrinfo.new_inet(host, 80))
end

-- Addresses of paths, whether there is a socket or not.
is(addrinfo.new_unix_stream('/no/such/socket'), net.AF_UNIX, STREAM, 0, '/no/such/socket', 0)
is(addrinfo.new_unix_dgram('/no/such/socket', true), net.AF_UNIX, DGRAM, 0, '/no/such/socket', 0)
is(addrinfo.new_unix('relative'), net.AF_UNIX, STREAM, 0, 'relative', 0)
is(addrinfo.new_unix('x', net.SOCK_SEQPACKET, 0, false), net.AF_UNIX, net.SOCK_SEQPACKET, 0, 'x', 0)
fails('unix failed: File name too long', addrinfo.new_unix_stream(('x'):rep(108)))
fails('unix failed: No such file or directory', addrinfo.new_unix_dgram(''))
fails('unix failed: Invalid argument', addrinfo.new_unix('a\0b'))

-- Names of an address; the flags say how to look.
local address = addrinfo.new_inet_stream('127.0.0.1', 65535)
local names = assert(address:getnameinfo(net.NI_NUMERICHOST, net.NI_NUMERICSERV))
assert(names.host == '127.0.0.1' and names.service == '65535')
names = assert(address:getnameinfo(net.NI_NUMERICHOST | net.NI_NUMERICSERV, nil))
assert(names.host == '127.0.0.1' and names.service == '65535')
names = assert(addrinfo.new_inet_stream('::1', 1):getnameinfo(net.NI_NUMERICHOST))
assert(names.host == '::1' and type(names.service) == 'string')
assert(addrinfo.new_unix_stream('/x'):getnameinfo(net.NI_NUMERICHOST).service == '/x')
fails('getnameinfo failed: ', address:getnameinfo(1 << 30))

-- Mistakes name the argument.
for _, name in ipairs({ 'getaddrinfo', 'getaddrinfo_stream', 'getaddrinfo_dgram', 'new_inet',
                        'new_inet_stream', 'new_inet_dgram' }) do
    local resolve = load('local addrinfo = ... addrinfo.' .. name .. '(select(2, ...))')
    local function mistakes(text, ...)
        raises('bad argument ' .. text, resolve, addrinfo, ...)
    end
    mistakes("#1 to '" .. name .. "' (string expected, got number)", 1, 80)
    mistakes("#1 to '" .. name .. "' (string contains zeros)", 'a\0b', 80)
    mistakes("#2 to '" .. name .. "' (port out of range)", '127.0.0.1', 65536)
    mistakes("#2 to '" .. name .. "' (string expected, got table)", '127.0.0.1', {})
end
raises("bad argument #3 to 'getaddrinfo_stream' (boolean expected, got number)",
       function() addrinfo.getaddrinfo_stream('127.0.0.1', 80, 1) end)
raises("bad argument #4 to 'getaddrinfo_dgram' (boolean expected, got string)",
       function() addrinfo.getaddrinfo_dgram('127.0.0.1', 80, true, 'x') end)
raises("bad argument #3 to 'getaddrinfo' (number expected, got string)",
       function() addrinfo.getaddrinfo('127.0.0.1', 80, 'stream') end)
raises("bad argument #4 to 'getaddrinfo' (number has no integer representation)",
       function() addrinfo.getaddrinfo('127.0.0.1', 80, STREAM, 1.5) end)
raises("bad argument #5 to 'getaddrinfo' (boolean expected, got number)",
       function() addrinfo.getaddrinfo('127.0.0.1', 80, STREAM, TCP, 1) end)
raises("bad argument #5 to 'new_inet' (boolean expected, got number)",
       function() addrinfo.new_inet('127.0.0.1', 80, STREAM, TCP, 1) end)
raises("bad argument #3 to 'new_inet_stream' (boolean expected, got number)",
       function() addrinfo.new_inet_stream('127.0.0.1', 80, 1) end)
raises("bad argument #1 to 'new_unix' (string expected, got no value)",
       function() addrinfo.new_unix() end)
raises("bad argument #2 to 'new_unix_stream' (boolean expected, got number)",
       function() addrinfo.new_unix_stream('x', 1) end)
raises("bad argument #4 to 'new_unix' (boolean expected, got number)",
       function() addrinfo.new_unix('x', STREAM, 0, 1) end)
raises("bad argument #1 to 'getnameinfo' (number expected, got string)",
       function() address:getnameinfo('numerichost') end)
for _, method in ipairs({ 'family', 'socktype', 'protocol', 'addr', 'port', 'canonname',
                          'getnameinfo' }) do
    raises('net.addrinfo expected, got table', address[method], {})
end
