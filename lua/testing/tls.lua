-- What the tests share: certificates, configurations, connections and assertions.

local inet = require('net.stream.inet')
local config = require('net.tls.config')
local scheduler = require('testing.scheduler')

local tls = {}

local CERTIFICATES = assert(os.getenv('CERTIFICATES'), 'CERTIFICATES is not set')

--- The path of a certificate or key that the build has made.
function tls.file(name)
    return CERTIFICATES .. '/' .. name
end

--- A server's configuration; setup changes it further.
function tls.server_config(setup)
    local cfg = config.new()
    assert(cfg:set_keypair_file(tls.file('server.pem'), tls.file('server.key')))
    if setup then
        setup(cfg)
    end
    return cfg
end

--- A client's configuration that trusts the tests' authority.
function tls.client_config(setup)
    local cfg = config.new()
    assert(cfg:set_ca_file(tls.file('ca.pem')))
    if setup then
        setup(cfg)
    end
    return cfg
end

--- A listening server and its port.
function tls.listen(cfg, host)
    local server, err, ai = inet.server.new(host or '127.0.0.1', 0, {
        tlscfg = cfg or tls.server_config(),
    })
    assert(server, err)
    assert(server:listen())
    return server, ai:port()
end

--- A client connected to the port of this machine.
function tls.connect(port, cfg, opts)
    opts = opts or {}
    opts.tlscfg = cfg or tls.client_config()
    opts.servername = opts.servername or 'localhost'
    return assert(inet.client.new('127.0.0.1', port, opts))
end

--- Runs both ends of a non-blocking connection in two coroutines, until both have returned.
function tls.with_pair(client_main, server_main, options)
    options = options or {} -- server, client: configurations; connect: what inet.client.new takes
    scheduler.spawn(function()
        local server, port = tls.listen(options.server)
        scheduler.spawn(function()
            local sock = assert(server:accept())
            server:close()
            server_main(sock)
            sock:close()
        end)
        local sock = tls.connect(port, options.client, options.connect)
        client_main(sock)
        sock:close()
    end)
    scheduler.run()
end

--- Fails where the values are not exactly these three; err is part of the error's text.
function tls.triple(value, err, timeout, ...)
    local count = select('#', ...)
    local got_value, got_err, got_timeout = ...
    local got = string.format('got %d values: %s, %s, %s', count, tostring(got_value),
                              tostring(got_err), tostring(got_timeout))
    if count ~= 3 or got_value ~= value or math.type(got_value) ~= math.type(value) or
        got_timeout ~= timeout then
        error(got, 2)
    end
    if err == nil and got_err ~= nil or err ~= nil and type(got_err) ~= 'string' or err ~= nil and
        not got_err:find(err, 1, true) then
        error(got, 2)
    end
end

--- Fails where the function does not raise an error at this file's line with the text.
function tls.raises(text, fn, ...)
    local ok, err = pcall(fn, ...)
    if ok or not tostring(err):find(text, 1, true) then
        error('got ' .. tostring(ok) .. ', ' .. tostring(err), 2)
    end
    return err
end

--- Reads until `length` bytes have come or the peer has closed.
function tls.read_all(sock, length)
    local parts, count = {}, 0
    while count < length do
        local str, err, timeout = sock:read(length - count)
        if not str then
            return table.concat(parts), err, timeout
        end
        parts[#parts + 1] = str
        count = count + #str
    end
    return table.concat(parts)
end

--- Loses the connection as a program does that forgets to close it.
function tls.drop(sock)
    getmetatable(sock).__gc(sock)
end

return tls
