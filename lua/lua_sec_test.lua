-- net.so and Debian's lua-sec, which brings OpenSSL, in one process: both make connections,
-- whichever is loaded first. lua_sec_test.lua ours|theirs

if arg[1] == 'theirs' then
    require('ssl')
end
local tls = require('testing.tls')
local process = require('testing.process')
local socket = require('socket')
local ssl = require('ssl')

local triple = tls.triple

local function connect_theirs(port)
    local connection = assert(socket.connect('127.0.0.1', port))
    connection = assert(ssl.wrap(connection, {
        mode = 'client',
        protocol = 'any',
        verify = 'peer',
        cafile = tls.file('ca.pem'),
    }))
    assert(connection:dohandshake())
    return connection
end

local PEER = [[
    tls.triple('ping', nil, nil, sock:read())
    tls.triple(5, nil, nil, sock:write('pong\n'))
]]

for _ = 1, 3 do
    local peer, port = process.peer('server', PEER)
    local theirs = connect_theirs(port)
    assert(theirs:send('ping'))
    assert(theirs:receive('*l') == 'pong')
    theirs:close()
    peer:finish()

    peer, port = process.peer('server', PEER)
    local ours = tls.connect(port)
    triple(4, nil, nil, ours:write('ping'))
    triple('pong\n', nil, nil, ours:read())
    triple(true, nil, nil, ours:close())
    peer:finish()
end
