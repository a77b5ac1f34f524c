-- Several calls at once: each in a coroutine of its own, which the driver's poller makes yield.

local poll = require('net.poll')

local coroutines = {}

-- By name: the coroutine, what it waits for, and what it ended with.
local tasks = {}

local function go_on(task, ...)
  local results = table.pack(coroutine.resume(task.thread, ...))
  if coroutine.status(task.thread) == 'dead' then
    task.results = results
  else
    task.fd, task.is_readable, task.msec = results[2], results[3], results[4]
  end
end

local function contains(list, fd)
  for _, other in ipairs(list) do
    if other == fd then return true end
  end
  return false
end

local function waiting()
  local list, readable, writable, least = {}, {}, {}, nil
  for _, task in pairs(tasks) do
    if not task.results then
      local fds = task.is_readable and readable or writable
      list[#list + 1], fds[#fds + 1] = task, not task.is_unwaited and task.fd or nil
      least = task.is_unwaited and 0 or math.min(task.msec or math.huge, least or math.huge)
    end
  end
  return list, readable, writable, least ~= math.huge and least or nil
end

-- Waits until one of them can go on, or its time is up.
local function turn()
  local list, readable, writable, least = waiting()
  local can_read, can_write = poll.select(readable, writable, least)
  local is_timeout = #can_read + #can_write == 0
  for _, task in ipairs(list) do
    if task.is_unwaited or contains(task.is_readable and can_read or can_write, task.fd) then
      task.is_unwaited = nil
      go_on(task, true)
    elseif is_timeout and task.msec == least then
      go_on(task, false, nil, true)
    end
  end
end

function coroutines.begin(name, run)
  tasks[name] = { thread = coroutine.create(run) }
  go_on(tasks[name])
end

-- What the coroutine returned, once it is done: all of them go on meanwhile.
function coroutines.finish(name)
  local task = tasks[name]
  while not task.results do turn() end
  tasks[name] = nil
  return table.unpack(task.results, 2, task.results.n)
end

-- Whoever waits for the descriptor is to look at it again.
function coroutines.unwait(fd)
  for _, task in pairs(tasks) do task.is_unwaited = task.is_unwaited or task.fd == fd or nil end
  return true
end

function coroutines.forget() tasks = {} end

return coroutines
