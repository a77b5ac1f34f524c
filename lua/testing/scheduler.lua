-- A scheduler of coroutines in one thread, and the poller that makes sockets wait in it.

local poll = require('net.poll')

local scheduler = {}

local ready = {} -- coroutines to resume, in order
local waiting = {} -- coroutine -> {fd, direction, deadline}
local locks = { read = {}, write = {} } -- fd -> the coroutines that wait for the lock
local clock = 0 -- milliseconds of waits that ended by their deadlines

scheduler.waits = 0 -- how often a coroutine has waited
scheduler.unwaited = {} -- the descriptors that were given to unwait

local function wait(fd, msec, direction)
    local running, is_main = coroutine.running()
    if is_main then
        return false, 'not in a coroutine'
    end
    scheduler.waits = scheduler.waits + 1
    waiting[running] = { fd = fd, direction = direction, deadline = msec and clock + msec }
    return coroutine.yield()
end

local parked = 0 -- how many coroutines wait for another one

local function park(queue)
    queue[#queue + 1] = coroutine.running()
    parked = parked + 1
    coroutine.yield()
    parked = parked - 1
end

local function lock(kind)
    return function(fd)
        local held = locks[kind][fd]
        if held then
            park(held)
        else
            locks[kind][fd] = {}
        end
        return true
    end
end

local function unlock(kind)
    return function(fd)
        local held = assert(locks[kind][fd], 'not locked')
        if held[1] then
            ready[#ready + 1] = table.remove(held, 1)
        else
            locks[kind][fd] = nil
        end
        return true
    end
end

--- Something that coroutines wait for: event:wait() until another calls event:set().
function scheduler.event()
    local queue, is_set = {}, false
    return {
        wait = function()
            if not is_set then
                park(queue)
            end
        end,
        set = function()
            is_set = true
            table.move(queue, 1, #queue, #ready + 1, ready)
            queue = {}
        end,
    }
end

local function wake(thread, ...)
    waiting[thread] = nil
    local ok, err = coroutine.resume(thread, ...)
    if not ok then
        error(debug.traceback(thread, tostring(err)), 0)
    end
end

local function unwait(fd)
    scheduler.unwaited[#scheduler.unwaited + 1] = fd
    for thread, wanted in pairs(waiting) do
        if wanted.fd == fd then
            waiting[thread] = nil
            ready[#ready + 1] = thread
        end
    end
    return true
end

scheduler.poller = {
    pollable = function() return true end,
    wait_readable = function(fd, msec) return wait(fd, msec, 'read') end,
    wait_writable = function(fd, msec) return wait(fd, msec, 'write') end,
    unwait_readable = unwait,
    unwait_writable = unwait,
    unwait = unwait,
    read_lock = lock('read'),
    read_unlock = unlock('read'),
    write_lock = lock('write'),
    write_unlock = unlock('write'),
}

--- The poller with one function replaced.
function scheduler.poller_with(name, fn)
    local poller = {}
    for each, original in pairs(scheduler.poller) do
        poller[each] = original
    end
    poller[name] = fn
    return poller
end

function scheduler.spawn(fn, ...)
    local arguments = table.pack(...)
    ready[#ready + 1] = coroutine.create(function()
        fn(table.unpack(arguments, 1, arguments.n))
    end)
end

local function run_ready()
    while ready[1] do
        wake(table.remove(ready, 1), true)
    end
end

local function descriptors(direction)
    local fds, seen = {}, {}
    for _, wanted in pairs(waiting) do
        if wanted.direction == direction and not seen[wanted.fd] then
            seen[wanted.fd] = true
            fds[#fds + 1] = wanted.fd
        end
    end
    return fds
end

local function earliest()
    local first
    for thread, wanted in pairs(waiting) do
        if wanted.deadline and (not first or wanted.deadline < waiting[first].deadline) then
            first = thread
        end
    end
    return first
end

local function wake_ready(direction, fds)
    local is_ready = {}
    for _, fd in ipairs(fds) do
        is_ready[fd] = true
    end
    for thread, wanted in pairs(waiting) do
        if wanted.direction == direction and is_ready[wanted.fd] then
            waiting[thread] = nil
            ready[#ready + 1] = thread
        end
    end
end

local function wait_for_any()
    local first = earliest()
    local msec = first and math.max(0, waiting[first].deadline - clock) or nil
    local readable, writable = assert(poll.select(descriptors('read'), descriptors('write'), msec))
    if #readable == 0 and #writable == 0 and first then
        clock = math.max(clock, waiting[first].deadline)
        wake(first, false, nil, true)
    end
    wake_ready('read', readable)
    wake_ready('write', writable)
end

--- Runs until every coroutine has ended.
function scheduler.run()
    poll.set_poller(scheduler.poller)
    run_ready()
    while next(waiting) do
        wait_for_any()
        run_ready()
    end
    poll.set_poller(nil)
    assert(parked == 0, 'a coroutine waits for what nobody will do')
end

return scheduler
