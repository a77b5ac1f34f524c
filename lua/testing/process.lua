-- Other programs as peers.

local process = {}

local INTERPRETER = arg and arg[-1] or 'lua5.4'

--- Quotes for the shell.
function process.quote(text)
    return "'" .. text:gsub("'", "'\\''") .. "'"
end

local Process = {}
Process.__index = Process

--- Starts a command of the shell, whose output (and errors) can be read.
function process.start(command)
    local pipe = assert(io.popen('echo $$; exec ' .. command .. ' 2>&1', 'r'))
    return setmetatable({ pipe = pipe, pid = assert(pipe:read('n', 'l')), seen = {} }, Process)
end

--- Reads lines until one matches; returns its captures.
function Process:expect(pattern)
    for line in self.pipe:lines() do
        self.seen[#self.seen + 1] = line
        if line:find(pattern) then
            return line:match(pattern)
        end
    end
    error('no line matches ' .. pattern .. ' in: ' .. table.concat(self.seen, '\n'), 2)
end

--- Waits for its end; returns the rest of the output and whether it succeeded.
function Process:wait()
    local output = self.pipe:read('a')
    local ok = self.pipe:close()
    return output, ok == true
end

--- Ends it, however busy it is with its own end.
function Process:kill()
    os.execute('kill -KILL ' .. self.pid .. ' 2>/dev/null')
    self.pipe:close()
end
Process.__close = Process.kill

--- Starts this interpreter on a peer's program: its variables are `tls` and the connection `sock`.
--- As a server it returns the port as well.
function process.peer(role, code, port)
    local command = string.format('%s lua/testing/peer.lua %s %s %s', process.quote(INTERPRETER),
                                  role, process.quote(code), port or '')
    local peer = process.start(command)
    return peer, role == 'server' and tonumber(peer:expect('^port (%d+)$')) or port
end

--- Waits for a peer's end and fails where its program has.
function Process:finish()
    local output, ok = self:wait()
    if not ok then
        error('the peer failed: ' .. output, 2)
    end
    return output
end

return process
