-- readv and writev of net.Socket: the bytes of an iovec over plain sockets.

local iovec = require('iovec')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

local function filled(...)
    local iov = iovec.new()
    for _, str in ipairs({ ... }) do
        assert(iov:add(str))
    end
    return iov
end

local function pair()
    return table.unpack(assert(unix.pair()))
end

-- Runs the function in blocking mode and in a coroutine.
local function in_both_modes(fn)
    fn()
    scheduler.spawn(fn)
    scheduler.run()
end

-- The parts that offset and nbyte name, both ways.
in_both_modes(function()
    local one, two = pair()
    local out, into = filled('foo', 'bar', 'baz'), filled('....', '....')
    triple(9, nil, nil, one:writev(out))
    assert(out:bytes() == 9)
    triple(8, nil, nil, two:readv(into))
    assert(into:get(1) == 'foob' and into:get(2) == 'arba')
    triple(1, nil, nil, two:readv(into, 3))
    assert(into:concat() == 'foozarba')
    triple(5, nil, nil, one:writev(out, 4))
    triple(3, nil, nil, one:writev(out, nil, 3))
    triple(2, nil, nil, one:writev(out, 2, 2))
    triple(1, nil, nil, one:writev(out, 8, math.maxinteger))
    triple(2, nil, nil, two:readv(into, 6, 2))
    assert(into:concat() == 'foozarar')
    triple('bazfooobz', nil, nil, two:read())
    -- Nothing to send is nothing sent; nothing to fill is a mistake that the peer has no part in.
    triple(0, nil, nil, one:writev(out, 9))
    triple(0, nil, nil, one:writev(out, math.maxinteger, math.maxinteger))
    triple(0, nil, nil, one:writev(out, 0, 0))
    triple(0, nil, nil, one:writev(iovec.new()))
    triple(nil, 'Invalid argument', nil, two:readv(iovec.new()))
    triple(nil, 'Invalid argument', nil, two:readv(into, 8))
    triple(nil, 'Invalid argument', nil, two:readv(into, 0, 0))
end)

-- The most pieces that there can be.
in_both_modes(function()
    local one, two = pair()
    local out, into = iovec.new(), iovec.new()
    for i = 1, iovec.IOV_MAX do
        out:add(string.char(i % 256))
        into:addn(1)
    end
    triple(iovec.IOV_MAX, nil, nil, one:writev(out))
    triple(iovec.IOV_MAX, nil, nil, two:readv(into))
    assert(into:concat() == out:concat())
end)

-- The peer has ended, or is gone.
in_both_modes(function()
    local one, two = pair()
    local iov = filled('foo', 'bar')
    assert(two:close())
    triple(nil, nil, nil, one:readv(iov))
    triple(nil, nil, nil, one:writev(iov))
    one, two = pair()
    assert(one:write('unread') and two:write('x') and two:close()) -- a reset follows the byte
    triple(1, nil, nil, one:readv(iov))
    triple(nil, 'Connection reset by peer', nil, one:readv(iov))
    one:close()
    triple(nil, 'readv failed: Bad file descriptor', nil, one:readv(iov))
    triple(nil, 'writev failed: Bad file descriptor', nil, one:writev(iov))
end)

-- More than there is room for: a timeout tells how much has gone, and offset goes on from there.
local much = { ('a'):rep(700000), ('b'):rep(1), ('c'):rep(900000) }
in_both_modes(function()
    local one, two = pair()
    local out, received = filled(table.unpack(much)), {}
    one:deadlines(nil, 10)
    two:deadlines(10)
    local sent, timeouts = 0, 0
    while sent < out:bytes() do
        local len, err, timeout = one:writev(out, sent)
        assert(len and err == nil and (timeout == true) == (sent + len < out:bytes()))
        sent, timeouts = sent + len, timeouts + (timeout and 1 or 0)
        local room = filled(('.'):rep(100000), ('.'):rep(100000))
        local got, _, empty = two:readv(room)
        while got do
            received[#received + 1] = room:concat(0, got)
            got, _, empty = two:readv(room)
        end
        assert(empty == true)
    end
    assert(timeouts > 0 and table.concat(received) == table.concat(much))
    triple(nil, nil, true, two:readv(filled('.')))
    triple(nil, nil, true, two:readv(filled('.'), 0, 1))
end)

-- Without a deadline all of it goes, with as many waits as that takes.
scheduler.spawn(function()
    local one, two = pair()
    scheduler.spawn(function()
        local received, room = {}, filled(('.'):rep(9999))
        repeat
            local got = two:readv(room)
            received[#received + 1] = got and room:concat(0, got)
        until not got
        assert(table.concat(received) == table.concat(much))
    end)
    triple(1600001, nil, nil, one:writev(filled(table.unpack(much))))
    one:close()
end)
scheduler.run()

-- What is done to the iovec while a call waits is seen, and does no harm.
scheduler.spawn(function()
    local one, two = pair()
    local out, into = filled(('a'):rep(1000000)), filled('....')
    scheduler.spawn(function()
        triple(nil, 'Invalid argument', nil, one:readv(into))
    end)
    scheduler.spawn(function()
        out:consume(1000000)
        into:del(1)
        two:write('x')
        two:close()
    end)
    local sent, err, timeout = one:writev(out)
    assert(sent > 0 and sent < 1000000 and err == nil and timeout == nil)
end)
scheduler.run()

-- What is added meanwhile is not sent, however much was asked for.
scheduler.spawn(function()
    local one, two = pair()
    local out = filled(('a'):rep(1000000))
    scheduler.spawn(function()
        out:add('more')
        tls.read_all(two, 999999)
    end)
    triple(999999, nil, nil, one:writev(out, 1, math.maxinteger))
end)
scheduler.run()

-- Mistakes raise, and name the argument. (D-03)
local one = pair()
local iov = filled('x')
raises("bad argument #1 to 'readv' (iovec expected, got no value)", function() one:readv() end)
raises("bad argument #1 to 'writev' (iovec expected, got string)", function() one:writev('x') end)
raises("bad argument #2 to 'readv' (number expected, got string)",
       function() one:readv(iov, '1') end)
raises("bad argument #2 to 'writev' (must not be negative)", function() one:writev(iov, -1) end)
raises("bad argument #3 to 'writev' (number has no integer representation)",
       function() one:writev(iov, 0, 1.5) end)
raises("bad argument #3 to 'readv' (must not be negative)",
       function() one:readv(iov, nil, -1) end)
raises("bad argument #1 to 'writev' (net.Socket expected, got table)",
       function() local writev = one.writev; writev({}, iov) end)

-- Plain bytes do not get between those of TLS.
tls.with_pair(function(client)
    triple(true, nil, nil, client:handshake())
    local base = client['net.Socket']
    triple(nil, 'Operation not supported on socket', nil, base.writev(client, iov))
    triple(nil, 'Operation not supported on socket', nil, base.readv(client, iov))
    triple(nil, 'Operation not supported on socket', nil, base.write(client, 'x'))
    triple(2, nil, nil, client:write('ok'))
end, function(server)
    triple('ok', nil, nil, server:read())
end)
