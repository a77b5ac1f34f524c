-- Plain sockets for tests: servers, clients and connected pairs over TCP and unix sockets.

local inet = require('net.stream.inet')
local scheduler = require('testing.scheduler')
local unix = require('net.stream.unix')

local plain = {}

--- A path at which there is nothing.
function plain.new_path()
    local path = os.tmpname()
    assert(os.remove(path))
    return path
end

--- A listening server and its port.
function plain.listen(host)
    local server, err, ai = inet.server.new(host or '127.0.0.1', 0)
    assert(server, err)
    assert(server:listen())
    return server, ai:port()
end

--- A listening server at a new path.
function plain.listen_unix(backlog)
    local path = plain.new_path()
    local server = assert(unix.server.new(path))
    assert(server:listen(backlog))
    return server, path
end

-- Each makes two connected sockets, client and accepted.
plain.pairs = {
    inet = function()
        local server <close>, port = plain.listen()
        local client = assert(inet.client.new('127.0.0.1', port))
        return client, assert(server:accept())
    end,
    unix = function()
        local server <close>, path = plain.listen_unix()
        local client = assert(unix.client.new(path))
        assert(os.remove(path))
        return client, assert(server:accept())
    end,
    pair = function()
        return table.unpack(assert(unix.pair()))
    end,
}

--- Calls the function with a connected pair of each family, in blocking mode and then, in a
--- coroutine, with the poller.
function plain.each(fn)
    for _, make in pairs(plain.pairs) do
        fn(make())
        scheduler.spawn(function()
            fn(make())
        end)
        scheduler.run()
    end
end

return plain
