-- peer.lua server CODE | client CODE PORT: the other end of a test's connection, in a process of its
-- own, in blocking mode. CODE sees tls and the connection sock.

local tls = require('testing.tls')

local role, code, port = arg[1], arg[2], arg[3]
local main = assert(load('local tls, sock = ...; ' .. code, '=peer'))

local sock
if role == 'server' then
    local server
    server, port = tls.listen()
    print('port ' .. port)
    io.stdout:flush()
    sock = assert(server:accept())
else
    sock = tls.connect(tonumber(port))
end
main(tls, sock)
