-- Vectors, messages and descriptors under the poller's locks. (D-27)

local iovec = require('iovec')
local msghdr = require('net.msghdr')
local net = require('net')
local poll = require('net.poll')
local scheduler = require('testing.scheduler')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple

local function pair()
    return table.unpack(assert(unix.pair()))
end

local function vector(str)
    local iov = iovec.new()
    assert(iov:add(str))
    return iov
end

local function message(str)
    local mh = msghdr.new()
    assert(mh:add(str))
    return mh
end

-- What each does under its lock; without a poller the lock always succeeds.
local function move()
    local one, two = pair()
    local into = vector('.....')
    triple(3, nil, nil, one:writevsync(vector('xabcx'), 1, 3))
    triple(2, nil, nil, two:readvsync(into, 1, 2))
    assert(into:concat() == '.ab..')
    triple(2, nil, nil, one:sendmsgsync(message('de'), net.MSG_NOSIGNAL, net.MSG_DONTWAIT))
    local mh = message('.....')
    triple(3, nil, nil, two:recvmsgsync(mh, net.MSG_PEEK))
    triple(3, nil, nil, two:recvmsgsync(mh))
    assert(mh:concat() == 'cde..')
    triple(0, nil, nil, one:sendfdsync(one:fd()))
    triple(0, nil, nil, one:sendfdsync(one:fd(), nil, net.MSG_DONTWAIT))
    assert(unix.wrap((two:recvfdsync()))):close()
    assert(unix.wrap((two:recvfdsync(net.MSG_DONTWAIT)))):close()
    one:close()
    triple(nil, nil, nil, two:readvsync(into))
    triple(nil, nil, nil, two:recvmsgsync(mh))
    triple(nil, nil, nil, two:recvfdsync())
    triple(nil, nil, nil, two:writevsync(into))
    triple(nil, 'sendmsg failed: Bad file descriptor', nil, one:sendmsgsync(mh))
    triple(nil, 'sendfd failed: Bad file descriptor', nil, one:sendfdsync(0))
end
move()
scheduler.spawn(move)
scheduler.run()

-- Which lock is taken; a wrong argument is told before there is one.
local calls = {}
local function note(name)
    return function(fd)
        calls[#calls + 1] = name .. ' ' .. fd
        return true
    end
end
local noting = scheduler.poller_with('read_lock', note('read_lock'))
noting.read_unlock = note('read_unlock')
noting.write_lock = note('write_lock')
noting.write_unlock = note('write_unlock')
poll.set_poller(noting)
do
    local one, two = pair()
    local function expect(kind, fn)
        local fd = ' ' .. one:fd()
        calls = {}
        fn()
        assert(table.concat(calls, ',') == kind .. '_lock' .. fd .. ',' .. kind .. '_unlock' .. fd)
    end
    two:write('ab')
    two:sendfd(two:fd())
    expect('read', function() one:readvsync(vector('.')) end)
    expect('read', function() one:recvmsgsync(message('.')) end)
    expect('read', function() assert(unix.wrap((one:recvfdsync()))):close() end)
    expect('write', function() one:writevsync(vector('x')) end)
    expect('write', function() one:sendmsgsync(message('x')) end)
    expect('write', function() one:sendfdsync(0) end)
    calls = {}
    local mh, iov = message('x'), vector('x')
    raises("bad argument #1 to 'readvsync' (iovec expected, got string)",
           function() one:readvsync('x') end)
    raises("bad argument #2 to 'writevsync' (must not be negative)",
           function() one:writevsync(iov, -1) end)
    raises("bad argument #1 to 'recvmsgsync' (net.msghdr.MsgHdr expected, got no value)",
           function() one:recvmsgsync() end)
    raises("bad argument #2 to 'sendmsgsync' (number expected, got string)",
           function() one:sendmsgsync(mh, '0') end)
    raises("bad argument #1 to 'sendfdsync' (number expected, got string)",
           function() one:sendfdsync('0') end)
    raises("bad argument #1 to 'recvfdsync' (number expected, got boolean)",
           function() one:recvfdsync(true) end)
    assert(#calls == 0)
    -- What the program has defined is what is called.
    one.writev = function(_, what) return 'mine ' .. what, nil, nil end
    expect('write', function() triple('mine x', nil, nil, one:writevsync('x')) end)
    one:close()
    two:close()
end

-- A lock that is refused.
local refusing = scheduler.poller_with('read_lock', function() return false, 'taken' end)
refusing.write_lock = function() return false, nil, true end
poll.set_poller(refusing)
do
    local one = pair()
    local iov, mh = vector('x'), message('x')
    triple(nil, 'taken', nil, one:readvsync(iov))
    triple(nil, 'taken', nil, one:recvmsgsync(mh))
    triple(nil, 'taken', nil, one:recvfdsync())
    triple(nil, nil, true, one:writevsync(iov))
    triple(nil, nil, true, one:sendmsgsync(mh))
    triple(nil, nil, true, one:sendfdsync(0))
    assert(mh:bytes() == 1)
end
poll.set_poller(nil)
