-- Classes as programs for lua-net make them.

local class = require('net.class')
local inet = require('net.stream.inet')
local metamodule = require('metamodule')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local raises, triple = tls.raises, tls.triple
local instanceof = metamodule.instanceof

-- Classes of tables.
local Hello = { prefix = 'hello', list = { 'one', { 'two' } } }
function Hello:init(word)
    self.word = word
    return self
end
function Hello:say()
    return self.prefix .. ' ' .. self.word
end
function Hello:__len()
    return #self.word
end
local new_hello = metamodule.new.Hello(Hello)
do
    local one, two = new_hello('you'), new_hello('all')
    assert(one:say() == 'hello you' and two:say() == 'hello all' and #one == 3)
    assert(one:instanceof() == 'Hello' and one._NAME == 'Hello' and one._PACKAGE == nil)
    assert(tostring(one):find('^Hello: 0x'))
    one.list[2][1] = 'mine'
    assert(two.list[2][1] == 'two' and Hello.list[2][1] == 'two')
    assert(instanceof(one, 'Hello') and not instanceof(one, 'World'))
end

-- What is embedded: the last of several counts, and the class itself before all of them.
do
    metamodule.new.Loud({ prefix = 'HELLO', shout = function(self) return self:say():upper() end })
    local new_hey = metamodule.new.Hey({
        __tostring = function(self) return 'hey ' .. self.word end,
        say = function(self, ...) return self.Hello.say(self, ...) .. '!' end,
    }, 'Hello', 'Loud')
    local hey = new_hey('you')
    assert(hey:say() == 'HELLO you!' and hey:shout() == 'HELLO YOU!' and #hey == 3)
    assert(tostring(hey) == 'hey you' and hey.instanceof() == 'Hey')
    assert(instanceof(hey, 'Hey') and instanceof(hey, 'Hello') and instanceof(hey, 'Loud'))
    assert(hey.Hello.instanceof() == 'Hello')
    local new_last = metamodule.new.Last({}, 'Hey')
    local last = new_last('you')
    assert(last:say() == 'HELLO you!' and last._NAME == 'Last' and instanceof(last, 'Hello'))
    assert(last.Hello.say == Hello.say and last.Hey.shout)
    assert(new_hello('you'):say() == 'hello you')
    assert(metamodule.new.Nothing({ init = function() end })() == nil)
    local looped = {}
    looped.looped = looped
    local object = metamodule.new.Looped({ looped = looped })()
    assert(object.looped ~= looped and object.looped.looped == object.looped)
end

-- Within a module, the names begin with the module's.
package.preload['my.package'] = function()
    return { new = metamodule.new({}), Named = metamodule.new.Named({ n = 1 }) }
end
package.preload['my.tail'] = function() return metamodule.new({ n = 2 }) end
package.preload['my.named.tail'] = function() return metamodule.new.Tail({ n = 3 }) end
package.preload['my.other'] = function() return {} end
do
    local my = require('my.package')
    assert(my.new().instanceof() == 'my.package' and my.new()._PACKAGE == 'my.package')
    assert(my.Named().instanceof() == 'my.package.Named')
    -- They are required when they are embedded.
    local object = metamodule.new.Embeds({}, 'my.tail', 'my.named.tail.Tail')()
    assert(object.n == 3 and instanceof(object, 'my.tail') and object['my.named.tail.Tail'])
    assert(require('my.tail')().instanceof() == 'my.tail')
end

-- Classes of sockets.
local Counting = { count = 0, log = {}, ending = '\n' }
function Counting:init(sock, nonblock, ending)
    self.ending = ending or self.ending
    return self['net.stream.unix.Socket'].init(self, sock, nonblock)
end
function Counting:write(str)
    self.count = self.count + 1
    self.log[#self.log + 1] = str
    return self['net.stream.unix.Socket'].write(self, str .. self.ending)
end
local new_counting = metamodule.new.Counting(Counting, 'net.stream.unix.Socket')
do
    local pair, other = assert(unix.pair()), assert(unix.pair())
    local one = new_counting(pair[1], pair[1].nonblock, '\r\n')
    local two = new_counting(pair[2].sock, pair[2].nonblock)
    assert(rawequal(one, pair[1]) and rawequal(two, pair[2]))
    triple(7, nil, nil, one:write('hello'))
    triple('hello\r\n', nil, nil, two:read())
    triple(4, nil, nil, two:writesync('you'))
    assert(one.count == 1 and #one.log == 1 and one.log[1] == 'hello' and two.log[1] == 'you')
    assert(one.instanceof() == 'Counting' and tostring(one):find('^Counting: '))
    assert(one._NAME == 'Counting')
    for _, name in ipairs({ 'Counting', 'net.stream.unix.Socket', 'net.Socket' }) do
        assert(instanceof(one, name), name)
    end
    assert(not instanceof(one, 'net.tls.Socket') and not instanceof(other[1], 'Counting'))
    assert(instanceof(other[1], 'net.unix.Socket') and class.methods('Counting').init)

    -- Below it, with a class of tables beside it, whose methods go before.
    metamodule.new.Closing({
        closed = {},
        close = function(self, ...)
            self.closed[#self.closed + 1] = self.name
            return self['net.Socket'].close(self, ...)
        end,
    })
    local new_both = metamodule.new.Both({
        init = function(self, sock, name)
            self.log, self.name = 'changed', name
            return self.Counting.init(self, sock)
        end,
        __len = function(self) return self.count end,
    }, 'Counting', 'Closing')
    local both = new_both(other[1], 'both')
    triple(2, nil, nil, both['net.Socket'].write(both, 'hi'))
    assert(both.log == 'changed' and #both == 0 and both.ending == '\n' and both.Closing.close)
    assert(instanceof(both, 'Counting') and instanceof(both, 'Closing'))
    triple(true, nil, nil, both:close())
    assert(both.closed[1] == 'both' and both['net.unix.Socket'].sendfd)
    -- A method that comes after its namesake of the socket is the one that counts, and else is not.
    local new_before = metamodule.new.Before({}, 'Closing', 'net.stream.unix.Socket')
    local before = new_before(other[2])
    triple(true, nil, nil, before:close())
    assert(#before.closed == 0)
end

-- A server that makes objects of such a class of what it accepts.
do
    local new_sock = metamodule.new.Accepted({
        hello = function(self) return self:write('hello') end,
    }, 'net.stream.inet.Socket')
    local Server = { accepts = 0 }
    function Server:new_connection(sock, nonblock)
        self.accepts = self.accepts + 1
        return new_sock(sock, nonblock)
    end
    local new_server = metamodule.new.Server(Server, 'net.stream.inet.Server')
    local plain_server = assert(inet.server.new('127.0.0.1', 0))
    local server = new_server(plain_server.sock, plain_server.nonblock)
    assert(server:listen())
    local client = assert(inet.client.new('127.0.0.1', server:getsockname():port()))
    local sock = assert(server:accept())
    triple(5, nil, nil, sock:hello())
    triple('hello', nil, nil, client:read())
    assert(server.accepts == 1 and instanceof(sock, 'net.stream.Socket'))
    client:close()
    sock:close()
    server:close()
end

-- What is no instance of anything.
for _, other in ipairs({ 1, 'x', {}, io.stdout, print, setmetatable({}, {}), tls.client_config() }) do
    assert(instanceof(other, 'Hello') == false)
end
assert(instanceof(nil, 'Hello') == false)

-- Mistakes.
for text, fn in pairs({
    ['name must be string'] = function() instanceof({}, 1) end,
    ['needs a name: metamodule.new.Name(...)'] = function() metamodule.new({}) end,
    ['module declaration must be table'] = function() metamodule.new.Bad(1) end,
    ["module \"Hello\" is there already"] = function() metamodule.new.Hello({}) end,
    ['field name must be string'] = function() metamodule.new.Bad({ 1 }) end,
    ['field "init" must be function'] = function() metamodule.new.Bad({ init = 1 }) end,
    ['field "constructor" is reserved'] = function() metamodule.new.Bad({ constructor = 1 }) end,
    ['field "instanceof" is reserved'] = function() metamodule.new.Bad({ instanceof = print }) end,
    ['field "__index" is reserved'] = function() metamodule.new.Bad({ __index = print }) end,
    ['cannot embed module "nil": name must be string'] = function()
        metamodule.new.Bad({}, table.unpack({ nil, 'Hello' }, 1, 2))
    end,
    ["cannot embed module \"no.such\": module 'no.such' not found"] = function()
        metamodule.new.Bad({}, 'no.such')
    end,
    ['cannot embed module "my.other": it is not a metamodule'] = function()
        metamodule.new.Bad({}, 'my.other')
    end,
    ['cannot embed module "Hello": it is embedded already'] = function()
        metamodule.new.Bad({}, 'Hello', 'Hello')
    end,
    ['cannot embed module "Counting": "net.Socket" is a class of sockets already'] = function()
        metamodule.new.Bad({}, 'net.Socket', 'Counting')
    end,
    ["field '__gc' is reserved"] = function()
        metamodule.new.Bad({ __gc = print }, 'net.Socket')
    end,
    ['metamodule.new is readonly'] = function() metamodule.new.Bad = 1 end,
}) do
    raises(text, fn)
    local _, err = pcall(fn)
    assert(text:find('reserved') or err:find('metamodule_test.lua:%d'), err)
end
raises('net.stream.unix.Socket expected, got table', new_counting, {})
class.extend('Extended', 'net.Socket')
raises('module "Extended" is there already', function() metamodule.new.Extended({}) end)
raises("class 'Counting' is there already", function() class.extend('Counting', 'net.Socket') end)
