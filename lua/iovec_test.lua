-- iovec: a list of buffers, and its two calls on descriptors.

local iovec = require('iovec')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

-- One class, whichever name it is required by.
assert(iovec == require('net.iovec') and iovec.IOV_MAX == 1024)

local function filled(...)
    local iov = iovec.new()
    for index, str in ipairs({ ... }) do
        assert(iov:add(str) == index)
    end
    return iov
end

local function fails(value, text, ...)
    local got, err = ...
    assert(select('#', ...) == 2 and got == value and err:find(text, 1, true), err)
end

-- Nothing in it.
local iov = iovec.new()
assert(tostring(iov):find('^iovec: ') and iov.instanceof() == 'iovec')
assert(#iov == 0 and iov:bytes() == 0 and iov:concat() == '' and iov:consume(1) == 0)
assert(iov:get(1) == nil and iov:del(1) == nil and iov:set('x', 1) == false)
assert(select('#', iov:get(1)) == 1 and select('#', iov:set('x', 1)) == 1)

-- add and addn return indexes, and count; bytes of any value are kept.
assert(iov:add('foo\0bar') == 1 and select('#', iov:add('x')) == 1)
assert(iov:addn(3) == 3 and #iov == 3 and iov:bytes() == 11)
assert(iov:get(1) == 'foo\0bar' and iov:get(3) == '   ' and iov:concat() == 'foo\0barx   ')
fails(-3, 'Invalid argument', iov:add(''))
fails(-2, 'Cannot allocate memory', iov:addn(math.maxinteger))
assert(#iov == 3 and iov:bytes() == 11)

-- No more elements than one call of the system's takes.
iov = iovec.new()
for index = 1, iovec.IOV_MAX do
    assert((index % 2 == 0 and iov:add('a') or iov:addn(1)) == index)
end
fails(-1, 'No buffer space available', iov:add('a'))
fails(-1, 'No buffer space available', iov:addn(1))
assert(#iov == iovec.IOV_MAX and iov:bytes() == iovec.IOV_MAX)
assert(iov:del(1) == ' ' and iov:add('b') == iovec.IOV_MAX and iov:get(iovec.IOV_MAX) == 'b')
assert(iov:consume(iovec.IOV_MAX - 1) == 1 and #iov == 1 and iov:concat() == 'b')

-- set, get, del: outside there is nothing.
iov = filled('foo', 'bar', 'baz')
for _, index in ipairs({ -1, 0, 4, math.mininteger, math.maxinteger }) do
    assert(iov:set('x', index) == false and iov:get(index) == nil and iov:del(index) == nil)
end
assert(iov:set('replace', 2) == true and iov:bytes() == 13 and iov:get(2) == 'replace')
assert(iov:set('', 2) == true and iov:bytes() == 6 and iov:get(2) == '' and #iov == 3)
assert(iov:concat() == 'foobaz')
assert(iov:del(2) == '' and iov:del(1) == 'foo' and iov:del(1) == 'baz' and iov:del(1) == nil)
assert(#iov == 0 and iov:bytes() == 0)

-- concat of a part: an offset in bytes from 0, and a length.
iov = filled('foo', 'bar', 'baz')
assert(iov:concat() == 'foobarbaz' and iov:concat(0, 4) == 'foob' and iov:concat(4) == 'arbaz')
assert(iov:concat(5, 3) == 'rba' and iov:concat(3, 3) == 'bar' and iov:concat(nil, 2) == 'fo')
assert(iov:concat(9) == '' and iov:concat(100) == '' and iov:concat(0, 0) == '')
assert(iov:concat(-1) == 'foobarbaz' and iov:concat(0, -1) == '')
assert(iov:concat(8, math.maxinteger) == 'z' and iov:concat(math.maxinteger, 1) == '')

-- consume takes from the front, in the middle of elements too.
assert(iov:consume(0) == 9 and iov:consume(-1) == 9 and #iov == 3)
assert(iov:consume(5) == 4 and #iov == 2 and iov:get(1) == 'r' and iov:get(2) == 'baz')
assert(iov:consume(1) == 3 and #iov == 1 and iov:consume(1) == 2 and iov:concat() == 'az')
assert(iov:consume(math.maxinteger) == 0 and #iov == 0)

-- What is forgotten is collected in time, large as it may be.
local function resident_kilobytes()
    local status <close> = assert(io.open('/proc/self/status'))
    return tonumber(status:read('a'):match('VmRSS:%s*(%d+) kB'))
end
collectgarbage()
local at_first = resident_kilobytes()
local piece = ('x'):rep(1 << 20)
local most = 0
for _ = 1, 300 do
    iovec.new():addn(1 << 20)
    local replaced = iovec.new()
    replaced:add('x')
    replaced:set(piece, 1)
    most = math.max(most, resident_kilobytes() - at_first)
end
assert(most < 450000, most)
collectgarbage('stop')
iovec.new():addn(1 << 20)
assert(not collectgarbage('isrunning'))
collectgarbage('restart')

-- readv and writev on descriptors: a file's are the ones that a Lua program can have. lua5.4 opens
-- it with the lowest descriptor there is.
local function descriptor_of(file)
    local links = assert(io.popen('ls -l /proc/$PPID/fd')):read('a')
    return tonumber(links:match('(%d+) %-> ' .. file:gsub('%p', '%%%0') .. '\n'))
end

local path = os.tmpname()
local file = assert(io.open(path, 'w+'))
local fd = assert(descriptor_of(path))
iov = filled('foo', 'bar', 'baz')
triple(9, nil, nil, iov:writev(fd))
triple(4, nil, nil, iov:writev(fd, 5))
triple(1, nil, nil, iov:writev(fd, 5, 1))
triple(4, nil, nil, iov:writev(fd, nil, 4))
triple(0, nil, nil, iov:writev(fd, 9))
triple(0, nil, nil, iov:writev(fd, 0, 0))
triple(9, nil, nil, iov:writev(fd, 0, math.maxinteger))
file:seek('set', 0)
assert(file:read('a') == 'foobarbazrbazrfoobfoobarbaz' and iov:bytes() == 9)
file:seek('set', 0)
iov = filled('1234', '5678')
iov:addn(1)
triple(9, nil, nil, iov:readv(fd))
assert(iov:concat() == 'foobarbaz' and iov:get(1) == 'foob' and iov:get(3) == 'z')
triple(2, nil, nil, iov:readv(fd, 3, 2))
assert(iov:concat() == 'foorbrbaz')
triple(1, nil, nil, iov:readv(fd, 8))
triple(9, nil, nil, iov:readv(fd, nil, 100))
triple(6, nil, nil, iov:readv(fd, 0))
triple(nil, nil, nil, iov:readv(fd)) -- the end
triple(nil, 'Invalid argument', nil, iov:readv(fd, 9))
triple(nil, 'Invalid argument', nil, iov:readv(fd, 0, 0))
file:close()
os.remove(path)
for _, bad in ipairs({ fd, -1, math.maxinteger, 1 << 32 }) do
    triple(nil, 'readv failed: Bad file descriptor', nil, iov:readv(bad))
    triple(nil, 'writev failed: Bad file descriptor', nil, iov:writev(bad))
end

-- Mistakes raise, and name the argument. (D-03)
iov = filled('x')
raises("iovec_test.lua:", function() iov.add(nil, 'x') end)
raises("bad argument #1 to 'add' (string expected, got number)", function() iov:add(1) end)
raises("bad argument #1 to 'add' (string expected, got no value)", function() iov:add() end)
raises("bad argument #1 to 'addn' (1 or more expected, got less than 1)",
       function() iov:addn(0) end)
raises("bad argument #1 to 'addn' (number expected, got string)", function() iov:addn('1') end)
raises("bad argument #1 to 'addn' (number has no integer representation)",
       function() iov:addn(1.5) end)
raises("bad argument #1 to 'set' (string expected, got number)", function() iov:set(1, 1) end)
raises("bad argument #2 to 'set' (number expected, got no value)", function() iov:set('x') end)
raises("bad argument #1 to 'get' (number expected, got string)", function() iov:get('foo') end)
raises("bad argument #1 to 'del' (number expected, got nil)", function() iov:del(nil) end)
raises("bad argument #1 to 'concat' (number expected, got string)",
       function() iov:concat('1') end)
raises("bad argument #2 to 'concat' (number expected, got boolean)",
       function() iov:concat(0, true) end)
raises("bad argument #1 to 'consume' (number expected, got table)",
       function() iov:consume({}) end)
local wrong_type = " (number expected, got string)"
raises("bad argument #1 to 'readv'" .. wrong_type, function() iov:readv('foo') end)
raises("bad argument #2 to 'readv'" .. wrong_type, function() iov:readv(1, 'foo') end)
raises("bad argument #3 to 'readv'" .. wrong_type, function() iov:readv(1, 0, 'foo') end)
raises("bad argument #2 to 'readv' (must not be negative)", function() iov:readv(1, -1) end)
raises("bad argument #1 to 'writev'" .. wrong_type, function() iov:writev('foo') end)
raises("bad argument #2 to 'writev'" .. wrong_type, function() iov:writev(1, 'foo') end)
raises("bad argument #3 to 'writev'" .. wrong_type, function() iov:writev(1, 0, 'foo') end)
raises("bad argument #3 to 'writev' (must not be negative)", function() iov:writev(1, 0, -1) end)
