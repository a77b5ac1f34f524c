-- Sockets in a loop of cqueues.

package.path = 'examples/?.lua;' .. package.path
local cqueues = require('cqueues')
local condition = require('cqueues.condition')
local inet = require('net.stream.inet')
local poll = require('net.poll')
local poller = require('cqueues_poller')
local process = require('testing.process')
local tls = require('testing.tls')

local triple = tls.triple

--- Runs the functions, and the coroutines that they start, in a loop.
local function run(...)
    local loop = cqueues.new()
    poll.set_poller(poller)
    for _, fn in ipairs({ ... }) do
        loop:wrap(fn, loop)
    end
    assert(loop:loop())
    poll.set_poller(nil)
end

--- Starts a coroutine, which has gone on to its first wait when this returns.
local function start(loop, fn)
    local is_started = false
    loop:wrap(function()
        is_started = true
        fn()
    end)
    repeat
        cqueues.sleep(0)
    until is_started
end

--- Calls the functions, each in a coroutine, with the two ends of a connection.
local function with_pair(client_main, server_main)
    run(function(loop)
        local server, port = tls.listen()
        loop:wrap(function()
            local sock = assert(server:accept())
            server:close()
            server_main(sock, loop)
            sock:close()
        end)
        local sock = tls.connect(port)
        client_main(sock, loop)
        sock:close()
    end)
end

-- The example.
do
    local command = string.format('%s examples/cqueues_echo.lua %s %s %s 20',
                                  process.quote(arg[-1]), tls.file('server.pem'),
                                  tls.file('server.key'), tls.file('ca.pem'))
    local output, ok = process.start(command):wait()
    assert(ok, output)
    assert(select(2, output:gsub('is done', '')) == 20, output)
end

-- Two coroutines read and write at one socket, more than its buffers hold.
do
    local PAYLOAD = string.rep('payload.', 512 * 1024)
    local function both(sock, loop)
        local sent, is_sent = condition.new(), false
        start(loop, function()
            triple(#PAYLOAD, nil, nil, sock:write(PAYLOAD))
            is_sent = true
            sent:signal()
        end)
        assert(tls.read_all(sock, #PAYLOAD) == PAYLOAD)
        if not is_sent then
            sent:wait()
        end
    end
    with_pair(both, both)
end

-- Readers take their turns in the order in which they came.
with_pair(function(sock, loop)
    local order = {}
    assert(sock:handshake())
    for number = 1, 3 do
        start(loop, function()
            local str = assert(sock:readsync(1))
            order[#order + 1] = number .. str
            if number == 3 then
                triple(4, nil, nil, sock:writesync('done'))
            end
        end)
    end
    assert(sock:write('go'))
    -- After all of those before.
    triple(nil, nil, nil, sock:readsync())
    assert(table.concat(order, ' ') == '1a 2b 3c', table.concat(order, ' '))
end, function(sock)
    assert(tls.read_all(sock, 2) == 'go')
    assert(sock:write('abc'))
    assert(tls.read_all(sock, 4) == 'done')
end)

-- A deadline passes: of a read, and of one who queues for the lock of another; the other goes on.
with_pair(function(sock, loop)
    assert(sock:handshake())
    sock:deadlines(10)
    triple(nil, nil, true, sock:read())
    sock:deadlines(0) -- none, for the one who holds the lock
    local is_read = false
    start(loop, function()
        triple('late', nil, nil, sock:readsync())
        is_read = true
    end)
    sock:deadlines(10)
    triple(nil, nil, true, sock:readsync())
    assert(not is_read)
    assert(sock:write('go'))
    sock:deadlines(0)
    triple(nil, nil, nil, sock:readsync())
    assert(is_read)
end, function(sock)
    assert(tls.read_all(sock, 2) == 'go')
    assert(sock:write('late'))
end)

-- A socket that is closed wakes who waits for it, and the next in the queue.
with_pair(function(sock, loop)
    assert(sock:handshake())
    local woken = 0
    for _ = 1, 2 do
        start(loop, function()
            triple(nil, 'Bad file descriptor', nil, sock:readsync())
            woken = woken + 1
        end)
    end
    triple(true, nil, nil, sock:close())
    while woken < 2 do
        cqueues.sleep(0)
    end
end, function(sock)
    triple(nil, nil, nil, sock:read())
end)

-- And a server that is closed.
run(function(loop)
    local server = tls.listen()
    loop:wrap(function()
        cqueues.sleep(0)
        server:close()
    end)
    local sock, err = server:accept()
    assert(not sock and err:find('Bad file descriptor', 1, true), err)
end)

-- A wait that is canceled leaves the others alone.
run(function(loop)
    local server, port = tls.listen()
    local client = tls.connect(port)
    local fd = client:fd()
    local canceled = 0
    for _ = 1, 2 do
        start(loop, function()
            triple(false, 'canceled', nil, table.unpack({ poller.wait_readable(fd) }, 1, 3))
            canceled = canceled + 1
        end)
    end
    triple(true, nil, nil, table.unpack({ poller.wait_writable(fd, 10000) }, 1, 3))
    poller.unwait_writable(fd)
    cqueues.sleep(0.001)
    assert(canceled == 0)
    poller.unwait_readable(fd)
    while canceled < 2 do
        cqueues.sleep(0)
    end
    client:close()
    server:close()
end)

-- Descriptors that are used again, of sockets closed and of sockets forgotten.
run(function()
    local server, port = tls.listen()
    local client_config = tls.client_config()
    for round = 1, 50 do
        local client = assert(inet.client.new('127.0.0.1', port, {
            tlscfg = client_config,
            servername = 'localhost',
        }))
        local sock = assert(server:accept())
        client:deadlines(5)
        triple(nil, nil, true, client:read())
        if round % 2 == 0 then
            client:close()
            sock:close()
        else
            client, sock = nil, nil
            collectgarbage()
        end
    end
    server:close()
end)

-- Outside of a loop a socket waits as well.
poll.set_poller(poller)
do
    local server <close>, port = tls.listen()
    local client <close> = tls.connect(port)
    client:deadlines(10)
    triple(nil, nil, true, client:read())
end
poll.set_poller(nil)
