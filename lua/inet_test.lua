-- Constructors, the base class and addresses.

local net = require('net')
local addrinfo = require('net.addrinfo')
local inet = require('net.stream.inet')
local scheduler = require('testing.scheduler')
local poll = require('net.poll')
local tls = require('testing.tls')

local triple = tls.triple

-- Results of the constructors, which leave the caller's tables alone. (D-26)
local server_options = setmetatable({ tlscfg = tls.server_config(), reuseaddr = true,
                                      reuseport = true }, { __newindex = error })
local server, err, ai = inet.server.new('127.0.0.1', '0', server_options)
assert(tostring(server):find('^net%.tls%.stream%.inet%.Server: ') and err == nil)
assert(ai:port() > 0 and ai:addr() == '127.0.0.1')
assert(select('#', inet.server.new('127.0.0.1', 0, server_options)) == 3)
assert(server:reuseaddr() == true and server:reuseport() == true)
assert(server:listen() == true)
local client_options = setmetatable({ tlscfg = tls.client_config(), deadline = 5000 },
                                    { __newindex = error })
local client, err, timeout, peer = inet.client.new('127.0.0.1', ai:port(), client_options)
assert(tostring(client):find('^net%.tls%.stream%.inet%.Client: '))
assert(err == nil and timeout == nil and peer:port() == ai:port())
assert(client_options.servername == nil)
local accepted, err, from = server:accept(true)
assert(tostring(accepted):find('^net%.tls%.stream%.inet%.Socket: ') and err == nil)
assert(from:port() == client:getsockname():port())
assert(accepted:getpeername():port() == from:port())

-- Classes.
assert(client.instanceof() == 'net.tls.stream.inet.Client')
assert(server.instanceof() == 'net.tls.stream.inet.Server')
assert(accepted.instanceof() == 'net.tls.stream.inet.Socket')
for _, class in ipairs({ 'net.Socket', 'net.stream.Socket', 'net.tls.Socket' }) do
    assert(client[class].fd(client) == client:fd())
end
assert(client['net.tls.Socket'].read == client.read and client['net.Socket'].read ~= client.read)
assert(client.accept == nil and server.accept)

-- A name to verify: the host where none is given, an error where there is neither. (D-24)
assert(inet.client.new('127.0.0.1', ai:port(), { tlscfg = tls.client_config() }))
for _, servername in ipairs({ '', false }) do
    local sock, why, timed_out = inet.client.new(servername == '' and '127.0.0.1' or nil,
                                                 ai:port(), {
        tlscfg = tls.client_config(),
        servername = servername or nil,
    })
    assert(sock == nil and timed_out == nil and why:find('server name'), why)
end
assert(inet.client.new(nil, ai:port(), {
    tlscfg = tls.client_config(function(cfg) cfg:insecure_noverifyname() end),
}))

-- Failures. (D-26)
triple(nil, 'getaddrinfo failed: ', nil,
       inet.client.new('::no::host', 1, { tlscfg = tls.client_config() }))
triple(nil, 'getaddrinfo failed: ', nil,
       inet.client.new('127.0.0.1', 'no-such-service', { tlscfg = tls.client_config() }))
local unused, unused_port = tls.listen()
unused:close()
triple(nil, 'connect failed: Connection refused', nil,
       inet.client.new('127.0.0.1', unused_port, { tlscfg = tls.client_config() }))
triple(nil, 'connect failed: Connection refused', nil,
       inet.client.new('127.0.0.1', unused_port, { tlscfg = tls.client_config(), deadline = 5000 }))
local taken, why, no_ai = inet.server.new('127.0.0.1', unused_port, { tlscfg = tls.server_config() })
assert(taken, why)
triple(nil, 'bind failed: Address already in use', nil,
       inet.server.new('127.0.0.1', unused_port, { tlscfg = tls.server_config() }))
triple(nil, 'getaddrinfo failed: ', nil,
       inet.server.new('::no::host', 1, { tlscfg = tls.server_config() }))

