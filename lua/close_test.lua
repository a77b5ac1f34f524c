-- close with its two arguments, closer and closew.

local inet = require('net.stream.inet')
local plain = require('testing.plain')
local process = require('testing.process')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

-- closew ends what this side sends, and nothing else.
plain.each(function(client, sock)
    triple(1, nil, nil, client:write('x'))
    triple(true, nil, nil, client:closew())
    triple('x', nil, nil, sock:read())
    triple(nil, nil, nil, sock:read())
    triple(3, nil, nil, sock:write('yes'))
    triple('yes', nil, nil, client:read())
    triple(nil, nil, nil, client:write('x'))
    assert(client:fd() >= 0)
end)

-- closer ends what this side reads.
plain.each(function(client, sock)
    triple(true, nil, nil, client:closer())
    triple(nil, nil, nil, client:read())
    triple(1, nil, nil, client:write('x'))
    triple('x', nil, nil, sock:read())
    assert(client:fd() >= 0)
end)

-- Both wake whoever waits for the direction, and the poller is told.
for method, io in pairs({ closer = { 'read' }, closew = { 'write', ('x'):rep(16 << 20) } }) do
    scheduler.spawn(function()
        local client, sock = plain.pairs.pair()
        scheduler.spawn(function()
            triple(nil, nil, nil, client[io[1]](client, io[2]))
            sock:close()
        end)
        scheduler.spawn(function()
            local count = #scheduler.unwaited
            triple(true, nil, nil, client[method](client))
            assert(#scheduler.unwaited == count + 1)
            assert(scheduler.unwaited[count + 1] == client:fd())
        end)
    end)
    scheduler.run()
end

-- A connection that another process holds too goes on after close, unless close ends it for all.
local function close_shared(...)
    local client, sock = plain.pairs.pair()
    assert(client:cloexec(false) == true)
    local holder <close> = process.start('sleep 1000')
    triple(true, nil, nil, client:close(...))
    assert(client:fd() == -1)
    sock:deadlines(50, 50)
    local read = table.pack(sock:read())
    local written = table.pack(sock:write('x'))
    sock:close()
    return read, written
end
for _, arguments in ipairs({ {}, { false }, { nil, false }, { false, nil } }) do
    local read, written = close_shared(table.unpack(arguments, 1, 2))
    triple(nil, nil, true, table.unpack(read, 1, 3))
    triple(1, nil, nil, table.unpack(written, 1, 3))
end
do
    local read, written = close_shared(true)
    triple(nil, nil, true, table.unpack(read, 1, 3))
    triple(nil, nil, nil, table.unpack(written, 1, 3))
    read, written = close_shared(nil, true)
    triple(nil, nil, nil, table.unpack(read, 1, 3))
    triple(1, nil, nil, table.unpack(written, 1, 3))
    read, written = close_shared(true, true)
    triple(nil, nil, nil, table.unpack(read, 1, 3))
    triple(nil, nil, nil, table.unpack(written, 1, 3))
end

-- With the poller as well, and after the peer has gone.
plain.each(function(client, sock)
    triple(true, nil, nil, client:close(true, true))
    triple(nil, nil, nil, sock:read())
    triple(true, nil, nil, sock:close(true, true))
    triple(true, nil, nil, sock:close(true, true))
end)

-- A shutdown that fails is told, and the descriptor is closed all the same.
do
    local server = assert(inet.server.new('127.0.0.1', 0))
    triple(false, 'shutdown failed: Transport endpoint is not connected', nil, server:close(true))
    assert(server:fd() == -1)
    triple(true, nil, nil, server:close(true))
    server = assert(inet.server.new('127.0.0.1', 0))
    triple(false, 'closer failed: Transport endpoint is not connected', nil, server:closer())
    triple(false, 'closew failed: Transport endpoint is not connected', nil, server:closew())
    triple(true, nil, nil, server:close())
    triple(false, 'closer failed: Bad file descriptor', nil, server:closer())
    triple(false, 'closew failed: Bad file descriptor', nil, server:closew())
end

-- TLS sockets end their own way: close takes no notice of its arguments.
do
    local server, port = tls.listen()
    local client = tls.connect(port)
    triple(true, nil, nil, client:close(1, 'x'))
    triple(true, nil, nil, server:close({}))
end

-- Mistakes raise at the caller's line, before anything is closed.
do
    local sock = plain.pairs.pair()
    raises("bad argument #1 to 'close' (shutrd must be boolean)", function() sock:close(1) end)
    raises("bad argument #2 to 'close' (shutwr must be boolean)",
           function() sock:close(nil, 'x') end)
    raises('net.Socket expected, got table', sock.closer, {})
    raises('net.Socket expected, got no value', sock.closew)
    assert(sock:fd() >= 0)
    sock:close()
    raises('shutrd must be boolean', function() sock:close(1) end)
end
