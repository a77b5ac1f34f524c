-- An echo server and its clients, all in one cqueues loop.
-- usage: lua5.4 cqueues_echo.lua CERTIFICATE_FILE KEY_FILE CA_FILE [CLIENTS]

local certificate, key, ca_file, clients = arg[1], arg[2], arg[3], tonumber(arg[4] or 10)
if not ca_file then
    io.stderr:write('usage: lua5.4 cqueues_echo.lua CERTIFICATE_FILE KEY_FILE CA_FILE [CLIENTS]\n')
    os.exit(2)
end

package.path = (arg[0]:match('^.*/') or './') .. '?.lua;' .. package.path
local cqueues = require('cqueues')
local config = require('net.tls.config')
local inet = require('net.stream.inet')
require('net.poll').set_poller(require('cqueues_poller'))

local loop = cqueues.new()

local function echo(sock)
    sock:deadlines(10000, 10000)
    local str, err, timeout = sock:read()
    while str do
        assert(sock:write(str))
        str, err, timeout = sock:read()
    end
    assert(not err and not timeout, err or 'timed out')
    assert(sock:close())
end

local function serve(server)
    for _ = 1, clients do
        loop:wrap(echo, assert(server:accept()))
    end
    assert(server:close())
end

local function say(number, port, tlscfg)
    local sock <close> = assert(inet.client.new('127.0.0.1', port, {
        tlscfg = tlscfg,
        servername = 'localhost',
        deadline = 10000,
    }))
    sock:deadlines(10000, 10000)
    for word in string.gmatch('one two three', '%a+') do
        assert(sock:write(word))
        local answer = assert(sock:read())
        assert(answer == word, answer)
    end
    print('client ' .. number .. ' is done')
end

loop:wrap(function()
    local server_config, client_config = config.new(), config.new()
    assert(server_config:set_keypair_file(certificate, key))
    assert(client_config:set_ca_file(ca_file))
    local server, err, ai = inet.server.new('127.0.0.1', '0', { tlscfg = server_config })
    assert(server, err)
    assert(server:listen())
    loop:wrap(serve, server)
    for number = 1, clients do
        loop:wrap(say, number, ai:port(), client_config)
    end
end)
assert(loop:loop())
