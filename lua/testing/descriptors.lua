-- The descriptors of this process.

local descriptors = {}

local LAST = 255 -- no test has more open

--- How many are open.
function descriptors.count()
    local count = 0
    for fd = 0, LAST do
        local info = io.open('/proc/self/fdinfo/' .. fd)
        if info then
            info:close()
            count = count + 1
        end
    end
    return count
end

--- Whether one is close-on-exec.
function descriptors.is_closed_on_exec(fd)
    local info <close> = assert(io.open('/proc/self/fdinfo/' .. fd))
    local flags = tonumber(info:read('a'):match('flags:%s*(%d+)'), 8)
    return flags & tonumber('2000000', 8) ~= 0
end

return descriptors
