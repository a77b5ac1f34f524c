-- net.msghdr and what goes beside the bytes of a message: sendmsg and recvmsg.

local addrinfo = require('net.addrinfo')
local cmsghdr = require('net.cmsghdr')
local descriptors = require('testing.descriptors')
local iovec = require('iovec')
local msghdr = require('net.msghdr')
local net = require('net')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

local function pair()
    return table.unpack(assert(unix.pair()))
end

local function filled(...)
    local mh = msghdr.new()
    for _, str in ipairs({ ... }) do
        assert(mh:add(str))
    end
    return mh
end

local function in_both_modes(fn)
    fn()
    scheduler.spawn(fn)
    scheduler.run()
end

local function collect()
    collectgarbage()
    collectgarbage()
end

-- A message holds bytes as an iovec does.
local mh = msghdr.new()
assert(tostring(mh):find('^net%.msghdr%.MsgHdr: '))
assert(mh:name() == nil and mh:bytes() == 0 and mh:consume(1) == 0 and mh:concat() == '')
assert(mh:get(1) == nil and mh:del(1) == nil and mh:flags() == 0)
assert(mh:add('foo/bar') == 1 and mh:addn(125) == 2 and mh:add('qux/quux') == 3)
assert(select(2, mh:add('')) == 'Invalid argument')
assert(mh:bytes() == 140 and mh:get(2) == (' '):rep(125) and mh:get(4) == nil)
assert(mh:concat() == 'foo/bar' .. (' '):rep(125) .. 'qux/quux')
assert(mh:consume(32) == 108 and mh:get(1) == (' '):rep(100) and mh:del(1) == (' '):rep(100))
assert(mh:concat() == 'qux/quux' and mh:consume(200) == 0)
local iov = mh.iov
assert(iov.instanceof() == 'iovec' and iov:add('x') and mh:bytes() == 1)
local other = iovec.new()
mh.iov = other
assert(iov ~= other and mh.iov == other and mh:bytes() == 0)
mh.iov = nil
assert(mh.iov ~= other and mh.iov ~= nil and mh:bytes() == 0)

-- Its name.
local ai = assert(addrinfo.getaddrinfo('127.0.0.1', 1))[1]
assert(mh:name(ai) == nil and mh:name() == ai and mh:name(nil) == ai and mh:name() == nil)

-- Its list of control messages is made when it is asked for.
local cmsgs = mh:control()
assert(tostring(cmsgs):find('^net%.cmsghdrs: ') and mh:control() == cmsgs)
assert(mh:control(nil) == cmsgs and mh:control() ~= cmsgs and mh:control(cmsgs) ~= cmsgs)
assert(mh:control() == cmsgs and cmsgs:shift() == nil)

