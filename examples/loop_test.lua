-- The loop of coroutines that the examples in the documentation share.

package.path = 'examples/?.lua;' .. package.path

local loop = require('loop')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local triple = tls.triple

-- Sockets block outside the loop, and do not in it.
assert(unix.pair()[1]:isnonblock() == false)
loop.spawn(function() assert(unix.pair()[1]:isnonblock() == true) end)
loop.run()

-- Both ends of a connection; more than the kernel holds.
local large = ('x'):rep(8 << 20)
local count = 0
loop.spawn(function()
    local pair = assert(unix.pair())
    loop.spawn(function()
        triple(#large, nil, nil, pair[1]:write(large))
        pair[1]:close()
    end)
    local str, err, timeout
    repeat
        str, err, timeout = pair[2]:read(1 << 20)
        count = count + #(str or '')
    until not str
    assert(err == nil and timeout == nil)
end)
loop.run()
assert(count == #large)

-- Deadlines, the shorter one first.
local order = {}
for _, msec in ipairs({ 40, 20 }) do
    loop.spawn(function()
        local pair = assert(unix.pair())
        pair[1]:deadlines(msec)
        triple(nil, nil, true, pair[1]:read())
        order[#order + 1] = msec
    end)
end
loop.run()
assert(order[1] == 20 and order[2] == 40)

-- Who waits while another coroutine closes the socket, or one direction, is told.
for method, expected in pairs({ close = 'Bad file descriptor', closer = false }) do
    loop.spawn(function()
        local pair = assert(unix.pair())
        loop.spawn(function() triple(true, nil, nil, pair[1][method](pair[1])) end)
        triple(nil, expected or nil, nil, pair[1]:read())
    end)
    loop.run()
end

-- Readers of one socket take turns, in the order in which they came.
loop.spawn(function()
    local pair = assert(unix.pair())
    local read = {}
    for i = 1, 3 do
        loop.spawn(function()
            local str = assert(pair[1]:readsync(1))
            read[#read + 1] = i .. str
        end)
    end
    loop.spawn(function()
        assert(pair[2]:write('abc'))
        pair[2]:close()
    end)
    loop.spawn(function()
        triple(nil, nil, nil, pair[1]:readsync())
        assert(table.concat(read, ' ') == '1a 2b 3c', table.concat(read, ' '))
    end)
end)
loop.run()

-- What a coroutine raises is what the loop raises.
loop.spawn(error, 'no luck')
tls.raises('no luck', loop.run)
