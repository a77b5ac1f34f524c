-- A poller for cqueues: sockets that are made while it is installed let the other coroutines of the
-- loop run while they wait.
--
--     require('net.poll').set_poller(require('cqueues_poller'))
--
-- Outside of any loop a wait blocks, and a lock that is held is refused.

local cqueues = require('cqueues')
local condition = require('cqueues.condition')
local poll = require('net.poll')

local waits_of = setmetatable({}, { __mode = 'k' }) -- loop -> descriptor -> set of waits

local function enter(loop, fd, wait)
    local descriptors = waits_of[loop] or {}
    local waits = descriptors[fd] or {}
    waits_of[loop], descriptors[fd], waits[wait] = descriptors, waits, true
end

-- A loop keeps a descriptor registered for a while after a wait, which must not outlive the
-- descriptor: a socket may be closed right after the last wait for it, or be collected.
local function leave(loop, fd, wait)
    local waits = waits_of[loop][fd]
    if wait.is_canceled then
        return
    end
    waits[wait] = nil
    if not next(waits) then
        waits_of[loop][fd] = nil
        cqueues.cancel(fd)
    end
end

local function is_ready(fd, events)
    local fds, none = { fd }, {}
    local readable, writable = poll.select(events == 'r' and fds or none,
                                           events == 'w' and fds or none, 0)
    return not readable or #readable + #writable > 0 -- what is wrong, the next call will tell
end

local function wait_outside(fd, events, msec)
    local fds, none = { fd }, {}
    local readable, writable = poll.select(events == 'r' and fds or none,
                                           events == 'w' and fds or none, msec)
    if not readable then
        return false, writable
    elseif #readable + #writable == 0 then
        return false, nil, true
    end
    return true
end

local function remaining(deadline)
    return deadline and math.max(0, deadline - cqueues.monotime())
end

local function wait_for(fd, events, msec)
    local loop = cqueues.running()
    if not loop then
        return wait_outside(fd, events, msec)
    end
    local deadline = msec and cqueues.monotime() + msec / 1000
    local wait = { pollfd = fd, events = events }
    enter(loop, fd, wait)
    -- The loop wakes all who wait for the descriptor, whichever direction is ready. Two who wait for
    -- the same go on both, even if the first has read it all: that may be what the second needs.
    local woken_by
    repeat
        wait.is_disturbed = false
        woken_by = cqueues.poll(wait, remaining(deadline))
    until wait.is_canceled or math.type(woken_by) or woken_by and not wait.is_disturbed or
        is_ready(fd, events)
    leave(loop, fd, wait)
    if wait.is_canceled then
        return false, 'Operation canceled'
    elseif math.type(woken_by) then
        return false, nil, true
    end
    return true
end

-- Ends the waits for the descriptor, or those for `events`.
local function cancel(fd, events)
    for _, descriptors in pairs(waits_of) do
        local waits = descriptors[fd] or {}
        for wait in pairs(waits) do
            wait.is_disturbed = true
            if not events or wait.events == events then
                wait.is_canceled = true
                waits[wait] = nil
            end
        end
        if not next(waits) then
            descriptors[fd] = nil
        end
    end
    cqueues.cancel(fd)
    return true
end

-- Locks are handed on in the order in which they were asked for.

local function withdraw(queue, waiting)
    for i, each in ipairs(queue) do
        if each == waiting then
            table.remove(queue, i)
        end
    end
end

local function new_lock()
    local queues = {} -- descriptor whose lock is held -> those who wait for it
    local function lock(fd, msec)
        local queue = queues[fd]
        if not queue then
            queues[fd] = {}
            return true
        elseif not cqueues.running() then
            return false, 'held by another coroutine'
        end
        local waiting = { turn = condition.new() }
        queue[#queue + 1] = waiting
        cqueues.poll(waiting.turn, msec and msec / 1000)
        if waiting.has_lock then
            return true
        end
        withdraw(queue, waiting)
        return false, nil, true
    end
    local function unlock(fd)
        local first = table.remove(queues[fd], 1)
        if first then
            first.has_lock = true
            first.turn:signal()
        else
            queues[fd] = nil
        end
        return true
    end
    return lock, unlock
end

local read_lock, read_unlock = new_lock()
local write_lock, write_unlock = new_lock()

return {
    pollable = function() return true end,
    wait_readable = function(fd, msec) return wait_for(fd, 'r', msec) end,
    wait_writable = function(fd, msec) return wait_for(fd, 'w', msec) end,
    unwait_readable = function(fd) return cancel(fd, 'r') end,
    unwait_writable = function(fd) return cancel(fd, 'w') end,
    unwait = function(fd) return cancel(fd) end,
    read_lock = read_lock,
    read_unlock = read_unlock,
    write_lock = write_lock,
    write_unlock = write_unlock,
}
