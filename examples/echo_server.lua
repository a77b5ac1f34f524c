-- An echo server, for one client after the other.
-- usage: lua5.4 echo_server.lua CERTIFICATE_FILE KEY_FILE [PORT]

local config = require('net.tls.config')
local inet = require('net.stream.inet')

local certificate, key, port = arg[1], arg[2], arg[3] or '0'
if not key then
    io.stderr:write('usage: lua5.4 echo_server.lua CERTIFICATE_FILE KEY_FILE [PORT]\n')
    os.exit(2)
end

local tlscfg = config.new()
assert(tlscfg:set_keypair_file(certificate, key))
local server, err, ai = inet.server.new('127.0.0.1', port, { tlscfg = tlscfg, reuseaddr = true })
assert(server, err)
assert(server:listen())
print('listening on port ' .. ai:port())
io.stdout:flush()

while true do
    local sock <close> = assert(server:accept())
    sock:deadlines(10000, 10000)
    local str, why, timeout = sock:read()
    while str do
        sock:write(str)
        str, why, timeout = sock:read()
    end
    if why or timeout then
        io.stderr:write((why or 'timeout') .. '\n')
    end
end
