-- Prints what is at an https address, with the header.
-- usage: lua5.4 https_get.lua https://HOST[:PORT][/PATH] [CA_FILE]

local config = require('net.tls.config')
local inet = require('net.stream.inet')

local authority, path = (arg[1] or ''):match('^https://([^/]+)(.*)$')
if not authority then
    io.stderr:write('usage: lua5.4 https_get.lua https://HOST[:PORT][/PATH] [CA_FILE]\n')
    os.exit(2)
end
local host, port = authority:match('^(.*):(%d+)$')
host, port = host or authority, port or '443'

local tlscfg = config.new()
assert(tlscfg:set_alpn('http/1.1'))
if arg[2] then
    assert(tlscfg:set_ca_file(arg[2]))
end

local sock <close> = assert(inet.client.new(host, port, { tlscfg = tlscfg, deadline = 10000 }))
sock:deadlines(10000, 10000)
assert(sock:write(string.format('GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n',
                                path == '' and '/' or path, authority)))
local str, err, timeout = sock:read()
while str do
    io.write(str)
    str, err, timeout = sock:read()
end
assert(not err and not timeout, err or 'timeout')
