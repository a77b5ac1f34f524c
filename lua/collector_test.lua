-- What the collector calls while a method makes room for its results: functions of the program, which
-- use the same objects.

local cmsghdr = require('net.cmsghdr')
local iovec = require('iovec')
local msghdr = require('net.msghdr')
local net = require('net')
local plain = require('testing.plain')
local unix = require('net.stream.unix')

collectgarbage('incremental', 1, 1000, 1)

-- Calls the method, and the function whenever the collector comes by meanwhile: at least once.
local function interrupted(fn, object, method, ...)
    local calls, is_over = 0, false
    local function arm()
        setmetatable({}, {
            __gc = function()
                if not is_over then
                    calls = calls + 1
                    fn()
                    arm()
                end
            end,
        })
    end
    arm()
    local results = table.pack(object[method](object, ...))
    while calls == 0 do
        results = table.pack(object[method](object, ...))
    end
    is_over = true
    return table.unpack(results)
end

local function filled(...)
    local iov = iovec.new()
    for _, str in ipairs({ ... }) do
        iov:add(str)
    end
    return iov
end

-- A piece is taken twice: it is removed once.
for _ = 1, 50 do
    local iov = filled(('a'):rep(100), ('b'):rep(100))
    interrupted(function() while iov:del(1) do end end, iov, 'del', 2)
    assert(#iov == 0 and iov:bytes() == 0)
end

-- All is taken before it is copied.
for _ = 1, 5 do
    local iov = filled(('x'):rep(40 << 20), ('y'):rep(40 << 20))
    local str = interrupted(function() iov:consume(80 << 20) end, iov, 'concat')
    assert(str == '' or str == ('x'):rep(40 << 20) .. ('y'):rep(40 << 20))
end

-- A message that nothing else refers to.
for _ = 1, 200 do
    assert(msghdr.new():del(1) == nil and msghdr.new():consume(1) == 0)
end

-- Descriptors are given to one object.
for _ = 1, 50 do
    local one, two = plain.pairs.pair()
    local mh, into = msghdr.new(), msghdr.new()
    mh:add('x')
    mh:control():push(cmsghdr.rights(one:fd()))
    into:addn(1)
    local list = into:control()
    assert(one:sendmsg(mh) == 1 and two:recvmsg(into) == 1)
    local messages = {}
    local function shift() messages[#messages + 1] = list:shift() end
    messages[#messages + 1] = interrupted(shift, list, 'shift')
    assert(#messages <= 1)
    for _, message in ipairs(messages) do
        unix.wrap((message:data())):close()
    end
    one:close()
    two:close()
end

-- A list that grows while it is made ready to be sent.
for _ = 1, 20 do
    local one, two = plain.pairs.pair()
    local mh = msghdr.new()
    mh:add('x')
    local list, left = mh:control(), 20
    local large = cmsghdr.new(net.SOL_SOCKET, 0, ('x'):rep(4096))
    list:push(large)
    interrupted(function()
        left = left - 1
        if left > 0 then
            list:push(large)
        end
    end, one, 'sendmsg', mh)
    one:close()
    two:close()
end
