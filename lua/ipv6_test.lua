-- IPv6, and names that stand for several addresses, which are tried in order.

local addrinfo = require('net.addrinfo')
local inet = require('net.stream.inet')
local net = require('net')
local plain = require('testing.plain')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local triple = tls.triple

-- Calls the function in blocking mode and then in a coroutine with the poller.
local function both(fn)
    fn()
    scheduler.spawn(fn)
    scheduler.run()
end

local has_ipv6 = inet.server.new('::1', 0) ~= nil
if not has_ipv6 then
    print('the machine has no IPv6')
    return
end

-- A server on ::1 and its client, plain and TLS.
both(function()
    local server <close>, port = plain.listen('::1')
    local client <close>, err, timeout, to = inet.client.new('::1', port)
    assert(client, err)
    assert(timeout == nil and to:addr() == '::1' and to:port() == port)
    local sock <close>, _, from = server:accept(true)
    assert(from:addr() == '::1' and from:port() == client:getsockname():port())
    assert(client:family() == net.AF_INET6 and sock:family() == net.AF_INET6)
    assert(sock.instanceof() == 'net.stream.inet.Socket')
    triple(5, nil, nil, client:write('hello'))
    triple('hello', nil, nil, sock:read())
end)
scheduler.spawn(function()
    local server <close>, port = tls.listen(nil, '::1')
    scheduler.spawn(function()
        local client <close> = assert(inet.client.new('::1', port, {
            tlscfg = tls.client_config(),
            servername = 'localhost',
        }))
        triple(5, nil, nil, client:write('hello'))
    end)
    local sock <close> = assert(server:accept())
    triple('hello', nil, nil, sock:read())
end)
scheduler.run()

-- Without a host it is the loopback address of both families.
local both_families = assert(addrinfo.getaddrinfo(nil, 1))
local first, last = both_families[1]:addr(), both_families[#both_families]:addr()
assert(first ~= last)

-- A port that is this test's own at both addresses, so that nobody else can listen there.
local function hold()
    while true do
        local one, _, ai = assert(inet.server.new(first, 0))
        local other = inet.server.new(last, ai:port())
        if other then
            return { [first] = one, [last] = other }, ai:port()
        end
        one:close()
    end
end

-- Where nobody listens at the first address, the next one is tried.
for _, host in ipairs({ first, last }) do
    both(function()
        local held, port = hold()
        assert(held[host]:listen())
        local client <close>, err, timeout, to = inet.client.new(nil, port, { deadline = 60000 })
        assert(client, err)
        assert(timeout == nil and to:addr() == host)
        assert(client:getpeername():addr() == host)
        held[host]:accept():close()
        triple(nil, nil, nil, client:read())
    end)
end

-- The last failure is what is told.
both(function()
    local held, port = hold()
    triple(nil, 'connect failed: Connection refused', nil, inet.client.new(nil, port))
    triple(nil, 'connect failed: Connection refused', nil,
           inet.client.new(nil, port, { deadline = 60000 }))
    held[first]:close()
end)

-- The deadline is one for all addresses: what answers nothing at the first leaves none for the next.
local function listen_deaf()
    local server, err, ai = inet.server.new(first, 0)
    assert(server, err)
    assert(server:listen(0))
    local connected = {}
    for _ = 1, 100 do
        local client = inet.client.new(first, ai:port(), { deadline = 50 })
        if not client then
            return server, ai:port(), connected
        end
        connected[#connected + 1] = client
    end
    server:close()
end
do
    local server <close>, port, connected = listen_deaf()
    if server then
        both(function()
            triple(nil, nil, true, inet.client.new(nil, port, { deadline = 50 }))
        end)
        assert(#connected > 0)
    end
end

-- localhost, by whatever the system says it is.
both(function()
    local server <close>, port = plain.listen('localhost')
    local client <close> = assert(inet.client.new('localhost', port))
    server:accept():close()
    triple(nil, nil, nil, client:read())
end)
