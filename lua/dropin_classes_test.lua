-- A program as users of lua-net write them, whose classes stand below those of sockets: with nothing
-- but what lua-net and metamodule have.

local inet = require('net.stream.inet')
local metamodule = require('metamodule')

local Sock = { count = 0 }
function Sock:send(str, ...)
    self.count = self.count + 1
    return self['net.stream.inet.Socket'].send(self, self.count .. ' ' .. str, ...)
end
local new_sock = metamodule.new.Sock(Sock, 'net.stream.inet.Socket')

local Client = { name = 'nobody' }
function Client:init(sock, nonblock, name)
    self['net.stream.inet.Client'].init(self, sock, nonblock)
    self.name = name
    return self
end
local new_client = metamodule.new.Client(Client, 'net.stream.inet.Client')

local server = assert(inet.server.new('127.0.0.1', 0))
assert(server:listen())
function server:new_connection(sock, nonblock)
    assert(metamodule.instanceof(self, 'net.stream.Server'))
    return new_sock(sock, nonblock)
end

local connected = assert(inet.client.new('127.0.0.1', server:getsockname():port()))
local client = new_client(connected.sock, connected.nonblock, 'somebody')
assert(client.name == 'somebody' and client:instanceof() == 'Client')
local sock = assert(server:accept())
assert(sock:instanceof() == 'Sock' and metamodule.instanceof(sock, 'net.Socket'))
assert(sock:send('hello') == 7 and sock:close())
local str = assert(client:recv())
assert(str == '1 hello' and client:recv() == nil)
assert(client:close() and server:close())
