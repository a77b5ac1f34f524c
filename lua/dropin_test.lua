-- Programs as users of lua-net write them, with nothing but what that has: server and client are a
-- process each. `lua5.4 dropin_test.lua NAME` is the server of one of them.

local net = require('net')
local inet = require('net.stream.inet')
local unix = require('net.stream.unix')
local net_tls = require('net.tls')
local config = require('net.tls.config')
local poll = require('net.poll')

local CERTIFICATES = os.getenv('CERTIFICATES')

local function server_config()
    local cfg = config.new()
    assert(cfg:set_keypair_file(CERTIFICATES .. '/server.pem', CERTIFICATES .. '/server.key'))
    assert(cfg:set_protocols(net_tls.TLS_v12, net_tls.TLS_v13))
    return cfg
end

local function client_config()
    local cfg = config.new()
    assert(cfg:set_ca_file(CERTIFICATES .. '/ca.pem'))
    cfg:verify()
    return cfg
end

--- What the client has to know is the server's output.
local function tell(what)
    print(what)
    io.stdout:flush()
end

local function expect(value, ...)
    local got, err, timeout = ...
    if got ~= value or err or timeout then
        error(string.format('got %s, %s, %s', got, err, timeout), 2)
    end
end

local function receive(sock, length)
    local str = ''
    while #str < length do
        local part, err, timeout = sock:recv(length - #str)
        if not part then
            return nil, err or timeout and 'timed out' or 'closed after ' .. #str
        end
        str = str .. part
    end
    return str
end

--- Echoes until the peer closes.
local function echo(sock)
    local msg, err, timeout = sock:recv()
    while msg do
        assert(sock:send(msg))
        msg, err, timeout = sock:recv()
    end
    assert(not err and not timeout, err)
end

--- Serves one client; the server's opts and what it does with the connection are the caller's.
local function serve(server, serve_client)
    assert(server:listen())
    tell(server:family() == net.AF_UNIX and server:getsockname():addr() or server:getsockname():port())
    local sock, err, ai = server:accept(true)
    assert(sock, err)
    assert(ai:family() == server:family() and ai:socktype() == net.SOCK_STREAM)
    serve_client(sock)
    assert(sock:close())
    assert(server:close())
end

local function new_path()
    local path = os.tmpname()
    os.remove(path)
    return path
end

--- Sets each option of a socket to what it is; those that the family has not are errors.
local function use_options(sock)
    for _, name in ipairs({
        'reuseaddr', 'reuseport', 'debug', 'dontroute', 'timestamp', 'cloexec', 'keepalive',
        'oobinline', 'tcpnodelay', 'tcpcork',
    }) do
        local old = sock[name](sock)
        if old ~= nil and name ~= 'debug' then
            assert(type(old) == 'boolean' and sock[name](sock, old) == old, name)
        end
    end
    for _, name in ipairs({
        'rcvbuf', 'sndbuf', 'rcvlowat', 'tcpkeepalive', 'tcpkeepintvl', 'tcpkeepcnt', 'rcvtimeo',
        'sndtimeo',
    }) do
        local old = sock[name](sock)
        if old then
            assert(type(old) == 'number' and sock[name](sock, old) == old, name)
        end
    end
    assert(sock:sndlowat() == 1 and sock:linger() == -1 and sock:acceptconn() == false)
    assert(sock:linger(10) == -1 and sock:linger(-1) == 10)
    assert(sock:atmark() == false or sock:family() == net.AF_UNIX)
    assert(sock:error() == nil and sock:isnonblock() == false)
    assert(sock:socktype() == net.SOCK_STREAM and sock:fd() >= 0)
    assert(sock:protocol() == (sock:family() == net.AF_INET and net.IPPROTO_TCP or 0))
    local receive_deadline, send_deadline = sock:deadlines(20000, 20000)
    assert(receive_deadline == 20000 and send_deadline == 20000)
    local hook = function() return true end
    assert(sock:onwaitrecv(hook, 'ctx') == nil and sock:onwaitrecv() == hook)
    assert(sock:onwaitsend(hook) == nil and sock:onwaitsend() == hook)
end

--- A temporary file with 40,000 bytes, which the buffers of sockets take both ways.
local function with_file(use)
    local path = os.tmpname()
    local file = assert(io.open(path, 'w+'))
    os.remove(path)
    local content = string.rep('0123456789', 4000)
    assert(file:write(content))
    assert(file:flush())
    use(file, content)
    file:close()
end

local function send_file(client)
    with_file(function(file, content)
        local sent, err = client:sendfile(file, file:seek('end'), 0)
        assert(sent == #content, err)
        assert(receive(client, sent) == content)
        sent, err = client:sendfilesync(file, 10, 5)
        assert(sent == 10, err)
        assert(receive(client, sent) == '5678901234')
    end)
end

--- What clients of all kinds do: the server echoes.
local function converse(client)
    local msg = 'hello ' .. os.time()
    expect(#msg, client:send(msg))
    assert(receive(client, #msg) == msg)
    for _, call in ipairs({
        { 'write', 'read' }, { 'send', 'recv' }, { 'writesync', 'readsync' },
        { 'sendsync', 'recvsync' },
    }) do
        expect(5, client[call[1]](client, 'hello'))
        expect('hello', client[call[2]](client))
    end
    expect('x', client:syncread(function(sock, str)
        assert(sock == client)
        return str
    end, 'x'))
    expect(3, client:syncwrite(client.send, 'abc'))
    expect('abc', client:syncread(client.recv, 3))
    send_file(client)
end

local programs = {}

programs.inet = {
    server = function()
        local server, err, ai = inet.server.new('127.0.0.1', 0, { reuseaddr = true, reuseport = true })
        assert(server, err)
        assert(ai:port() == server:getsockname():port() and server:reuseaddr() and server:reuseport())
        assert(tostring(server):find('^net.stream.inet.Server: '))
        serve(server, echo)
    end,
    client = function(port)
        local client, err, timeout, ai = inet.client.new('127.0.0.1', port, { deadline = 20000 })
        assert(client, err or timeout and 'timed out')
        assert(client.instanceof() == 'net.stream.inet.Client' and ai:port() == tonumber(port))
        assert(client:getpeername():port() == ai:port() and client:getpeername():addr() == '127.0.0.1')
        use_options(client)
        converse(client)
        expect(5, client:send('hello', net.MSG_NOSIGNAL))
        expect('hello', client:recv(5, net.MSG_PEEK))
        expect('hello', client:recv(nil, nil))
        assert(client:closew())
        expect(nil, client:recv())
        assert(client:close())
        assert(client:fd() == -1 and client:close())
    end,
}

programs.inet_tls = {
    server = function()
        serve(assert(inet.server.new('127.0.0.1', 0, { tlscfg = server_config() })), echo)
    end,
    client = function(port)
        local client, err = inet.client.new('127.0.0.1', port, {
            tlscfg = client_config(),
            servername = 'localhost',
            deadline = 20000,
        })
        assert(client, err)
        assert(tostring(client):find('^net.tls.stream.inet.Client: '))
        use_options(client)
        client:setclocklimit(1)
        client:setclocklimit()
        expect(true, client:handshake())
        converse(client)
        expect(true, client:poll_wait(net_tls.WANT_POLLOUT))
        for _, name in ipairs({
            'closer', 'closew', 'recvmsg', 'recvmsgsync', 'readv', 'readvsync', 'sendmsg',
            'sendmsgsync', 'writev', 'writevsync',
        }) do
            local value, why = client[name](client)
            assert(value == nil and why:find('not supported'))
        end
        expect(true, client:tls_close())
        expect(true, client:close())
    end,
}

programs.unix = {
    server = function()
        local path = new_path()
        local server, err = unix.server.new(path)
        assert(server, err)
        serve(server, echo)
        os.remove(path)
    end,
    client = function(path)
        local client = assert(unix.client.new(path, { deadline = 20000 }))
        assert(tostring(client):find('^net.stream.unix.Client: '))
        use_options(client)
        converse(client)
        assert(client:close())
    end,
}

programs.unix_tls = {
    server = function()
        local path = new_path()
        serve(assert(unix.server.new(path, server_config())), echo)
        os.remove(path)
    end,
    client = function(path)
        local client = assert(unix.client.new(path, {
            tlscfg = client_config(),
            servername = 'localhost',
        }))
        assert(tostring(client):find('^net.tls.stream.unix.Client: '))
        use_options(client)
        converse(client)
        for _, name in ipairs({ 'sendfd', 'recvfd', 'sendfdsync', 'recvfdsync' }) do
            local value, why = client[name](client)
            assert(value == nil and why:find('not supported'))
        end
        assert(client:close())
    end,
}

-- Descriptors, pieces and messages, over pairs.
programs.pair = {
    client = function()
        local pair = assert(unix.pair())
        local other = assert(unix.pair())
        assert(#pair == 2 and tostring(pair[1]):find('^net.stream.unix.Socket: '))
        assert(pair[1]:sendfd(other[1]:fd()))
        local sock = assert(unix.wrap(assert(pair[2]:recvfd())))
        assert(other[1]:close())
        assert(sock:send('hello'))
        assert(other[2]:recv() == 'hello')

        local msghdr = require('net.msghdr')
        local out, into = msghdr.new(), msghdr.new()
        out:add('hello')
        out:add('world')
        into:addn(5)
        assert(pair[1]:writev(out.iov) == 10 and out:bytes() == 10)
        assert(pair[2]:readv(into.iov) == 5 and into:concat() == 'hello' and out:get(1) == 'hello')
        assert(pair[2]:readvsync(into.iov) == 5 and into:concat() == 'world')
        assert(pair[1]:sendmsg(out))
        assert(out:bytes() == 0)
        assert(pair[2]:recvmsg(into) == 5 and into:concat() == 'hello')
        assert(pair[2]:recvmsgsync(into) == 5 and into:concat() == 'world')
        assert(pair[1]:closer() and pair[2]:closew())
        assert(pair[1]:close(true, true) and pair[2]:close(true))
    end,
}

-- A server that counts its clients, and a class of servers in the way that it extends one.
programs.overridden = {
    server = function()
        local server = assert(inet.server.new('127.0.0.1', 0, { tlscfg = server_config() }))
        server.count = 0
        function server:new_connection(sock, nonblock)
            assert(type(sock:fd()) == 'number' and nonblock == self.nonblock)
            self.count = self.count + 1
            return self['net.tls.stream.inet.Server'].new_connection(self, sock, nonblock)
        end
        function server:accepted(sock, _, ai)
            sock.number = self.count
            return sock, nil, ai
        end
        serve(server, function(sock)
            assert(sock:send('you are number ' .. sock.number))
        end)
    end,
    client = function(port)
        local client = assert(inet.client.new('localhost', port, { tlscfg = client_config() }))
        assert(client:recv() == 'you are number 1')
        assert(client:close())
    end,
}

-- A poller of the program's own, and two clients at once.
programs.poller = {
    server = function()
        local server = assert(inet.server.new('127.0.0.1', 0))
        assert(server:listen())
        tell(server:getsockname():port())
        local first, second = assert(server:accept()), assert(server:accept())
        assert(first:send(assert(second:recv())))
        assert(second:send('done'))
    end,
    client = function(port)
        local waiting = {}
        local function wait(fd)
            waiting[coroutine.running()] = fd
            coroutine.yield()
            return true
        end
        local function yes()
            return true
        end
        poll.set_poller({
            pollable = yes,
            wait_readable = wait,
            wait_writable = wait,
            unwait_readable = yes,
            unwait_writable = yes,
            unwait = yes,
            read_lock = yes,
            read_unlock = yes,
            write_lock = yes,
            write_unlock = yes,
        })
        local count = 0
        local function talk(say, hear)
            local client = assert(inet.client.new('127.0.0.1', port))
            assert(client.nonblock and client:isnonblock())
            client:deadlines(20000, 20000)
            assert(not say or client:send(say))
            assert(client:recvsync() == hear and client:close())
            count = count + 1
        end
        -- Whoever waits is woken again and again until it has got what it waits for.
        local threads = { coroutine.create(talk), coroutine.create(talk) }
        assert(coroutine.resume(threads[1], nil, 'from the other'))
        assert(coroutine.resume(threads[2], 'from the other', 'done'))
        while count < 2 do
            for _, thread in ipairs(threads) do
                if coroutine.status(thread) == 'suspended' then
                    assert(coroutine.resume(thread))
                end
            end
        end
        poll.set_poller()
    end,
}

if arg[1] then
    programs[arg[1]].server()
    os.exit(true)
end

for _, name in ipairs({ 'inet', 'inet_tls', 'unix', 'unix_tls', 'pair', 'overridden', 'poller' }) do
    local program = programs[name]
    if program.server then
        local server = assert(io.popen(string.format("'%s' '%s' %s", arg[-1], arg[0], name)))
        local ok, err = xpcall(program.client, debug.traceback, server:read('l'))
        assert(ok, name .. ': ' .. tostring(err))
        assert(server:close(), name)
    else
        program.client()
    end
end
