-- What objects are to a program: their class by name, fields of its own, and classes of its own.

local class = require('net.class')
local inet = require('net.stream.inet')
local scheduler = require('testing.scheduler')
local unix = require('net.stream.unix')
local tls = require('testing.tls')

local raises, triple = tls.raises, tls.triple

--- Calls the function with both ends of a connection, the handshake done.
local function with_both(main)
    local ready, done = scheduler.event(), scheduler.event()
    local accepted
    tls.with_pair(function(client)
        assert(client:handshake())
        ready:wait()
        main(client, accepted)
        done:set()
    end, function(sock)
        accepted = sock
        assert(sock:handshake())
        ready:set()
        done:wait()
    end)
end

local server, port = tls.listen()

-- An object's class, and those above it.
with_both(function(client, accepted)
    assert(tostring(client):find('^net.tls.stream.inet.Client: 0?x?%x+$'), tostring(client))
    assert(tostring(accepted):find('^net.tls.stream.inet.Socket: '))
    assert(tostring(server):find('^net.tls.stream.inet.Server: '))
    assert(client.instanceof() == 'net.tls.stream.inet.Client')
    assert(client:instanceof() == 'net.tls.stream.inet.Client')
    for _, name in ipairs({
        'net.Socket', 'net.stream.Socket', 'net.tls.Socket', 'net.tls.stream.Socket',
        'net.tls.stream.inet.Socket', 'net.tls.stream.inet.Client',
    }) do
        assert(client[name].fd(client) == client:fd(), name)
        assert(client[name].instanceof() == name)
    end
    assert(server['net.stream.Server'].accept and server['net.tls.stream.Server'].accept)
    assert(not client['net.stream.Server'] and not client['net.stream.unix.Socket'])
end)

