-- Methods that hold the poller's locks, on plain sockets. (D-27)

local net = require('net')
local plain = require('testing.plain')
local poll = require('net.poll')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

-- What each does under its lock; without a poller the lock always succeeds.
plain.each(function(client, sock)
    triple(3, nil, nil, client:writesync('one'))
    triple(3, nil, nil, client:sendsync('two', net.MSG_NOSIGNAL, net.MSG_DONTWAIT))
    triple('on', nil, nil, sock:readsync(2))
    triple('etw', nil, nil, sock:recvsync(3, net.MSG_PEEK))
    triple('etw', nil, nil, sock:recvsync(3))
    local values = table.pack(sock:syncread(function(self, size, ...)
        assert(self == sock and select('#', ...) == 1)
        return self:read(size)
    end, 1, nil))
    triple('o', nil, nil, table.unpack(values, 1, values.n))
    triple(1, nil, nil, sock:syncwrite(sock.write, 'x'))
    triple(nil, 'Invalid argument', nil, sock:readsync(0))
    triple(nil, 'Invalid argument', nil, sock:writesync(''))
    triple('x', nil, nil, client:readsync())
    client:close()
    triple(nil, nil, nil, sock:readsync())
    triple(nil, 'write failed: Bad file descriptor', nil, client:writesync('x'))
end)

