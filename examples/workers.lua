-- Several processes that serve one port: they accept on one listening socket, which they inherit, or
-- with `reuseport` each on one of its own. They tell each client who they are, and then echo.
-- usage: lua5.4 workers.lua CERTIFICATE_FILE KEY_FILE COUNT [PORT [reuseport]]

local config = require('net.tls.config')
local inet = require('net.stream.inet')

local HOST = '127.0.0.1'
local certificate, key, count = arg[1], arg[2], tonumber(arg[3])
if not count then
    io.stderr:write('usage: lua5.4 workers.lua CERTIFICATE_FILE KEY_FILE COUNT [PORT [reuseport]]\n')
    os.exit(2)
end

-- Each process reads the key itself; so each has ticket keys of its own, too.
local tlscfg = config.new()
assert(tlscfg:set_keypair_file(certificate, key))

local function bind(port, reuseport)
    local server, err, ai = inet.server.new(HOST, port, {
        tlscfg = tlscfg,
        reuseaddr = true,
        reuseport = reuseport,
    })
    assert(server, err)
    return server, ai
end

--- Says that clients can come, and serves one after the other, for ever.
local function work(server, id)
    print('ready')
    io.stdout:flush()
    while true do
        local sock <close> = assert(server:accept())
        sock:deadlines(10000, 10000)
        sock:write('served by ' .. id .. '\n')
        local str = sock:read()
        while str do
            sock:write(str)
            str = sock:read()
        end
    end
end

-- A worker: what it needs to know is in its environment.
local id, fd, port = os.getenv('WORKER'), os.getenv('WORKER_FD'), os.getenv('WORKER_PORT')
if fd then
    work(assert(inet.server.wrap(tonumber(fd), { tlscfg = tlscfg })), id)
elseif port then
    local server = bind(port, true)
    assert(server:listen())
    work(server, id)
end

--- Starts this program as a worker. The shell becomes it: their process is the same.
local function start(variables)
    local quoted = {}
    for i = 1, 3 do
        quoted[i] = "'" .. arg[i]:gsub("'", "'\\''") .. "'"
    end
    local worker = assert(io.popen(string.format("echo $$; %s WORKER=$$ exec '%s' '%s' %s",
                                                 variables, arg[-1], arg[0],
                                                 table.concat(quoted, ' '))))
    print('worker ' .. worker:read('l'))
    return worker
end

-- The first process binds. A bound socket that does not listen gets no connections, but holds the
-- port for those that do.
local reuseport = arg[5] == 'reuseport'
local server, ai = bind(arg[4] or 0, reuseport)
local variables = 'WORKER_PORT=' .. ai:port()
if not reuseport then
    assert(server:listen())
    server:cloexec(false)
    variables = 'WORKER_FD=' .. server:fd()
end

local workers = {}
for i = 1, count do
    workers[i] = start(variables)
end
for _, worker in ipairs(workers) do
    assert(worker:read('l') == 'ready')
end
print('listening on port ' .. ai:port())
io.stdout:flush()

for _, worker in ipairs(workers) do
    worker:close()
end
