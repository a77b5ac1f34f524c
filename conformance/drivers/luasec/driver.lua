-- The conformance driver of LuaSec, and what of it stands for what of net.tls.Socket:
--
--   handshake     dohandshake(): true, or false and a text.
--   read(n)       LuaSocket's receive(n) waits for n bytes. A program that wants what is there waits
--                 for one with receive(1) and takes the rest with a timeout of 0; where it must not
--                 block, it calls receive(n) with a timeout of 0 and takes the third result, what
--                 came before the timeout.
--   write(str)    send(str), which goes on until all is sent. On a failure the third result is the
--                 last byte that was.
--   close         close(), which sends close_notify and returns nothing.
--   deadlines     settimeout(seconds, 't'), the limit of the whole call.
--   non-blocking  settimeout(0); after "wantread" or "wantwrite" socket.select() and the call again,
--                 send() from the byte behind the last one that was sent.
--   poll_wait     socket.select()
--   version       info('protocol')
--   alpn          getalpn()
--
-- "timeout", "wantread" and "wantwrite" are timeouts, "closed" of receive() and send() is closed by
-- the peer; every other text is an error, in LuaSec's words. A setter tries the new parameters with
-- ssl.newcontext(), so that a bad file is found where it is named. There is no counterpart of
-- tls_close (close_notify goes out with close()), closed_by, alert, of the clock limit, and of what
-- checks the certificate's name.
--
-- Two calls would not return and are not made, but fail: receive() and send() after an error that
-- OpenSSL has found in receive(), which spin without a system call, and a select() of a closed socket.

local protocol = require('line_protocol')
local driver = require('library_driver')

local socket = protocol.load('socket', 'lua-socket')
local unix = protocol.load('socket.unix', 'lua-socket')
local ssl = protocol.load('ssl', 'lua-sec')

local BUFSIZ = 8192
local SYSTEM_CA = '/etc/ssl/certs/ca-certificates.crt'
local TLS_1_2, TLS_1_3 = 8, 16

local is_want = { timeout = true, wantread = true, wantwrite = true }

-- The document's three values for a text.
local function failed(first, err)
  if is_want[err] then return first, nil, true end
  return first, err, nil
end

local function failed_io(err)
  if err == 'closed' then return nil, nil, nil end
  return failed(nil, err)
end

local function is_failure(err) return err and err ~= 'closed' and not is_want[err] end

-- An alert of the peer is the one failure of OpenSSL's after which a call returns.
local function note(connection, err)
  connection.is_dead = is_failure(err) and not err:find(' alert ', 1, true)
end

-- Bytes, and what came behind them: an error is kept for the next call.
local function received(connection, str, err)
  note(connection, err)
  connection.later = is_failure(err) and err or nil
  return str, nil, nil
end

local function failed_receive(connection, err)
  note(connection, err)
  connection.later = nil
  return failed_io(err)
end

local function deadline_in(seconds) return seconds and socket.gettime() + seconds end

-- Waits for what the text `want` names; false when it is none, or the deadline has passed.
local function wait(connection, want, deadline)
  if not is_want[want] then return false end
  local objects = { connection.sock }
  local readers, writers = want ~= 'wantwrite' and objects or {}, want == 'wantwrite' and objects or {}
  local left = deadline and math.max(deadline - socket.gettime(), 0)
  local _, _, err = socket.select(readers, writers, left)
  return not err
end

local methods = {}

function methods.handshake(connection)
  local sock, deadline = connection.sock, deadline_in(connection.receive)
  local ok, err
  sock:settimeout(connection.nonblocking and 0 or connection.receive, 't')
  repeat
    ok, err = sock:dohandshake()
    if ok then return true, nil, nil end
  until not connection.nonblocking or not wait(connection, err, deadline)
  return failed(false, err)
end

local function read_blocking(connection, size)
  local sock = connection.sock
  sock:settimeout(connection.receive, 't')
  local first, err = sock:receive(math.min(size, 1))
  if not first then return failed_receive(connection, err) end
  if size <= 1 then return first, nil, nil end
  sock:settimeout(0, 't')
  local rest, part
  rest, err, part = sock:receive(size - 1)
  return received(connection, first .. (rest or part), err)
end

local function read_nonblocking(connection, size)
  local sock, deadline = connection.sock, deadline_in(connection.receive)
  local str, err, part
  sock:settimeout(0)
  repeat
    str, err, part = sock:receive(size)
    if str or part ~= '' then return received(connection, str or part, err) end
  until not wait(connection, err, deadline)
  return failed_receive(connection, err)
end

function methods.read(connection, size)
  size = size == nil and BUFSIZ or size
  if math.type(size) ~= 'integer' then return driver.unsupported('receive() takes patterns, too') end
  if size > math.maxinteger >> 1 then return driver.unsupported('a size as large') end
  if connection.later then return failed_receive(connection, connection.later) end
  if connection.is_dead then return driver.never_returns('receive() after an error of OpenSSL') end
  return (connection.nonblocking and read_nonblocking or read_blocking)(connection, size)
end

function methods.write(connection, str)
  if connection.is_dead then return driver.never_returns('send() after an error of OpenSSL') end
  local sock, deadline = connection.sock, deadline_in(connection.send)
  local len, err
  local sent = 0
  sock:settimeout(connection.nonblocking and 0 or connection.send, 't')
  repeat
    len, err, sent = sock:send(str, sent + 1)
    if len then return math.tointeger(len), nil, nil end
  until not connection.nonblocking or not wait(connection, err, deadline)
  if is_want[err] then return math.tointeger(sent), nil, true end
  return failed_io(err)
