-- Options of net.Socket: each returns the value before, and the kernel has the new one.

local net = require('net')
local inet = require('net.stream.inet')
local msghdr = require('net.msghdr')
local poll = require('net.poll')
local luasocket = require('socket')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

local function listed(...)
    return table.concat({ select('#', ...), tostring((...)), tostring((select(2, ...))) }, ' ')
end

-- Exactly these values, of which the last may be the beginning of an error.
local function returns(expected, ...)
    local got = listed(...)
    if got ~= listed(table.unpack(expected, 1, expected.n or #expected)) then
        error('got ' .. got, 2)
    end
end

local server, port = tls.listen()
local client = tls.connect(port)
local accepted = assert(server:accept())

-- The method called as a program does, which an error names it by.
local function calling(name, ...)
    return load('local sock, value = ... sock:' .. name .. '(value)'), client, ...
end

-- What another library is told by the kernel about the same descriptor.
local function seen(sock, option)
    local other = luasocket.tcp4()
    other:setfd(sock:fd())
    local value = other:getoption(option)
    other:setfd(-1)
    return value
end

-- Booleans: asked, set, and set back.
for _, name in ipairs({ 'reuseaddr', 'reuseport', 'debug', 'dontroute', 'timestamp', 'cloexec' }) do
    for _, sock in ipairs({ server, client, accepted }) do
        local before = sock[name](sock)
        assert(type(before) == 'boolean')
        local was, err = sock[name](sock, not before)
        if was == nil then -- not everybody may debug
            returns({ nil, 'debug failed: Permission denied', n = 2 }, was, err)
        else
            returns({ before }, sock[name](sock, not before) == not before and before)
            returns({ not before }, sock[name](sock))
            returns({ not before }, sock[name](sock, nil))
            returns({ not before }, sock[name](sock, before))
            returns({ before }, sock[name](sock))
        end
    end
    raises("bad argument #1 to '" .. name .. "' (boolean expected, got number)",
           calling(name, 1))
end
assert(client:reuseaddr(true) == false and seen(client, 'reuseaddr') == true)
assert(client:reuseaddr(false) == true and seen(client, 'reuseaddr') == false)
assert(client:reuseport(true) == false and seen(client, 'reuseport') == true)

-- Another library sets this one, but cannot tell it.
local other = luasocket.udp4()
other:setfd(client:fd())
assert(other:setoption('dontroute', true))
returns({ true }, client:dontroute(false))
other:setfd(-1)

-- A descriptor that is not closed at exec is the child's as well.
local function is_inherited(sock)
    local pipe <close> = assert(io.popen('test -e /proc/self/fd/' .. sock:fd() .. ' && echo yes'))
    return pipe:read('l') == 'yes'
end
assert(client:cloexec() == true and not is_inherited(client))
assert(client:cloexec(false) == true and is_inherited(client))
assert(client:cloexec(true) == false and not is_inherited(client))

-- Numbers. The kernel doubles the sizes of buffers, and of low-water marks Linux has one.
for name, option in pairs({ rcvbuf = 'recv-buffer-size', sndbuf = 'send-buffer-size' }) do
    local before = client[name](client)
    assert(math.type(before) == 'integer' and before > 0)
    returns({ before }, client[name](client, 8192))
    returns({ 16384 }, client[name](client))
    assert(seen(client, option) == 16384)
end
returns({ 1 }, client:rcvlowat())
returns({ 1 }, client:rcvlowat(100))
returns({ 100 }, client:rcvlowat(1))
returns({ 1 }, client:sndlowat())
returns({ nil, 'sndlowat failed: Protocol not available', n = 2 }, client:sndlowat(2))
returns({ 1 }, client:sndlowat())
for _, name in ipairs({ 'rcvbuf', 'sndbuf', 'rcvlowat', 'sndlowat', 'linger' }) do
    raises("bad argument #1 to '" .. name .. "' (number expected, got string)",
           calling(name, '1'))
    raises("bad argument #1 to '" .. name .. "' (number has no integer representation)",
           calling(name, 1.5))
    raises("bad argument #1 to '" .. name .. "' (integer out of range)",
           calling(name, 2 ^ 31))
    raises("bad argument #1 to '" .. name .. "' (integer out of range)",
           calling(name, -2 ^ 31 - 1))
end

-- A socket is readable when as many bytes are there as the low-water mark says.
local plain = assert(luasocket.connect('127.0.0.1', port))
local marked = assert(server:accept())
returns({ 1 }, marked:rcvlowat(2))
assert(plain:send('a') == 1)
assert(#poll.select({ marked:fd() }, {}, 0) == 0)
assert(plain:send('b') == 1)
assert(poll.select({ marked:fd() }, {})[1] == marked:fd())
returns({ false }, marked:atmark())
returns({ false }, marked:atmark('of no meaning'))
marked:close()
plain:close()

-- The mark is behind urgent data, which is not among the rest unless oobinline says so.
local listening = assert(inet.server.new('127.0.0.1', 0))
assert(listening:listen())
for _, is_inline in ipairs({ false, true }) do
    local urgent = assert(inet.client.new('127.0.0.1', listening:getsockname():port()))
    local sock = assert(listening:accept())
    sock:deadlines(20000)
    returns({ false }, sock:oobinline(is_inline))
    triple(2, nil, nil, urgent:send('ab', net.MSG_OOB))
    triple('a', nil, nil, sock:read())
    returns({ true }, sock:atmark())
    if is_inline then
        triple('b', nil, nil, sock:read())
        returns({ false }, sock:atmark())
    end
end
-- Times come with messages. The system begins to take them a little later.
local sender <close> = assert(inet.client.new('127.0.0.1', listening:getsockname():port()))
local timed <close> = assert(listening:accept())
local into = msghdr.new()
into:addn(1)
local list = into:control()
returns({ false }, timed:timestamp(true))
local stamp
for _ = 1, 50000 do
    triple(1, nil, nil, sender:write('x'))
    triple(1, nil, nil, timed:recvmsg(into))
    stamp = list:shift()
    if stamp then
        break
    end
end
assert(stamp and stamp:level() == net.SOL_SOCKET and stamp:type() == net.SCM_TIMESTAMP)
listening:close()

-- Timeouts are seconds, rounded up by the kernel to its clock.
for _, name in ipairs({ 'rcvtimeo', 'sndtimeo' }) do
    returns({ 0.0 }, client[name](client))
    returns({ 0.0 }, client[name](client, 1.5))
    returns({ 1.5 }, client[name](client, 3))
    returns({ 3.0 }, client[name](client, 0.001))
    local shortest = client[name](client, 0)
    assert(math.type(shortest) == 'float' and shortest >= 0.001 and shortest < 0.1)
    returns({ 0.0 }, client[name](client))
    raises("bad argument #1 to '" .. name .. "' (number expected, got string)",
           calling(name, '1'))
    for _, sec in ipairs({ -1, 0 / 0, 1 / 0, -1 / 0 }) do
        raises("bad argument #1 to '" .. name .. "' (sec must be unsigned number)",
               calling(name, sec))
    end
end

-- In blocking mode deadlines are these timeouts; the values returned are the new ones.
local function deadlines(expected_receive, expected_send, ...)
    local receive, send = ...
    assert(select('#', ...) == 2 and math.type(receive) == math.type(expected_receive))
    assert(receive == expected_receive and send == expected_send, tostring(receive))
end
deadlines(0, 0, client:deadlines())
deadlines(1000, 0, client:deadlines(1000))
deadlines(1000, 2000, client:deadlines(nil, 2000))
assert(client:rcvtimeo() == 1 and client:sndtimeo() == 2)
deadlines(1000, 2000, client:deadlines())
deadlines(0, 0, client:deadlines(0, 0))

-- With a poller they bound its waits, and the kernel's timeouts stay what they are.
tls.with_pair(function(sock)
    deadlines(nil, nil, sock:deadlines())
    deadlines(1000, nil, sock:deadlines(1000))
    deadlines(1000, 20, sock:deadlines(nil, 20))
    assert(sock:rcvtimeo() == 0 and sock:sndtimeo(5) == 0 and sock:sndtimeo() == 5)
    deadlines(1000, 20, sock:deadlines())
    deadlines(20, nil, sock:deadlines(20, 0))
    triple(nil, nil, true, sock:read())
    deadlines(nil, nil, sock:deadlines(0))
    assert(sock:rcvtimeo(0.01) == 0)
    triple('late', nil, nil, sock:read()) -- the poller's waits have no deadline
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    assert(scheduler.waits > 0)
    triple(nil, nil, true, select(2, sock:deadlines(50), sock:read()))
    triple(4, nil, nil, sock:write('late'))
end)

-- Linger: off, or seconds. A connection closed with none left is reset.
returns({ -1 }, client:linger())
returns({ -1 }, client:linger(3))
returns({ 3 }, client:linger(0))
assert(seen(client, 'linger').on == true)
returns({ 0 }, client:linger(-5))
assert(seen(client, 'linger').on == false)
returns({ -1 }, client:linger(0))
tls.drop(client)
triple(nil, 'Connection reset by peer', nil, accepted:read())

-- The pending error is told once.
local refused = assert(luasocket.connect('127.0.0.1', port))
local reset = assert(server:accept())
returns({ n = 1 }, reset:error())
assert(refused:setoption('linger', { on = true, timeout = 0 }))
refused:close()
poll.select({ reset:fd() }, {})
returns({ 'Connection reset by peer' }, reset:error())
returns({ n = 1 }, reset:error())

-- Constants are the system's.
assert(net.SOL_SOCKET == 1 and net.MSG_OOB == 1 and net.MSG_PEEK == 2 and net.AF_LOCAL == net.AF_UNIX)
for name, value in pairs(net) do
    assert(name:find('^%u') == nil or math.type(value) == 'integer' or name == 'LIBRARY', name)
end

-- A closed socket answers with an error.
server:close()
for _, name in ipairs({
    'atmark', 'cloexec', 'debug', 'dontroute', 'timestamp', 'rcvbuf', 'rcvlowat', 'sndbuf',
    'sndlowat', 'rcvtimeo', 'sndtimeo', 'linger', 'deadlines', 'error', 'reuseaddr', 'reuseport',
}) do
    returns({ nil, name .. ' failed: Bad file descriptor', n = 2 }, server[name](server))
    raises('net.Socket expected, got table', function() server[name]({}) end)
end
