local client = require('net.stream.inet').client
local config = require('net.tls.config')

local sock, err, timeout = client.new(arg[1], arg[2], { tlscfg = config.new(), deadline = 5000 })
assert(sock, err or timeout and 'timed out')
assert(sock:write('hello'))
local str
str, err, timeout = sock:read()
io.write(str or err or timeout and 'timed out' or 'closed by the peer', '\n')
sock:close()