-- Control messages.
local cmsg = cmsghdr.new(1, 2, 'foo\0')
assert(tostring(cmsg):find('^net%.cmsghdr: ') and #cmsg == 4)
assert(cmsg:level() == 1 and cmsg:type() == 2 and cmsg:data() == 'foo\0')
local rights = cmsghdr.rights(1, 2, 3)
assert(rights:level() == net.SOL_SOCKET and rights:type() == net.SCM_RIGHTS)
assert(table.concat({ rights:data() }, ' ') == '1 2 3' and select('#', rights:data()) == 3)
assert(cmsghdr.rights() == nil)
assert(cmsghdr.new(net.SOL_SOCKET, net.SCM_RIGHTS, '\5\0\0\0'):data() == 5)
assert(cmsghdr.new(net.SOL_SOCKET, net.SCM_RIGHTS, ''):data() == nil)
for _, each in ipairs({ cmsg, rights, cmsg }) do
    cmsgs:push(each)
end
assert(cmsgs:shift() == cmsg and cmsgs:shift() == rights and cmsgs:shift() == cmsg)
assert(cmsgs:shift() == nil)

-- Bytes: sending takes them out of the message, receiving fills what is there.
in_both_modes(function()
    local one, two = pair()
    local out, into = filled('foo', 'bar', 'baz'), filled('....', '....')
    triple(9, nil, nil, one:sendmsg(out))
    assert(out:bytes() == 0 and out:get(1) == nil)
    triple(8, nil, nil, two:recvmsg(into, net.MSG_PEEK))
    assert(into:concat() == 'foobarba' and into:flags() == 0)
    triple(8, nil, nil, two:recvmsg(into, net.MSG_PEEK, net.MSG_DONTWAIT))
    triple(8, nil, nil, two:recvmsg(into))
    triple(1, nil, nil, two:recvmsg(into))
    assert(into:get(1) == 'zoob' and into:get(2) == 'arba')
    triple(0, nil, nil, one:sendmsg(out))
    triple(nil, 'Invalid argument', nil, two:recvmsg(out))
    one:close()
    triple(nil, nil, nil, two:recvmsg(into))
    triple(nil, nil, nil, two:sendmsg(filled('x')))
    triple(nil, 'recvmsg failed: Bad file descriptor', nil, one:recvmsg(into))
    triple(nil, 'sendmsg failed: Bad file descriptor', nil, one:sendmsg(filled('x')))
end)

-- A stream is connected already.
local one, two = pair()
mh = filled('x')
mh:name(one:getsockname())
triple(nil, 'sendmsg failed: Transport endpoint is already connected', nil, one:sendmsg(mh))
assert(mh:name(nil) and mh:bytes() == 1)
triple(1, nil, nil, one:sendmsg(mh, net.MSG_DONTWAIT))

-- Descriptors: what comes in is close-on-exec, and the program's once it has taken it.
in_both_modes(function()
    local near, far = pair()
    local a, b = pair()
    local out, into = filled('x'), filled('.....')
    out:control():push(cmsghdr.rights(a:fd(), b:fd()))
    triple(1, nil, nil, near:sendmsg(out))
    a:close()
    b:close()
    collect()
    local before = descriptors.count()
    local list = into:control()
    list:push(cmsghdr.new(1, 2, 'what was there before'))
    triple(1, nil, nil, far:recvmsg(into))
    assert(into:flags() == 0 and descriptors.count() == before + 2)
    local received = list:shift()
    assert(received:level() == net.SOL_SOCKET and received:type() == net.SCM_RIGHTS)
    assert(list:shift() == nil)
    local fds = { received:data() }
    assert(#fds == 2 and descriptors.is_closed_on_exec(fds[1]))
    assert(descriptors.is_closed_on_exec(fds[2]))
    received, list, into = nil, nil, nil -- luacheck: ignore
    collect()
    local c, d = assert(unix.wrap(fds[1])), assert(unix.wrap(fds[2]))
    triple(2, nil, nil, c:write('ok'))
    triple('ok', nil, nil, d:read())
    assert(c:close() and d:close() and descriptors.count() == before)
end)

local function send_descriptor(sock, fd)
    local out = filled('x')
    out:control():push(cmsghdr.rights(fd))
    triple(1, nil, nil, sock:sendmsg(out))
end

-- Nobody asks for it, and nothing stays open: without a list, in a list, in a message shifted from
-- it, and where the next message or the end of the peer comes instead of the first's being looked at.
in_both_modes(function()
    local near, far = pair()
    local fd = near:fd()
    local into = filled('.')
    collect()
    local before = descriptors.count()
    send_descriptor(near, fd)
    triple(1, nil, nil, far:recvmsg(into))
    assert(into:flags() == net.MSG_CTRUNC and descriptors.count() == before)
    send_descriptor(near, fd)
    into:control()
    triple(1, nil, nil, far:recvmsg(into))
    assert(into:flags() == 0 and descriptors.count() == before + 1)
    send_descriptor(near, fd)
    triple(1, nil, nil, far:recvmsg(into))
    assert(descriptors.count() == before + 1)
    into:control():shift()
    collect()
    assert(descriptors.count() == before)
    send_descriptor(near, fd)
    triple(1, nil, nil, far:recvmsg(into, net.MSG_PEEK))
    triple(1, nil, nil, far:recvmsg(into, net.MSG_PEEK))
    assert(descriptors.count() == before + 1)
    triple(1, nil, nil, far:recvmsg(into))
    into = nil -- luacheck: ignore
    collect()
    assert(descriptors.count() == before)
end)

-- The most descriptors that go at once, and one more.
one, two = pair()
local fds = {}
for i = 1, 253 do
    fds[i] = one:fd()
end
mh = filled('x')
mh:control():push(cmsghdr.rights(table.unpack(fds)))
triple(1, nil, nil, one:sendmsg(mh))
local into = filled('.')
collect()
local before = descriptors.count()
into:control()
-- as many as there may be open at all, of which the list closes what nobody takes
triple(1, nil, nil, two:recvmsg(into))
into = nil
collect()
assert(descriptors.count() == before)
mh = filled('x')
mh:control():push(cmsghdr.rights(one:fd(), table.unpack(fds)))
local ok, err = one:sendmsg(mh)
assert(ok == nil and err:find('^sendmsg failed: ') and mh:bytes() == 1)

-- A relay: what has come in goes on as it is, with what is pushed.
local third, fourth = pair()
send_descriptor(one, two:fd())
mh = filled('.')
mh:control()
triple(1, nil, nil, two:recvmsg(mh))
mh:control():push(cmsghdr.rights(one:fd(), two:fd()))
triple(1, nil, nil, third:sendmsg(mh))
into = filled('.')
into:control()
triple(1, nil, nil, fourth:recvmsg(into))
local count = 0
for each in function() return into:control():shift() end do
    for _, fd in ipairs({ each:data() }) do
        assert(unix.wrap(fd)):close()
        count = count + 1
    end
end
assert(count == 3)

-- What the list does not hold cannot be sent: no descriptor, no such kind, no bytes to go with.
for text, bad in pairs({
    ['sendmsg failed: Bad file descriptor'] = cmsghdr.rights(-1),
    ['sendmsg failed: Invalid argument'] = cmsghdr.new(net.SOL_SOCKET, 12345, 'x'),
}) do
    mh = filled('x')
    mh:control():push(bad)
    triple(nil, text, nil, one:sendmsg(mh))
    assert(mh:bytes() == 1)
end
mh = msghdr.new()
mh:control():push(cmsghdr.rights(one:fd()))
triple(nil, 'Invalid argument', nil, one:sendmsg(mh))

-- A timeout tells how much has gone; the message holds the rest, without the descriptor that has
-- gone with the beginning.
in_both_modes(function()
    local near, far = pair()
    local much = ('a'):rep(500000) .. ('b'):rep(700000)
    local out = filled(much:sub(1, 600000), much:sub(600001))
    local room, received, num_fds, timeouts = filled((' '):rep(65536)), {}, 0, 0
    near:deadlines(nil, 10)
    far:deadlines(10)
    out:control():push(cmsghdr.rights(near:fd()))
    room:control()
    while out:bytes() > 0 do
        local left = out:bytes()
        local len, why, timeout = near:sendmsg(out)
        assert(why == nil and out:bytes() == left - len)
        assert((timeout == true) == (out:bytes() > 0))
        timeouts = timeouts + (timeout and 1 or 0)
        local got = far:recvmsg(room)
        while got do
            received[#received + 1] = room:concat():sub(1, got)
            local control = room:control():shift()
            num_fds = num_fds + (control and select('#', control:data()) or 0)
            got = far:recvmsg(room)
        end
    end
    assert(timeouts > 0 and num_fds == 1 and table.concat(received) == much)
    -- The next message has it again.
    out:add('next')
    triple(4, nil, nil, near:sendmsg(out))
    triple(4, nil, nil, far:recvmsg(room))
    assert(room:control():shift())
    triple(nil, nil, true, far:recvmsg(room))
    -- MSG_DONTWAIT waits for nothing, in either mode.
    local waits = scheduler.waits
    triple(nil, nil, true, far:recvmsg(room, net.MSG_DONTWAIT))
    out:add(much)
    local len, err, timeout = near:sendmsg(out, net.MSG_DONTWAIT)
    assert(len > 0 and len < #much and err == nil and timeout == true)
    assert(scheduler.waits == waits)
end)
collect()

-- Where nothing has gone, the descriptor has not either.
in_both_modes(function()
    local near, far = pair()
    local out, room = filled('x'), filled(' ')
    out:control():push(cmsghdr.rights(near:fd()))
    room:control()
    local full = near:send(('f'):rep(16 << 20), net.MSG_DONTWAIT)
    repeat
        local more = near:send('f', net.MSG_DONTWAIT)
        full = full + more
    until more == 0
    triple(0, nil, true, near:sendmsg(out, net.MSG_DONTWAIT))
    tls.read_all(far, full)
    triple(1, nil, nil, near:sendmsg(out))
    triple(1, nil, nil, far:recvmsg(room))
    assert(unix.wrap((room:control():shift():data()))):close()
end)

-- A message that has lost its rest is a new one: its descriptor goes again.
for _, drop in ipairs({
    function(mh) assert(mh:del(1)) end,
    function(mh) mh.iov = nil end,
    function(mh) mh:consume(mh:bytes()) end,
}) do
    local near, far = pair()
    local out, room = filled(('x'):rep(16 << 20)), filled((' '):rep(1 << 20))
    out:control():push(cmsghdr.rights(near:fd()))
    local len, err, timeout = near:sendmsg(out, net.MSG_DONTWAIT)
    assert(len > 0 and err == nil and timeout == true and out:bytes() == (16 << 20) - len)
    drop(out)
    assert(out:bytes() == 0)
    tls.read_all(far, len)
    out:add('y')
    room:control()
    triple(1, nil, nil, near:sendmsg(out))
    triple(1, nil, nil, far:recvmsg(room))
    assert(unix.wrap((room:control():shift():data()))):close()
end

-- Descriptors stay open as long as a message waits that is to pass them.
scheduler.spawn(function()
    local near, far = pair()
    local first, into, room = filled('x'), filled(' '), filled(' ')
    first:control():push(cmsghdr.rights(near:fd()))
    into:control()
    room:control()
    triple(1, nil, nil, near:sendmsg(first))
    triple(1, nil, nil, far:recvmsg(into))
    local full = near:send(('f'):rep(16 << 20), net.MSG_DONTWAIT)
    repeat
        local more = near:send('f', net.MSG_DONTWAIT)
        full = full + more
    until more == 0
    scheduler.spawn(function()
        into:control(nil)
        collect()
        tls.read_all(far, full)
        triple(1, nil, nil, far:recvmsg(room))
        assert(unix.wrap((room:control():shift():data()))):close()
    end)
    triple(1, nil, nil, near:sendmsg(into))
end)
scheduler.run()

-- Mistakes raise, and name the argument. (D-03)
mh = filled('x')
raises("bad argument #1 to 'sendmsg' (net.msghdr.MsgHdr expected, got no value)",
       function() one:sendmsg() end)
raises("bad argument #1 to 'recvmsg' (net.msghdr.MsgHdr expected, got string)",
       function() one:recvmsg('x') end)
raises("bad argument #2 to 'sendmsg' (number expected, got string)",
       function() one:sendmsg(mh, 'x') end)
raises("bad argument #3 to 'recvmsg' (number expected, got boolean)",
       function() one:recvmsg(mh, 0, true) end)
raises("bad argument #1 to 'name' (net.addrinfo expected, got table)",
       function() mh:name({}) end)
raises('iovec expected, got string', function() mh.iov = '' end)
raises('the only field is iov', function() mh.bytes = 1 end)
raises("bad argument #1 to 'control' (net.cmsghdrs expected, got iovec)",
       function() mh:control(mh.iov) end)
raises("bad argument #1 to 'push' (net.cmsghdr expected, got table)",
       function() cmsgs:push({}) end)
raises("bad argument #1 to 'new' (number expected, got no value)", function() cmsghdr.new() end)
raises("bad argument #2 to 'new' (number expected, got string)",
       function() cmsghdr.new(1, 'x') end)
raises("bad argument #3 to 'new' (string expected, got boolean)",
       function() cmsghdr.new(1, 1, true) end)
raises("bad argument #1 to 'new' (out of range)", function() cmsghdr.new(1 << 31, 1, '') end)
raises("bad argument #3 to 'new' (no whole number of descriptors)",
       function() cmsghdr.new(net.SOL_SOCKET, net.SCM_RIGHTS, 'abc') end)
raises("bad argument #2 to 'rights' (number expected, got table)",
       function() cmsghdr.rights(1, {}) end)
raises("bad argument #1 to 'rights' (out of range)", function() cmsghdr.rights(1 << 40) end)
raises("bad argument #1 to 'add' (string expected, got number)", function() mh:add(1) end)
raises("bad argument #1 to 'consume' (number expected, got nil)", function() mh:consume(nil) end)

-- Nothing goes beside the bytes of TLS.
tls.with_pair(function(client)
    local text = 'Operation not supported on socket'
    triple(true, nil, nil, client:handshake())
    triple(nil, text, nil, client['net.Socket'].sendmsg(client, filled('x')))
    triple(nil, text, nil, client['net.Socket'].recvmsg(client, filled('x')))
    triple(2, nil, nil, client:write('ok'))
end, function(server)
    triple('ok', nil, nil, server:read())
end)
