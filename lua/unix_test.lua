-- Unix sockets: constructors, addresses, and what differs from TCP.

local net = require('net')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

-- A path at which there is nothing.
local function new_path()
    local path = os.tmpname()
    assert(os.remove(path))
    return path
end

local function exists(path)
    local file = io.open(path) -- no socket can be opened: the error tells which it is
    assert(not file, path .. ' is a file')
    return not select(2, io.open(path)):find('No such file', 1, true)
end

local function with_name(cfg)
    return { tlscfg = cfg or tls.client_config(), servername = 'localhost' }
end

-- Results of the constructors, which leave the caller's tables alone. (D-26)
local path = new_path()
local server_options = setmetatable({ tlscfg = tls.server_config() }, { __newindex = error })
local server, err, ai = unix.server.new(path, server_options)
assert(tostring(server):find('^net%.tls%.stream%.unix%.Server: ') and err == nil)
assert(ai:family() == net.AF_UNIX and ai:addr() == path and ai:port() == 0)
triple(nil, 'connect failed: Connection refused', nil, unix.client.new(path, with_name()))
assert(server:listen() == true and exists(path))
local client_options = setmetatable(with_name(), { __newindex = error })
local client, why, timeout, to = unix.client.new(path, client_options)
assert(tostring(client):find('^net%.tls%.stream%.unix%.Client: ') and why == nil)
assert(timeout == nil and to:addr() == path)
assert(select('#', unix.client.new(path, client_options)) == 4)
local accepted, accept_error, from = server:accept(true)
assert(tostring(accepted):find('^net%.tls%.stream%.unix%.Socket: ') and accept_error == nil)
assert(from:family() == net.AF_UNIX and from:addr() == '')
assert(client:getpeername():addr() == path and accepted:getsockname():addr() == path)
assert(client:family() == net.AF_UNIX and client:socktype() == net.SOCK_STREAM)
assert(client:protocol() == 0 and accepted:family() == net.AF_UNIX)

-- Classes.
assert(client.instanceof() == 'net.tls.stream.unix.Client')
for _, class in ipairs({ 'net.Socket', 'net.stream.Socket', 'net.tls.Socket' }) do
    assert(client[class].fd(client) == client:fd())
end
assert(client.accept == nil and server['net.tls.stream.Server'].accept == server.accept)

-- What TCP alone has is an error of the system's.
local nodelay, nodelay_error = client:tcpnodelay(true)
assert(nodelay == nil and nodelay_error:find('tcpnodelay failed: Operation not supported'))
assert(client:sndbuf() > 0 and client:deadlines(1000, 2000) == 1000)

-- Descriptors cannot be passed beside the bytes of TLS, in any state; only where they could be
-- passed at all are there methods for it. (D-23)
local function passes_no_descriptor(...)
    for _, sock in ipairs({ ... }) do
        for _, name in ipairs({ 'sendfd', 'sendfdsync', 'recvfd', 'recvfdsync' }) do
            triple(nil, 'Operation not supported on socket', nil, sock[name](sock))
            triple(nil, 'Operation not supported on socket', nil, sock[name](sock, 1, 'x', {}))
            raises('net.tls.Socket expected', sock[name], 1)
        end
    end
end
passes_no_descriptor(client, accepted, server)
client:close()
passes_no_descriptor(client)
do
    local inet_server <close>, port = tls.listen()
    assert(tls.connect(port).sendfd == nil)
end

-- A path is no name: without one to verify, no client is made. (D-24)
triple(nil, 'server name', nil, unix.client.new(path, { tlscfg = tls.client_config() }))
assert(unix.client.new(path, {
    tlscfg = tls.client_config(function(cfg) cfg:insecure_noverifyname() end),
}))

-- Paths that cannot be.
local longest = '/tmp/' .. ('x'):rep(102)
for text, bad in pairs({
    ['No such file or directory'] = '',
    ['File name too long'] = longest .. 'x',
    ['Not a directory'] = path .. '/under',
}) do
    triple(nil, 'connect failed: ' .. text, nil, unix.client.new(bad, with_name()))
    triple(nil, 'bind failed: ' .. text, nil, unix.server.new(bad, server_options))
