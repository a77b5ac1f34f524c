-- The conformance driver of the Lua binding: speaks the line protocol of PROTOCOL.md and calls
-- nothing but the public API. line_protocol.lua is what any driver in Lua can use.

local addrinfo = require('net.addrinfo')
local class = require('net.class')
local inet = require('net.stream.inet')
local unix = require('net.stream.unix')
local config = require('net.tls.config')
local session = require('net.tls.session')
local poll = require('net.poll')
local tls = require('net.tls')
local net = require('net')

local coroutines = require('coroutines')
local plain_methods = require('plain_methods')
local protocol = require('line_protocol')

local parse, parse_all, values = protocol.parse, protocol.parse_all, protocol.values

-- Only in memory_driver, where single allocations can fail.
local allocations = package.preload.allocations and require('allocations')

-- What the slots hold, and what is counted.
local configs, servers, sockets, sessions, calls, given, locks

local function forget()
  coroutines.forget()
  configs, servers, sockets, sessions, calls, given = {}, {}, {}, {}, {}, {}
  for _, file in pairs(protocol.files) do file:close() end
  protocol.functions, protocol.files, locks = {}, {}, { taken = 0, released = 0 }
end

-- A poller that waits in the kernel; its locks are counted, or refused.
local function wait(fd, readable, writable, msec)
  if coroutine.isyieldable() then return coroutine.yield(fd, readable, msec) end
  readable, writable = poll.select(readable and { fd } or {}, writable and { fd } or {}, msec)
  if not readable then return false, writable end
  return #readable + #writable > 0, nil, #readable + #writable == 0 or nil
end

local function poller(refuses)
  local function lock()
    if refuses then return false, 'refused' end
    locks.taken = locks.taken + 1
    return true
  end
  local function unlock() locks.released = locks.released + 1 end
  local function yes() return true end
  return {
    pollable = yes, unwait = coroutines.unwait, unwait_readable = yes, unwait_writable = yes,
    wait_readable = function(fd, msec) return wait(fd, true, false, msec) end,
    wait_writable = function(fd, msec) return wait(fd, false, true, msec) end,
    read_lock = lock, read_unlock = unlock, write_lock = lock, write_unlock = unlock,
  }
end

-- What an address tells.
local function tell(address)
  return address:family(), address:socktype(), address:protocol(), address:addr(), address:port()
end

-- Methods that this binding spells in its own way.
local spelt = {
  address = function(sock, method) return tell(assert(sock[method](sock))) end,
  instanceof = function(sock) return sock.instanceof() end,
  tostring = tostring,
  nonblock = function(sock, flag) return sock.sock:nonblock(flag) end,
  alert = function(sock)
    local alert = sock:alert()
    if alert then return alert.name, alert.sent and 'sent' or 'received' end
  end,
}

local function find_method(object, method)
  local is_plain = not tostring(object):find('net.tls.', 1, true)
  return spelt[method] or object.read and is_plain and plain_methods[method] or object[method]
end

-- Has a frame of its own, so that an error has a line to name.
local function call(object, method, arguments)
  local run = find_method(object, method)
  if allocations then
    return table.pack(allocations.guard(run, object, table.unpack(arguments, 1, arguments.n)))
  end
  local results = table.pack(run(object, table.unpack(arguments, 1, arguments.n)))
  return results
end

local function call_method(object, method, arguments)
  if not find_method(object, method) then return protocol.unsupported(method) end
  local ok, results = pcall(call, object, method, arguments)
  if not ok then return protocol.raised(results) end
  return values(table.unpack(results, 1, results.n))
end

-- What a constructor made, alone, or all that it returned instead.
local function keep(place, slot, object, ...)
  place[slot] = object
  if object then return values(object) end
  return values(object, ...)
end

local function make(place, slot, new, ...)
  local guard = allocations and allocations.guard or function(run, ...) return run(...) end
  local results = table.pack(pcall(guard, new, ...))
  if not results[1] then return protocol.raised(results[2]) end
  return keep(place, slot, table.unpack(results, 2, results.n))
end

-- Those that return nothing are answered by no values.
local commands = {}

-- Of classes, which stay.
local constructors = {}

function commands.hello() return protocol.hello('net.tls.Socket, ' .. _VERSION, tls.LIBRARY) end

function commands.config(words) return make(configs, words[2], config.new) end
function commands.set(words) return call_method(configs[words[2]], words[3], parse_all(words, 4)) end
function commands.call(words) return call_method(sockets[words[2]], words[3], parse_all(words, 4)) end
function commands.accept(words)
  local server = servers[words[3]]
  return make(sockets, words[2], server.accept, server)
end

-- A method of a listener. What it accepts is not kept.
function commands.listener(words)
  return call_method(servers[words[2]], words[3], parse_all(words, 4))
end

