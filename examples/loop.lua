-- A loop of coroutines, and the poller with which their sockets wait in it: about as small as a
-- poller can be. Sockets that are made in loop.spawn's coroutines let the others run while they
-- wait; those made elsewhere block. Time is counted as far as nothing else happened in it, since
-- plain Lua has no clock to ask.

local poll = require('net.poll')

local loop = {}

local ready = {} -- coroutines to resume, with what they are resumed with
local waits = {} -- coroutine -> what it waits for
local locks = {} -- name of a lock -> the coroutines that queue for it
local now = 0 -- milliseconds

local function resume_later(co, ...)
    waits[co] = nil
    ready[#ready + 1] = table.pack(co, ...)
end

local function wait_for(direction)
    return function(fd, msec)
        local ends = msec and now + msec or math.huge
        waits[coroutine.running()] = { direction = direction, fd = fd, ends = ends }
        return coroutine.yield()
    end
end

-- The descriptor is about to be closed, or the direction is: whoever waits for it looks again.
local function unwait_for(direction)
    return function(fd)
        for co, wait in pairs(waits) do
            if wait.fd == fd and (not direction or wait.direction == direction) then
                resume_later(co, true)
            end
        end
        return true
    end
end

local function lock_for(direction)
    return function(fd)
        local queue = locks[direction .. fd]
        if queue then
            queue[#queue + 1] = coroutine.running()
            coroutine.yield()
        else
            locks[direction .. fd] = {}
        end
        return true
    end
end

local function unlock_for(direction)
    return function(fd)
        local following = table.remove(locks[direction .. fd], 1)
        if following then
            resume_later(following)
        else
            locks[direction .. fd] = nil
        end
        return true
    end
end

poll.set_poller({
    pollable = function() return not select(2, coroutine.running()) end,
    wait_readable = wait_for('readable'),
    wait_writable = wait_for('writable'),
    unwait_readable = unwait_for('readable'),
    unwait_writable = unwait_for('writable'),
    unwait = unwait_for(),
    read_lock = lock_for('readable'),
    read_unlock = unlock_for('readable'),
    write_lock = lock_for('writable'),
    write_unlock = unlock_for('writable'),
})

local function resume_ready()
    while ready[1] do
        local resumption = table.remove(ready, 1)
        local ok, err = coroutine.resume(table.unpack(resumption, 1, resumption.n))
        if not ok then
            error(debug.traceback(resumption[1], err), 0)
        end
    end
end

local function wait_for_any()
    local descriptors, ends = { readable = {}, writable = {} }, math.huge
    for _, wait in pairs(waits) do
        table.insert(descriptors[wait.direction], wait.fd)
        ends = math.min(ends, wait.ends)
    end
    local msec = ends < math.huge and ends - now or nil
    local readable, writable = poll.select(descriptors.readable, descriptors.writable, msec)
    local is_ready = { readable = {}, writable = {} }
    for direction, fds in pairs({ readable = readable, writable = writable }) do
        for _, fd in ipairs(fds) do
            is_ready[direction][fd] = true
        end
    end
    if not readable[1] and not writable[1] then
        now = ends
    end
    for co, wait in pairs(waits) do
        if is_ready[wait.direction][wait.fd] then
            resume_later(co, true)
        elseif wait.ends <= now then
            resume_later(co, false, nil, true)
        end
    end
end

--- Runs fn(...) in a coroutine of its own, as soon as loop.run does.
function loop.spawn(fn, ...)
    ready[#ready + 1] = table.pack(coroutine.create(fn), ...)
end

--- Runs all coroutines until they have returned.
function loop.run()
    resume_ready()
    while next(waits) do
        wait_for_any()
        resume_ready()
    end
end

return loop
