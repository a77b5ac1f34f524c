-- __gc called by hand, by what the collector calls at the first allocation of a method that uses
-- the object: the method goes on with what there is then.

local config = require('net.tls.config')
local inet = require('net.stream.inet')
local session = require('net.tls.session')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

collectgarbage('generational')

local function finalize(object)
    getmetatable(object).__gc(object)
end

--- Calls the function; the first allocation in it runs a collection, and so finalizes the object.
local function finalizing(object, fn, ...)
    local is_called = false
    collectgarbage('stop')
    setmetatable({}, {
        __gc = function()
            is_called = true
            finalize(object)
        end,
    })
    collectgarbage('restart')
    local results = table.pack(pcall(fn, ...))
    assert(is_called, 'nothing was allocated')
    return table.unpack(results, 1, results.n)
end

--- Calls the method of an established connection that has 100 bytes to be read.
local function of_connection(check, name, ...)
    local arguments = table.pack(...)
    tls.with_pair(function(client)
        assert(client:peek(1))
        local method = client[name]
        check(select(2, finalizing(client, method, client,
                                   table.unpack(arguments, 1, arguments.n))))
        assert(client:fd() == -1)
    end, function(sock)
        assert(sock:write(('x'):rep(100)))
        sock:read()
    end)
end

local function closed(operation)
    return function(...) triple(nil, operation .. ' failed: Bad file descriptor', nil, ...) end
end

-- Each needs more memory for what it reads than those before.
of_connection(closed('peek'), 'peek', 20000)
of_connection(closed('read'), 'read', 40000)
of_connection(closed('read'), 'recv', 60000)
local file <close> = assert(io.tmpfile())
assert(file:write('content'))
of_connection(closed('sendfile'), 'sendfile', file)
of_connection(function(value) assert(value == nil) end, 'peer_certificate')
of_connection(function(value)
    assert(type(value) == 'table' and #value == 0)
end, 'peer_certificate_chain')
of_connection(function(value, err)
    assert(value == nil and err == 'exporter failed: the handshake is not complete', err)
end, 'exporter', 'label', nil, 8160)
of_connection(function(value) assert(value == nil) end, 'session')

-- A read of a plain socket.
do
    local pair = assert(unix.pair())
    assert(pair[2]:write('x'))
    closed('read')(select(2, finalizing(pair[1], pair[1].read, pair[1], 80000)))
    pair[2]:close()
end

-- A lock: what is locked is what is unlocked.
do
    local scheduler = require('testing.scheduler')
    local poll = require('net.poll')
    local locked, unlocked
    local poller = scheduler.poller_with('read_lock', function(fd)
        locked = fd
        return true
    end)
    poller.read_unlock = function(fd) unlocked = fd end
    poll.set_poller(poller)
    local pair = assert(unix.pair())
    closed('read')(select(2, finalizing(pair[1], pair[1].readsync, pair[1])))
    assert(locked == -1 and unlocked == -1)
    pair[2]:close()
    poll.set_poller(nil)
end

--- What was raised by a function whose configuration was finalised meanwhile.
local function refused(...)
    local ok, err = ...
    assert(not ok and err:find('finalised net.tls.config', 1, true), err)
end

local cfg = config.new()
refused(finalizing(cfg, cfg.set_ecdhecurves, cfg, ('X25519,'):rep(1000)))
cfg = config.new()
refused(finalizing(cfg, session.import, 'x', cfg))
for _, new in ipairs({ inet.client.new, inet.server.new }) do
    cfg = tls.server_config()
    refused(finalizing(cfg, new, '127.0.0.1', '0', { tlscfg = cfg, servername = 'localhost' }))
end
for _, new in ipairs({ unix.client.new, unix.server.new }) do
    cfg = tls.server_config()
    refused(finalizing(cfg, new, '/nowhere', { tlscfg = cfg, servername = 'localhost' }))
end
cfg = tls.server_config()
refused(finalizing(cfg, unix.server.new, '/nowhere', cfg))
-- Options that are looked up in between.
for _, new in ipairs({ inet.client.new, inet.server.new }) do
    cfg = tls.server_config()
    raises('finalised net.tls.config', new, '127.0.0.1', 0, setmetatable({ tlscfg = cfg }, {
        __index = function() finalize(cfg) end,
    }))
end
