-- Every method of every class, and every function, with wrong arguments in each position: it raises at
-- the caller's line and names the position (D-03), or returns what it may return; the socket goes on.

local addrinfo = require('net.addrinfo')
local class = require('net.class')
local config = require('net.tls.config')
local inet = require('net.stream.inet')
local plain = require('testing.plain')
local poll = require('net.poll')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local function nothing() end

local values = {
    { nil }, { true }, { false }, { 0 }, { -1 }, { 1 << 40 }, { math.maxinteger },
    { math.mininteger }, { 1.5 }, { 0 / 0 }, { 1 / 0 }, { -1 / 0 }, { '' }, { 'x' }, { '1' }, { 'a\0b' },
    { ('x'):rep(70000) }, { {} }, { { 1, 'x', {} } }, { nothing }, { coroutine.create(nothing) },
    { io.stdout }, { assert(unix.pair())[1] }, { config.new() }, { addrinfo.getaddrinfo('::1', 1)[1] },
}

-- Which arguments are right: s string, t string without zeros, i integer, n number that is not negative,
-- u integer that is not negative, b boolean, f function, x table, p port, * anything; in capitals also nil. What
-- is right may still fail.
local kinds
kinds = {
    s = function(value) return type(value) == 'string' end,
    t = function(value) return type(value) == 'string' and not value:find('\0', 1, true) end,
    i = function(value) return type(value) == 'number' and math.tointeger(value) ~= nil end,
    n = function(value) return type(value) == 'number' and value >= 0 and value < math.huge end,
    u = function(value) return type(value) == 'number' and math.tointeger(value) and value >= 0 end,
    b = function(value) return type(value) == 'boolean' end,
    f = function(value) return type(value) == 'function' end,
    p = function(value) -- a port, or a service's name
        local port = type(value) == 'number' and math.tointeger(value)
        return port and port >= 0 and port < 65536 or kinds.t(value)
    end,
    x = function(value) return type(value) == 'table' end,
    ['*'] = function() return true end,
}

local function is_right(kind, value)
    if kind:upper() == kind and value == nil then
        return true
    end
    return kinds[kind:lower()](value)
end

-- The methods with arguments of their own, and arguments that are right.
local methods = {
    read = { 'I', 1 },
    recv = { 'I', 1 },
    readsync = { 'I', 1 },
    recvsync = { 'I', 1 },
    write = { 's', 'x' },
    send = { 's', 'x' },
    writesync = { 's', 'x' },
    sendsync = { 's', 'x' },
    syncread = { 'f*', type, 1 },
    syncwrite = { 'f*', type, 1 },
    onwaitrecv = { 'F*', nothing, 1 },
    onwaitsend = { 'F*', nothing, 1 },
    deadlines = { 'UU', 1, 1 },
    rcvtimeo = { 'N', 0.001 },
    sndtimeo = { 'N', 0.001 },
    setclocklimit = { 'N', 0 },
    linger = { 'I', -1 },
    accept = { 'B', true },
    listen = { 'I', 1 },
    new_connection = { '', 1 },
    poll_wait = { '*', 1 },
}
for _, name in ipairs({ 'rcvbuf', 'rcvlowat', 'sndbuf', 'tcpkeepalive', 'tcpkeepintvl', 'tcpkeepcnt' }) do
    methods[name] = { 'I', nil }
end
for _, name in ipairs({
    'cloexec', 'debug', 'dontroute', 'keepalive', 'oobinline', 'reuseaddr', 'reuseport', 'tcpcork',
    'tcpnodelay', 'timestamp',
}) do
    methods[name] = { 'B', nil }
end

local EXTRA = 1 -- How many positions more are tried: what is there may be wrong or of no meaning.

--- Calls code with arguments: o is the object, a the arguments. Returns what it returns, or the error.
local function compile(call)
    return assert(load('local o, a = ...; local r = table.pack(' .. call ..
                           '(table.unpack(a, 1, a.n))) return r', '=caller'))
end

local failures = {}

