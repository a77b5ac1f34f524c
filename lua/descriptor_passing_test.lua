-- sendfd and recvfd of net.unix.Socket: descriptors over plain unix sockets.

local addrinfo = require('net.addrinfo')
local cmsghdr = require('net.cmsghdr')
local descriptors = require('testing.descriptors')
local inet = require('net.stream.inet')
local msghdr = require('net.msghdr')
local net = require('net')
local process = require('testing.process')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

local function pair()
    return table.unpack(assert(unix.pair()))
end

-- A process with no room for another descriptor: one comes in, and is lost.
if arg[1] == 'crowded' then
    local sock = assert(unix.wrap(tonumber(arg[2])))
    local kept, file = {}, nil
    repeat
        file = io.open('/dev/null')
        kept[#kept + 1] = file
    until not file
    triple(nil, 'recvfd failed: Too many open files', nil, sock:recvfd())
    kept[1]:close()
    assert(sock:recvfd() >= 0)
    os.exit(true, true)
end

local function in_both_modes(fn)
    fn()
    scheduler.spawn(fn)
    scheduler.run()
end

-- What is sent is a descriptor of its own to the receiver, which is close-on-exec and the caller's.
in_both_modes(function()
    local near, far = pair()
    local a, b = pair()
    collectgarbage()
    collectgarbage()
    local before = descriptors.count()
    triple(0, nil, nil, near:sendfd(a:fd()))
    triple(0, nil, nil, near:sendfd(b:fd(), nil))
    triple(0, nil, nil, near:sendfd(b:fd(), nil, net.MSG_DONTWAIT, net.MSG_NOSIGNAL))
    local count, first, err, timeout = (function(...) return select('#', ...), ... end)(far:recvfd())
    assert(count == 3 and math.type(first) == 'integer' and err == nil and timeout == nil)
    assert(first ~= a:fd() and descriptors.is_closed_on_exec(first))
    assert(a:close())
    local received = { unix.wrap(first), unix.wrap((far:recvfd(net.MSG_DONTWAIT))) }
    triple(2, nil, nil, received[1]:write('ok'))
    triple('ok', nil, nil, received[2]:read())
    local last = unix.wrap((far:recvfd()))
    assert(last:close() and received[1]:close() and received[2]:close())
    assert(descriptors.count() == before - 1)
end)

-- Nothing there; the end; nobody there any more.
in_both_modes(function()
    local near, far = pair()
    near:deadlines(10, 10)
    near:sndbuf(1) -- the system limits how many are under way
    triple(nil, nil, true, near:recvfd())
    local waits = scheduler.waits
    triple(nil, nil, true, near:recvfd(net.MSG_DONTWAIT))
    assert(scheduler.waits == waits)
    local full
    repeat
        full = table.pack(near:sendfd(near:fd()))
    until full[1] ~= 0 or full[3]
    triple(0, nil, true, table.unpack(full, 1, full.n))
    waits = scheduler.waits
    triple(0, nil, true, near:sendfd(near:fd(), nil, net.MSG_DONTWAIT))
    assert(scheduler.waits == waits)
    far:close()
    near, far = pair()
    far:close()
    triple(nil, nil, nil, near:recvfd())
    triple(nil, nil, nil, near:sendfd(near:fd()))
    near:close()
    triple(nil, 'recvfd failed: Bad file descriptor', nil, near:recvfd())
    triple(nil, 'sendfd failed: Bad file descriptor', nil, near:sendfd(0))
end)

-- A byte that comes without a descriptor is no descriptor, and no end.
in_both_modes(function()
    local near, far = pair()
    near:write('xy')
    triple(nil, 'recvfd failed: Bad message', nil, far:recvfd())
    triple('y', nil, nil, far:read())
    triple(0, nil, nil, near:sendfd(near:fd()))
    triple('\1', nil, nil, far:read()) -- the byte that it goes with
end)

-- More descriptors than one: the first is returned, the others are closed.
in_both_modes(function()
    local near, far = pair()
    local mh = msghdr.new()
    for _, count in ipairs({ 2, 50, 253 }) do
        local fds = {}
        for i = 1, count do
            fds[i] = near:fd()
        end
        mh:add('x')
        mh:control():push(cmsghdr.rights(table.unpack(fds)))
        triple(1, nil, nil, near:sendmsg(mh))
        mh:control(nil)
        collectgarbage()
        collectgarbage()
        local before = descriptors.count()
        local fd = assert(far:recvfd())
        assert(descriptors.count() == before + 1)
        assert(unix.wrap(fd)):close()
    end
end)

-- What cannot be sent.
local near, far = pair()
for _, bad in ipairs({ -1, 1 << 20, 1 << 32, math.maxinteger }) do
    triple(nil, 'sendfd failed: Bad file descriptor', nil, near:sendfd(bad))
end
local ai = assert(addrinfo.getaddrinfo('127.0.0.1', 1))[1]
triple(nil, 'sendfd failed: Transport endpoint is already connected', nil, near:sendfd(0, ai))
triple(nil, nil, true, far:recvfd(net.MSG_DONTWAIT))

-- Waiting for one in a coroutine, which closing ends.
scheduler.spawn(function()
    local one, two = pair()
    local received = scheduler.event()
    scheduler.spawn(function()
        local fd = assert(two:recvfd())
        assert(unix.wrap(fd)):close()
        received:set()
        triple(nil, 'recvfd failed: Bad file descriptor', nil, two:recvfd())
    end)
    scheduler.spawn(function()
        triple(0, nil, nil, one:sendfd(one:fd()))
        received:wait()
        two:close()
    end)
end)
scheduler.run()

-- Sockets of TCP pass none.
local server = assert(inet.server.new('127.0.0.1', 0))
assert(server.sendfd == nil and server.recvfd == nil)

-- Mistakes raise, and name the argument. (D-03)
raises("bad argument #1 to 'sendfd' (number expected, got no value)",
       function() near:sendfd() end)
raises("bad argument #1 to 'sendfd' (number has no integer representation)",
       function() near:sendfd(0.5) end)
raises("bad argument #2 to 'sendfd' (net.addrinfo expected, got string)",
       function() near:sendfd(0, 'x') end)
raises("bad argument #3 to 'sendfd' (number expected, got string)",
       function() near:sendfd(0, nil, 'x') end)
raises("bad argument #2 to 'recvfd' (number expected, got boolean)",
       function() near:recvfd(0, true) end)
local recvfd = near.recvfd
raises("bad argument #1 to 'recvfd' (net.unix.Socket expected, got net.stream.inet.Server)",
       function() recvfd(server) end)

-- No room for another descriptor.
triple(0, nil, nil, near:sendfd(near:fd()))
triple(0, nil, nil, near:sendfd(near:fd()))
far:cloexec(false)
local crowded = process.start(string.format('sh -c %s', process.quote(string.format(
    'ulimit -n 40; exec %s %s crowded %d', process.quote(arg[-1]), process.quote(arg[0]),
    far:fd()))))
crowded:finish()
