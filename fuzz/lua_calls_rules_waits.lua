-- The rules of what was set, of waits, locks and arguments: the chunk goes on from lua_calls_rules.lua.

-- L5: what was set is what is told.

local NUMBERS = { 0.25, 0, 1e-6, 3, 1e3, 0.015 }
local NO_SECONDS = { -1, 0 / 0, 1 / 0, -1 / 0, '5', {}, true, 'x', -1e-9 }

function rules.clock_limit(a, b, c)
    local client, server = connect(new_cfg(), new_server_cfg())
    if b % 2 == 1 then
        shake(client, server)
    end
    local sock = pick({ client, server }, c)
    expect('L5', 'the default of getclocklimit', pack(sock:getclocklimit()), 0.01)
    for i = 0, 1 do
        local seconds = pick(NUMBERS, a + i)
        expect('L5', 'setclocklimit', pack(sock:setclocklimit(seconds)))
        local told = sock:getclocklimit()
        must('L5', math.abs(told - seconds) <= 1e-8 * seconds,
            ('the clock limit is %s, not %s'):format(told, seconds))
        expect_raise('L5', 'setclocklimit', 'sec must be unsigned number', sock.setclocklimit, sock,
            pick(NO_SECONDS, b + i))
        expect('L5', 'getclocklimit after a refusal', pack(sock:getclocklimit()), told)
    end
    expect('L5', 'setclocklimit of nil', pack(sock:setclocklimit(nil)))
    expect('L5', 'getclocklimit', pack(sock:getclocklimit()), 0.01)
end

local MILLISECONDS = { 4, 1000, 60000, 8, 12000 }
local NO_MILLISECONDS = { -1, 1.5, '7', {}, true, 0 / 0 }

--- `none` is what is told of no deadline.
local function check_deadlines(sock, none, a, b, c)
    local first, second = pick(MILLISECONDS, a), pick(MILLISECONDS, b)
    expect('L5', 'the first deadlines', pack(sock:deadlines()), none, none)
    expect('L5', 'deadlines of both', pack(sock:deadlines(first, second)), first, second)
    expect('L5', 'deadlines of neither', pack(sock:deadlines()), first, second)
    expect_raise('L5', 'deadlines', 'rcvdeadl must be uint', sock.deadlines, sock, pick(NO_MILLISECONDS, c))
    expect_raise('L5', 'deadlines', 'snddeadl must be uint', sock.deadlines, sock, nil, pick(NO_MILLISECONDS, c))
    expect('L5', 'deadlines after a refusal', pack(sock:deadlines()), first, second)
    expect('L5', 'deadlines of one', pack(sock:deadlines(nil, first)), first, first)
    expect('L5', 'deadlines of none', pack(sock:deadlines(0)), none, first)
    expect('L5', 'deadlines of none', pack(sock:deadlines(second, 0)), second, none)
end

function rules.deadlines(a, b, c)
    check_deadlines(make(a % 2 == 1), nil, a, b, c)
    local one = without_poller(pair)
    check_deadlines(one, 0, a, b, c)
    one:deadlines(8, 4)
    expect('L5', 'rcvtimeo', pack(one:rcvtimeo(0)), 0.008)
    expect('L5', 'sndtimeo', pack(one:sndtimeo(1)), 0.004)
    expect('L5', 'sndtimeo', pack(one:sndtimeo()), 1.0)
    expect('L5', 'rcvtimeo', pack(one:rcvtimeo()), 0.0)
end

local FLAGS = { 'cloexec', 'keepalive', 'reuseaddr', 'timestamp', 'oobinline', 'dontroute', 'reuseport' }
local SECONDS = { 'linger', 'rcvtimeo', 'sndtimeo', 'rcvlowat' }
local BUFFERS = { 'sndbuf', 'rcvbuf' }

--- What the system refuses stays.
local function check_option(sock, name, value, after)
    local before = sock[name](sock)
    local results = pack(sock[name](sock, value))
    if results[1] == nil then
        must('L5', results.n == 2 and results[2]:find('^' .. name .. ' failed: '), name .. ' without an err')
        after = before
    else
        expect('L5', name .. ' that is set', results, before)
    end
    expect('L5', name .. ' after that', pack(sock[name](sock)), after)
end

function rules.options(a, b, c)
    local one = make(a % 2 == 1)
    local name = pick(FLAGS, b)
    local value = one[name](one)
    check_option(one, name, not value, not value)
    check_option(one, name, value, value)
    expect_raise('L8', name, 'bad argument', one[name], one, pick({ 1, 'x', {} }, c))
    check_option(one, pick(SECONDS, b), 4 + c % 2 * 4, 4 + c % 2 * 4)
    check_option(one, pick(BUFFERS, c), 20000 + 2 * a, 40000 + 4 * a)
end

-- L6: waits, and hooks before them.

local RECEIVERS = { 'read', 'recv', 'readsync', 'recvsync', 'readv', 'readvsync', 'recvmsg', 'recvfd', 'recvfdsync',
    'recvmsgsync' }
