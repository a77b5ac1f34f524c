-- 100 connections, both ends of each, in one thread.

local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local triple = tls.triple
local CONNECTIONS, ROUNDS, LENGTH = 100, 5, 20000

local served, finished = 0, 0

local function message(i, round)
    return string.format('%08d%08d', i, round):rep(LENGTH // 16)
end

local function serve(sock)
    while true do
        local str, err, timeout = sock:read()
        if not str then
            triple(nil, nil, nil, str, err, timeout)
            break
        end
        triple(#str, nil, nil, sock:write(str))
    end
    triple(true, nil, nil, sock:close())
    served = served + 1
end

local function use(i, port, cfg)
    local sock = tls.connect(port, cfg)
    for round = 1, ROUNDS do
        local str = message(i, round)
        triple(#str, nil, nil, sock:write(str))
        assert(tls.read_all(sock, #str) == str)
    end
    triple(true, nil, nil, sock:close())
    finished = finished + 1
end

scheduler.spawn(function()
    local server <close>, port = tls.listen()
    local cfg = tls.client_config()
    for i = 1, CONNECTIONS do
        scheduler.spawn(use, i, port, cfg)
    end
    for _ = 1, CONNECTIONS do
        scheduler.spawn(serve, assert(server:accept()))
    end
end)
scheduler.run()

assert(served == CONNECTIONS and finished == CONNECTIONS)
assert(scheduler.waits > CONNECTIONS)
