-- Sockets without TLS: constructors, and what reads and writes return.

local inet = require('net.stream.inet')
local net = require('net')
local plain = require('testing.plain')
local poll = require('net.poll')
local process = require('testing.process')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

-- Constructors: without tlscfg, or with a false one.
for _, opts in ipairs({ false, {}, { tlscfg = false, servername = 1 } }) do
    local server, err, ai = inet.server.new('127.0.0.1', 0, opts or nil)
    assert(server.instanceof() == 'net.stream.inet.Server' and err == nil and ai:port() > 0)
    assert(server:listen() == true)
    local client, why, timeout, to = inet.client.new('127.0.0.1', ai:port(), opts or nil)
    assert(client.instanceof() == 'net.stream.inet.Client' and why == nil and timeout == nil)
    assert(to:port() == ai:port())
    local sock, accept_error, from = server:accept(true)
    assert(sock.instanceof() == 'net.stream.inet.Socket' and accept_error == nil)
    assert(from:port() == client:getsockname():port())
    assert(client.handshake == nil and client.sendfd == nil)
end
for _, config in ipairs({ false, {} }) do
    local path = plain.new_path()
    local server, err, ai = unix.server.new(path, config or nil)
    assert(server.instanceof() == 'net.stream.unix.Server' and err == nil and ai:addr() == path)
    assert(server:listen() == true)
    local client, why, timeout, to = unix.client.new(path, config or nil)
    assert(client.instanceof() == 'net.stream.unix.Client' and why == nil and timeout == nil)
    assert(to:addr() == path)
    local sock, accept_error, from = server:accept()
    assert(sock.instanceof() == 'net.stream.unix.Socket' and accept_error == nil and from == nil)
    assert(os.remove(path))
end
assert(unix.server.new(plain.new_path(), false))

-- Failures are returned.
do
    local server, _, ai = assert(inet.server.new('127.0.0.1', 0))
    local port = ai:port()
    triple(nil, 'connect failed: Connection refused', nil, inet.client.new('127.0.0.1', port))
    server:close()
    triple(nil, 'getaddrinfo failed: ', nil, inet.client.new('::no::host', port))
    triple(nil, 'getaddrinfo failed: ', nil, inet.server.new('::no::host', port))
    triple(nil, 'connect failed: No such file', nil, unix.client.new(plain.new_path()))
    triple(nil, 'bind failed: No such file', nil, unix.server.new(''))
    triple(nil, 'accept failed: Bad file descriptor', nil, server:accept())
end

-- Both ways, a piece at a time.
plain.each(function(client, sock)
    triple(5, nil, nil, client:write('hello'))
    triple('he', nil, nil, sock:read(2))
    triple('llo', nil, nil, sock:recv(100))
    triple(3, nil, nil, sock:send('you'))
    triple('you', nil, nil, client:read())
    triple(3, nil, nil, sock:write('\0\xFF\n'))
    triple('\0\xFF\n', nil, nil, client:recv())
    client:close()
    triple(nil, nil, nil, sock:read())
    triple(nil, nil, nil, sock:recv())
    sock:close()
end)

