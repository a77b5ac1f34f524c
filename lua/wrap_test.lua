-- Sockets of descriptors that are there already: wrap and acceptfd.

local inet = require('net.stream.inet')
local net_tls = require('net.tls')
local plain = require('testing.plain')
local poll = require('net.poll')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

local function failure(text, value, err, ...)
    assert(value == nil and err:find(text, 1, true) and select('#', ...) == 0, err)
end

-- A connection accepted as a descriptor is one as good as accept's.
local function over_inet()
    local server <close>, port = plain.listen()
    local client <close> = assert(inet.client.new('127.0.0.1', port))
    local fd, err = server:acceptfd()
    assert(math.type(fd) == 'integer' and err == nil)
    local sock <close> = assert(inet.wrap(fd))
    assert(sock:fd() == fd and sock.instanceof() == 'net.stream.inet.Socket')
    assert(sock:isnonblock() == client:isnonblock())
    assert(sock.sock:nonblock() == sock:isnonblock())
    assert(sock:family() == client:family() and sock:socktype() == client:socktype())
    assert(sock:protocol() == client:protocol())
    assert(sock:getpeername():port() == client:getsockname():port())
    triple(5, nil, nil, client:write('hello'))
    triple('hello', nil, nil, sock:read())
    triple(3, nil, nil, sock:write('you'))
    triple('you', nil, nil, client:read())
end
over_inet()
scheduler.spawn(over_inet)
scheduler.run()

local function over_unix()
    local server <close>, path = plain.listen_unix()
    local client <close> = assert(unix.client.new(path))
    assert(os.remove(path))
    local sock <close> = assert(unix.wrap(server:acceptfd()))
    assert(sock.instanceof() == 'net.stream.unix.Socket')
    triple(5, nil, nil, client:write('hello'))
    triple('hello', nil, nil, sock:read())
end
over_unix()
scheduler.spawn(over_unix)
scheduler.run()

-- The descriptor is the socket's from then on: of a blocking one it makes what the poller needs.
do
    local client, sock = plain.pairs.inet()
    local dup = sock:fd()
    scheduler.spawn(function()
        local wrapped = assert(inet.wrap(dup))
        assert(wrapped:isnonblock() and wrapped.sock:nonblock())
        scheduler.spawn(function()
            triple('late', nil, nil, wrapped:read())
            triple(true, nil, nil, wrapped:close())
        end)
        scheduler.spawn(function() client:write('late') end)
    end)
    scheduler.run()
    triple(nil, 'read failed: Bad file descriptor', nil, sock:read())
end

-- What is not a stream of the family is refused, and is left alone.
do
    local server <close>, port = plain.listen()
    local client <close> = assert(inet.client.new('127.0.0.1', port))
    local pair = assert(unix.pair())
    failure('wrap failed: Address family not supported', unix.wrap(client:fd()))
    failure('wrap failed: Address family not supported', inet.wrap(pair[1]:fd()))
    failure('wrap failed: Bad file descriptor', inet.wrap(-1))
    failure('wrap failed: Bad file descriptor', unix.wrap(999999))
    failure('wrap failed: Socket operation on non-socket', inet.wrap(0))
    triple(1, nil, nil, pair[1]:write('x'))
    triple('x', nil, nil, pair[2]:read())
    assert(client:write('x') == 1)
end

-- TLS begins with a handshake that a wrapped descriptor may be in the middle of.
assert(net_tls.wrap == nil)

-- A server's descriptor.
do
    local listening, port = plain.listen()
    local server, err, ai = inet.server.wrap(listening:fd(), { tlscfg = tls.server_config() })
    assert(server.instanceof() == 'net.tls.stream.inet.Server' and err == nil and ai:port() == port)
    local client <close> = tls.connect(port)
    local sock <close> = assert(server:accept())
    assert(sock.instanceof() == 'net.tls.stream.inet.Socket' and client:fd() >= 0)
    triple(nil, 'wrap failed: Address family not supported', nil, unix.server.wrap(server:fd()))
    triple(nil, 'wrap failed: Bad file descriptor', nil, inet.server.wrap(-1))
    assert(server:getsockname():port() == port)
    triple(true, nil, nil, server:close())
    triple(false, 'close failed: Bad file descriptor', nil, listening:close())
end

-- Mistakes raise at the caller's line.
for _, wrap in ipairs({ inet.wrap, unix.wrap, inet.server.wrap, unix.server.wrap }) do
    raises('number expected, got no value', wrap)
    raises('number expected, got string', wrap, '1')
    raises('number has no integer representation', wrap, 1.5)
    raises('integer out of range', wrap, 1 << 40)
end

-- accept and acceptfd tell a failure, and that the time is up, in the same way.
local function wait_in_vain(err, timeout)
    local server <close> = plain.listen()
    server:rcvtimeo(0.01)
    triple(nil, err, timeout, server:accept())
    triple(nil, err, timeout, server:acceptfd())
    server:close()
    triple(nil, 'accept failed: Bad file descriptor', nil, server:accept())
    triple(nil, 'accept failed: Bad file descriptor', nil, server:acceptfd())
end
wait_in_vain(nil, true)
for _, refusal in ipairs({ { 'refused' }, { nil, true } }) do
    poll.set_poller(scheduler.poller_with('wait_readable', function()
        return false, refusal[1], refusal[2]
    end))
    wait_in_vain(refusal[1], refusal[2])
end

-- A server that is closed meanwhile says so, whatever the poller says.
local waiting
poll.set_poller(scheduler.poller_with('wait_readable', function()
    waiting:close()
    return false, 'refused'
end))
for _, method in ipairs({ 'accept', 'acceptfd' }) do
    waiting = plain.listen()
    triple(nil, 'accept failed: Bad file descriptor', nil, waiting[method](waiting))
end
poll.set_poller(nil)
