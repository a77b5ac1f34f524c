-- What a connection offers beside reading and writing: peek and pending, new keys, keying material,
-- the whole chain. With openssl and gnutls at the other end where a foreign view matters.

local net_tls = require('net.tls')
local process = require('testing.process')
local tls = require('testing.tls')

local triple, raises, file = tls.triple, tls.raises, tls.file

local function contents(name)
    local opened <close> = assert(io.open(file(name), 'rb'))
    return opened:read('a')
end

local function configs(version)
    return {
        server = tls.server_config(function(cfg) assert(cfg:set_protocols(version)) end),
        client = tls.client_config(function(cfg) assert(cfg:set_protocols(version)) end),
    }
end

-- peek and pending take nothing, and see what has been received without a read.
tls.with_pair(function(sock)
    assert(sock:pending() == 0)
    triple('hello', nil, nil, sock:peek())
    assert(sock:pending() == 5)
    triple('he', nil, nil, sock:peek(2))
    triple('he', nil, nil, sock:read(2))
    assert(sock:pending() == 3)
    triple('llo', nil, nil, sock:peek(100))
    triple('llo', nil, nil, sock:read())
    assert(sock:pending() == 0)
    triple(nil, 'Invalid argument', nil, sock:peek(0))
    sock:deadlines(20, 20)
    triple(nil, nil, true, sock:peek())
    sock:deadlines(0, 0)
    triple(2, nil, nil, sock:write('go'))
    triple(nil, nil, nil, sock:peek())
    triple(nil, nil, nil, sock:read())
    sock:close()
    assert(sock:pending() == 0)
    triple(nil, 'peek failed: Bad file descriptor', nil, sock:peek())
    raises('bad argument #1 to \'peek\' (number expected, got string)', function() sock:peek('5') end)
end, function(sock)
    triple(5, nil, nil, sock:write('hello'))
    triple('go', nil, nil, sock:read())
end)

-- New keys, in both directions, and data with each.
for _, version in ipairs({ net_tls.TLS_v12, net_tls.TLS_v13 }) do
    local has_updates = version == net_tls.TLS_v13
    local function update(sock, ...)
        if has_updates then
            triple(true, nil, nil, sock:key_update(...))
        else
            triple(false, 'key_update failed: TLS 1.2 and older have no key update', nil,
                   sock:key_update(...))
        end
    end
    tls.with_pair(function(sock)
        update(sock)
        for _ = 1, 3 do
            update(sock, true)
            triple(4, nil, nil, sock:write('ping'))
            triple('pong', nil, nil, sock:read())
        end
        raises('bad argument #1 to \'key_update\' (boolean expected, got number)',
               function() sock:key_update(1) end)
        sock:tls_close()
        triple(false, 'key_update failed: ', nil, sock:key_update())
    end, function(sock)
        for _ = 1, 3 do
            triple('ping', nil, nil, sock:read())
            update(sock, false)
            triple(4, nil, nil, sock:write('pong'))
        end
    end, configs(version))
end