-- Options return the value before.
assert(client:family() == net.AF_INET and client:socktype() == net.SOCK_STREAM and
           client:protocol() == net.IPPROTO_TCP)
assert(client:error() == nil)
assert(client:tcpnodelay() == true and client:tcpnodelay(false) == true)
assert(client:tcpnodelay() == false)
assert(client:keepalive(true) == false and client:keepalive() == true)
local before = client:rcvbuf(8192)
assert(math.type(before) == 'integer' and client:rcvbuf() == 16384)
assert(client:sndbuf(8192) ~= 16384 and client:sndbuf() == 16384)
assert(client:rcvtimeo() == 0.0 and client:rcvtimeo(1.5) == 0.0 and client:rcvtimeo() == 1.5)
assert(client:rcvtimeo(0) == 1.5 and client:rcvtimeo() == 0)
assert(client:sndtimeo(2) == 0 and client:sndtimeo() == 2)
local receive, send = client:deadlines()
assert(receive == 0 and send == 2000)
receive, send = client:deadlines(1000, 0)
assert(receive == 1000 and send == 0 and client:rcvtimeo() == 1 and client:sndtimeo() == 0)

-- The clock limit.
assert(client:getclocklimit() == 0.01)
assert(select('#', client:setclocklimit(0.5)) == 0 and client:getclocklimit() == 0.5)
for _, sec in ipairs({ 0, 1, 1e300 }) do
    client:setclocklimit(sec)
    assert(client:getclocklimit() == math.min(sec, math.maxinteger / 1e9))
end
client:setclocklimit()
assert(client:getclocklimit() == 0.01)

-- The descriptor below: what is set on it by hand stays the kernel's matter. (D-14)
assert(client.nonblock == false and client.sock:nonblock() == false)
assert(client.sock:fd() == client:fd())
assert(client.sock:nonblock(true) == false and client.sock:nonblock() == true)
assert(client:isnonblock() == false)
triple(false, nil, true, client:handshake())
triple(nil, nil, true, client:read())
triple(0, nil, true, client:write('x'))
assert(client.sock:nonblock(false) == true)
client:close()
assert(client.sock:fd() == -1)
assert(select(2, client.sock:nonblock()):find('Bad file descriptor'))

-- I/O on a listening socket.
triple(false, 'not connected', nil, server:handshake())
triple(nil, 'not connected', nil, server:read())
triple(nil, 'not connected', nil, server:write('x'))
triple(true, nil, nil, server:tls_close())
assert(server:version() == nil and server:peer_certificate() == nil)

-- acceptfd gives the plain descriptor away.
local plain <close> = inet.client.new('127.0.0.1', ai:port(), client_options)
while server:acceptfd() < 0 do
end
triple(true, nil, nil, server:close())
triple(true, nil, nil, server:close())
local none, accept_error, nothing = server:accept()
assert(none == nil and accept_error:find('accept failed: Bad file descriptor') and nothing == nil)
assert(select('#', server:accept()) == 3)
local ok, listen_error = server:listen()
assert(ok == false and listen_error:find('Bad file descriptor'))

-- Servers wait for connections with the poller, and hand their mode on.
scheduler.spawn(function()
    local listening <close>, port = tls.listen()
    scheduler.spawn(function()
        local sock <close> = tls.connect(port)
        triple(true, nil, nil, sock:handshake())
    end)
    local sock <close> = assert(listening:accept())
    assert(sock.nonblock == true and listening.nonblock == true)
    triple(true, nil, nil, sock:handshake())
end)
scheduler.run()
scheduler.spawn(function()
    local listening, port = tls.listen()
    scheduler.spawn(function()
        local sock, accept_err, accept_ai = listening:accept()
        assert(sock == nil and accept_err:find('Bad file descriptor') and accept_ai == nil)
    end)
    scheduler.spawn(function() listening:close() end)
end)
scheduler.run()