local TLS_RECEIVERS = { 'read', 'recv', 'readsync', 'recvsync', 'peek', 'poll_wait' }
local SENDERS = { 'write', 'send', 'writesync', 'sendsync', 'sendfd', 'writev', 'sendmsg', 'sendfile' }
local TLS_SENDERS = { 'write', 'send', 'writesync', 'sendsync', 'poll_wait', 'sendfile', 'tls_close' }

local function vector(text)
    local iov = iovec.new()
    iov:add(text)
    return iov
end

local function message(text)
    local mh = msghdr.new()
    mh:add(text)
    return mh
end

local function stored(text)
    local file = assert(io.tmpfile())
    file:write(text)
    return file
end

--- What a receiving or sending method takes; `want` is for poll_wait.
local function argument_of(name, want)
    if name == 'poll_wait' then
        return want
    elseif name:find('readv') or name:find('writev') then
        return vector('abc')
    elseif name:find('msg') then
        return message('abc')
    elseif name == 'sendfd' then
        return 0
    elseif name == 'sendfile' then
        return stored('abc')
    elseif name:find('write') or name:find('send') then
        return 'x'
    end
end

--- Fills what the kernel keeps of the socket, and what it keeps itself.
local function fill(sock)
    sock:sndbuf(1)
    local page = ('x'):rep(100000)
    with_waiter(function() return false, nil, true end, sock.write, sock, page)
    with_waiter(function() return false, nil, true end, sock.write, sock, 'y')
end

