-- All workers of the example serve: who they are is asked until each has answered.

local process = require('testing.process')
local tls = require('testing.tls')

local quote, file = process.quote, tls.file
local COUNT = 3

--- Starts the example; returns it, its port and the workers' process ids.
local function start(arguments)
    local server = process.start(string.format('%s examples/workers.lua %s %s %d %s', quote(arg[-1]),
                                               file('server.pem'), file('server.key'), COUNT,
                                               arguments))
    local pids = {}
    for i = 1, COUNT do
        pids[i] = server:expect('^worker (%d+)$')
    end
    return server, server:expect('^listening on port (%d+)$'), pids
end

--- A connection to one of the workers, and who that is.
local function connect(port)
    local client = tls.connect(port)
    local line = tls.read_all(client, 1)
    while line:sub(-1) ~= '\n' do
        line = line .. assert(client:read(1))
    end
    return client, assert(line:match('^served by (%d+)\n$'), line)
end

local function echo(client, str)
    tls.triple(#str, nil, nil, client:write(str))
    assert(tls.read_all(client, #str) == str)
end

local function stop(server, pids)
    assert(os.execute('kill ' .. table.concat(pids, ' ')))
    server:wait()
end

local function sorted(pids)
    table.sort(pids)
    return table.concat(pids, ' ')
end

-- One listening socket: who serves a client takes no other, so as many clients have as many workers.
do
    local server, port, pids = start('')
    for _ = 1, 2 do
        local clients, served = {}, {}
        for i = 1, COUNT do
            clients[i], served[i] = connect(port)
        end
        assert(sorted(served) == sorted(pids), sorted(served))
        for _, client in ipairs(clients) do
            echo(client, 'hello')
            client:close()
        end
    end
    stop(server, pids)
end

-- One socket each: the system spreads the clients by their addresses.
do
    local server, port, pids = start('0 reuseport')
    local served, count, tries = {}, 0, 0
    while count < COUNT do
        local client, pid = connect(port)
        echo(client, 'hello')
        client:close()
        if not served[pid] then
            served[pid], count = true, count + 1
        end
        tries = tries + 1
        assert(tries < 10000, 'not all workers serve')
    end
    for _, pid in ipairs(pids) do
        assert(served[pid])
    end
    stop(server, pids)
end