-- A connect that nobody answers ends with its deadline, over all addresses.
poll.set_poller(scheduler.poller_with('wait_writable', function(_, msec)
    assert(msec <= 50)
    return false, nil, true
end))
triple(nil, nil, true, inet.client.new('127.0.0.1', unused_port, {
    tlscfg = tls.client_config(),
    deadline = 50,
}))
poll.set_poller(nil)

-- IPv6, and every address in turn: no name stands for all loopback addresses, of which the server
-- has one.
for _, host in ipairs({ '127.0.0.1', '::1' }) do
    local listening, bind_error, listening_ai = inet.server.new(host, 0, {
        tlscfg = tls.server_config(),
    })
    if listening or not bind_error:find('Cannot assign') and not bind_error:find('family') then
        assert(listening, bind_error)
        assert(listening:listen())
        assert(listening_ai:family() == (host == '::1' and net.AF_INET6 or net.AF_INET))
        local sock, connect_error, _, sock_ai = inet.client.new(host, listening_ai:port(), {
            tlscfg = tls.client_config(),
        })
        assert(sock, connect_error)
        assert(sock_ai:addr() == host and sock:family() == listening_ai:family())
        listening:close()
    end
end

local names = {}
for i, address in ipairs(assert(addrinfo.getaddrinfo(nil, 80))) do
    names[i] = address:addr()
    assert(address:port() == 80 and address:canonname() == nil)
    local numbers = address:getnameinfo(net.NI_NUMERICHOST, net.NI_NUMERICSERV)
    assert(numbers.service == '80' and numbers.host == names[i])
end
assert(#names >= 1)

local function connect_to_any(port)
    return assert(inet.client.new(nil, port, {
        tlscfg = tls.client_config(),
        servername = 'localhost',
    }))
end

for _, host in ipairs(names) do
    scheduler.spawn(function()
        local listening <close>, port = tls.listen(nil, host)
        local sock <close> = connect_to_any(port)
        assert(sock:getpeername():addr() == host)
    end)
    scheduler.run()
    local listening <close>, port = tls.listen(nil, host)
    local sock <close> = connect_to_any(port)
    assert(sock:getpeername():addr() == host)
end

-- The first address hangs, its listener's queue being full, and then refuses: the next one is tried.
local function listen_on_two(first, second)
    for _ = 1, 10 do
        local full, port = tls.listen(nil, first)
        local open = inet.server.new(second, port, { tlscfg = tls.server_config() })
        if open then
            assert(full:listen(0) and open:listen())
            return full, open, port
        end
    end
    error('no port is free for both addresses')
end

if #names > 1 then
    scheduler.spawn(function()
        local full, open <close>, port = listen_on_two(names[1], names[2])
        local queue, queued = {}, nil
        repeat
            queued = inet.client.new(names[1], port, {
                tlscfg = tls.client_config(),
                servername = 'localhost',
                deadline = 20,
            })
            queue[#queue + 1] = queued
        until not queued
        local is_full = false
        poll.set_poller(scheduler.poller_with('wait_writable', function(...)
            if not is_full then
                is_full = true
                full:close()
            end
            return scheduler.poller.wait_writable(...)
        end))
        local sock <close> = connect_to_any(port)
        poll.set_poller(scheduler.poller)
        assert(is_full and sock:getpeername():addr() == names[2])
    end)
    scheduler.run()
end
local list, resolve_error = addrinfo.getaddrinfo('::no::host', 1)
assert(list == nil and resolve_error:find('getaddrinfo failed: '))

-- The collector closes what nobody closed.
local function open_descriptors()
    local list <close> = assert(io.popen('ls /proc/$PPID/fd | wc -l'))
    return list:read('n')
end

local function forget()
    for _ = 1, 10 do
        assert(tls.listen():fd() >= 0)
    end
end

forget()
collectgarbage()
local open = open_descriptors()
forget()
collectgarbage()
assert(open_descriptors() < open + 5) -- what a register still holds is not collected yet
