-- Sends each line of its input and prints the answer.
-- usage: lua5.4 echo_client.lua HOST PORT [CA_FILE]

local config = require('net.tls.config')
local inet = require('net.stream.inet')

local host, port, ca_file = arg[1], arg[2], arg[3]
if not port then
    io.stderr:write('usage: lua5.4 echo_client.lua HOST PORT [CA_FILE]\n')
    os.exit(2)
end

local tlscfg = config.new()
if ca_file then
    assert(tlscfg:set_ca_file(ca_file))
end

local sock <close> = assert(inet.client.new(host, port, { tlscfg = tlscfg, deadline = 10000 }))
for line in io.lines() do
    assert(sock:write(line .. '\n'))
    local answer = ''
    while not answer:find('\n') do
        local str, err = sock:read()
        answer = answer .. assert(str, err or 'closed by the server')
    end
    io.write(answer)
end
