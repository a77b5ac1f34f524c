-- The conformance driver of cqueues with luaossl, and what of it stands for what of net.tls.Socket:
--
--   handshake     starttls(ssl, seconds)
--   read(n)       xread(-n, 'b', seconds): 1 to n bytes. Before a handshake starttls(ssl, 0) says that
--                 the connection is one of TLS; the handshake then goes on within xread().
--   write(str)    xwrite(str, 'bn', seconds), which goes on until all is sent. What it has accepted
--                 when it failed is told by stat() and pending().
--   close         close(), which closes the descriptor and returns nothing.
--   deadlines     the timeouts of starttls(), xread() and xwrite()
--   modes         all the same: its descriptors never block, and a call is one in a coroutine of a
--                 loop that runs until it is done. (A call outside of any loop waits as well, by what
--                 the source calls "a cheap hack. NOT RECOMMENDED".)
--   poll_wait     cqueues.poll()
--   version       checktls():getVersion()
--   alpn          checktls():getAlpnSelected(); a server's callback takes the first name of its own
--
-- Errors come as numbers from the handler that onerror() sets, as its manual describes; ETIMEDOUT is a
-- timeout, EPIPE (which is also what an end of input is to cqueues) is closed by the peer, the rest
-- gets its text from cqueues.errno. cqueues repeats an error until clearerr(), which a program that
-- goes on after a timeout calls. The configuration is a context and a verify_param of luaossl, made as
-- its users do for a server's name. A setter tries to make the context, so that a bad file is found
-- where it is named. There is no counterpart of tls_close (neither library can send close_notify),
-- closed_by, alert, of the clock limit, insecure_noverifytime and insecure_allow_truncation.

local protocol = require('line_protocol')
local driver = require('library_driver')

local cqueues = protocol.load('cqueues', 'lua-cqueues')
local errno = protocol.load('cqueues.errno', 'lua-cqueues')
local signal = protocol.load('cqueues.signal', 'lua-cqueues')
local socket = protocol.load('cqueues.socket', 'lua-cqueues')
local openssl = protocol.load('openssl', 'lua-luaossl')
local ssl = protocol.load('openssl.ssl', 'lua-luaossl')
local context = protocol.load('openssl.ssl.context', 'lua-luaossl')
local pkey = protocol.load('openssl.pkey', 'lua-luaossl')
local x509 = protocol.load('openssl.x509', 'lua-luaossl')
local store = protocol.load('openssl.x509.store', 'lua-luaossl')
local verify_param = protocol.load('openssl.x509.verify_param', 'lua-luaossl')
-- For sndbuf, which cqueues has no option for. What it does with SIGPIPE is taken back, so that what
-- cqueues does can be seen.
local luasocket = protocol.load('socket', 'lua-socket')
signal.default(signal.SIGPIPE)

local BUFSIZ = 8192
local TLS_1_2, TLS_1_3 = 8, 16

-- Keeps descriptors for as long as the process lives.
local loop = cqueues.new()
loop:wrap(function() cqueues.poll(0) end)
assert(loop:loop())

local function run(_, method, ...)
  local arguments, results = table.pack(...), nil
  loop:wrap(function() results = table.pack(method(table.unpack(arguments, 1, arguments.n))) end)
  local ok, err = loop:loop()
  if not ok then error(err, 0) end
  return table.unpack(results, 1, results.n)
end

-- The document's three values for an error's number.
local function failed(first, why)
  if why == errno.ETIMEDOUT then return first, nil, true end
  return first, errno.strerror(why), nil
end

local function failed_io(connection, channel, first, why)
  if why == errno.ETIMEDOUT then connection.sock:clearerr(channel) end
  if why == nil or why == errno.EPIPE then return nil, nil, nil end
  return failed(first, why)
end

-- Says that the connection is one of TLS, and does not wait for the handshake.
local function start(connection)
  if not connection.started then
    connection.started = true
    connection.sock:starttls(connection.ssl, 0)
  end
end

local methods = {}

function methods.handshake(connection)
  connection.started = true
  local ok, why = connection.sock:starttls(connection.ssl, connection.receive)
  if ok then return true, nil, nil end
  return failed(false, why)
end

function methods.read(connection, size)
  size = size == nil and BUFSIZ or size
  if math.type(size) ~= 'integer' then return driver.unsupported('xread() takes formats, too') end
  if size < 0 then return driver.unsupported('a negative size is how xread() is told "up to"') end
  start(connection)
  local str, why = connection.sock:xread(-size, 'b', connection.receive)
  if str then return str, nil, nil end
  return failed_io(connection, 'r', nil, why)
end

local function accepted(connection)
  local _, buffered = connection.sock:pending()
  return connection.sock:stat().sent.count + buffered
end

function methods.write(connection, str)
  start(connection)
  local before = accepted(connection)
  local ok, why = connection.sock:xwrite(str, 'bn', connection.send)
  if ok then return #str, nil, nil end
  local len = why == errno.ETIMEDOUT and accepted(connection) - before or nil
  return failed_io(connection, 'w', len, why)
end

methods.recv, methods.send = methods.read, methods.write

function methods.close(connection)
  connection.sock:close()
  return true, nil, nil
end

function methods.poll_wait(connection, want)
  if want ~= 'r' and want ~= 'w' then return driver.unsupported('a want that poll() has no letter for') end
  local wanted = { pollfd = connection.sock:pollfd(), events = want }
  local ready = cqueues.poll(wanted, want == 'r' and connection.receive or connection.send)
  if ready == wanted then return true, nil, nil end
  return false, nil, true
