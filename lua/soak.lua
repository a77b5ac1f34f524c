-- Connections opened and ended, both ends in this process: what is left of them afterwards?
-- usage: soak.lua [CONNECTIONS [any]]: "any" resident memory is fine, as where a sanitizer holds on to it
--
-- Each kind of connection is warmed up first, so that what is made once is there. Descriptors have to
-- be as many as before, and the memory of Lua and of C as much, but for some noise: with the default
-- number, what is lost of each connection shows from 32 bytes of Lua or 2 KiB of C on; with 10000 from
-- a tenth of that on.

local scheduler = require('testing.scheduler')
local plain = require('testing.plain')
local tls = require('testing.tls')

local triple = tls.triple

local CONNECTIONS = tonumber(arg[1] or 1000)
local IS_RESIDENT_MEASURED = arg[2] ~= 'any'
local WARM_UP = 200

-- In KiB, of noise.
local LUA_MARGIN = 32
local RESIDENT_MARGIN = 2048

local function count_descriptors()
    local count = 0
    for fd = 0, 1023 do
        local information = io.open('/proc/self/fdinfo/' .. fd)
        if information then
            information:close()
            count = count + 1
        end
    end
    return count
end

--- Resident memory in KiB.
local function resident()
    local file <close> = assert(io.open('/proc/self/status'))
    return tonumber(file:read('a'):match('\nVmRSS:%s+(%d+)'))
end

local function collected()
    collectgarbage()
    collectgarbage()
    return collectgarbage('count')
end

local function measure()
    local lua = collected()
    return { descriptors = count_descriptors(), lua = lua, resident = resident() }
end

-- Each opens one connection on the listener and ends it.

local function exchange(client, sock)
    local is_done = scheduler.event()
    scheduler.spawn(function()
        assert(sock:read() == 'ping')
        assert(sock:write('pong'))
        assert(select('#', sock:read()) == 3)
        sock:close()
        is_done:set()
    end)
    assert(client:write('ping'))
    assert(client:read() == 'pong')
    client:close()
    is_done:wait()
end

local session

local function open_tls(server, port, cfg, opts)
    local client = tls.connect(port, cfg, opts)
    return client, assert(server:accept())
end

local trusting, distrusting = tls.client_config(), require('net.tls.config').new()

local kinds = {
    { 'plain', plain.listen, function(server, port)
        local client = assert(require('net.stream.inet').client.new('127.0.0.1', port))
        exchange(client, assert(server:accept()))
    end },
    { 'TLS, with a new session', tls.listen, function(server, port)
        exchange(open_tls(server, port, trusting))
    end },
    { 'TLS, resumed with tickets', tls.listen, function(server, port)
        local client, sock = open_tls(server, port, trusting, { session = session })
        exchange(client, sock)
        session = assert(client:session())
    end },
    { 'TLS, refused by the client', tls.listen, function(server, port)
        local client, sock = open_tls(server, port, distrusting)
        scheduler.spawn(function()
            assert(not sock:handshake())
            sock:close()
        end)
        assert(not client:handshake())
        client:close()
    end },
    { 'TLS, of a peer that talks something else', tls.listen, function(server, port)
        local client = assert(require('net.stream.inet').client.new('127.0.0.1', port))
        local sock = assert(server:accept())
        assert(client:write('GET / HTTP/1.0\r\n\r\n'))
        assert(not sock:handshake())
        sock:close()
        client:close()
    end },
    { 'TLS, forgotten without a close', tls.listen, function(server, port, round)
        local client, sock = open_tls(server, port, trusting)
        client:deadlines(1, 1)
        triple(false, nil, true, client:handshake())
        client, sock = nil, nil
        if round % 50 == 0 then
            collectgarbage() -- which knows nothing of descriptors on its own
        end
    end },
}

local function repeat_kind(count, listen, connect)
    scheduler.spawn(function()
        local server, port = listen()
        for round = 1, count do
            connect(server, port, round)
            scheduler.unwaited = {} -- a record of every close
        end
        server:close()
    end)
    scheduler.run()
end

for _, kind in ipairs(kinds) do
    local name, listen, connect = table.unpack(kind)
    repeat_kind(WARM_UP, listen, connect)
    local before = measure()
    repeat_kind(CONNECTIONS, listen, connect)
    local after = measure()
    print(string.format('%-42s %6d connections: descriptors %+d, Lua %+.1f KiB, resident %+d KiB', name,
                        CONNECTIONS, after.descriptors - before.descriptors, after.lua - before.lua,
                        after.resident - before.resident))
    assert(after.descriptors == before.descriptors, 'descriptors stay open')
    assert(after.lua - before.lua < LUA_MARGIN, 'Lua keeps something')
    assert(not IS_RESIDENT_MEASURED or after.resident - before.resident < RESIDENT_MARGIN,
           'C keeps something')
end
