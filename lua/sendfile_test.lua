-- sendfile and sendfilesync, of plain stream sockets and of those with TLS.

local poll = require('net.poll')
local plain = require('testing.plain')
local process = require('testing.process')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local triple, raises = tls.triple, tls.raises

local parts = {}
for i = 1, 128 * 1024 do
    parts[i] = string.format('%07x ', i)
end
local MUCH = table.concat(parts) -- 1 MiB, more than the buffers of a connection hold here

--- Makes a pair that does not hold much.
local function small(make)
    return function()
        local sender, receiver = make()
        sender:sndbuf(65536)
        receiver:rcvbuf(65536)
        return sender, receiver
    end
end

--- A temporary file with the content, of which the program has already read a part.
local function new_file(content)
    local file = assert(io.tmpfile())
    assert(file:write(content))
    assert(file:seek('set', math.min(3, #content)))
    return file
end

--- A temporary file and its descriptor.
local function new_descriptor(content)
    local file = new_file(content)
    assert(file:flush())
    for fd = 3, 1000 do
        local link = io.open('/proc/self/fdinfo/' .. fd)
        if link then
            link:close()
            local other = io.open('/proc/self/fd/' .. fd, 'rb')
            local same = other and other:read('a') == content
            if other then
                other:close()
            end
            if same then
                return fd, file
            end
        end
    end
    error('not found')
end

-- Each runs the two ends of a connected pair in coroutines: plain and with TLS.
local kinds = {}

local function tls_pair()
    local server <close>, port = tls.listen()
    local sender = tls.connect(port)
    return sender, assert(server:accept())
end

for name, make in pairs({ plain = plain.pairs.inet, unix = plain.pairs.unix, tls = tls_pair }) do
    kinds[name] = function(sender_main, receiver_main)
        scheduler.spawn(function()
            local sender, receiver = small(make)()
            local is_sent = scheduler.event()
            scheduler.spawn(function()
                receiver_main(receiver)
                is_sent:set()
            end)
            sender_main(sender)
            is_sent:wait()
            sender:close()
            receiver:close()
        end)
        scheduler.run()
    end
end

local function each(sender_main, receiver_main)
    for _, run in pairs(kinds) do
        run(sender_main, receiver_main)
    end
end

-- A part is sent, `bytes` and `offset` hold, and the file's position stays.
each(function(sock)
    local file <close> = new_file('0123456789')
    triple(4, nil, nil, sock:sendfile(file, 4, 2))
    triple(4, nil, nil, sock:sendfile(file, 4))
    triple(10, nil, nil, sock:sendfile(file))
    triple(2, nil, nil, sock:sendfile(file, 10, 8))
    triple(2, nil, nil, sock:sendfile(file, nil, 8))
    triple(0, nil, nil, sock:sendfile(file, 0))
    triple(0, nil, nil, sock:sendfile(file, 5, 10))
    triple(0, nil, nil, sock:sendfile(file, 5, math.maxinteger))
    triple(2, nil, nil, sock:sendfile(file, math.maxinteger, 8))
    triple(3, nil, nil, sock:sendfilesync(file, 3))
    assert(file:seek() == 3)
    assert(file:read('a') == '3456789')
end, function(sock)
    assert(tls.read_all(sock, 27) == '234501230123456789898989012')
end)

-- A descriptor is one too.
each(function(sock)
    local fd, file = new_descriptor('of a descriptor')
    triple(10, nil, nil, sock:sendfile(fd, 100, 5))
    assert(file:seek() == 3)
    file:close()
end, function(sock)
    assert(tls.read_all(sock, 10) == 'descriptor')
end)

-- What is negative is refused, and sends nothing.
each(function(sock)
    local file <close> = new_file('content')
    triple(nil, 'Invalid argument', nil, sock:sendfile(file, -1))
    triple(nil, 'Invalid argument', nil, sock:sendfile(file, 1, -1))
    triple(nil, 'Invalid argument', nil, sock:sendfile(file, math.mininteger, math.mininteger))
    triple(nil, 'Invalid argument', nil, sock:sendfilesync(file, -1))
    triple(1, nil, nil, sock:write('.'))
end, function(sock)
    assert(tls.read_all(sock, 1) == '.')
end)

-- What cannot be read is an error, and the connection is not the worse for it.
each(function(sock)
    local pipe <close> = io.popen('echo content')
    triple(nil, 'sendfile failed: Illegal seek', nil, sock:sendfile(pipe, 5))
    local directory <close> = io.open('/')
    triple(nil, 'sendfile failed: Is a directory', nil, sock:sendfile(directory, 5))
    triple(nil, 'sendfile failed: Bad file descriptor', nil, sock:sendfile(-1, 5))
    local full <close> = io.open('/dev/full', 'w')
    full:write('x')
    triple(nil, 'sendfile failed: No space left on device', nil, sock:sendfile(full, 5))
    triple(1, nil, nil, sock:write('.'))
end, function(sock)
    assert(tls.read_all(sock, 1) == '.')
end)

-- Mistakes raise.
each(function(sock)
    local closed = new_file('content')
    closed:close()
    local open <close> = new_file('content')
    for _, name in ipairs({ 'sendfile', 'sendfilesync' }) do
        -- The method's name is in the error where the call is written with it.
        local call = assert(load('local sock = ... return (sock:' .. name .. '(select(2, ...)))'))
        local function fails(number, text, ...)
            raises(string.format("bad argument #%d to '%s' (%s", number, name, text), call, sock, ...)
        end
        fails(1, 'attempt to use a closed file', closed)
        fails(1, 'file or descriptor expected, got no value')
        fails(1, 'file or descriptor expected, got nil', nil, 1)
        fails(1, 'file or descriptor expected, got string', '3')
        fails(1, 'number has no integer representation', 1.5)
        fails(2, 'number expected, got string', open, '1')
        fails(3, 'number expected, got table', open, 1, {})
    end
    triple(1, nil, nil, sock:write('.'))
end, function(sock)
    assert(tls.read_all(sock, 1) == '.')
end)

-- More than the buffers hold, from an odd place.
each(function(sock)
    local file <close> = new_file(MUCH)
    triple(#MUCH - 5, nil, nil, sock:sendfile(file, #MUCH, 5))
    triple(#MUCH - 7, nil, nil, sock:sendfile(file, #MUCH - 7, 5))
end, function(sock)
    assert(tls.read_all(sock, #MUCH - 5) == MUCH:sub(6))
    assert(tls.read_all(sock, #MUCH - 7) == MUCH:sub(6, -3))
end)

-- A timeout tells how far it came, and from there it goes on: nothing is lost or sent twice.
do
    local may_read = scheduler.event()
    for _, run in pairs(kinds) do
        may_read = scheduler.event()
        run(function(sock)
            local file <close> = new_file(MUCH)
            triple(1, nil, nil, sock:write('.'))
            triple('.', nil, nil, sock:read())
            sock:deadlines(nil, 20)
            local done = 0
            for _ = 1, 2 do
                local len, err, timeout = sock:sendfile(file, #MUCH - done, done)
                triple(len, nil, true, len, err, timeout)
                done = done + len
            end
            assert(done > 0 and done < #MUCH)
            sock:deadlines(nil, 0)
            may_read:set()
            triple(#MUCH - done, nil, nil, sock:sendfile(file, nil, done))
        end, function(sock)
            triple('.', nil, nil, sock:read())
            triple(1, nil, nil, sock:write('.'))
            may_read:wait()
            assert(tls.read_all(sock, #MUCH) == MUCH)
        end)
    end
end

-- What the socket has accepted has not timed out, whether or not the peer has taken it. (D-05)
for _, run in pairs(kinds) do
    local may_read = scheduler.event()
    local done = 0
    run(function(sock)
        local file <close> = new_file(MUCH)
        triple(1, nil, nil, sock:write('.'))
        triple('.', nil, nil, sock:read())
        sock:deadlines(nil, 20)
        local len, err, timeout
        repeat
            len, err, timeout = sock:sendfile(file, 1000, done)
            triple(len, nil, len < 1000 or nil, len, err, timeout)
            done = done + len
        until timeout
        sock:deadlines(nil, 0)
        may_read:set()
        triple(1, nil, nil, sock:write('.'))
    end, function(sock)
        triple('.', nil, nil, sock:read())
        triple(1, nil, nil, sock:write('.'))
        may_read:wait()
        assert(tls.read_all(sock, done + 1) == MUCH:sub(1, done) .. '.')
    end)
end

-- The same in blocking mode.
for _, make in pairs({ plain.pairs.inet, plain.pairs.unix, plain.pairs.pair }) do
    local file <close> = new_file(MUCH)
    local sender, receiver = small(make)()
    sender:deadlines(nil, 20)
    local done, err, timeout = sender:sendfile(file, #MUCH)
    triple(done, nil, true, done, err, timeout)
    assert(done > 0 and done < #MUCH)
    assert(tls.read_all(receiver, done) == MUCH:sub(1, done))
    triple(100, nil, nil, sender:sendfile(file, 100, done))
    assert(tls.read_all(receiver, 100) == MUCH:sub(done + 1, done + 100))
    sender:deadlines(nil, 0)
    triple(100, nil, nil, sender:sendfile(file, 100, done))
    assert(tls.read_all(receiver, 100) == MUCH:sub(done + 1, done + 100))
    sender:close()
    receiver:close()
end

-- The peer is gone: as a write.
for name, run in pairs(kinds) do
    local is_closed = scheduler.event()
    run(function(sock)
        local file <close> = new_file(MUCH)
        triple(1, nil, nil, sock:write('.'))
        is_closed:wait()
        if name == 'tls' then
            triple(nil, nil, nil, sock:read())
        end
        triple(nil, nil, nil, sock:sendfile(file))
        triple(nil, nil, nil, sock:sendfile(file))
    end, function(sock)
        triple('.', nil, nil, sock:read())
        sock:close()
        is_closed:set()
    end)
end

-- A file that grows while it is sent is sent as far as it is then, one that shrinks likewise.
for _, run in pairs(kinds) do
    local is_truncated = scheduler.event()
    local path = os.tmpname()
    local sent
    run(function(sock)
        local file <close> = assert(io.open(path, 'w+'))
        assert(file:write(MUCH) and file:flush())
        local err, timeout
        sent, err, timeout = sock:sendfile(file, 2 * #MUCH)
        triple(sent, nil, nil, sent, err, timeout)
        assert(sent < #MUCH, sent)
        triple(1, nil, nil, sock:write('.'))
    end, function(sock)
        local first = assert(sock:read(1))
        assert(io.open(path, 'w')):close()
        local rest = first
        repeat
            rest = rest .. assert(sock:read())
        until rest:find('.', 1, true)
        assert(rest == MUCH:sub(1, #rest - 1) .. '.')
    end)
    run(function(sock)
        local file <close> = assert(io.open(path, 'w+'))
        assert(file:write(MUCH) and file:flush())
        triple(#MUCH + 4, nil, nil, sock:sendfile(file, 2 * #MUCH))
    end, function(sock)
        assert(sock:read(1))
        local other <close> = assert(io.open(path, 'a'))
        assert(other:write('more') and other:flush())
        assert(tls.read_all(sock, #MUCH + 3) == MUCH:sub(2) .. 'more')
    end)
    os.remove(path)
end

-- A file that somebody closes meanwhile is an error, and so is a socket.
for _, run in pairs(kinds) do
    for _, what in ipairs({ 'file', 'socket' }) do
        local file = new_file(MUCH)
        local sender
        local is_over = scheduler.event()
        run(function(sock)
            sender = sock
            triple(nil, 'sendfile failed: Bad file descriptor', nil, sock:sendfile(file))
            if what == 'file' then
                sock:close()
            end
            is_over:set()
        end, function(sock)
            assert(sock:read(1))
            if what == 'file' then
                file:close()
            else
                scheduler.spawn(sender.close, sender)
            end
            repeat
                local str = sock:read()
            until not str
            is_over:wait()
        end)
    end
end

-- sendfilesync holds the write lock: what another writes meanwhile comes after.
each(function(sock)
    local file <close> = new_file(MUCH)
    scheduler.spawn(function()
        triple(3, nil, nil, sock:writesync('end'))
    end)
    triple(#MUCH, nil, nil, sock:sendfilesync(file))
end, function(sock)
    assert(tls.read_all(sock, #MUCH + 3) == MUCH .. 'end')
end)

-- A lock that is refused.
poll.set_poller(scheduler.poller_with('write_lock', function() return false, nil, true end))
scheduler.spawn(function()
    poll.set_poller(scheduler.poller_with('write_lock', function() return false, nil, true end))
    local sender, receiver = plain.pairs.pair()
    local file <close> = new_file('content')
    triple(nil, nil, true, sender:sendfilesync(file))
    sender:close()
    receiver:close()
end)
scheduler.run()

-- After close.
for _, make in pairs({ plain.pairs.inet, tls_pair }) do
    local file <close> = new_file('content')
    local sender, receiver = make()
    receiver:close()
    sender:close()
    triple(nil, 'sendfile failed: Bad file descriptor', nil, sender:sendfile(file))
end

-- TLS in blocking mode, with a peer that does not read before it is told to.
do
    local starter, starter_port = plain.listen()
    local peer, port = process.peer('server', string.format([[
        local inet = require('net.stream.inet')
        local start = assert(inet.client.new('127.0.0.1', %d))
        sock:rcvbuf(65536)
        assert(sock:handshake())
        assert(start:read())
        local expected = {}
        for i = 1, %d do
            expected[i] = string.format('%%07x ', i)
        end
        assert(tls.read_all(sock, #table.concat(expected)) == table.concat(expected))
        assert(sock:write('.'))
    ]], starter_port, #parts))
    local sock <close> = tls.connect(port)
    local start <close> = assert(starter:accept())
    sock:sndbuf(65536)
    local file <close> = new_file(MUCH)
    assert(sock:handshake())
    sock:deadlines(nil, 20)
    local done, err, timeout = sock:sendfile(file, #MUCH)
    triple(done, nil, true, done, err, timeout)
    assert(done > 0 and done < #MUCH)
    sock:deadlines(nil, 0)
    assert(start:write('.'))
    triple(#MUCH - done, nil, nil, sock:sendfile(file, #MUCH, done))
    triple('.', nil, nil, sock:read())
    starter:close()
    peer:finish()
end
