-- What sockets do by the document, each rule for any three numbers from 0 to 255. They make objects of
-- their own, and say of what these give that it is this and nothing else: `rule` calls them.

rules = {}

local function pick(list, number)
    return list[number % #list + 1]
end

local function show(results)
    local shown = {}
    for i = 1, results.n do
        local value = results[i]
        local is_plain = type(value) == 'number' or type(value) == 'boolean' or value == nil
        shown[i] = type(value) == 'string' and ('%q'):format(value:sub(1, 60))
            or is_plain and tostring(value) or 'a ' .. type(value)
    end
    return table.concat(shown, ', ')
end

local function violation(invariant, what, results, wanted)
    host.violation(('%s: %s gave %s, not %s'):format(invariant, what, show(results), wanted))
end

--- These results and no others.
local function expect(invariant, what, results, ...)
    local wanted = pack(...)
    local is_wanted = results.n == wanted.n
    for i = 1, wanted.n do
        is_wanted = is_wanted and results[i] == wanted[i]
    end
    if not is_wanted then
        violation(invariant, what, results, show(wanted))
    end
    return is_wanted
end

--- nil, or false where the method returns ok; and an err in which the pattern is found.
local function expect_err(invariant, what, results, failed, pattern)
    local err = results[2]
    if results.n ~= 3 or results[1] ~= failed or type(err) ~= 'string' or not err:find(pattern or '.')
        or results[3] ~= nil then
        violation(invariant, what, results, tostring(failed) .. ' and ' .. (pattern or 'an err'))
    end
end

--- The function raises a string in which the pattern is found.
local function expect_raise(invariant, what, pattern, fn, ...)
    local results = pack(pcall(fn, ...))
    if results[1] or type(results[2]) ~= 'string' or not results[2]:find(pattern) then
        violation(invariant, what, results, 'what raises ' .. pattern)
    end
end

local function must(invariant, is_so, what)
    if not is_so then
        host.violation(invariant .. ': ' .. what)
    end
end

local SIZES = { 1, 2, 5, 100, 4095, 4096, 4097, 8192, 8193, 16384, 16385, 20000, 40000, 70000 }

--- So many bytes, each value among them where they are many.
local function text_of(size, first)
    local all = {}
    for i = 0, 255 do
        all[i + 1] = string.char((first + i) % 256)
    end
    return table.concat(all):rep(size // 256 + 1):sub(1, size)
end

--- Two ends that are connected: plain, or over TLS after the handshake.
local function make(is_tls, cfg, server_cfg)
    if not is_tls then
        return pair()
    end
    local client, server, listening = connect(cfg or new_cfg(), server_cfg or new_server_cfg())
    listening:close()
    shake(client, server)
    return client, server
end

-- L1: what cannot be used over TLS, whatever it is given, in whatever state (D-23).

local UNUSABLE = {
    'closer', 'closew', 'recvmsg', 'recvmsgsync', 'readv', 'readvsync', 'sendmsg', 'sendmsgsync',
    'writev', 'writevsync', 'sendfd', 'sendfdsync', 'recvfd', 'recvfdsync',
}
local ANYTHING = { {}, { 'x' }, { 100 }, { iovec.new() }, { msghdr.new() }, { 0, 'x', 1.5 } }

function rules.unusable(a, b, c)
    local client, server, listening = connect(new_cfg(), new_server_cfg())
    local sock = pick({ client, server, listening }, b)
    local state = pick({ 'new', 'shaken', 'closed', 'written' }, c)
    if state ~= 'new' then
        shake(client, server)
    end
    if state == 'written' then
        client:write('x')
        server:write('x')
    elseif state == 'closed' then
        sock:close()
    end
    poller('locked')
    for _, name in ipairs(UNUSABLE) do
        if type(sock[name]) ~= 'function' then
            host.violation('L1: there is no ' .. name)
        else
            local results = pack(pcall(sock[name], sock, table.unpack(pick(ANYTHING, a))))
            expect('L1', name, results, true, nil, 'Operation not supported on socket', nil)
        end
    end
    poller('yield')
    if state == 'written' and sock ~= listening then
        expect('L1', 'read after what cannot be used', pack(sock:read()), 'x', nil, nil)
        expect('L1', 'closed_by after what cannot be used', pack(sock:closed_by()), nil)
    end
end

-- L2: classes, and what the document says that they have.

local METHODS = {
    ['net.Socket'] = [[fd family socktype protocol isnonblock getsockname getpeername init read recv readsync
        recvsync syncread write send writesync sendsync syncwrite readv readvsync writev writevsync recvmsg
        recvmsgsync sendmsg sendmsgsync closer closew close onwaitrecv onwaitsend deadlines rcvtimeo sndtimeo
        reuseaddr reuseport cloexec debug dontroute timestamp atmark rcvbuf sndbuf rcvlowat sndlowat linger
        error]],
    ['net.stream.Socket'] = [[sendfile sendfilesync acceptconn oobinline keepalive tcpnodelay tcpcork
        tcpkeepalive tcpkeepintvl tcpkeepcnt]],
    ['net.unix.Socket'] = 'sendfd sendfdsync recvfd recvfdsync',
    ['net.tls.Socket'] = [[handshake read recv write send peek pending key_update tls_close close poll_wait
        setclocklimit getclocklimit version cipher group alpn servername handshaked reused session closed_by
        alert peer_certificate peer_certificate_chain ocsp_response scts exporter closer closew recvmsg
        recvmsgsync readv readvsync sendmsg sendmsgsync writev writevsync]],
    ['net.stream.Server'] = 'listen accept acceptfd new_connection accepted',
}

local function check_methods(sock, class_name)
    local methods = sock[class_name]
    if type(methods) ~= 'table' then
        host.violation('L2: ' .. sock.instanceof() .. ' is not below ' .. class_name)
        return
    end
    for name in METHODS[class_name]:gmatch('%S+') do
        if type(methods[name]) ~= 'function' or type(sock[name]) ~= 'function' then
            host.violation('L2: ' .. class_name .. ' has no ' .. name)
        end
    end
end

local function check_extended(name, parent)
    local one = pair()
    local make_one = class.extend(name, parent, {
        read = function() return 'mine' end,
        init = function(self, _, value) self.value = value end,
        field = 1,
        __tostring = function() return 'told' end,
    })
    local object = make_one(one, 7)
    must('L2', object == one and object.instanceof() == name, 'a class makes another object')
    must('L2', object:read() == 'mine', 'a method of the class is not the object\'s')
    must('L2', object.field == 1 and object.value == 7, 'a class has not its fields')
    must('L2', tostring(object) == 'told', 'a class has not its __tostring')
    must('L2', class.methods(name) == object[name] and object[parent].read ~= object.read,
        'the methods of a class are not those it was made of')
    expect_raise('L2', 'a class that is there', 'is there already', class.extend, name, parent)
end

function rules.classes(a, _, c)
    local client, server, listening = connect(new_cfg(), new_server_cfg())
    local plain = pair()
    for _, sock in ipairs({ client, server, listening, plain }) do
        check_methods(sock, 'net.Socket')
        check_methods(sock, 'net.stream.Socket')
    end
    check_methods(plain, 'net.unix.Socket')
    check_methods(client, 'net.tls.Socket')
    check_methods(server, 'net.tls.Socket')
    check_methods(listening, 'net.stream.Server')
    if not class.methods('rule.Class' .. a) then
        check_extended('rule.Class' .. a, pick({ 'net.Socket', 'net.stream.Socket', 'net.stream.unix.Socket' }, c))
    end
    local parent = pick({ 'net.stream.inet.Socket', 'net.stream.unix.Client', 'net.tls.Socket' }, c)
    if not class.methods('rule.Other' .. parent) then
        expect_raise('L2', 'a socket of another class', 'bad argument #1', class.extend('rule.Other' .. parent, parent),
            plain)
    end
end

-- L3: what one end writes the other reads.

local WRITERS = { 'write', 'send', 'writesync', 'sendsync' }
local READERS = { 'read', 'recv', 'readsync', 'recvsync' }

--- Has the other end read until the writer, a coroutine, is over and all of the text has come. Once it
--- is over each read has to give as much as it was asked for, where the text is not several records: a
--- read may end behind one, when the next has not come in whole.
local function receive(to, reader, size, limit, text, thread)
    local count = 0
    local is_exact = #text <= 16384 or not to.tls_close
    while count < #text do
        local is_over = coroutine.status(thread) == 'dead'
        local results = pack(to[reader](to, size))
        local str = results[1]
        if type(str) ~= 'string' then
            if is_over or not results[3] then
                violation('L3', reader, results, 'bytes')
                return
            end
        else
            expect('L3', reader, results, text:sub(count + 1, count + #str), nil, nil)
            local least = is_over and is_exact and math.min(limit, #text - count) or 1
            if #str < least or #str > limit then
                host.violation(('L3: %s of %d gave %d of %d bytes'):format(reader, limit, #str, #text - count))
                return
            end
            count = count + #str
        end
        if not is_over then
            coroutine.resume(thread, true)
        end
    end
end

local function check_end(sock, is_tls)
    for _ = 1, 2 do
        expect('L3', 'read at the end', pack(sock:read()), nil, nil, nil)
    end
    if is_tls then
        expect('L3', 'closed_by', pack(sock:closed_by()), 'close_notify')
    end
    expect('L3', 'write to a peer that is gone', pack(sock:write('x')), nil, nil, nil)
end

local function transfer(from, to, writer, reader, text, size, limit)
    local sent
    local thread = coroutine.create(function() sent = pack(from[writer](from, text)) end)
    local ok, err = coroutine.resume(thread)
    if not ok then
        host.violation('L3: ' .. writer .. ' raised ' .. tostring(err))
        return
    end
    receive(to, reader, size, limit, text, thread)
    while coroutine.status(thread) == 'suspended' do
        coroutine.resume(thread, true)
    end
    expect('L3', writer, sent, #text, nil, nil)
end

function rules.transfer(a, b, c)
    local is_tls = a % 2 == 1
    local one, two = make(is_tls)
    if c % 2 == 1 then
        one:sndbuf(1)
    end
    local size = pick({ false, 1 << 40, 1, 3, 100, 4096, 8192, 16384, 16385, 65536 }, c // 2) or nil
    local default = is_tls and 8192 or 4096
    local text = text_of(pick(SIZES, b), b)
    if size and size < 100 then
        text = text:sub(1, 200)
    end
    transfer(one, two, pick(WRITERS, a // 2), pick(READERS, a // 8), text, size, size or default)
    transfer(two, one, pick(WRITERS, a // 8), pick(READERS, a // 2), text:sub(1, 300), nil, default)
    expect('L3', 'read of nothing', pack(two:read()), nil, nil, true)
    expect('L3', 'close', pack(one:close()), true, nil, nil)
    check_end(two, is_tls)
end

--- A write that is out of time says how much has gone, and nothing of that goes again.
function rules.rest(a, b, c)
    local is_tls = a % 2 == 1
    local one, two = make(is_tls)
    one:sndbuf(1)
    local text = text_of(100000 + b, b)
    local results = pack(one[pick(WRITERS, c)](one, text))
    local count = results[1]
    if math.type(count) ~= 'integer' or count >= #text or count <= 0 then
        violation('L3', 'a write out of time', results, 'a number of bytes')
        return
    end
    expect('L3', 'a write out of time', results, count, nil, true)
    local thread = coroutine.create(function() return pack(one:write(text:sub(count + 1))) end)
    coroutine.resume(thread)
    receive(two, 'read', 65536, 65536, text, thread)
end

function rules.sizes(a, b, _)
    local is_tls = a % 2 == 1
    local one, two = make(is_tls)
    local name = pick({ 'read', 'recv', 'readsync', 'recvsync' }, b)
    two:write('abc')
    local refused = pick({ 0, -1, math.mininteger }, a // 2)
    expect('L3', name .. ' of no size', pack(one[name](one, refused)), nil, 'Invalid argument', nil)
    local written = pack(one:write(''))
    if is_tls then
        expect('L3', 'write of nothing', written, 0, nil, nil)
        expect('L3', 'peek', pack(one:peek(2)), 'ab', nil, nil)
    else
        expect('L3', 'write of nothing', written, nil, 'Invalid argument', nil)
        expect('L3', 'recv to look', pack(one:recv(2, net.MSG_PEEK)), 'ab', nil, nil)
    end
    expect('L3', name .. ' of 1', pack(one[name](one, 1)), 'a', nil, nil)
    expect('L3', name .. ' of 2', pack(one[name](one, 2)), 'bc', nil, nil)
    expect('L3', 'recv without waiting', pack(one:recv(2, net.MSG_DONTWAIT)), nil, nil, true)
end

-- L4: closing.

local BAD_DESCRIPTOR = 'Bad file descriptor'

local function check_closed(sock, is_tls)
    expect('L4', 'fd after close', pack(sock:fd()), -1)
    expect('L4', 'a second close', pack(sock:close()), true, nil, nil)
    expect_err('L4', 'read after close', pack(sock:read()), nil)
    expect_err('L4', 'write after close', pack(sock:write('x')), nil)
    expect('L4', 'rcvbuf after close', pack(sock:rcvbuf()), nil, 'rcvbuf failed: ' .. BAD_DESCRIPTOR)
    if is_tls then
        expect_err('L4', 'poll_wait after close', pack(sock:poll_wait(net_tls.WANT_POLLIN)), false, BAD_DESCRIPTOR)
        expect('L4', 'readv after close', pack(sock:readv()), nil, 'Operation not supported on socket', nil)
    else
        expect_err('L4', 'closew after close', pack(sock:closew()), false, BAD_DESCRIPTOR)
    end
end

--- A socket that is one with it, but for the descriptor.
local function share(sock)
    local from, to = pair()
    expect('L10', 'sendfd', pack(from:sendfd(sock:fd())), 0, nil, nil)
    return assert(unix.wrap(assert(to:recvfd())))
end

local closings = {}

function closings.close(sock, peer, is_tls)
    expect('L4', 'close', pack(sock:close()), true, nil, nil)
    check_closed(sock, is_tls)
    check_end(peer, is_tls)
end

function closings.scope(sock, peer, is_tls)
    do
        local variable <close> = sock
        must('L4', variable:fd() >= 0, 'a variable has closed')
    end
    check_closed(sock, is_tls)
    check_end(peer, is_tls)
end

function closings.collector(sock, peer, is_tls)
    gc(sock)
    expect('L4', 'fd after __gc', pack(sock:fd()), -1)
    if is_tls then
        expect_err('L4', 'read after the peer was collected', pack(peer:read()), nil)
        expect('L4', 'closed_by after the peer was collected', pack(peer:closed_by()), 'eof')
    else
        expect('L4', 'read after the peer was collected', pack(peer:read()), nil, nil, nil)
    end
end

function closings.writing(sock, peer, is_tls)
    local name = is_tls and 'tls_close' or 'closew'
    for _ = 1, 2 do
        expect('L4', name, pack(sock[name](sock)), true, nil, nil)
    end
    must('L4', sock:fd() >= 0, name .. ' has closed the descriptor')
    expect('L4', 'read after the peer\'s ' .. name, pack(peer:read()), nil, nil, nil)
    expect('L4', 'write after the peer\'s ' .. name, pack(peer:write('back')), 4, nil, nil)
    expect('L4', 'read after ' .. name, pack(sock:read()), 'back', nil, nil)
end

function closings.reading(sock, peer, is_tls)
    if not is_tls then
        expect('L4', 'closer', pack(sock:closer()), true, nil, nil)
        expect('L4', 'read after closer', pack(sock:read()), nil, nil, nil)
        expect('L4', 'write after closer', pack(sock:write('on')), 2, nil, nil)
        expect('L4', 'read after the peer\'s closer', pack(peer:read()), 'on', nil, nil)
    end
end

function closings.directions(sock, peer, is_tls)
    if is_tls then
        return
    end
    local shared = share(sock)
    expect('L4', 'close(false, true)', pack(sock:close(false, true)), true, nil, nil)
    expect('L4', 'read after the peer\'s close(false, true)', pack(peer:read()), nil, nil, nil)
    expect('L4', 'write after the peer\'s close(false, true)', pack(peer:write('x')), 1, nil, nil)
    expect('L4', 'read of what is shared', pack(shared:read()), 'x', nil, nil)
    expect('L4', 'close(true)', pack(shared:close(true)), true, nil, nil)
end

local CLOSINGS = { 'close', 'scope', 'collector', 'writing', 'reading', 'directions' }

function rules.closing(a, b, _)
    local is_tls = a % 2 == 1
    local one, two = make(is_tls)
    closings[pick(CLOSINGS, b)](one, two, is_tls)
end