end

methods.recv, methods.send = methods.read, methods.write

function methods.close(connection)
  connection.sock:close()
  return true, nil, nil
end

function methods.poll_wait(connection, want)
  if want ~= 'r' and want ~= 'w' then return driver.unsupported('a want that select() has no list for') end
  local objects = { connection.sock }
  if connection.sock:getfd() < 0 then return driver.never_returns('select() of a closed socket') end
  local readers, writers = want == 'r' and objects or {}, want == 'w' and objects or {}
  local _, _, err = socket.select(readers, writers, want == 'r' and connection.receive or connection.send)
  if err then return failed(false, err) end
  return true, nil, nil
end

function methods.alpn(connection) return (connection.sock:getalpn()) end
function methods.version(connection) return (connection.sock:info('protocol')) end
function methods.fd(connection) return math.tointeger(connection.sock:getfd()) end

-- LuaSocket's object for a descriptor that LuaSec owns.
local function socket_of(connection)
  local tcp = socket.tcp()
  tcp:setfd(connection.sock:getfd())
  return tcp
end

function methods.sndbuf(connection, bytes)
  local tcp = socket_of(connection)
  tcp:setoption('send-buffer-size', bytes)
  tcp:setfd(-1)
end

-- Closed below LuaSec first, so that a peer that takes nothing cannot keep its close_notify waiting.
local function release(connection)
  socket_of(connection):close()
  connection.sock:close()
end

local function parameters(config, mode)
  local options = { 'all', 'no_sslv2', 'no_sslv3', 'no_tlsv1', 'no_tlsv1_1' }
  for _, option in ipairs(config.options) do options[#options + 1] = option end
  return {
    mode = mode, protocol = config.protocol, options = options,
    cafile = config.cafile or SYSTEM_CA, alpn = config.alpn, certificate = config.certificate, key = config.key,
    verify = mode == 'client' and config.verify or mode == 'server' and config.verify_client,
  }
end

local function config()
  return { protocol = 'any', options = {}, verify = { 'peer' }, verify_client = { 'none' } }
end

local function set(changes)
  return function(params, ...)
    params.server_context = nil
    for key, value in pairs(changes(...)) do params[key] = value end
    local context, err = ssl.newcontext(parameters(params, 'client'))
    if not context then return false, err end
    return true
  end
end

local setters = {
  set_ca_file = set(function(file) return { cafile = file } end),
  set_keypair_file = set(function(certificate, key) return { certificate = certificate, key = key } end),
  set_alpn = set(function(names)
    local list = {}
    for name in names:gmatch('[^,]+') do list[#list + 1] = name end
    return { alpn = list }
  end),
  set_protocols = set(function(...)
    local flags = 0
    for _, flag in ipairs({ ... }) do flags = flags | flag end
    local names = { [TLS_1_2] = 'tlsv1_2', [TLS_1_3] = 'tlsv1_3', [TLS_1_2 | TLS_1_3] = 'any' }
    return { protocol = names[flags] }
  end),
  verify_client = set(function() return { verify_client = { 'peer', 'fail_if_no_peer_cert' } } end),
  verify_client_optional = set(function() return { verify_client = { 'peer' } } end),
  insecure_noverifycert = set(function() return { verify = { 'none' } } end),
  insecure_allow_truncation = set(function() return { options = { 'ignore_unexpected_eof' } } end),
}

-- The connection that LuaSec makes of a connected socket, which it takes over.
local function wrap(tcp, context)
  local sock, err = ssl.wrap(tcp, context)
  if sock then return { sock = sock } end
  tcp:close()
  return nil, err, nil
end

local function is_path(host) return host:sub(1, 1) == '/' end
local function is_address(name) return name:match('^[%d.]+$') or name:find(':', 1, true) end

local function client(params, host, port, name, seconds)
  local tcp = is_path(host) and unix.stream() or socket.tcp()
  tcp:settimeout(seconds)
  local ok, err = tcp:connect(host, not is_path(host) and port or nil)
  if not ok then
    tcp:close()
    return failed(nil, err)
  end
  local connection
  connection, err = wrap(tcp, parameters(params, 'client'))
  if connection and name and not is_address(name) then connection.sock:sni(name) end
  return connection, err, nil
end

-- One for all connections, whose clients come back with its tickets.
local function server_context(params)
  local err
  if not params.server_context then
    params.server_context, err = ssl.newcontext(parameters(params, 'server'))
  end
  return params.server_context, err
end

local function server(params, host)
  local sock = is_path(host) and unix.stream() or socket.tcp4()
  local ok, err = sock:bind(host, not is_path(host) and 0 or nil)
  if ok then ok, err = sock:listen() end
  if ok then ok, err = server_context(params) end
  if not ok then
    sock:close()
    return failed(nil, err)
  end
  local port = not is_path(host) and math.tointeger(select(2, sock:getsockname())) or 0
  return { sock = sock, context = params.server_context }, port
end

local function accept(listener)
  local tcp, err = listener.sock:accept()
  if not tcp then return failed(nil, err) end
  return wrap(tcp, listener.context)
end

driver.serve({
  about = ('LuaSec %s, %s, %s'):format(ssl._VERSION, socket._VERSION, _VERSION),
  library = driver.tls_library(),
  config = config, setters = setters, methods = methods, release = release,
  client = client, server = server, accept = accept,
})
