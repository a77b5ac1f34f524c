-- Options of net.stream.Socket: each returns the value before, and the kernel has the new one.

local luasocket = require('socket')
local inet = require('net.stream.inet')
local poll = require('net.poll')
local unix = require('net.stream.unix')
local tls = require('testing.tls')

local raises = tls.raises

-- Fails where there are not exactly as many values as expected, and these.
local function returns(expected, ...)
    local value, err = ...
    if select('#', ...) ~= #expected or value ~= expected[1] or err ~= expected[2] then
        error(string.format('got %d: %s, %s', select('#', ...), tostring(value), tostring(err)), 2)
    end
end

local server, port = tls.listen()
local client = tls.connect(port)
local accepted = assert(server:accept())

-- The method called as a program does, which an error names it by.
local function calling(name, ...)
    return load('local sock, value = ... sock:' .. name .. '(value)'), client, ...
end

-- What another library is told by the kernel about the same descriptor.
local function seen(sock, option)
    local other = luasocket.tcp4()
    other:setfd(sock:fd())
    local value = other:getoption(option)
    other:setfd(-1)
    return value
end

-- Whether it listens cannot be set.
returns({ true }, server:acceptconn())
returns({ true }, server:acceptconn(false))
returns({ true }, server:acceptconn())
returns({ false }, client:acceptconn())
returns({ false }, accepted:acceptconn(true))

for _, name in ipairs({ 'oobinline', 'keepalive', 'tcpnodelay', 'tcpcork' }) do
    for _, sock in ipairs({ server, client, accepted }) do
        local before = sock[name](sock)
        assert(type(before) == 'boolean')
        returns({ before }, sock[name](sock, not before))
        returns({ not before }, sock[name](sock))
        returns({ not before }, sock[name](sock, nil))
        returns({ not before }, sock[name](sock, before))
        returns({ before }, sock[name](sock))
    end
    raises("bad argument #1 to '" .. name .. "' (boolean expected, got string)",
           calling(name, 'true'))
end

-- Connections are made without delay, unless it is asked for.
for option, name in pairs({ keepalive = 'keepalive', ['tcp-nodelay'] = 'tcpnodelay' }) do
    for _, enabled in ipairs({ true, false, true }) do
        client[name](client, enabled)
        assert(seen(client, option) == enabled)
    end
end
local fresh = tls.connect(port)
returns({ true }, fresh:tcpnodelay())
returns({ true }, assert(server:accept()):tcpnodelay())

-- What is corked does not leave. It would after a while: a machine that stalls so long tries again.
local listening_plain <close> = assert(inet.server.new('127.0.0.1', 0))
assert(listening_plain:listen())
local corked <close> = assert(inet.client.new('127.0.0.1', listening_plain:getsockname():port()))
local reader <close> = assert(listening_plain:accept())
local held = false
for _ = 1, 20 do
    returns({ false }, corked:tcpcork(true))
    assert(corked:write('x'))
    held = held or #poll.select({ reader:fd() }, {}, 0) == 0
    returns({ true }, corked:tcpcork(false))
    assert(reader:read() == 'x')
end
assert(held)

-- Keeping alive: seconds until the first probe, seconds between probes, and how many of them.
local limits = { tcpkeepalive = 32767, tcpkeepintvl = 32767, tcpkeepcnt = 127 }
local theirs = {
    tcpkeepalive = 'tcp-keepidle',
    tcpkeepintvl = 'tcp-keepintvl',
    tcpkeepcnt = 'tcp-keepcnt',
}
for name, limit in pairs(limits) do
    local before = client[name](client)
    assert(math.type(before) == 'integer' and before > 0)
    returns({ before }, client[name](client, 7))
    returns({ 7 }, client[name](client, limit))
    returns({ limit }, client[name](client))
    returns({ limit }, client[name](client, nil))
    assert(seen(client, theirs[name]) == limit)
    for _, bad in ipairs({ 0, -1, limit + 1 }) do
        returns({ nil, name .. ' failed: Invalid argument' }, client[name](client, bad))
    end
    returns({ limit }, client[name](client))
    raises("bad argument #1 to '" .. name .. "' (number expected, got boolean)",
           calling(name, true))
    raises("bad argument #1 to '" .. name .. "' (integer out of range)",
           calling(name, 1 << 40))
end

-- Options of TCP are none of a unix socket's; those of streams are.
local path = os.tmpname()
os.remove(path)
local listening <close> = assert(unix.server.new(path, { tlscfg = tls.server_config() }))
local options = { 'tcpnodelay', 'tcpcork', 'tcpkeepalive', 'tcpkeepintvl', 'tcpkeepcnt' }
for i, name in ipairs(options) do
    local refused = { nil, name .. ' failed: Operation not supported' }
    returns(refused, listening[name](listening))
    local value = i > 2 and 7
    returns(refused, listening[name](listening, value))
end
returns({ false }, listening:acceptconn())
assert(listening:listen())
returns({ true }, listening:acceptconn())
returns({ false }, listening:keepalive(true))
returns({ true }, listening:keepalive())
os.remove(path)

-- A closed socket answers with an error.
client:close()
for _, name in ipairs({
    'acceptconn', 'oobinline', 'keepalive', 'tcpnodelay', 'tcpcork', 'tcpkeepalive', 'tcpkeepintvl',
    'tcpkeepcnt',
}) do
    returns({ nil, name .. ' failed: Bad file descriptor' }, client[name](client))
    assert(client['net.stream.Socket'][name] == client[name])
    assert(client['net.Socket'][name] == nil)
end
