-- Mistakes in a program raise at its line and name the argument; nothing crashes. (D-03)

local net_tls = require('net.tls')
local config = require('net.tls.config')
local inet = require('net.stream.inet')
local poll = require('net.poll')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

local server, port = tls.listen()
local listening_address = server:getsockname()
local sock = tls.connect(port)
local accepted = assert(server:accept())

local function line_of(err)
    return tonumber(err:match('arguments_test.lua:(%d+):'))
end

-- The line is the caller's.
local here = debug.getinfo(1, 'l').currentline + 1
assert(line_of(raises("bad argument #1 to 'write'", function() sock:write(1) end)) == here)

raises("bad argument #1 to 'write' (string expected, got number)", function() sock:write(1) end)
raises("bad argument #1 to 'write' (string expected, got no value)", function() sock:write() end)
raises("bad argument #1 to 'send' (string expected, got nil)", function() sock:send(nil) end)
raises("bad argument #1 to 'read' (number expected, got string)", function() sock:read('10') end)
raises("bad argument #1 to 'read' (number has no integer representation)",
       function() sock:read(1.5) end)
raises("bad argument #1 to 'recv' (number expected, got table)", function() sock:recv({}) end)
for _, sec in ipairs({ -1, 0 / 0, 1 / 0, -1 / 0, '1', {}, true }) do
    raises("bad argument #1 to 'setclocklimit' (sec must be unsigned number)",
           function() sock:setclocklimit(sec) end)
end
raises("bad argument #1 to 'deadlines' (rcvdeadl must be uint)", function() sock:deadlines(-1) end)
raises("bad argument #1 to 'deadlines' (rcvdeadl must be uint)", function() sock:deadlines('1') end)
raises("bad argument #2 to 'deadlines' (snddeadl must be uint)",
       function() sock:deadlines(nil, 1.5) end)
raises("bad argument #1 to 'onwaitrecv' (fn must be function)", function() sock:onwaitrecv(1) end)
raises("bad argument #1 to 'onwaitsend' (fn must be function)", function() sock:onwaitsend({}) end)
raises("bad argument #1 to 'tcpnodelay' (boolean expected, got number)",
       function() sock:tcpnodelay(1) end)
raises("bad argument #1 to 'rcvbuf' (number expected, got string)", function() sock:rcvbuf('1') end)
raises("bad argument #1 to 'sndbuf' (integer out of range)", function() sock:sndbuf(2 ^ 40) end)
raises("bad argument #1 to 'rcvtimeo' (number expected, got string)",
       function() sock:rcvtimeo('1') end)
raises("bad argument #1 to 'sndtimeo' (sec must be unsigned number)",
       function() sock:sndtimeo(-1) end)
raises("bad argument #1 to 'syncread' (fn must be function)", function() sock:syncread('read') end)
raises("bad argument #1 to 'nonblock' (boolean expected, got number)",
       function() sock.sock:nonblock(1) end)
raises("bad argument #1 to 'accept' (boolean expected, got number)",
       function() server:accept(1) end)
raises("bad argument #1 to 'listen' (number expected, got string)",
       function() server:listen('1') end)

-- poll_wait returns what is wrong with its argument. (D-16)
triple(false, 'unsupported want type "nil"', nil, sock:poll_wait())
triple(false, 'unsupported want type "1"', nil, sock:poll_wait(1))
triple(false, 'unsupported want type "-2"', nil, sock:poll_wait('-2'))
triple(false, 'unsupported want type "nil"', nil, sock:poll_wait(nil, net_tls.WANT_POLLIN))

-- Constructors.
local cfg = tls.client_config()
raises("bad argument #3 to 'new' (opts must be table)",
       function() inet.client.new('127.0.0.1', port, 1) end)
raises('opts.tlscfg: net.tls.config expected, got table',
       function() inet.client.new('127.0.0.1', port, { tlscfg = {} }) end)
raises('opts.tlscfg: net.tls.config expected, got userdata',
       function() inet.client.new('127.0.0.1', port, { tlscfg = sock }) end)
raises('opts.servername must be string',
       function() inet.client.new('127.0.0.1', port, { tlscfg = cfg, servername = 1 }) end)
raises('opts.servername contains zeros',
       function() inet.client.new('127.0.0.1', port, { tlscfg = cfg, servername = 'a\0b' }) end)
raises('opts.deadline must be uint',
       function() inet.client.new('127.0.0.1', port, { tlscfg = cfg, deadline = -1 }) end)
raises('opts.reuseaddr must be boolean',
       function() inet.server.new('127.0.0.1', 0, { tlscfg = cfg, reuseaddr = 1 }) end)
raises('opts.reuseport must be boolean',
       function() inet.server.new('127.0.0.1', 0, { tlscfg = cfg, reuseport = 'x' }) end)
raises("bad argument #1 to 'new' (string expected, got number)",
       function() inet.client.new(1, port, { tlscfg = cfg }) end)
raises("bad argument #1 to 'new' (string contains zeros)",
       function() inet.client.new('127.0.0.1\0', port, { tlscfg = cfg }) end)
raises("bad argument #2 to 'new' (port out of range)",
       function() inet.client.new('127.0.0.1', 65536, { tlscfg = cfg }) end)
raises("bad argument #2 to 'new' (string expected, got nil)",
       function() inet.client.new('127.0.0.1', nil, { tlscfg = cfg }) end)

-- The configuration's setters.
raises("bad argument #1 to 'set_ca_file' (string expected, got nil)",
       function() cfg:set_ca_file(nil) end)
