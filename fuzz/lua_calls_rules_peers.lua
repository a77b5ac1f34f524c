-- The rules of servers, messages, files and configurations: the chunk goes on from lua_calls_rules_waits.lua.

-- L9: servers and clients.

local function new_path()
    local path = os.tmpname()
    os.remove(path)
    return path
end

--- A server that listens, and a client that has connected to it.
local function serve(is_inet, opts, client_opts)
    local server, client, err, _
    if is_inet then
        server = assert(inet.server.new('127.0.0.1', 0, opts))
        assert(server:listen())
        client, err = inet.client.new('127.0.0.1', server:getsockname():port(), client_opts)
    else
        local path = new_path()
        server = assert(unix.server.new(path, opts))
        assert(server:listen())
        client, err = unix.client.new(path, client_opts)
        os.remove(path)
    end
    return server, assert(client, err)
end

local function ready() return true end

local accepts = {}

function accepts.plainly(server, client)
    local ai
    function server:accepted(sock, nonblock, address)
        ai = address
        must('L9', nonblock == true, 'accepted is told another mode')
        return sock, nil, address
    end
    local results = pack(server:accept(true))
    local sock = results[1]
    if results.n ~= 3 or type(sock) ~= 'userdata' or results[2] ~= nil or type(results[3]) ~= 'userdata' then
        violation('L9', 'accept(true)', results, 'a socket, nil and an address')
        return
    end
    must('L9', ai == results[3], 'accepted is not told the address')
    must('L9', ai:family() == client:family(), 'an address of another family')
    must('L9', sock:isnonblock() == true and sock.sock:nonblock() == true, 'what a server accepts blocks')
    expect('L9', 'write to who was accepted', pack(client:write('x')), 1, nil, nil)
    expect('L9', 'read of what was accepted', pack(sock:read()), 'x', nil, nil)
end

function accepts.without_address(server)
    local results = pack(server:accept())
    must('L9', results.n == 3 and type(results[1]) == 'userdata' and results[2] == nil and results[3] == nil,
        'accept gave ' .. show(results))
end

--- Whatever refuses it, the connection is closed.
local function check_refused(client, kept)
    must('L9', kept and kept:fd() == -1, 'a connection that was refused is open')
    -- Where it is not, nobody says when there is something to read.
    local results = pack(with_waiter(function() return false, nil, true end, client.read, client))
    expect('L9', 'read of who was refused', results, nil, nil, nil)
end

function accepts.refused(server, client)
    local kept
    function server:new_connection(sock)
        kept = sock
        return sock, 'no room'
    end
    expect('L9', 'accept that is refused', pack(server:accept()), nil, 'no room', nil)
    check_refused(client, kept)
end

function accepts.refused_without_err(server, client)
    local kept
    function server:new_connection(sock)
        kept = sock
    end
    expect_err('L9', 'accept that is refused', pack(server:accept()), nil, 'new_connection has returned nothing')
    check_refused(client, kept)
end

local function raising_in(hook)
    return function(server, client)
        local kept
        server[hook] = function(_, sock)
            kept = sock
            error('the hook raises', 0)
        end
        expect_raise('L9', 'accept', '^the hook raises$', server.accept, server)
        check_refused(client, kept)
    end
end

accepts.raising = raising_in('accepted')
accepts.raising_early = raising_in('new_connection')

local ACCEPTS = { 'plainly', 'without_address', 'refused', 'refused_without_err', 'raising', 'raising_early' }

function rules.accept(a, b, _)
    with_waiter(ready, function()
        local server, client = serve(a % 2 == 1)
        local descriptor = server:acceptconn()
        must('L9', descriptor == true, 'a server does not listen')
        accepts[pick(ACCEPTS, b)](server, client)
    end)
    local server = inet.server.new('127.0.0.1', 0)
    expect('L9', 'listen', pack(server:listen()), true)
    with_waiter(function() return false, 'refused' end, function()
        expect_err('L9', 'accept whose wait is refused', pack(server:accept()), nil, 'refused')
    end)
    server:close()
    expect_err('L9', 'accept after close', pack(server:accept()), nil, BAD_DESCRIPTOR)
end

function rules.connecting(_, b, c)
    local server = inet.server.new('127.0.0.1', 0)
    server:listen()
    local deadline = pick({ 1000000, 500000, false }, c) or nil
    local asked
    with_waiter(function(...)
        asked = pack(...)
        return true
    end, inet.client.new, '127.0.0.1', server:getsockname():port(), { deadline = deadline })
    if asked then
        local is_right = deadline == asked[3] or deadline and asked[3] and asked[3] <= deadline
            and asked[3] > deadline - 10000
        must('L9', asked[1] == 'write' and is_right, ('a client waits %s ms, not %s'):format(asked[3], deadline))
    end
    expect_err('L9', 'a client of an unknown service', pack(inet.client.new('127.0.0.1', 'no such service')), nil,
        '^getaddrinfo failed: ')
    expect_err('L9', 'a client of no path', pack(unix.client.new('/nowhere/at/all')), nil,
        '^connect failed: No such file or directory$')
    expect_raise('L8', 'inet.client.new', 'opts.deadline must be uint', inet.client.new, '127.0.0.1', 0,
        { deadline = pick({ -1, 1.5, 'x', {} }, b) })