function commands.resolve(words)
  local addresses, err = addrinfo.getaddrinfo_stream(table.unpack(parse_all(words, 2), 1, 4))
  if not addresses then return values(nil, err) end
  local family, socktype, protocol_number, addr, port = tell(addresses[1])
  return values(#addresses, family, socktype, protocol_number, addr, port, addresses[1]:canonname())
end

commands['class'] = function(words)
  local ok, constructor = pcall(class.extend, words[2], words[3], { [words[4]] = parse(words[5]) })
  if not ok then return protocol.raised(constructor) end
  constructors[words[2]] = constructor
end

function commands.become(words)
  return make(sockets, words[2], constructors[words[3]], sockets[words[2]])
end

function commands.inherited(words)
  local sock = sockets[words[2]]
  return values(sock[words[3]][words[4]](sock, table.unpack(parse_all(words, 5))))
end

function commands.file(words)
  protocol.files[words[2]] = assert(io.open(parse(words[3])))
end

function commands.session(words)
  sessions[words[2]] = sockets[words[3]]:session()
  return values(sessions[words[2]])
end

function commands.import(words)
  local source = parse(words[4])
  local bytes = math.type(source) and assert(sessions[tostring(source)]:export()) or source
  return make(sessions, words[2], session.import, bytes, configs[words[3]])
end

function commands.calls(words) return values(calls[words[2]]) end
function commands.arguments(words) return given[words[2]] end

local function is_path(host) return host:sub(1, 1) == '/' end

local function new_client(host, port, options)
  if is_path(host) then return unix.client.new(host, options) end
  return inet.client.new(host, port, options)
end

function commands.client(words)
  local host, port, name, deadline, session = table.unpack(parse_all(words, 4), 1, 5)
  if not name and not is_path(host) and configs[words[3]] then
    return protocol.unsupported('a client without a name')
  end
  local options = { tlscfg = configs[words[3]], servername = name, deadline = deadline,
    session = session and sessions[tostring(session)] }
  local answer = make(sockets, words[2], new_client, host, port, options)
  assert(options.servername == name and options.deadline == deadline, 'its options were changed')
  return answer
end

-- Two unix sockets that are connected.
function commands.pair(words)
  local pair, err = unix.pair()
  if not pair then return values(pair, err) end
  sockets[words[2]], sockets[words[3]] = pair[1], pair[2]
  return values(pair[1], pair[2])
end

-- What a listener has accepted, as a descriptor; or one by its number.
function commands.wrap(words)
  local server = servers[words[3]]
  if not server then
    local family = words[4] == 'unix' and unix or inet
    return make(sockets, words[2], family.wrap, parse(words[3]))
  end
  local family = tostring(server):find('unix') and unix or inet
  return make(sockets, words[2], family.wrap, assert(server:acceptfd()))
end

local function new_server(host, options)
  if is_path(host) then return unix.server.new(host, options) end
  return inet.server.new(host, 0, options)
end

function commands.server(words)
  local server, err, address = new_server(parse(words[4]), { tlscfg = configs[words[3]] })
  if not server then return values(server, err, address) end
  assert(server:listen())
  servers[words[2]] = server
  return values(address:port())
end

-- What a function of the runner's does by its first word, where that is no value.
local kinds = {
  raise = function(results) error(results[1], 0) end,
  argument = function(results, ...) return (select(results[1], ...)) end,
}

local function give(results) return table.unpack(results, 1, results.n) end

commands['function'] = function(words)
  local slot, run = words[2], kinds[words[3]] or give
  local results = parse_all(words, run == give and 3 or 4)
  calls[slot], given[slot] = 0, nil
  protocol.functions[slot] = function(...)
    calls[slot], given[slot] = calls[slot] + 1, values(...)
    return run(results, ...)
  end
end

-- A method that a program replaces.
function commands.override(words)
  servers[words[2]][words[3]] = protocol.functions[words[4]]
end

function commands.servername(words)
  local server = servers[words[2]]
  return values(server:add_servername(parse(words[4]), configs[words[3]]))
end

function commands.poller(words)
  if words[2] == 'locks' then return values(locks.taken, locks.released) end
  poll.set_poller(words[2] ~= 'none' and poller(words[2] == 'refuse') or nil)
end

function commands.allocations(words)
  if not allocations then return protocol.unsupported('allocations') end
  if not words[2] then return values(allocations.disarm()) end
  allocations.arm(math.tointeger(words[3]), words[2] == 'from')
end

function commands.drop(words)
  sockets[words[2]] = nil
  collectgarbage()
end

-- In a coroutine of its own, up to its first wait.
function commands.begin(words)
  coroutines.begin(words[2], function()
    return call_method(sockets[words[3]], words[4], parse_all(words, 5))
  end)
end

function commands.finish(words) return coroutines.finish(words[2]) end

-- The finaliser of something that becomes garbage together with the socket.
function commands.finalise(words)
  local answer
  setmetatable({ sockets[words[2]] }, { __gc = function(held)
    answer = call_method(held[1], words[3], parse_all(words, 4))
  end })
  sockets[words[2]] = nil
  collectgarbage()
  collectgarbage()
  return answer
end

function commands.leave(words) local sock <close> = sockets[words[2]] end

function commands.reset()
  forget()
  poll.set_poller(nil)
  if allocations then allocations.disarm() end
  collectgarbage()
end

forget()
protocol.constants = setmetatable({}, { __index = function(_, name) return tls[name] or net[name] end })
protocol.serve(commands)