raises("bad argument #2 to 'set_keypair_file' (string expected, got no value)",
       function() cfg:set_keypair_file('a') end)
raises("bad argument #3 to 'set_keypair_file' (string expected, got number)",
       function() cfg:set_keypair_file('a', 'b', 1) end)
raises("bad argument #3 to 'add_keypair' (string expected, got table)",
       function() cfg:add_keypair('a', 'b', {}) end)
raises("bad argument #1 to 'set_verify_depth' (number expected, got string)",
       function() cfg:set_verify_depth('1') end)
raises("bad argument #1 to 'set_verify_depth' (integer out of range)",
       function() cfg:set_verify_depth(1 << 40) end)
raises("bad argument #1 to 'set_session_lifetime' (number has no integer representation)",
       function() cfg:set_session_lifetime(1.5) end)
raises("bad argument #1 to 'add_ticket_key' (integer out of range)",
       function() cfg:add_ticket_key(-1, ('x'):rep(48)) end)
raises("bad argument #2 to 'add_ticket_key' (string expected, got no value)",
       function() cfg:add_ticket_key(1) end)
raises("bad argument #1 to 'set_session_id' (string expected, got number)",
       function() cfg:set_session_id(1) end)
raises("set_dheparams 'auto' cannot be honoured: BoringSSL has no DHE",
       function() cfg:set_dheparams('auto') end)
raises("set_session_fd cannot be honoured", function() cfg:set_session_fd(1) end)
raises("bad argument #1 to 'set_ca_path' (string contains zeros)",
       function() cfg:set_ca_path('a\0b') end)
raises("bad argument #1 to 'set_session_tickets' (boolean expected, got number)",
       function() cfg:set_session_tickets(1) end)
raises("bad argument #1 to 'set_protocols' (unknown TLS version)",
       function() cfg:set_protocols(1) end)

-- Pollers.
raises('"pollable" is not function: "nil"', function() poll.set_poller({}) end)
raises('table expected, got number', function() poll.set_poller(1) end)
raises('array of descriptors expected', function() poll.select({ 'x' }, {}) end)

-- A wrong self, of every method.
local objects = { sock, accepted, server, cfg, sock.sock, (sock:getsockname()) }
local selves = { 1, 'x', {}, io.stdout, setmetatable({}, getmetatable(sock)) }
for _, object in ipairs(objects) do
    for name, method in pairs(getmetatable(object)) do
        if name ~= '__name' and name ~= '__index' and type(method) == 'function' then
            for _, self in ipairs(selves) do
                raises('expected, got', method, self)
            end
            raises('expected, got no value', method)
        end
    end
end

local function methods_of(object)
    local names = {}
    for _, name in ipairs({
        'fd', 'family', 'socktype', 'protocol', 'isnonblock', 'getsockname', 'getpeername',
        'rcvbuf', 'sndbuf', 'rcvtimeo', 'sndtimeo', 'tcpnodelay', 'error', 'deadlines',
        'onwaitrecv', 'onwaitsend', 'close', 'handshake', 'read', 'recv', 'write', 'send',
        'tls_close', 'poll_wait', 'setclocklimit', 'getclocklimit', 'closer', 'closew', 'recvmsg',
        'recvmsgsync', 'readv', 'readvsync', 'sendmsg', 'sendmsgsync', 'writev', 'writevsync',
        'version', 'cipher', 'group', 'alpn', 'servername', 'closed_by', 'reused', 'alert',
        'peer_certificate', 'readsync', 'recvsync', 'writesync', 'sendsync', 'syncread',
        'syncwrite', 'listen', 'accept', 'acceptfd',
    }) do
        if object[name] then
            names[#names + 1] = name
        end
    end
    return names
end

for _, object in ipairs({ sock, accepted, server }) do
    for _, name in ipairs(methods_of(object)) do
        for _, self in ipairs(selves) do
            raises('expected, got', object[name], self)
        end
        raises('expected, got', object[name], cfg)
        raises('expected, got', object[name], sock.sock)
    end
end
raises('net.stream.Server expected, got net.tls.stream.inet.Client', server.accept, sock)

-- A finalised object: an error or nothing, never a crash.
for _, object in ipairs({ sock, accepted, server }) do
    local names = methods_of(object)
    getmetatable(object).__gc(object)
    getmetatable(object).__gc(object)
    for _, name in ipairs(names) do
        pcall(object[name], object, name:find('^sync') and type or nil)
        pcall(object[name], object, 'x')
    end
    assert(object:fd() == -1)
    triple(false, 'Bad file descriptor', nil, object:handshake())
    triple(nil, 'Bad file descriptor', nil, object:read())
    triple(nil, 'Bad file descriptor', nil, object:write('x'))
    triple(true, nil, nil, object:tls_close())
    triple(true, nil, nil, object:close())
end
assert(server:accept() == nil)
getmetatable(cfg).__gc(cfg)
getmetatable(cfg).__gc(cfg)
raises('finalised net.tls.config', function() cfg:verify() end)
raises('opts.tlscfg', function() inet.client.new('127.0.0.1', port, { tlscfg = cfg }) end)

-- Nobody can pass an object off as one of another class.
local address = listening_address
for key, value in pairs(getmetatable(server)) do
    getmetatable(address)[key] = value
end
raises('net.tls.Socket expected', function() server.read(address) end)
raises('net.Socket expected', function() return address:fd() end)

-- Fields of no meaning are nil, whatever the key.
assert(sock.nosuch == nil and sock[1] == nil and sock[sock] == nil and sock[1.5] == nil)