end

function methods.alpn(connection)
  local tls = connection.sock:checktls()
  return tls and tls:getAlpnSelected()
end

local version_names = { [0x303] = 'TLSv1.2', [0x304] = 'TLSv1.3' }

function methods.version(connection)
  local tls = connection.sock:checktls()
  return tls and version_names[tls:getVersion()]
end

function methods.fd(connection)
  return socket.type(connection.sock) == 'socket' and connection.sock:pollfd() or -1
end

function methods.sndbuf(connection, bytes)
  local tcp = luasocket.tcp()
  tcp:setfd(connection.sock:pollfd())
  tcp:setoption('send-buffer-size', bytes)
  tcp:setfd(-1)
end

local function release(connection) connection.sock:close() end

local function contents(file)
  local stream = assert(io.open(file))
  local pem = stream:read('a')
  stream:close()
  return pem
end

-- A server's choice: its first name that the client has as well.
local function select_alpn(own)
  return function(_, offered)
    for _, name in ipairs(own) do
      for _, other in ipairs(offered) do
        if name == other then return name end
      end
    end
  end
end

local function make_context(config, is_server)
  local made, authorities = context.new('TLS', is_server), store.new()
  made:setOptions(context.OP_ALL | context.OP_NO_TLSv1 | context.OP_NO_TLSv1_1 | config.options)
  if config.certificate then
    made:setCertificate(x509.new(contents(config.certificate)))
    made:setPrivateKey(pkey.new(contents(config.key)))
  end
  if config.ca then authorities:add(config.ca) else authorities:addDefaults() end
  made:setStore(authorities)
  if config.alpn and is_server then made:setAlpnSelect(select_alpn(config.alpn)) end
  if config.alpn and not is_server then made:setAlpnProtos(config.alpn) end
  made:setVerify(is_server and config.verify_client or not is_server and config.verify)
  return made
end

local function config()
  return {
    options = 0, verify = context.VERIFY_PEER, verify_client = context.VERIFY_NONE, verify_name = true,
  }
end

local function set(changes)
  return function(params, ...)
    params.server_context = nil
    for key, value in pairs(changes(...)) do params[key] = value end
    local ok, err = pcall(make_context, params, false)
    if not ok then return false, tostring(err) end
    return true
  end
end

local setters = {
  set_ca_file = set(function(file) return { ca = file } end),
  set_keypair_file = set(function(certificate, key) return { certificate = certificate, key = key } end),
  set_alpn = set(function(names)
    local list = {}
    for name in names:gmatch('[^,]+') do list[#list + 1] = name end
    return { alpn = list }
  end),
  set_protocols = set(function(...)
    local flags, options = 0, 0
    for _, flag in ipairs({ ... }) do flags = flags | flag end
    if flags & TLS_1_2 == 0 then options = options | context.OP_NO_TLSv1_2 end
    if flags & TLS_1_3 == 0 then options = options | context.OP_NO_TLSv1_3 end
    return { options = options }
  end),
  verify_client = set(function()
    return { verify_client = context.VERIFY_PEER | context.VERIFY_FAIL_IF_NO_PEER_CERT }
  end),
  verify_client_optional = set(function() return { verify_client = context.VERIFY_PEER } end),
  insecure_noverifycert = set(function() return { verify = context.VERIFY_NONE } end),
  insecure_noverifyname = set(function() return { verify_name = false } end),
}

local function is_path(host) return host:sub(1, 1) == '/' end
local function is_address(name) return name:match('^[%d.]+$') or name:find(':', 1, true) end

-- luaossl's object for one connection: the name that is sent, and the one that is checked.
local function client_ssl(params, name)
  local made = ssl.new(make_context(params, false))
  if name and not is_address(name) then made:setHostName(name) end
  if name and params.verify_name then
    local param = verify_param.new()
    if is_address(name) then param:setIP(name) else param:setHost(name) end
    made:setParam(param)
  end
  return made
end

local function number_of_error(_, _, why) return why end

local function client(params, host, port, name, seconds)
  local address = is_path(host) and { path = host } or { host = host, port = port }
  address.sendname = false
  local sock, why = socket.connect(address)
  if not sock then return failed(nil, why) end
  sock:onerror(number_of_error)
  local ok
  ok, why = run(nil, sock.connect, sock, seconds)
  if ok then return { sock = sock, ssl = client_ssl(params, name) } end
  sock:close()
  return failed(nil, why)
end

local function server(params, host)
  local sock, why = socket.listen(is_path(host) and { path = host } or { host = host, port = 0 })
  if not sock then return failed(nil, why) end
  sock:onerror(number_of_error)
  local ok
  ok, why = run(nil, sock.listen, sock)
  if not ok then
    sock:close()
    return failed(nil, why)
  end
  local _, _, port = sock:localname()
  -- One for all connections, whose clients come back with its tickets.
  params.server_context = params.server_context or make_context(params, true)
  return { sock = sock, context = params.server_context }, is_path(host) and 0 or port
end

local function accept(listener)
  local sock, why = run(nil, listener.sock.accept, listener.sock)
  if not sock then return failed(nil, why) end
  sock:onerror(number_of_error)
  return { sock = sock, ssl = ssl.new(listener.context) }
end

driver.serve({
  about = ('cqueues %d with luaossl, %s'):format(cqueues.VERSION, _VERSION),
  library = openssl.version(openssl.SSLEAY_VERSION),
  config = config, setters = setters, methods = methods, release = release, run = run,
  client = client, server = server, accept = accept,
})