-- Fields of a program's own.
with_both(function(client, accepted)
    client.name, client[1], client[client] = 'mine', 'one', 'self'
    assert(client.name == 'mine' and client[1] == 'one' and client[client] == 'self')
    assert(accepted.name == nil and server.name == nil)
    client.name = nil
    assert(client.name == nil and client[1] == 'one')
    assert(client.nonblock == true and client.sock:fd() == client:fd())

    -- They go before methods, of this object alone; false is one too.
    local written = {}
    function client:write(str)
        written[#written + 1] = str
        return self['net.tls.Socket'].write(self, str:upper())
    end
    triple(5, nil, nil, client:write('hello'))
    triple(5, nil, nil, accepted:write('world'))
    triple('HELLO', nil, nil, accepted:read())
    triple('world', nil, nil, client:read())
    assert(#written == 1)
    client.write = nil
    triple(5, nil, nil, client:write('again'))
    triple('again', nil, nil, accepted:read())
    client.read = false
    assert(client.read == false)

    raises("(index is nil)", function() client[nil] = 1 end)
    raises("(index is NaN)", function() client[0 / 0] = 1 end)
    assert(client[nil] == nil and client[0 / 0] == nil)
    local metatable = getmetatable(client)
    for _, other in ipairs({ 1, 'x', {}, io.stdout, accepted, setmetatable({}, metatable) }) do
        raises('object with fields expected', metatable.__newindex, other, 'x', 1)
        pcall(metatable.__index, other, 'x')
    end
end)

-- They are collected with the object, also where they refer to it.
do
    local collected = setmetatable({}, { __mode = 'k' })
    do
        local client, accepted = tls.connect(port), assert(server:accept())
        local kept = {}
        client.kept, client.itself, accepted.peer = kept, client, client
        collected[kept] = true
        client:close()
        accepted:close()
    end
    collectgarbage()
    collectgarbage()
    assert(next(collected) == nil)
end

-- Classes of a program's own, from their constructors down.
local Echo = class.extend('my.Echo', 'net.tls.stream.inet.Client', {
    greeting = 'hello ',
    init = function(self, sock, name)
        assert(rawequal(self, sock))
        self.name = name
        return self:init_done()
    end,
    init_done = function(self)
        return self, 'made'
    end,
    read = function(self, ...)
        local str, err, timeout = self['net.tls.stream.inet.Client'].read(self, ...)
        return str and self.greeting .. str, err, timeout
    end,
    __len = function(self)
        return #self.name
    end,
})

with_both(function(client, accepted)
    local echo, made = Echo(client, 'abc')
    assert(rawequal(client, echo) and made == 'made' and echo.name == 'abc' and #echo == 3)
    assert(tostring(echo):find('^my.Echo: ') and echo.instanceof() == 'my.Echo')
    assert(echo['net.tls.stream.inet.Client'].instanceof() == 'net.tls.stream.inet.Client')
    assert(echo['net.tls.Socket'].write and echo['my.Echo'].init_done)
    triple(3, nil, nil, accepted:write('you'))
    triple('hello you', nil, nil, echo:read())
    echo.greeting = 'bye '
    triple(3, nil, nil, accepted:write('you'))
    triple('bye you', nil, nil, echo:read())
    assert(echo.nonblock == true and echo.sock:fd() == echo:fd())
end)

-- A class below one of a program's own, without an init of its own.
with_both(function(client, accepted)
    local Loud = class.extend('my.Loud', 'my.Echo', {
        init = function(self, ...)
            self['my.Echo'].init(self, ...)
        end,
        read = function(self, ...)
            local str, err, timeout = self['my.Echo'].read(self, ...)
            return str and str:upper(), err, timeout
        end,
    })
    local loud = Loud(client, 'x')
    triple(3, nil, nil, accepted:write('you'))
    triple('HELLO YOU', nil, nil, loud:read())
    assert(#loud == 1 and loud.instanceof() == 'my.Loud')
    assert(loud['my.Echo'].instanceof() == 'my.Echo')
    assert(loud['net.tls.stream.inet.Client'].read)
    raises("net.tls.stream.inet.Client expected, got net.tls.stream.inet.Socket",
           function() Loud(accepted) end)

    local Plain = class.extend('my.Plain', 'net.tls.stream.inet.Socket')
    assert(rawequal(Plain(accepted), accepted) and accepted.instanceof() == 'my.Plain')
    -- A socket of any class below the built-in one can be made one.
    assert(Plain(loud).instanceof() == 'my.Plain')
    triple(3, nil, nil, accepted:write('you'))
    triple('you', nil, nil, loud:read())
end)

-- TLS is not left behind by accident.
do
    local client <close> = tls.connect(port)
    local Raw = class.extend('my.Raw', 'net.stream.Socket')
    raises("bad argument #1 to 'Raw' (the class would bypass TLS)", function() Raw(client) end)
    assert(client.instanceof() == 'net.tls.stream.inet.Client')
    assert(Raw(assert(unix.pair())[1]).instanceof() == 'my.Raw')
end

-- What there is for every class.
for _, name in ipairs({
    'net.Socket', 'net.stream.Socket', 'net.stream.Server', 'net.unix.Socket',
    'net.stream.inet.Socket', 'net.stream.inet.Client', 'net.stream.inet.Server',
    'net.stream.unix.Socket', 'net.stream.unix.Client', 'net.stream.unix.Server', 'net.tls.Socket',
    'net.tls.unix.Socket', 'net.tls.stream.Socket', 'net.tls.stream.Server',
    'net.tls.stream.inet.Socket', 'net.tls.stream.inet.Client', 'net.tls.stream.inet.Server',
    'net.tls.stream.unix.Socket', 'net.tls.stream.unix.Client', 'net.tls.stream.unix.Server',
}) do
    assert(class.extend('of.' .. name, name))
    raises("class '" .. name .. "' is there already",
           function() class.extend(name, 'net.Socket') end)
end

-- Mistakes.
raises("bad argument #1 to 'extend' (string expected, got nil)",
       function() class.extend(nil, 'net.Socket') end)
raises("bad argument #1 to 'extend' (class 'my.Echo' is there already)",
       function() class.extend('my.Echo', 'net.Socket') end)
raises("bad argument #2 to 'extend' (no class 'net.Nothing')",
       function() class.extend('my.Nothing', 'net.Nothing') end)
raises("bad argument #3 to 'extend' (table expected, got number)",
       function() class.extend('my.Nothing', 'net.Socket', 1) end)
raises("bad argument #3 to 'extend' (field name must be string)",
       function() class.extend('my.Nothing', 'net.Socket', { 1 }) end)
for _, name in ipairs({
    '__gc', '__index', '__newindex', '__name', '__mode', '__metatable', 'instanceof',
}) do
    raises("bad argument #3 to 'extend' (field '" .. name .. "' is reserved)",
           function() class.extend('my.Nothing', 'net.Socket', { [name] = print }) end)
end
for _, other in ipairs({ 1, 'x', {}, io.stdout, server, tls.client_config() }) do
    raises('net.tls.stream.inet.Client expected', function() Echo(other) end)
end
raises("bad argument #1 to 'Echo' (net.tls.stream.inet.Client expected, got no value)",
       function() Echo() end)

-- A class's methods are those of the time when it was made, and an init may raise or wait.
do
    local methods = { answer = function() return 42 end }
    local Failing = class.extend('my.Failing', 'net.tls.Socket', methods)
    methods.answer = nil
    methods.init = error
    local client <close> = tls.connect(port)
    assert(Failing(client):answer() == 42)
    local Raising = class.extend('my.Raising', 'net.tls.Socket', {
        init = function() error('no', 0) end,
    })
    assert(select(2, pcall(Raising, client)) == 'no' and client:fd() >= 0)
    local Waiting = class.extend('my.Waiting', 'net.tls.Socket', { init = coroutine.yield })
    local waiting = coroutine.wrap(function() return Waiting(client, 'x') end)
    assert(select(3, waiting()) == 'x')
    assert(waiting('came back') == 'came back')
end

-- Unix sockets are extended alike.
do
    local path = os.tmpname()
    os.remove(path)
    local listening <close> = assert(unix.server.new(path, tls.server_config()))
    assert(listening:listen())
    os.remove(path)
    assert(listening['net.unix.Socket'] and listening['net.tls.unix.Socket'].sendfd)
    assert(class.extend('my.Listening', 'net.tls.stream.unix.Server')(listening):fd() >= 0)
    raises('got my.Listening', function() inet.client.new(listening, port) end)
end

server:close()