local function fail(...)
    failures[#failures + 1] = string.format(...)
end

local function describe(name, arguments)
    local texts = {}
    for i = 1, arguments.n do
        local text = type(arguments[i]) == 'string' and ('%q'):format(arguments[i]:sub(1, 10)) or
                         tostring(arguments[i])
        texts[i] = text
    end
    return name .. '(' .. table.concat(texts, ', ') .. ')'
end

local function check_raised(what, err)
    local text = tostring(err)
    if not text:find('^caller:1: bad argument #%d+ to \'[%w_]+\' %(') and
        not text:find('^caller:1: [%w_]+ cannot be honoured') then
        fail('%s raised %s', what, err)
    end
end

--- A failure is told by a string, or is a timeout.
local function check_returned(what, results)
    local value, err, timeout = results[1], results[2], results[3]
    if value == nil or value == false then
        local is_error = results.n <= 3 and (err == nil or type(err) == 'string') and
                             (timeout == nil or timeout == true)
        if not is_error then
            fail('%s returned %s, %s, %s', what, value, err, timeout)
        end
    end
end

--- Calls with the value in one position, the others being right; is_wrong: it has to raise there.
local function try(function_, name, object, base, position, value, is_wrong)
    local arguments = { n = math.max(position, #base[1]), table.unpack(base, 2, #base[1] + 1) }
    arguments[position] = value
    local what = describe(name, arguments)
    local ok, results = pcall(function_, object, arguments)
    if ok and is_wrong then
        fail('%s did not raise', what)
    elseif ok then
        check_returned(what, results)
    else
        check_raised(what, results)
        local named = tonumber(tostring(results):match('#(%d+)'))
        if is_wrong and named ~= position then
            fail('%s raised %s, not about #%d', what, results, position)
        end
    end
end

local function try_wrong(function_, name, object, base)
    for position = 1, #base[1] do
        local kind = base[1]:sub(position, position)
        for _, value in ipairs(values) do
            if not is_right(kind, value[1]) then
                try(function_, name, object, base, position, value[1], true)
            end
        end
    end
end

local function try_any(function_, name, object, base, before)
    for position = 1, #base[1] + EXTRA do
        for _, value in ipairs(values) do
            before()
            try(function_, name, object, base, position, value[1], false)
        end
    end
end

-- Sockets of each kind, connected, and their servers.

--- Makes the handshake of both ends in this one thread.
local function handshake(client, accepted)
    local ends = { client, accepted }
    for _, sock in ipairs(ends) do
        sock.sock:nonblock(true)
        sock:setclocklimit(0)
    end
    local done = {}
    for i = 1, 20 do
        local index = i % 2 + 1
        done[index] = done[index] or ends[index]:handshake()
    end
    assert(done[1] and done[2])
    for _, sock in ipairs(ends) do
        sock.sock:nonblock(false)
    end
end

local function connected(server, client)
    local accepted = assert(server:accept())
    if client.handshake then
        handshake(client, accepted)
    end
    return client, accepted, server
end

local makers = {
    function()
        local server, port = plain.listen()
        return connected(server, assert(inet.client.new('127.0.0.1', port)))
    end,
    function()
        local server, path = plain.listen_unix()
        local client = assert(unix.client.new(path))
        os.remove(path)
        return connected(server, client)
    end,
    function()
        local server, port = tls.listen()
        return connected(server, tls.connect(port))
    end,
    function()
        local path = plain.new_path()
        local server = assert(unix.server.new(path, tls.server_config()))
        assert(server:listen())
        local client = assert(unix.client.new(path, {
            tlscfg = tls.client_config(),
            servername = 'localhost',
        }))
        os.remove(path)
        return connected(server, client)
    end,
}

local function methods_of(object)
    local index = getmetatable(object).__index
    local names = {}
    for name, value in pairs(type(index) == 'table' and index or object[object.instanceof()]) do
        if type(value) == 'function' then
            names[#names + 1] = name
        end
    end
    table.sort(names)
    assert(#names > 5)
    return names
end

local function converse(client, accepted, what)
    local sent, err = client:write('hello')
    local str, why = accepted:read()
    if sent ~= 5 or str ~= 'hello' then
        fail('after %s: %s, %s; %s, %s', what, sent, err, str, why)
    end
end

--- `which` of client, accepted and server has that method.
local function try_socket(make, which, name)
    local objects = { make() }
    local object = objects[which]
    local what = object.instanceof() .. ':' .. name
    local base = methods[name] or { '' }
    local function short_waits()
        object['net.Socket'].deadlines(object, 1, 1)
        if object.setclocklimit then
            object['net.tls.Socket'].setclocklimit(object, 0)
        end
    end
    short_waits()
    try_wrong(compile('o:' .. name), what, object, base)
    object['net.Socket'].deadlines(object, 20000, 20000)
    converse(objects[1], objects[2], what)
    try_any(compile('o:' .. name), what, object, base, short_waits)
    for _, each in ipairs(objects) do
        each:close()
    end
end

for _, make in ipairs(makers) do
    local objects = { make() }
    for which, object in ipairs(objects) do
        for _, name in ipairs(methods_of(object)) do
            try_socket(make, which, name)
        end
    end
end

-- Other objects: each call has one of its own.
local setters = { -- net.tls.config
    set_keypair_file = { 'ttT', 'x', 'x', nil },
    add_keypair_file = { 'ttT', 'x', 'x', nil },
    set_keypair = { 'ssS', 'x', 'x', nil },
    add_keypair = { 'ssS', 'x', 'x', nil },
    set_ca = { 's', 'x' },
    set_crl = { 's', 'x' },
    set_session_tickets = { 'b', true },
    set_session_lifetime = { 'i', 1 },
    set_session_id = { 's', 'x' },
    add_ticket_key = { 'is', 1, 'x' },
    set_verify_depth = { 'i', 1 },
}
for _, name in ipairs({
    'set_ca_file', 'set_ca_path', 'set_crl_file', 'set_ciphers', 'set_alpn', 'set_ecdhecurves',
    'set_key_log_file',
}) do
    setters[name] = { 't', 'x' }
end

local function try_objects(make, bases)
    for _, name in ipairs(methods_of(make())) do
        local base = bases[name] or { '' }
        local what = tostring(make()):match('^[^:]+') .. ':' .. name
        try_wrong(compile('o:' .. name), what, make(), base)
        try_any(compile('o:' .. name), what, make(), base, nothing)
    end
end
try_objects(config.new, setters)
try_objects(function() return addrinfo.getaddrinfo('::1', 1)[1] end, {})
try_objects(require('net.iovec').new, {
    add = { 's', 'x' },
    addn = { 'i', 1 },
    set = { 'si', 'x', 1 },
    get = { 'i', 1 },
    del = { 'i', 1 },
    consume = { 'i', 1 },
})
try_objects(require('net.msghdr').new, { add = { 's', 'x' }, addn = { 'i', 1 } })

-- Functions of the modules.
local function try_functions(module, bases)
    for call, base in pairs(bases) do
        local name = call:gsub('^o', 'net')
        try_wrong(compile(call), name, module, base)
        try_any(compile(call), name, module, base, nothing)
    end
end

try_functions(inet, {
    ['o.client.new'] = { 'Tp', '127.0.0.1', 1 },
    ['o.server.new'] = { 'Tp', '127.0.0.1', 0 },
    ['o.wrap'] = { 'i', -1 },
    ['o.server.wrap'] = { 'i', -1 },
})
try_functions(unix, {
    ['o.client.new'] = { 't', '/nowhere/to/be/found' },
    ['o.server.new'] = { 't', '/nowhere/to/be/found' },
    ['o.wrap'] = { 'i', -1 },
    ['o.server.wrap'] = { 'i', -1 },
    ['o.pair'] = { '' },
})
try_functions(addrinfo, {
    ['o.getaddrinfo'] = { 'TP', '127.0.0.1', 1 },
    ['o.getaddrinfo_stream'] = { 'TP', '127.0.0.1', 1 },
    ['o.getaddrinfo_dgram'] = { 'TP', '127.0.0.1', 1 },
    ['o.new_inet'] = { 'T', '127.0.0.1' },
    ['o.new_unix'] = { 's', 'x' },
})
try_functions(config, {
    ['o.new'] = { '' },
    ['o.load_file'] = { 'tT', '/nowhere/to/be/found' },
    ['o.parse_protocols'] = { 't', 'x' },
})
try_functions(require('net.iovec'), { ['o.new'] = { '' } })
try_functions(require('net.msghdr'), { ['o.new'] = { '' } })
try_functions(class, { ['o.extend'] = { 'tt', 'an.other', 'net.Nothing' } })
-- Those that wait for as long as they are told are told nothing right.
for call, base in pairs({
    ['o.wait_readable'] = { 'iU', -1, 1 },
    ['o.wait_writable'] = { 'iU', -1, 1 },
    ['o.select'] = { 'xxU', {}, {}, 0 },
}) do
    try_wrong(compile(call), call, poll, base)
end

assert(#failures == 0, table.concat(failures, '\n'))
