-- What a server does with a connection can be replaced: new_connection and accepted.

local class = require('net.class')
local inet = require('net.stream.inet')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

--- A server, and a function that connects to it, accepts the connection and returns what accept does.
local function serve()
    local server, port = tls.listen()
    return server, function(...)
        local client = tls.connect(port)
        return client, server:accept(...)
    end
end

--- Whether the peer has closed: its end of the connection is readable, and what is read there fails.
local function assert_closed(client)
    local str, err = client:read()
    assert(str == nil and err, 'the connection is open')
    client:close()
end

-- What they are given, and by default do.
do
    local server <close>, accept = serve()
    local calls = {}
    for _, name in ipairs({ 'new_connection', 'accepted' }) do
        server[name] = function(...)
            calls[#calls + 1] = { name, select('#', ...), ... }
            return server['net.tls.stream.inet.Server'][name](...)
        end
    end
    local client, sock, err, ai = accept(true)
    assert(sock.instanceof() == 'net.tls.stream.inet.Socket' and err == nil)
    assert(ai:port() == client:getsockname():port())
    assert(#calls == 2)
    assert(calls[1][1] == 'new_connection' and calls[1][2] == 3)
    assert(rawequal(calls[1][3], server) and rawequal(calls[1][4], sock) and calls[1][5] == false)
    assert(calls[2][1] == 'accepted' and calls[2][2] == 4)
    assert(rawequal(calls[2][3], server) and rawequal(calls[2][4], sock) and calls[2][5] == false)
    assert(rawequal(calls[2][6], ai))
    assert(select('#', accept()) == 4)
    assert(calls[4][6] == nil)
end

-- What they return is what accept returns, whatever it is.
do
    local server <close>, accept = serve()
    function server:new_connection(sock, nonblock)
        return { sock = sock, nonblock = nonblock }
    end
    local client, wrapped, err, ai = accept()
    assert(wrapped.sock:fd() > client:fd() and wrapped.nonblock == false and not err and not ai)

    function server:accepted(sock)
        return sock.sock, 'err', 'ai'
    end
    local accepted
    client, accepted, err, ai = accept()
    assert(accepted.instanceof() == 'net.tls.stream.inet.Socket' and err == 'err' and ai == 'ai')
    assert(client:fd() >= 0 and accepted:fd() >= 0)

    server.accepted = function() return 1, 2, 3, 4 end
    assert(select('#', accept()) == 4 and select(2, accept()) == 1)
    server.accepted = function() end
    client, accepted, err, ai = accept()
    assert(accepted == nil and err == nil and ai == nil and client:fd() >= 0)
end

-- What is refused is closed.
do
    local server <close>, accept = serve()
    function server.new_connection()
        return nil, 'not today'
    end
    local function refused(err, client, ...)
        triple(nil, err, nil, ...)
        assert_closed(client)
    end
    refused('not today', accept())
    function server.new_connection(_, sock)
        return sock, { 'an err counts' }
    end
    refused('table: ', accept())
    function server.new_connection() end
    refused('accept failed: new_connection has returned nothing', accept(true))
    server.new_connection = nil
    local client, accepted = accept()
    assert(accepted:fd() >= 0)
    client:close()
end

-- So is what raises, and the error is the program's.
for _, name in ipairs({ 'new_connection', 'accepted' }) do
    local server <close>, port = tls.listen()
    local raised, kept = {}, nil
    server[name] = function(_, sock)
        kept = sock
        error(raised)
    end
    local client = tls.connect(port)
    local ok, err = pcall(server.accept, server)
    assert(not ok and rawequal(err, raised) and kept:fd() == -1)
    assert_closed(client)
    server[name] = 'no function'
    client = tls.connect(port)
    raises("attempt to call a string value", server.accept, server)
    assert_closed(client)
end

-- A class of servers, whose connections are of another.
do
    local Connection = class.extend('app.Connection', 'net.tls.stream.inet.Socket', {
        init = function(self, _, nonblock)
            self.is_waiting = nonblock
        end,
        greet = function(self)
            return self:write('hello')
        end,
    })
    local Server = class.extend('app.Server', 'net.tls.stream.inet.Server', {
        new_connection = function(self, sock, nonblock)
            self.count = (self.count or 0) + 1
            return Connection(sock, nonblock)
        end,
        accepted = function(self, sock, nonblock, ai)
            -- It may wait.
            local ok, err = sock:handshake()
            if not ok then
                return nil, err
            end
            assert(nonblock == self.nonblock)
            return sock, nil, ai
        end,
    })
    scheduler.spawn(function()
        local server, err, ai = inet.server.new('127.0.0.1', 0, { tlscfg = tls.server_config() })
        server = Server(assert(server, err))
        assert(server:listen())
        scheduler.spawn(function()
            local client = tls.connect(ai:port())
            triple('hello', nil, nil, client:read())
            client:close()
        end)
        local sock = assert(server:accept())
        assert(sock.instanceof() == 'app.Connection' and sock.is_waiting == true)
        triple(5, nil, nil, sock:greet())
        assert(server.count == 1)
        sock:close()

        -- An error after a wait closes too.
        scheduler.spawn(function()
            local client = tls.connect(ai:port())
            assert(client:handshake())
            local str, reason = client:read()
            assert(str == nil and reason)
            client:close()
        end)
        function server:accepted(accepted)
            assert(accepted:handshake())
            error('no', 0)
        end
        local ok, reason = pcall(server.accept, server)
        assert(not ok and reason == 'no')
        server:close()
    end)
    scheduler.run()
end

-- Mistakes.
do
    local server <close>, accept = serve()
    local client, accepted = accept()
    raises("bad argument #1 to 'new_connection' (net.Socket expected, got no value)",
           function() server:new_connection() end)
    raises("bad argument #1 to 'accepted' (value expected)", function() server:accepted() end)
    assert(rawequal(server:new_connection(accepted, false), accepted))
    client:close()
end
