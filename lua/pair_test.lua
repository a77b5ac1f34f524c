-- unix.pair: two sockets that are connected to each other.

local net = require('net')
local poll = require('net.poll')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local triple = tls.triple

local function both_ways()
    local pair, err = unix.pair()
    assert(#pair == 2 and err == nil)
    for _, sock in ipairs(pair) do
        assert(sock.instanceof() == 'net.stream.unix.Socket')
        assert(sock:family() == net.AF_UNIX and sock:socktype() == net.SOCK_STREAM)
        assert(sock:protocol() == 0 and sock.sock:nonblock() == sock:isnonblock())
        assert(sock:getsockname():addr() == '' and sock:getpeername():addr() == '')
    end
    triple(4, nil, nil, pair[1]:write('ping'))
    triple('ping', nil, nil, pair[2]:read())
    triple(4, nil, nil, pair[2]:write('pong'))
    triple('pong', nil, nil, pair[1]:read())
    triple(true, nil, nil, pair[1]:close())
    triple(nil, nil, nil, pair[2]:read())
    triple(nil, nil, nil, pair[2]:write('x'))
    return pair[2]:isnonblock()
end
assert(both_ways() == false)
scheduler.spawn(function() assert(both_ways() == true) end)
scheduler.run()

-- Each waits for the other.
scheduler.spawn(function()
    local one, two = table.unpack(assert(unix.pair()))
    scheduler.spawn(function()
        triple('ping', nil, nil, one:read())
        triple(4, nil, nil, one:write('pong'))
    end)
    triple(4, nil, nil, two:write('ping'))
    triple('pong', nil, nil, two:read())
end)
scheduler.run()

-- A poller that is installed later does not change a socket.
local early = assert(unix.pair())
poll.set_poller(scheduler.poller)
assert(early[1]:isnonblock() == false)
early[1]:write('x')
triple('x', nil, nil, early[2]:read())
poll.set_poller(nil)

-- Without descriptors there is no pair.
local kept, last = {}, nil
repeat
    local pair, err = unix.pair()
    kept[#kept + 1], last = pair, err
until not pair or #kept > 5000
if last then
    assert(last:find('^pair failed: Too many open files'), last)
    for _, pair in ipairs(kept) do
        pair[1]:close()
        pair[2]:close()
    end
    assert(unix.pair())
end