-- Both ends export the same.
for _, version in ipairs({ net_tls.TLS_v12, net_tls.TLS_v13 }) do
    local keys = {}
    local function export(sock)
        local str, err = sock:exporter('EXPORTER-test', nil, 32)
        assert(str == nil and err == 'exporter failed: the handshake is not complete')
        triple(true, nil, nil, sock:handshake())
        for i, context in ipairs({ false, '', 'context\0' }) do
            str = assert(sock:exporter('EXPORTER-test', context or nil, 8160))
            assert(#str == 8160 and str == (keys[i] or str))
            keys[i] = str
        end
        for _, length in ipairs({ 0, -1, 8161, math.maxinteger }) do
            str, err = sock:exporter('EXPORTER-test', nil, length)
            assert(str == nil and err == 'exporter failed: Invalid argument')
        end
        raises('bad argument #1 to \'exporter\' (string expected, got nil)',
               function() sock:exporter(nil, nil, 1) end)
        raises('bad argument #2 to \'exporter\' (string expected, got boolean)',
               function() sock:exporter('x', false, 1) end)
        raises('bad argument #3 to \'exporter\' (number expected, got no value)',
               function() sock:exporter('x', nil) end)
    end
    tls.with_pair(export, export, configs(version))
    assert(keys[3] ~= keys[1] and keys[3] ~= keys[2])
end

-- The whole chain, as the server sent it; nothing is stapled to it.
local options = configs(net_tls.TLS_v13)
options.server = require('net.tls.config').new()
assert(options.server:set_keypair_file(file('server_chain.pem'), file('server_chain.key')))
tls.with_pair(function(sock)
    assert(sock:peer_certificate_chain() == nil)
    triple(true, nil, nil, sock:handshake())
    local chain = sock:peer_certificate_chain()
    assert(#chain == 2 and chain[1].pem == sock:peer_certificate().pem)
    assert(chain[1].pem .. chain[2].pem == contents('server_chain.pem'))
    assert(chain[1].issuer == chain[2].subject)
    assert(sock:ocsp_response() == nil and sock:scts() == nil)
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    assert(sock:peer_certificate_chain() == nil and sock:ocsp_response() == nil)
end, options)

-- What is stapled comes along: from our server, and from openssl's.
local staple = contents('server_ocsp.der')
tls.with_pair(function(sock)
    assert(sock:ocsp_response() == nil)
    triple(true, nil, nil, sock:handshake())
    assert(sock:ocsp_response() == staple)
end, function(sock)
    triple(true, nil, nil, sock:handshake())
    assert(sock:ocsp_response() == nil)
end, {
    server = tls.server_config(function(cfg) assert(cfg:set_ocsp_staple(staple)) end),
})

for _, version in ipairs({ 'tls1_2', 'tls1_3' }) do
    local server <close> = process.start(string.format(
        'openssl s_server -accept 127.0.0.1:0 -rev -%s -cert %s -key %s -status_file %s </dev/null',
        version, file('server.pem'), file('server.key'), file('server_ocsp.der')))
    local sock <close> = tls.connect(tonumber(server:expect('^ACCEPT .*:(%d+)$')))
    triple(true, nil, nil, sock:handshake())
    assert(sock:ocsp_response() == staple)
end

-- What is asked of a listening socket.
do
    local server <close> = tls.listen()
    assert(server:pending() == 0 and server:session() == nil and server:handshaked() == false)
    assert(server:exporter('x', nil, 1) == nil and server:peer_certificate_chain() == nil)
    assert(server:scts() == nil and server:ocsp_response() == nil)
end

local function hex(str)
    return (str:gsub('.', function(c) return string.format('%02X', c:byte()) end))
end

-- Foreign clients, in blocking mode.
local function with_client(command, main)
    local server <close>, port = tls.listen()
    local client = process.start(string.format(command, port))
    local sock <close> = assert(server:accept())
    main(sock)
    sock:close()
    return client:wait()
end

for _, version in ipairs({ 'tls1_2', 'tls1_3' }) do
    local key
    local output = with_client(
        'openssl s_client -connect 127.0.0.1:%d -' .. version ..
            ' -keymatexport EXPORTER-test -keymatexportlen 48 </dev/null', function(sock)
        triple(true, nil, nil, sock:handshake())
        key = assert(sock:exporter('EXPORTER-test', nil, 48))
        triple(nil, nil, nil, sock:read())
    end)
    assert(output:find('Keying material: ' .. hex(key), 1, true), output)
end

-- Without the extended master secret somebody in the middle could have the same keys on both sides.
with_client('sh -c "printf hello | gnutls-cli --no-ca-verification -p %d 127.0.0.1 ' ..
                '--priority NORMAL:-VERS-ALL:+VERS-TLS1.2:%%NO_SESSION_HASH"', function(sock)
    triple('hello', nil, nil, sock:read(5))
    local str, err = sock:exporter('EXPORTER-test', nil, 48)
    assert(str == nil and err == 'exporter failed: the connection has no extended master secret')
end)

-- openssl updates its keys, and follows ours: K is its command for an update that asks for ours.
do
    local server <close>, port = tls.listen()
    local log = os.tmpname()
    local client <close> = assert(io.popen(string.format(
        'openssl s_client -connect 127.0.0.1:%d -tls1_3 -msg >%s 2>&1', port, log), 'w'))
    local sock <close> = assert(server:accept())
    local function say(line)
        assert(client:write(line, '\n'))
        assert(client:flush())
    end
    say('first')
    triple('first\n', nil, nil, sock:read())
    say('K')
    triple(true, nil, nil, sock:poll_wait(net_tls.WANT_POLLIN))
    say('second')
    triple('second\n', nil, nil, sock:read())
    triple(6, nil, nil, sock:write('answer'))
    triple(true, nil, nil, sock:key_update(true))
    triple(6, nil, nil, sock:write('answer'))
    say('third')
    triple('third\n', nil, nil, sock:read())
    triple(true, nil, nil, sock:close())
    client:close()
    local file <close> = assert(io.open(log))
    local output = file:read('a')
    os.remove(log)
    for _, direction in ipairs({ '>>>', '<<<' }) do
        local pattern = direction .. ' TLS 1.3, Handshake %[length 0005%], KeyUpdate'
        local _, count = output:gsub(pattern, '')
        assert(count == 2, output)
    end
end