-- 4096 bytes at most where no size is given, and not one more than is asked for.
plain.each(function(client, sock)
    triple(6000, nil, nil, client:write(('x'):rep(6000)))
    local str = sock:read()
    assert(#str <= 4096)
    assert(#tls.read_all(sock, 6000 - #str) == 6000 - #str)
    client:write('abc')
    triple('abc', nil, nil, sock:read(math.maxinteger))
    for _, size in ipairs({ 0, -1, math.mininteger }) do
        triple(nil, 'Invalid argument', nil, sock:read(size))
        triple(nil, 'Invalid argument', nil, sock:recv(size))
    end
    triple(nil, 'Invalid argument', nil, sock:write(''))
    triple(nil, 'Invalid argument', nil, sock:send(''))
end)

-- Flags, any number of them.
plain.each(function(client, sock)
    triple(3, nil, nil, client:send('abc', net.MSG_DONTWAIT, net.MSG_NOSIGNAL))
    triple('ab', nil, nil, sock:recv(2, net.MSG_PEEK))
    triple('abc', nil, nil, sock:recv(nil, net.MSG_PEEK, net.MSG_DONTWAIT))
    triple('abc', nil, nil, sock:recv(3, nil, net.MSG_WAITALL))
end)

-- Bytes that TCP throws away are not read from anywhere.
do
    local client, sock = plain.pairs.inet()
    client:write('secret')
    triple(('\0'):rep(6), nil, nil, sock:recv(6, net.MSG_TRUNC))
end

-- MSG_DONTWAIT waits for nothing, in either mode.
plain.each(function(client, sock)
    local waits = scheduler.waits
    triple(nil, nil, true, sock:recv(1, net.MSG_DONTWAIT))
    client:sndbuf(4096)
    local len, err, timeout = client:send(('x'):rep(16 << 20), net.MSG_DONTWAIT)
    assert(len > 0 and len < 16 << 20 and err == nil and timeout == true)
    assert(scheduler.waits == waits)
end)

-- Deadlines: nothing read is no count, and a write tells how far it came.
plain.each(function(client, sock)
    sock:deadlines(20, 20)
    triple(nil, nil, true, sock:read())
    triple(nil, nil, true, sock:recv(1))
    local much = ('x'):rep(16 << 20)
    local len, err, timeout = sock:write(much)
    assert(math.type(len) == 'integer' and len > 0 and len < #much and err == nil)
    assert(timeout == true)
    local total, more = len, nil
    repeat
        more, err, timeout = sock:send(much) -- TCP may have made room meanwhile
        total = total + more
    until more == 0
    triple(0, nil, true, more, err, timeout)
    assert(tls.read_all(client, total) == ('x'):rep(total))
end)

-- A peer that is gone: a write is told so by three times nil, a read after a reset by an error.
plain.each(function(client, sock)
    sock:close()
    local len, err, timeout
    repeat
        len, err, timeout = client:write('x')
    until not len
    triple(nil, nil, nil, len, err, timeout)
    triple(nil, nil, nil, client:send('x'))
end)
do
    local client, sock = plain.pairs.pair()
    client:write('unread')
    sock:close()
    local str, err, timeout = client:read()
    assert(str == nil and err == 'Connection reset by peer' and timeout == nil)
    triple(nil, nil, nil, client:read())
end

-- More than any buffer, both ways at once, with the poller.
for _, make in pairs(plain.pairs) do
    local much = ('0123456789abcdef'):rep(1 << 16)
    scheduler.spawn(function()
        local client, sock = make()
        for _, ends in ipairs({ { client, sock }, { sock, client } }) do
            scheduler.spawn(function()
                triple(#much, nil, nil, ends[1]:write(much))
            end)
            scheduler.spawn(function()
                assert(tls.read_all(ends[2], #much) == much)
            end)
        end
    end)
    local waits = scheduler.waits
    scheduler.run()
    assert(scheduler.waits > waits)
end

-- One deadline holds a whole write, however many waits it takes, and a later wait that times out
-- tells what the write has done till then.
scheduler.spawn(function()
    local client, sock = plain.pairs.pair()
    local left, written = {}, nil
    client:onwaitsend(function(_, msec)
        left[#left + 1] = msec
        return #left < 3, nil, #left == 3 or nil
    end)
    client:deadlines(0, 3600000)
    scheduler.spawn(function()
        local err, timeout
        written, err, timeout = client:write(('x'):rep(16 << 20))
        assert(written > 0 and written < 16 << 20 and err == nil and timeout == true)
        client:close()
    end)
    assert(#tls.read_all(sock, 16 << 20) == written)
    assert(#left == 3 and left[3] <= left[2] and left[2] <= left[1] and left[1] <= 3600000)
end)
scheduler.run()

-- A close while another coroutine waits ends its wait.
for method, argument in pairs({ read = 1, recv = 1, write = ('x'):rep(16 << 20) }) do
    scheduler.spawn(function()
        local client, sock = plain.pairs.pair()
        scheduler.spawn(function()
            triple(nil, method .. ' failed: Bad file descriptor', nil, client[method](client, argument))
            sock:close()
        end)
        scheduler.spawn(function()
            triple(true, nil, nil, client:close())
        end)
    end)
    scheduler.run()
end

-- After close.
plain.each(function(client)
    triple(true, nil, nil, client:close())
    assert(client:fd() == -1)
    triple(nil, 'read failed: Bad file descriptor', nil, client:read())
    triple(nil, 'recv failed: Bad file descriptor', nil, client:recv())
    triple(nil, 'write failed: Bad file descriptor', nil, client:write('x'))
    triple(nil, 'send failed: Bad file descriptor', nil, client:send('x'))
    triple(true, nil, nil, client:close())
end)

-- A listening socket is not connected.
do
    local server = plain.listen()
    triple(nil, 'read failed: Transport endpoint is not connected', nil, server:read())
    assert(select(2, plain.listen_unix():read()):find('^read failed: '))
end

-- What the hooks and the poller refuse with is told.
for _, case in ipairs({ { 'onwaitrecv', 'read', 1 }, { 'onwaitsend', 'write', ('x'):rep(4 << 20) } }) do
    local hook, method, argument = table.unpack(case)
    scheduler.spawn(function()
        local client, sock = plain.pairs.pair()
        assert(client[hook](client, function(context)
            assert(context == 'context')
            return false, 'not now'
        end, 'context') == nil)
        triple(nil, 'not now', nil, client[method](client, argument))
        sock:close()
    end)
    scheduler.run()
end
poll.set_poller(scheduler.poller_with('wait_readable', function() return false, 'no poll' end))
do
    local client, sock = plain.pairs.pair()
    triple(nil, 'no poll', nil, client:read())
    sock:close()
end
poll.set_poller(nil)

-- Mistakes raise at the caller's line.
do
    local sock = plain.pairs.pair()
    raises("bad argument #1 to 'read' (number expected, got string)", function() sock:read('1') end)
    raises("bad argument #1 to 'recv' (number has no integer representation)",
           function() sock:recv(1.5) end)
    raises("bad argument #2 to 'recv' (number expected, got string)",
           function() sock:recv(1, '2') end)
    raises("bad argument #3 to 'send' (number expected, got boolean)",
           function() sock:send('x', 0, true) end)
    raises("bad argument #2 to 'send' (integer out of range)",
           function() sock:send('x', 1 << 40) end)
    raises("bad argument #1 to 'write' (string expected, got number)",
           function() sock:write(1) end)
    raises("bad argument #1 to 'send' (string expected, got no value)", function() sock:send() end)
    raises("net.Socket expected, got table", sock.read, {})
end
raises("bad argument #1 to 'new' (string expected, got number)",
       function() inet.client.new(1, 1) end)
raises("bad argument #2 to 'new' (port out of range)",
       function() inet.server.new('127.0.0.1', 65536) end)
raises("bad argument #3 to 'new' (opts must be table)",
       function() inet.server.new('127.0.0.1', 0, 1) end)
raises('opts.deadline must be uint',
       function() inet.client.new('127.0.0.1', 1, { deadline = 0.5 }) end)
raises("bad argument #2 to 'new' (opts must be table)",
       function() unix.server.new('/', 1) end)

-- Another program at the far end, as a server and as a client.
local function exchange(sock)
    triple(6, nil, nil, sock:write('hello\n'))
    triple('hello\n', nil, nil, sock:read())
    triple(true, nil, nil, sock:close())
end
local function connect_socat(port)
    return process.start('socat TCP4:127.0.0.1:' .. port .. ' EXEC:cat')
end
do
    local server <close>, port = plain.listen()
    local socat = connect_socat(port)
    exchange(assert(server:accept()))
    socat:wait()
end
scheduler.spawn(function()
    local server <close>, port = plain.listen()
    local socat = connect_socat(port)
    exchange(assert(server:accept()))
    socat:wait()
end)
scheduler.run()
do
    local path = plain.new_path()
    local socat = process.start('socat -d -d UNIX-LISTEN:' .. path .. ' EXEC:cat')
    socat:expect('listening on')
    exchange(assert(unix.client.new(path)))
    socat:wait()
end