end
triple(nil, 'connect failed: No such file or directory', nil,
       unix.client.new(longest, with_name()))
triple(nil, 'connect failed: No such file or directory', nil,
       unix.client.new(new_path(), with_name()))

-- Mistakes raise at the caller's line. (D-03)
for _, new in ipairs({ unix.client.new, unix.server.new }) do
    raises('string expected, got no value', new)
    raises('string expected, got number', new, 1, with_name())
    raises('string contains zeros', new, path .. '\0x', with_name())
    raises('opts must be table', new, path, 1)
    raises('opts.tlscfg: net.tls.config expected, got table', new, path, { tlscfg = {} })
end
raises('opts.servername must be string', unix.client.new, path,
       { tlscfg = tls.client_config(), servername = 1 })
raises('opts.deadline must be uint', unix.client.new, path,
       { tlscfg = tls.client_config(), deadline = -1 })
triple(nil, 'certificate', nil, unix.server.new(new_path(), { tlscfg = tls.client_config() }))

-- A path that is there is left alone, whatever is there, and close() does not remove it.
triple(nil, 'bind failed: Address already in use', nil, unix.server.new(path, server_options))
triple(true, nil, nil, server:close())
assert(exists(path))
triple(nil, 'bind failed: Address already in use', nil, unix.server.new(path, server_options))
assert(os.remove(path))

-- The configuration itself may stand for the options of a server.
server = assert(unix.server.new(path, tls.server_config()))
raises('bad argument #2', unix.client.new, path, tls.client_config())

-- Where there is no room in the listener's queue, a client waits until its deadline.
assert(server:listen(0))
local queue = { unix.client.new(path, with_name()) }
local options = with_name()
options.deadline = 20
triple(nil, nil, true, unix.client.new(path, options))
scheduler.spawn(function()
    triple(nil, nil, true, unix.client.new(path, options))
end)
scheduler.run()

-- Trying again and again leaves nothing open.
local function lowest_free_descriptor()
    collectgarbage()
    local pair = assert(unix.pair())
    local fd = pair[1]:fd()
    pair[1]:close()
    pair[2]:close()
    return fd
end
scheduler.spawn(function()
    local before = lowest_free_descriptor()
    triple(nil, nil, true, unix.client.new(path, options))
    assert(lowest_free_descriptor() == before)
end)
scheduler.run()

-- With a poller it goes on when there is room. The server blocks: it takes a connection that is
-- there.
options.deadline = 60000
local is_connected = false
scheduler.spawn(function()
    local waits, unwaited = scheduler.waits, #scheduler.unwaited
    local client = assert(unix.client.new(path, options))
    assert(scheduler.waits > waits and #scheduler.unwaited > unwaited)
    assert(client:getpeername():addr() == path)
    is_connected = true
    client:close()
end)
scheduler.spawn(function()
    assert(not is_connected)
    server:accept():close()
end)
scheduler.run()
assert(is_connected)
queue[1]:close()
server:close()
assert(os.remove(path))

-- Both ways between coroutines, of which the server waits for its connection first.
scheduler.spawn(function()
    local listening <close> = assert(unix.server.new(path, server_options))
    assert(listening:listen())
    scheduler.spawn(function()
        local sock <close> = assert(unix.client.new(path, with_name()))
        assert(sock.nonblock == true)
        triple(5, nil, nil, sock:write('hello'))
        assert(sock:servername() == 'localhost')
        triple('world', nil, nil, sock:read())
        triple(nil, nil, nil, sock:read())
    end)
    local sock = assert(listening:accept())
    assert(sock.nonblock == true)
    triple('hello', nil, nil, sock:read())
    triple(5, nil, nil, sock:write('world'))
    passes_no_descriptor(sock)
    triple(true, nil, nil, sock:close())
end)
scheduler.run()
assert(os.remove(path))

-- acceptfd gives the plain descriptor away.
server = assert(unix.server.new(path, server_options))
assert(server:listen())
client = assert(unix.client.new(path, with_name()))
assert(server:acceptfd() >= 0)
server:close()
assert(os.remove(path))
