-- Pollers, hooks, deadlines, locks, and coroutines that meet at one socket.

local net_tls = require('net.tls')
local poll = require('net.poll')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')

local triple, raises = tls.triple, tls.raises

-- Without a poller net.poll waits in the kernel, and locks always succeed. (D-16, D-27)
assert(poll.pollable() == false)
triple(true, nil, nil, poll.read_lock(0))
triple(true, nil, nil, poll.write_lock(0, 10))
triple(true, nil, nil, poll.unwait(0))
local listening, port = tls.listen()
triple(false, nil, true, poll.wait_readable(listening:fd(), 1))
triple(false, 'Bad file descriptor', nil, poll.wait_writable(-1, 1))
local readable, writable = poll.select({ listening:fd() }, {}, 1)
assert(#readable == 0 and #writable == 0)
local client = tls.connect(port)
readable, writable = poll.select({ listening:fd() }, { client:fd() })
assert(readable[1] == listening:fd() and writable[1] == client:fd())
assert(client.nonblock == false and client:isnonblock() == false)
listening:close()

--- A poller that calls wait for every wait and lets all else succeed.
local function poller_with(wait, overrides)
    local poller = {}
    for name in pairs(scheduler.poller) do
        poller[name] = function() return true end
    end
    poller.wait_readable, poller.wait_writable = wait, wait
    for name, fn in pairs(overrides or {}) do
        poller[name] = fn
    end
    return poller
end

--- Calls fn with a client whose server never answers, under the poller.
local function with_silent_peer(poller, fn)
    poll.set_poller(poller_with(function() return true end))
    local server <close>, silent_port = tls.listen()
    local sock <close> = tls.connect(silent_port)
    poll.set_poller(poller)
    fn(sock)
    poll.set_poller(nil)
end

-- net.poll's functions are the installed poller's.
poll.set_poller(poller_with(function(...) return 'waited', ... end))
assert(poll.pollable() == true)
assert(select(3, poll.wait_readable(7, 8)) == 8)
poll.set_poller(nil)
assert(poll.pollable() == false)

-- What a poller refuses with is what the method returns; err becomes a string. (D-02, D-15)
local refusal = setmetatable({}, { __tostring = function() return 'no more waiting' end })
with_silent_peer(poller_with(function() return false, refusal end), function(sock)
    triple(false, 'no more waiting', nil, sock:handshake())
    triple(nil, 'no more waiting', nil, sock:read())
    triple(nil, 'no more waiting', nil, sock:write('x'))
    triple(false, 'no more waiting', nil, sock:poll_wait(net_tls.WANT_POLLIN))
end)
with_silent_peer(poller_with(function() return false, nil, true end), function(sock)
    triple(false, nil, true, sock:handshake())
    triple(nil, nil, true, sock:read())
    triple(0, nil, true, sock:write('x'))
    triple(0, nil, true, sock:write(''))
    triple(false, nil, true, sock:poll_wait(net_tls.WANT_POLLOUT))
end)
with_silent_peer(poller_with(function() return false end), function(sock)
    triple(false, 'refused', nil, sock:handshake())
    triple(nil, 'refused', nil, sock:read())
    triple(nil, 'refused', nil, sock:write('x'))
    triple(false, nil, nil, sock:poll_wait(net_tls.WANT_POLLIN))
end)

-- An error that a poller raises goes through, and closes nothing but what close closes.
with_silent_peer(poller_with(function() error('poller broke') end), function(sock)
    raises('poller broke', function() sock:read() end)
    raises('poller broke', function() sock:handshake() end)
    assert(sock:fd() >= 0)
end)
with_silent_peer(poller_with(function() return false, nil, true end, {
    unwait = function() error('unwait broke') end,
}), function(sock)
    raises('unwait broke', function() sock:close() end)
    assert(sock:fd() == -1)
    triple(true, nil, nil, sock:close())
end)

-- One absolute deadline an operation, given to each wait as what is left of it. (D-15)
local given = {}
with_silent_peer(poller_with(function(_, msec)
    given[#given + 1] = msec
    return true -- too early: the method asks again
end), function(sock)
    sock:deadlines(30, 60000)
    triple(nil, nil, true, sock:read())
    assert(#given > 1)
    for i = 2, #given do
        assert(given[i] <= given[i - 1] and given[i] >= 0 and given[1] <= 30)
    end
end)

-- Deadlines of a non-blocking socket: 0 clears, none is nil.
with_silent_peer(poller_with(function() return false, nil, true end), function(sock)
    local function pair(receive, send, ...)
        assert(select('#', ...) == 2)
        local got_receive, got_send = ...
        assert(got_receive == receive and got_send == send)
    end
    pair(nil, nil, sock:deadlines())
    pair(10, nil, sock:deadlines(10))
    pair(10, 20, sock:deadlines(nil, 20))
    pair(nil, 20, sock:deadlines(0))
    pair(math.maxinteger, 20, sock:deadlines(math.maxinteger))
    triple(nil, nil, true, sock:read())
end)

-- No deadline is nil for the poller, with a hook in between too, which gets the same. (D-16)
with_silent_peer(poller_with(function(...)
    assert(select('#', ...) == 2 and select(2, ...) == nil)
    return false, 'waited'
end), function(sock)
    local hooked = 0
    local function hook(...)
        assert(select('#', ...) == 2 and ... == 'context' and select(2, ...) == nil)
        hooked = hooked + 1
        return true
    end
    assert(sock:onwaitrecv(hook, 'context') == nil)
    triple(nil, 'waited', nil, sock:read())
    triple(false, 'waited', nil, sock:poll_wait(net_tls.WANT_POLLIN))
    assert(hooked == 2)
    triple(false, 'waited', nil, sock:poll_wait(net_tls.WANT_POLLOUT))
    assert(hooked == 2)
    assert(sock:onwaitrecv(nil) == hook and sock:onwaitrecv() == nil)
    triple(nil, 'waited', nil, sock:read())
    assert(hooked == 2)
    assert(sock:onwaitsend(hook, 'context') == nil)
    triple(false, 'waited', nil, sock:poll_wait(net_tls.WANT_POLLOUT))
    assert(hooked == 3)
end)

-- A hook that refuses ends the wait with its own err and timeout: the poller is not asked.
with_silent_peer(poller_with(function() error('not to be asked') end, { unwait = function() end }),
                 function(sock)
    sock:onwaitrecv(function() return false, 'not now' end)
    triple(nil, 'not now', nil, sock:read())
    triple(false, 'not now', nil, sock:poll_wait(net_tls.WANT_POLLIN))
    sock:onwaitrecv(function() return nil, nil, true end)
    triple(false, nil, true, sock:handshake())
    triple(false, nil, true, sock:poll_wait(net_tls.WANT_POLLIN))
    sock:onwaitrecv(function() return false end)
    triple(false, nil, nil, sock:poll_wait(net_tls.WANT_POLLIN))
    triple(nil, 'refused', nil, sock:read())
    sock:onwaitrecv(function() sock:close() return true end)
    triple(false, 'Bad file descriptor', nil, sock:poll_wait(net_tls.WANT_POLLIN))
end)

-- In blocking mode poll_wait waits too: with the hooks, as long as the socket's timeout, and with a
-- poller that was installed later.
local server, blocking_port = tls.listen()
client = tls.connect(blocking_port)
triple(true, nil, nil, client:poll_wait(net_tls.WANT_POLLOUT))
client:deadlines(10)
triple(false, nil, true, client:poll_wait(net_tls.WANT_POLLIN))
client:onwaitrecv(function(_, msec)
    assert(msec >= 10)
    return false, 'hooked'
end)
triple(false, 'hooked', nil, client:poll_wait(net_tls.WANT_POLLIN))
client:onwaitrecv()
poll.set_poller(poller_with(function(fd, msec)
    assert(fd == client:fd() and msec >= 10)
    return false, 'polled'
end))
triple(false, 'polled', nil, client:poll_wait(net_tls.WANT_POLLIN))
assert(client.nonblock == false)
poll.set_poller(nil)
server:close()

-- Pollers and hooks yield inside any method: the handshake that a read begins as well.
scheduler.waits = 0
tls.with_pair(function(sock)
    local hooks = 0
    local event = scheduler.event()
    sock:onwaitrecv(function()
        hooks = hooks + 1
        if hooks == 1 then
            scheduler.spawn(event.set)
            event.wait() -- yields in the hook, in the handshake, in read
        end
        return true
    end)
    triple('hello', nil, nil, sock:read())
    assert(hooks >= 1)
end, function(sock)
    triple(5, nil, nil, sock:write('hello'))
    triple(nil, nil, nil, sock:read())
end)
assert(scheduler.waits > 2)

-- Bytes that are all accepted have not timed out, even if the poller says so before they are sent:
-- the next call sends them. (D-05, D-06)
local accepted = 0
tls.with_pair(function(sock)
    triple('ready', nil, nil, sock:read())
    sock:sndbuf(4096)
    local asked = 0
    poll.set_poller(scheduler.poller_with('wait_writable', function()
        asked = asked + 1
        return false, nil, true
    end))
    repeat
        triple(6000, nil, nil, sock:write(('x'):rep(6000)))
        accepted = accepted + 6000
    until asked > 0
    poll.set_poller(scheduler.poller)
    triple('thanks', nil, nil, sock:read())
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    sock:rcvbuf(4096)
    triple(5, nil, nil, sock:write('ready'))
    assert(#tls.read_all(sock, 6000) == 6000)
    assert(#tls.read_all(sock, accepted - 6000) == accepted - 6000)
    triple(6, nil, nil, sock:write('thanks'))
end)

-- Bytes that the peer does not take do not keep a read from what the peer says: the poller waits for
-- one direction at a time, but both are wanted. (D-06)
local owed
local is_reading, has_read = scheduler.event(), scheduler.event()
tls.with_pair(function(sock)
    triple('ready', nil, nil, sock:read())
    sock:sndbuf(4096)
    sock:deadlines(0, 250)
    local len, err, timeout = sock:write(('x'):rep(8 << 20))
    assert(len < 8 << 20 and err == nil and timeout == true)
    owed = len
    sock:deadlines(0, 0)
    poll.set_poller(scheduler.poller_with('wait_writable', function() return false, nil, true end))
    triple(nil, nil, true, sock:read())
    poll.set_poller(scheduler.poller)
    is_reading.set()
    triple('I do not read', nil, nil, sock:read())
    has_read.set()
    triple('thanks', nil, nil, sock:read())
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    sock:rcvbuf(4096)
    triple(5, nil, nil, sock:write('ready'))
    is_reading.wait()
    triple(13, nil, nil, sock:write('I do not read'))
    has_read.wait()
    assert(#tls.read_all(sock, owed) == owed)
    triple(6, nil, nil, sock:write('thanks'))
end)

-- No wait while something is buffered.
tls.with_pair(function(sock)
    triple('a', nil, nil, sock:read(1))
    local waits = scheduler.waits
    triple(true, nil, nil, sock:poll_wait(net_tls.WANT_POLLIN))
    triple('b', nil, nil, sock:read(1))
    triple('cd', nil, nil, sock:read())
    assert(scheduler.waits == waits)
end, function(sock)
    triple(4, nil, nil, sock:write('abcd'))
end)

-- Closed by another coroutine in the middle of a read: an error, and unwait has been called.
local read_ended = scheduler.event()
tls.with_pair(function(sock)
    triple(true, nil, nil, sock:handshake())
    local fd = sock:fd()
    scheduler.unwaited = {}
    scheduler.spawn(function()
        triple(nil, 'Bad file descriptor', nil, sock:read())
        read_ended.set()
    end)
    scheduler.spawn(function() triple(true, nil, nil, sock:close()) end)
    read_ended.wait()
    assert(scheduler.unwaited[1] == fd)
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    triple(nil, nil, nil, sock:read())
end)

-- Also when close itself has to wait, which a poller can refuse: closed all the same. (D-20)
for _, refusal_of_close in ipairs({ 'timeout', 'no more waiting' }) do
    local closed, given_up = scheduler.event(), scheduler.event()
    tls.with_pair(function(sock)
        triple('ready', nil, nil, sock:read())
        local reading = scheduler.event()
        scheduler.spawn(function()
            triple(nil, 'Bad file descriptor', nil, sock:read())
            triple(nil, 'Bad file descriptor', nil, sock:read())
            assert((sock:fd() >= 0) == (refusal_of_close == 'timeout')) -- not only at the end
            given_up.set()
        end)
        scheduler.spawn(reading.set)
        reading.wait()
        sock:sndbuf(4096)
        sock:deadlines(nil, 250) -- longer than the system puts off an acknowledgement
        repeat
            local len, err, timeout = sock:write(('x'):rep(2 ^ 22))
            assert(not err)
        until timeout and len == 0
        if refusal_of_close == 'timeout' then
            triple(false, nil, true, sock:close())
        else
            poll.set_poller(scheduler.poller_with('wait_writable', function()
                return false, refusal_of_close
            end))
            triple(false, refusal_of_close, nil, sock:close())
            poll.set_poller(scheduler.poller)
        end
        assert(sock:fd() == -1)
        given_up.wait()
        closed.set()
    end, function(sock)
        triple(5, nil, nil, sock:write('ready'))
        closed.wait()
    end)
end

-- Finalised by another coroutine in the middle of each method.
for name, failure in pairs({ read = 'nil', handshake = 'false', poll_wait = 'false' }) do
    local ended = scheduler.event()
    tls.with_pair(function(sock)
        local fd = sock:fd()
        scheduler.spawn(function()
            local value, err, timeout = sock[name](sock, name == 'poll_wait' and -2 or nil)
            assert(tostring(value) == failure and err:find('Bad file descriptor') and not timeout)
            ended.set()
        end)
        scheduler.spawn(function()
            tls.drop(sock)
            scheduler.poller.unwait(fd)
        end)
        ended.wait()
    end, function() ended.wait() end)
end

-- Finalised in the middle of a write that the peer does not take: nothing of it is touched again.
local write_ended = scheduler.event()
tls.with_pair(function(sock)
    triple(true, nil, nil, sock:handshake())
    local fd = sock:fd()
    scheduler.spawn(function()
        local len, err = sock:write(('x'):rep(2 ^ 24))
        assert(len == nil and err:find('Bad file descriptor'))
        write_ended.set()
    end)
    scheduler.spawn(function()
        tls.drop(sock)
        scheduler.poller.unwait(fd)
        collectgarbage()
    end)
    write_ended.wait()
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    write_ended.wait()
end)

-- Two readers and two writers at once: orderly, each byte once.
local LENGTH = 1000000
tls.with_pair(function(sock)
    local finished, total = scheduler.event(), 0
    for i = 1, 2 do
        scheduler.spawn(function()
            while total < LENGTH do
                local str = sock:read(1000)
                if not str then
                    break
                end
                total = total + #str
            end
            finished.set()
        end)
    end
    finished.wait()
    assert(total == LENGTH)
    triple(1, nil, nil, sock:write('x'))
end, function(sock)
    local finished, running = scheduler.event(), 2
    for i = 1, 2 do
        scheduler.spawn(function()
            triple(LENGTH // 2, nil, nil, sock:write(('x'):rep(LENGTH // 2)))
            running = running - 1
            if running == 0 then
                finished.set()
            end
        end)
    end
    finished.wait()
    triple('x', nil, nil, sock:read())
    triple(nil, nil, nil, sock:read())
end)

-- Locks: held over the whole call, released when the function raises. (D-27)
tls.with_pair(function(sock)
    triple('one', nil, nil, sock:readsync(3))
    triple('two', nil, nil, sock:recvsync(3))
    triple(3, nil, nil, sock:writesync('abc'))
    triple(3, nil, nil, sock:sendsync('def'))
    local fd = sock:fd()
    local a, b, c, d = sock:syncread(function(self, x, y)
        assert(self == sock)
        return x, y, 3, 4
    end, 1, 2)
    assert(a == 1 and b == 2 and c == 3 and d == 4)
    assert(select('#', sock:syncwrite(function() end)) == 0)
    for _, name in ipairs({ 'syncread', 'syncwrite' }) do
        raises('in the function', function()
            sock[name](sock, function() error('in the function') end)
        end)
        assert(sock[name](sock, function() return 'locked again' end) == 'locked again')
    end
    raises("bad argument #1 to 'writesync' (string expected, got number)",
           function() sock:writesync(1) end)
    triple(1, nil, nil, sock:writesync('.'))
    -- A second coroutine waits for the lock, also while the first one waits for the peer.
    local order, finished = {}, scheduler.event()
    for i = 1, 2 do
        scheduler.spawn(function()
            sock:syncread(function()
                order[#order + 1] = 'begin'
                triple('x', nil, nil, sock:read(1))
                order[#order + 1] = 'end'
            end)
            if i == 2 then
                finished.set()
            end
        end)
    end
    triple(2, nil, nil, sock:write('go'))
    finished.wait()
    assert(table.concat(order, ' ') == 'begin end begin end')
    assert(fd == sock:fd())
end, function(sock)
    triple(6, nil, nil, sock:write('onetwo'))
    assert(tls.read_all(sock, 9) == 'abcdef.go')
    triple(2, nil, nil, sock:write('xx'))
    triple(nil, nil, nil, sock:read())
end)

-- A lock that is refused.
with_silent_peer(poller_with(function() return true end, {
    read_lock = function() return false, 'taken' end,
    write_lock = function() return false, nil, true end,
}), function(sock)
    local function never() error('not to be called') end
    triple(nil, 'taken', nil, sock:readsync())
    triple(nil, 'taken', nil, sock:syncread(never))
    triple(nil, nil, true, sock:writesync('x'))
    triple(nil, nil, true, sock:syncwrite(never))
    -- The stubs touch no lock. (D-23)
    triple(nil, 'Operation not supported on socket', nil, sock:recvmsgsync())
    triple(nil, 'Operation not supported on socket', nil, sock:writevsync())
end)

-- <close> waits as close does, inside a coroutine.
local peer_closed = scheduler.event()
tls.with_pair(function(sock)
    triple(true, nil, nil, sock:handshake())
    do
        local closing <close> = sock
        triple(1, nil, nil, closing:write('x'))
    end
    assert(sock:fd() == -1)
    peer_closed.wait()
end, function(sock)
    triple('x', nil, nil, sock:read())
    triple(nil, nil, nil, sock:read())
    assert(sock:closed_by() == 'close_notify')
    peer_closed.set()
end)