-- Which lock is taken, and that it is given back, whatever the method does.
local calls = {}
local function note(name, ...)
    local results = table.pack(...)
    return function(fd)
        calls[#calls + 1] = name .. ' ' .. fd
        return table.unpack(results, 1, results.n)
    end
end
local noting = scheduler.poller_with('read_lock', note('read_lock', true))
noting.read_unlock = note('read_unlock')
noting.write_lock = note('write_lock', true)
noting.write_unlock = note('write_unlock')
poll.set_poller(noting)
do
    local client, sock = plain.pairs.pair()
    local function expect(kind, fn)
        calls = {}
        fn()
        local fd = ' ' .. client:fd()
        assert(table.concat(calls, ',') == kind .. '_lock' .. fd .. ',' .. kind .. '_unlock' .. fd)
    end
    sock:write('abc')
    expect('read', function() client:readsync(1) end)
    expect('read', function() client:recvsync(1) end)
    expect('read', function() client:syncread(client.read, 1) end)
    expect('write', function() client:writesync('x') end)
    expect('write', function() client:sendsync('x') end)
    expect('write', function() client:syncwrite(client.write, 'x') end)
    expect('read', function()
        assert(not pcall(client.syncread, client, function() error('raised') end))
    end)
    -- So many results that nothing more can be called with them on the stack.
    local results = {}
    for i = 1, 1000000 do
        results[i] = i
    end
    for count = 999900, 999999, 3 do
        expect('read', function()
            pcall(client.syncread, client, function() return table.unpack(results, 1, count) end)
        end)
    end
    -- An argument that is wrong is told before there is a lock.
    calls = {}
    raises("bad argument #1 to 'readsync' (number expected, got string)",
           function() client:readsync('1') end)
    raises("bad argument #1 to 'recvsync' (number has no integer representation)",
           function() client:recvsync(1.5) end)
    raises("bad argument #2 to 'recvsync' (number expected, got boolean)",
           function() client:recvsync(1, true) end)
    raises("bad argument #1 to 'writesync' (string expected, got no value)",
           function() client:writesync() end)
    raises("bad argument #3 to 'sendsync' (number expected, got string)",
           function() client:sendsync('x', 0, '0') end)
    raises("bad argument #1 to 'syncread' (fn must be function)",
           function() client:syncread() end)
    raises("bad argument #1 to 'syncwrite' (fn must be function)",
           function() client:syncwrite('write') end)
    raises('net.Socket expected, got table', client.readsync, {})
    assert(#calls == 0)
    -- What the program has defined is what is called, and takes its own arguments.
    client.read = function(self, what)
        assert(self == client)
        return 'mine ' .. what, nil, nil
    end
    expect('read', function() triple('mine x', nil, nil, client:readsync('x')) end)
    client.send = function() error('raised by the program') end
    expect('write', function() raises('raised by the program', client.sendsync, client) end)
end
poll.set_poller(nil)

-- Two readers wait for each other, not for half of the other's message.
scheduler.spawn(function()
    local client, sock = plain.pairs.pair()
    local messages = {}
    for _ = 1, 2 do
        scheduler.spawn(function()
            local message = sock:syncread(function()
                return tls.read_all(sock, 4)
            end)
            messages[#messages + 1] = message
            if #messages == 2 then
                triple(4, nil, nil, sock:write('done'))
            end
        end)
    end
    for _, part in ipairs({ 'ab', 'cd12', '34' }) do
        triple(#part, nil, nil, client:write(part))
        local event = scheduler.event()
        scheduler.spawn(event.set)
        event.wait()
    end
    triple('done', nil, nil, client:read())
    assert(table.concat(messages, ' ') == 'abcd 1234')
end)
scheduler.run()

-- One reads while the other writes: the two locks do not exclude each other.
scheduler.spawn(function()
    local client, sock = plain.pairs.pair()
    scheduler.spawn(function()
        triple('answer', nil, nil, client:readsync())
    end)
    scheduler.spawn(function()
        triple(8, nil, nil, client:writesync('question'))
    end)
    triple('question', nil, nil, sock:readsync())
    triple(6, nil, nil, sock:writesync('answer'))
end)
scheduler.run()

-- A lock that is refused.
local refusing = scheduler.poller_with('read_lock', function() return false, 'taken' end)
refusing.wait_readable = function() return false, 'an err goes before a timeout', true end
refusing.wait_writable = refusing.wait_readable
refusing.write_lock = function(_, msec) return false, nil, msec == 70 end
poll.set_poller(refusing)
do
    local client, sock = plain.pairs.pair()
    client:deadlines(60, 70)
    triple(nil, 'taken', nil, client:readsync())
    triple(nil, 'taken', nil, client:syncread(error))
    triple(nil, nil, true, client:writesync('x'))
    triple(nil, nil, true, client:syncwrite(error))
    triple(nil, 'an err goes before a timeout', nil, client:read())
    triple(nil, 'an err goes before a timeout', nil, client:write(('x'):rep(16 << 20)))
    sock:close()
end
poll.set_poller(nil)

-- A coroutine that is closed or collected while it waits under its lock gives it back; one that
-- waits for the lock has none to give.
do
    local held = {}
    local function lock(fd)
        return not held[fd] and coroutine.yield('locking') ~= 'refuse'
    end
    local yielding = scheduler.poller_with('read_lock', function(fd)
        if not lock(fd) then
            return false, 'taken'
        end
        held[fd] = true
        return true
    end)
    yielding.write_lock = yielding.read_lock
    yielding.read_unlock = function(fd)
        assert(held[fd], 'not held')
        held[fd] = nil
    end
    yielding.write_unlock = yielding.read_unlock
    yielding.wait_readable = function() return coroutine.yield('waiting') end
    yielding.wait_writable = yielding.wait_readable
    poll.set_poller(yielding)
    local client, sock = plain.pairs.pair()

    -- Returns the coroutine in which the method waits under its lock.
    local function waiting(name, ...)
        local thread = coroutine.create(client[name])
        assert(select(2, coroutine.resume(thread, client, ...)) == 'locking')
        assert(select(2, coroutine.resume(thread)) == 'waiting' and held[client:fd()])
        return thread
    end
    local large = ('x'):rep(16 << 20)
    for _, call in ipairs({
        { 'readsync' }, { 'recvsync' }, { 'syncread', client.read }, { 'writesync', large },
        { 'sendsync', large }, { 'syncwrite', client.write, large },
    }) do
        assert(coroutine.close(waiting(table.unpack(call))) and not next(held), call[1])
    end
    waiting('readsync')
    collectgarbage()
    assert(not next(held), 'collected')

    local thread = coroutine.create(client.readsync)
    assert(select(2, coroutine.resume(thread, client)) == 'locking')
    assert(coroutine.close(thread) and not next(held))

    -- What the poller raises in a wait is raised, and nothing is held; what it raises when the lock is
    -- given back is raised once.
    thread = waiting('readsync')
    yielding.wait_readable = error
    poll.set_poller(yielding)
    assert(sock:write('x') == 1 and select(2, coroutine.resume(thread, true)) == 'x')
    thread = coroutine.create(client.readsync)
    assert(coroutine.resume(thread, client))
    local ok, err = coroutine.resume(thread)
    assert(not ok and err == client:fd() and not next(held))
    local unlocks = 0
    yielding.read_unlock = function()
        unlocks = unlocks + 1
        error('not unlocked', 0)
    end
    poll.set_poller(yielding)
    thread = coroutine.create(client.readsync)
    assert(coroutine.resume(thread, client))
    ok, err = coroutine.resume(thread)
    assert(not ok and err == 'not unlocked' and unlocks == 1)
    assert(not coroutine.close(thread) and unlocks == 1)
    client:close()
    sock:close()
    poll.set_poller(nil)
end

-- Without a poller there is no lock, also where one is installed meanwhile.
do
    local client = plain.pairs.pair()
    triple('done', nil, nil, client:syncread(function()
        poll.set_poller(scheduler.poller)
        return 'done', nil, nil
    end))
    poll.set_poller(nil)
    client:close()
end