end

function rules.addresses(a, b, _)
    local port = pick({ 0, 1, 80, 443, 8080, 65535, 258 }, a)
    local ai = assert(addrinfo.new_inet_stream('127.0.0.1', port))
    expect('L9', 'addr', pack(ai:addr()), '127.0.0.1')
    expect('L9', 'port', pack(ai:port()), port)
    local functions = { 'getaddrinfo', 'getaddrinfo_stream', 'getaddrinfo_dgram' }
    local resolve = addrinfo[pick(functions, b)]
    for _, address in ipairs(assert(resolve(nil, port))) do
        must('L9', address:addr() == '127.0.0.1' or address:addr() == '::1', 'this machine is ' .. address:addr())
        expect('L9', 'port', pack(address:port()), port)
    end
    local server, client = with_waiter(ready, serve, true)
    expect('L9', 'the server\'s port', pack(client:getpeername():port()), server:getsockname():port())
    expect('L9', 'the server\'s address', pack(client:getpeername():addr()), '127.0.0.1')
    expect('L9', 'the family', pack(client:family()), net.AF_INET)
end

-- L10: vectors, messages, descriptors and files.

local PIECES = { 'a', 'bc', 'def', 'g\0h', ('i'):rep(5000) }

function rules.vectors(a, b, c)
    local one, two = pair()
    local iov, text = iovec.new(), ''
    for i = 0, a % 4 do
        local piece = pick(PIECES, a // 4 + i)
        iov:add(piece)
        text = text .. piece
    end
    local offset = b % (#text + 1)
    local count = c % 2 == 0 and #text or c
    local part = text:sub(offset + 1, offset + count)
    local name = pick({ 'writev', 'writevsync' }, c // 2)
    expect('L10', name, pack(one[name](one, iov, offset, count)), #part, nil, nil)
    if #part == 0 then
        return
    end
    local into = iovec.new()
    into:addn(3)
    into:addn(20000)
    name = pick({ 'readv', 'readvsync' }, c // 2)
    expect('L10', name, pack(two[name](two, into, 1)), #part, nil, nil)
    expect('L10', 'concat', pack(into:concat(1, #part)), part)
    expect('L10', name .. ' of nothing', pack(two[name](two, into)), nil, nil, true)
    one:close()
    expect('L10', name .. ' at the end', pack(two[name](two, into)), nil, nil, nil)
end

--- The bytes, and as many descriptors.
local function check_message(one, two, text, count, has_room)
    local out, into = msghdr.new(), msghdr.new()
    local fds = {}
    for i = 1, count do
        fds[i] = one:fd()
    end
    out:add(text)
    out:control():push(cmsghdr.rights(table.unpack(fds)))
    expect('L10', 'sendmsg', pack(one:sendmsg(out)), #text, nil, nil)
    expect('L10', 'bytes after sendmsg', pack(out:bytes()), 0)
    into:addn(#text + 10)
    local list = has_room and into:control() or nil
    expect('L10', 'recvmsg', pack(two:recvmsg(into)), #text, nil, nil)
    expect('L10', 'concat', pack(into:concat():sub(1, #text)), text)
    must('L10', (into:flags() & net.MSG_CTRUNC ~= 0) == not has_room, 'flags do not say what was lost')
    local cmsg = list and list:shift()
    must('L10', not list or cmsg and #cmsg == 4 * count, 'not as many descriptors as were sent')
end

function rules.messages(a, b, c)
    local one, two = pair()
    check_message(one, two, text_of(1 + b, a), 1 + a % 3, c % 2 == 0)
    local out = msghdr.new()
    out:control():push(cmsghdr.rights(0))
    expect('L10', 'sendmsg without a byte', pack(one:sendmsg(out)), nil, 'Invalid argument', nil)
    out:add('bytes')
    out:control():push(cmsghdr.rights(pick({ 100000, 1 << 20, 1 << 30 }, b)))
    expect_err('L10', 'sendmsg of a bad descriptor', pack(one:sendmsg(out)), nil, BAD_DESCRIPTOR)
    expect('L10', 'read after that', pack(two:read()), nil, nil, true)
end

function rules.descriptors(a, b, _)
    local one, two = pair()
    local near, far = pair()
    local send, receive_fd = pick({ 'sendfd', 'sendfdsync' }, a), pick({ 'recvfd', 'recvfdsync' }, b)
    expect('L10', send, pack(one[send](one, near:fd())), 0, nil, nil)
    local fd = two[receive_fd](two)
    if math.type(fd) ~= 'integer' then
        host.violation('L10: no descriptor has come')
        return
    end
    local shared = assert(unix.wrap(fd))
    expect('L10', 'write to what was passed', pack(shared:write('x')), 1, nil, nil)
    expect('L10', 'read of what was passed', pack(far:read()), 'x', nil, nil)
    one:write(pick({ 'x', 'xyz', 'abcdef' }, a))
    expect('L10', receive_fd .. ' of bytes', pack(two[receive_fd](two)), nil, 'recvfd failed: Bad message', nil)
    two:read()
    expect('L10', receive_fd .. ' of nothing', pack(two[receive_fd](two)), nil, nil, true)
    one:close()
    expect('L10', receive_fd .. ' at the end', pack(two[receive_fd](two)), nil, nil, nil)
end

function rules.files(a, b, c)
    local one, two = make(a % 2 == 1)
    local text = text_of(pick({ 20, 5000, 20000 }, a // 2), a)
    local file = stored(text)
    file:seek('set', 3)
    local offset, count = b % 30, 1 + c * 40
    local name = pick({ 'sendfile', 'sendfilesync' }, b)
    local part = text:sub(offset + 1, offset + count)
    expect('L10', name, pack(one[name](one, file, count, offset)), #part, nil, nil)
    if #part > 0 then
        expect('L10', 'read of ' .. name, pack(two:read(100000)), part, nil, nil)
    end
    expect('L10', 'the position after ' .. name, pack(file:seek('cur')), 3)
    local refused = { { -1, 0 }, { 5, -1 }, { math.mininteger, 0 }, { nil, -5 } }
    local bad = pick(refused, c)
    expect('L10', name .. ' of less than nothing', pack(one[name](one, file, bad[1], bad[2])), nil,
        'Invalid argument', nil)
    expect('L10', 'read after that', pack(two:read()), nil, nil, true)
    expect('L10', name .. ' of all', pack(one[name](one, file)), #text, nil, nil)
end

-- L11: what a configuration says of the connection.

local VERSIONS = { 'TLSv1.2', 'TLSv1.3' }
local VERSION_FLAGS = { net_tls.TLS_v12, net_tls.TLS_v13 }

function rules.versions(a, b, _)
    local cfg, server_cfg = new_cfg(), new_server_cfg()
    expect('L11', 'set_protocols', pack(pick({ cfg, server_cfg }, b):set_protocols(pick(VERSION_FLAGS, a))), true)
    local client, server = make(true, cfg, server_cfg)
    for _, sock in ipairs({ client, server }) do
        expect('L11', 'version', pack(sock:version()), pick(VERSIONS, a))
        expect('L11', 'handshaked', pack(sock:handshaked()), true)
        expect('L11', 'handshake again', pack(sock:handshake()), true, nil, nil)
        expect('L11', 'servername', pack(sock:servername()), 'localhost')
    end
    expect('L11', 'cipher', pack(server:cipher()), client:cipher())
    must('L11', (client:cipher() or ''):find('^[A-Z0-9_-]+$') and client:cipher() ~= client:version(), 'no cipher')
    local exported = client:exporter('EXPORTER-x', 'y', 32)
    expect('L11', 'exporter', pack(server:exporter('EXPORTER-x', 'y', 32)), exported)
end

function rules.refused_settings(a, b, _)
    local cfg = config.new()
    local refused = {
        { 'set_ca', 'x' }, { 'set_ca_file', '/nowhere/at/all' }, { 'set_keypair', 'x', 'y' },
        { 'set_ecdhecurves', 'x' }, { 'set_alpn', '' }, { 'set_ciphers', 'x' }, { 'set_key', 'x' },
    }
    local setter = pick(refused, a)
    local results = pack(cfg[setter[1]](cfg, setter[2], setter[3]))
    if results.n ~= 2 or results[1] ~= false or type(results[2]) ~= 'string' or #results[2] == 0 then
        violation('L11', setter[1], results, 'false and an err')
    end
    expect_raise('L8', setter[1], 'bad argument', cfg[setter[1]], cfg, pick(NO_STRING, b))
end

--- Whether the server asks for a certificate, which this client has not.
function rules.certificates(a, _, _)
    local server_cfg = new_server_cfg()
    server_cfg:set_ca(host.read('ca.pem'))
    local name = pick({ 'verify_client', 'verify_client_optional' }, a)
    server_cfg[name](server_cfg)
    local client, server = make(true, new_cfg(), server_cfg)
    if name == 'verify_client' then
        expect_err('L11', 'handshake without a certificate', pack(server:handshake()), false)
        expect_err('L11', 'write after that', pack(server:write('x')), nil)
        expect_err('L11', 'read after that', pack(server:read()), nil)
    else
        expect('L11', 'handshake without a certificate', pack(server:handshake()), true, nil, nil)
        expect('L11', 'write after that', pack(client:write('x')), 1, nil, nil)
        expect('L11', 'read after that', pack(server:read()), 'x', nil, nil)
    end
end