--- Calls a method that has to wait; the waiter refuses, and what it was asked for is checked.
local function check_wait(sock, name, direction, deadline, is_hooked)
    local asked = {}
    local results = pack(with_waiter(function(...)
        asked[#asked + 1] = pack(...)
        return false, 'refused'
    end, sock[name], sock, argument_of(name, direction == 'read' and net_tls.WANT_POLLIN or net_tls.WANT_POLLOUT)))
    local is_ok = name == 'poll_wait' or name == 'tls_close'
    expect_err('L6', name .. ' whose wait is refused', results, not is_ok and nil, is_hooked and 'hook' or 'refused')
    must('L6', #asked == (is_hooked and 0 or 1), name .. ' waits ' .. #asked .. ' times')
    local first = asked[1]
    if not first then
        return
    end
    must('L6', first[1] == direction and first[2] == sock:fd(), name .. ' waits for the other direction')
    local is_right = first[3] == deadline
    if deadline then
        is_right = math.type(first[3]) == 'integer' and first[3] <= deadline and first[3] > deadline - 10000
    end
    must('L6', is_right, ('%s waits %s ms, not %s'):format(name, first[3], deadline))
end

local function check_hook(sock, name, direction, deadline)
    local set = direction == 'read' and 'onwaitrecv' or 'onwaitsend'
    local other = direction == 'read' and 'onwaitsend' or 'onwaitrecv'
    local called
    local function refuse(...) called = pack(...) return false, 'the hook refuses' end
    local function look_on() called = pack(false) return true end
    local raised = false
    local function raise()
        if raised then
            host.violation('L6: what a hook raises is lost')
            sock[set](sock, nil)
        end
        raised = true
        error('the hook raises', 0)
    end
    local function never() host.violation('L6: the other direction\'s hook is called') end
    local context = {}
    expect('L6', other, pack(sock[other](sock, never)), nil)
    expect('L6', set, pack(sock[set](sock, refuse, context)), nil)
    check_wait(sock, name, direction, deadline, true)
    if called and called[2] and deadline then
        must('L6', called[2] <= deadline and called[2] > deadline - 10000, 'a hook is told another deadline')
    end
    must('L6', called and called.n == 2 and called[1] == context, 'a hook is not called with its context')
    expect('L6', set, pack(sock[set](sock, look_on)), refuse)
    called = nil
    check_wait(sock, name, direction, deadline)
    must('L6', called, 'a hook is not called')
    expect('L6', set, pack(sock[set](sock, raise)), look_on)
    expect_raise('L6', name .. ' whose hook raises', '^the hook raises$', with_waiter, function() return false end,
        sock[name], sock, argument_of(name, direction == 'read' and net_tls.WANT_POLLIN or net_tls.WANT_POLLOUT))
    expect_raise('L8', set, 'fn must be function', sock[set], sock, pick({ {}, 'x', 1, true }, deadline or 0))
    expect('L6', set, pack(sock[set](sock, nil)), raise)
    check_wait(sock, name, direction, deadline)
end

function rules.waits(a, b, c)
    local is_tls = a % 2 == 1
    local one, _two = make(is_tls)
    local deadline = pick({ false, 1000000, 500000 }, c) or nil
    if a // 2 % 2 == 1 then
        local name = pick(is_tls and TLS_SENDERS or SENDERS, b)
        fill(one)
        one:deadlines(7, deadline or 0)
        check_wait(one, name, 'write', deadline)
    else
        local name = pick(is_tls and TLS_RECEIVERS or RECEIVERS, b)
        one:deadlines(deadline or 0, 7)
        check_wait(one, name, 'read', deadline)
    end
end

function rules.hooks(a, b, c)
    local is_tls = a % 2 == 1
    local one, _two = make(is_tls)
    local deadline = pick({ false, 1000000, 500000 }, c) or nil
    if a // 2 % 2 == 1 then
        fill(one)
        one:deadlines(7, deadline or 0)
        check_hook(one, pick(is_tls and { 'write', 'send', 'poll_wait' } or SENDERS, b), 'write', deadline)
    else
        one:deadlines(deadline or 0, 7)
        check_hook(one, pick(is_tls and TLS_RECEIVERS or RECEIVERS, b), 'read', deadline)
    end
end

function rules.poll_wait(a, b, _)
    local one, two = make(true)
    local results = pack(one:poll_wait(pick({ 'x', 0, {}, -4, '-2', 1.5 }, a)))
    expect_err('L6', 'poll_wait of an unknown want', results, false, '^unsupported want type "')
    local function wait()
        expect('L6', 'poll_wait to write', pack(two:poll_wait(net_tls.WANT_POLLOUT)), true, nil, nil)
        one:write('x')
        expect('L6', 'poll_wait to read', pack(two:poll_wait(net_tls.WANT_POLLIN)), true, nil, nil)
    end
    if b % 2 == 1 then
        without_poller(wait)
    else
        with_waiter(function() return true end, wait)
    end
    expect('L6', 'read after poll_wait', pack(two:read()), 'x', nil, nil)
end

--- A blocking socket whose time is up at once.
function rules.blocking(a, _, _)
    local is_tls = a % 2 == 1
    without_poller(function()
        local one, two
        if is_tls then
            local listening
            one, two, listening = connect(new_cfg(), new_server_cfg())
            listening:close()
        else
            one, two = pair()
        end
        expect('L6', 'isnonblock', pack(one:isnonblock()), false)
        expect('L6', 'deadlines', pack(one:deadlines(4, 4)), 4, 4)
        if is_tls then
            expect('L6', 'poll_wait out of time', pack(one:poll_wait(net_tls.WANT_POLLIN)), false, nil, true)
            expect('L6', 'handshake out of time', pack(one:handshake()), false, nil, true)
        else
            expect('L6', 'read out of time', pack(one:read()), nil, nil, true)
            expect('L7', 'writesync without a poller', pack(two:writesync('abc')), 3, nil, nil)
            expect('L7', 'readsync without a poller', pack(one:readsync()), 'abc', nil, nil)
            expect('L7', 'syncread without a poller', pack(one:syncread(function() return 1, 2 end)), 1, 2)
        end
    end)
end

-- L7: locks.

local SYNCS = { 'readsync', 'recvsync', 'writesync', 'sendsync', 'syncread', 'syncwrite' }

function rules.locks(a, b, _)
    local is_tls = a % 2 == 1
    local one, two = make(is_tls)
    local name = pick(SYNCS, b)
    local argument = name:find('^sync') and hook or name:find('write') and 'x' or name:find('send') and 'x' or nil
    poller('locked')
    expect('L7', name .. ' whose lock is refused', pack(one[name](one, argument)), nil, 'it is locked', nil)
    poller('yield')
    if name:find('^sync') then
        expect_raise('L7', name, '^the hook raises$', one[name], one, hook_raises)
        expect_raise('L7', name, 'fn must be function', one[name], one, pick({ {}, 1, 'x' }, b))
        expect('L7', name, pack(one[name](one, function(...) return ... end, 1, nil)), one, 1, nil)
    end
    two:write('abc')
    expect('L7', 'readsync after that', pack(one:readsync()), 'abc', nil, nil)
    expect('L7', 'writesync after that', pack(one:writesync('x')), 1, nil, nil)
end

-- L8: what is refused raises.

local NO_STRING = { 1, {}, true, 1.5, false }
local NO_INTEGER = { '1', {}, true, 1.5, 'x' }

function rules.arguments(a, b, c)
    local is_tls = a % 2 == 1
    local one = make(is_tls)
    local writer, reader = pick(WRITERS, b), pick(READERS, b)
    expect_raise('L8', writer, 'bad argument #', one[writer], one, pick(NO_STRING, c))
    expect_raise('L8', writer, 'bad argument #', one[writer], one)
    expect_raise('L8', reader, 'bad argument #', one[reader], one, pick(NO_INTEGER, c))
    expect_raise('L8', reader, 'bad argument #', one[reader], pick({ nil, {}, 'x', io.stdout, config.new() }, c))
    expect('L8', reader .. ' after that', pack(one[reader](one)), nil, nil, true)
    if not is_tls then
        expect_raise('L8', 'close', 'shut[rw][dr] must be boolean', one.close, one, pick({ 1, 'x', {} }, c))
    end
end
