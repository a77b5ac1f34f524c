-- What the drivers of other Lua libraries have in common: the slots, and the commands of PROTOCOL.md
-- in terms of the table that a library's driver gives to serve():
--
--   about, library         the words of the greeting
--   config()               a configuration; setters[METHOD](config, ...) gives true, or false, err
--   client(config, host, port, name, seconds), accept(listener)
--                          a connection, a table, or nil, err, timeout
--   server(config, host)   a listener and its port, or nil, err, timeout
--   methods[METHOD](connection, ...)
--                          the document's results
--   release(connection)    gives its descriptor back, whatever state it is in
--   run(connection, method, ...)
--                          calls a method as a program in the connection's mode would; may be nil
--
-- A connection gets `nonblocking`, and the deadlines `receive` and `send` in seconds, nil for none.

local protocol = require('line_protocol')

local parse_all, values = protocol.parse_all, protocol.values

local driver = {}

-- What a method returns in place of results: what the library has no counterpart of, and what fails
-- without being tried, as the library would not come back from it.
local Refusal = {}

function driver.unsupported(what)
  return setmetatable({ word = protocol.unsupported(what) }, Refusal)
end

function driver.never_returns(what) return setmetatable({ word = protocol.broken(what) }, Refusal) end

local function answer(ok, first, ...)
  if not ok then return protocol.raised(first) end
  if getmetatable(first) == Refusal then return first.word end
  return values(first, ...)
end

local function answer_nothing(ok, err)
  if not ok then return protocol.raised(err) end
end

local function run_directly(_, method, ...) return method(...) end

-- 0 takes a deadline away, nil leaves it as it is.
local function seconds(milliseconds, before)
  if not milliseconds then return before end
  return milliseconds > 0 and milliseconds / 1000 or nil
end

-- The shared library of TLS in this process, which LuaSec does not tell the version of.
function driver.tls_library()
  for line in io.lines('/proc/self/maps') do
    local name = line:match('/(libssl%.so[%d.]*)')
    if name then return 'OpenSSL, ' .. name end
  end
  return 'OpenSSL'
end

function driver.serve(library)
  local commands, run = {}, library.run or run_directly
  local configs, servers, connections, nonblocking

  local function forget()
    configs, servers, connections, nonblocking = {}, {}, {}, false
  end

  local function keep(slot, connection, ...)
    connections[slot] = connection
    if not connection then return values(nil, ...) end
    connection.nonblocking = nonblocking
    return 'values o:connection'
  end

  function commands.hello() return protocol.hello(library.about, library.library) end

  function commands.config(words)
    configs[words[2]] = library.config()
    return values(configs[words[2]])
  end

  function commands.set(words)
    local setter, arguments = library.setters[words[3]], parse_all(words, 4)
    if not setter then return protocol.unsupported(words[3]) end
    return answer(pcall(setter, configs[words[2]], table.unpack(arguments, 1, arguments.n)))
  end

  function commands.client(words)
    if not configs[words[3]] then return protocol.unsupported('a socket without TLS') end
    local host, port, name, deadline = table.unpack(parse_all(words, 4), 1, 4)
    return keep(words[2], library.client(configs[words[3]], host, port, name, seconds(deadline)))
  end

  function commands.server(words)
    if not configs[words[3]] then return protocol.unsupported('a socket without TLS') end
    local server, port, timeout = library.server(configs[words[3]], protocol.parse(words[4]))
    if not server then return values(nil, port, timeout) end
    servers[words[2]] = server
    return values(port)
  end

  function commands.accept(words) return keep(words[2], library.accept(servers[words[3]])) end

  function commands.call(words)
    local connection, arguments = connections[words[2]], parse_all(words, 4)
    local method = library.methods[words[3]]
    if words[3] == 'deadlines' then
      connection.receive = seconds(arguments[1], connection.receive)
      connection.send = seconds(arguments[2], connection.send)
      return values()
    end
    if not method then return protocol.unsupported(words[3]) end
    local finish = words[3] == 'sndbuf' and answer_nothing or answer
    return finish(pcall(run, connection, method, connection, table.unpack(arguments, 1, arguments.n)))
  end

  function commands.poller(words)
    if words[2] ~= 'none' and words[2] ~= 'wait' then return protocol.unsupported('locks') end
    nonblocking = words[2] == 'wait'
  end

  function commands.drop(words)
    connections[words[2]] = nil
    collectgarbage()
  end

  function commands.leave(words)
    local connection = connections[words[2]]
    if not (getmetatable(connection.sock) or {}).__close then
      return protocol.unsupported('a variable that closes it')
    end
    local _ <close> = connection.sock
  end

  function commands.reset()
    for _, connection in pairs(connections) do library.release(connection) end
    for _, server in pairs(servers) do server.sock:close() end
    forget()
    collectgarbage()
  end

  forget()
  protocol.constants = { WANT_POLLIN = 'r', WANT_POLLOUT = 'w' }
  protocol.serve(commands)
end

return driver
