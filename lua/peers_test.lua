-- Foreign peers: openssl and socat, as servers and as clients.

local process = require('testing.process')
local tls = require('testing.tls')

local triple, file = tls.triple, tls.file

-- Our client and `openssl s_server -rev`, which answers each line with the line reversed.
for _, version in ipairs({ 'tls1_2', 'tls1_3' }) do
    local server <close> = process.start(string.format(
        'openssl s_server -accept 127.0.0.1:0 -rev -%s -cert %s -key %s </dev/null', version,
        file('server_rsa.pem'), file('server_rsa.key')))
    local port = tonumber(server:expect('^ACCEPT .*:(%d+)$'))
    local sock <close> = tls.connect(port)
    triple(6, nil, nil, sock:write('hello\n'))
    assert(tls.read_all(sock, 6) == 'olleh\n')
    assert(sock:version() == version:gsub('tls1_', 'TLSv1.'), sock:version())
    triple(true, nil, nil, sock:close())
end

-- `openssl s_client` and our server, which sees what the client shows.
local function with_s_client(options, setup, main)
    local cfg = tls.server_config(setup)
    local server <close>, port = tls.listen(cfg)
    local client = process.start(string.format(
        'sh -c "printf hello | openssl s_client -quiet -connect 127.0.0.1:%d ' ..
            '-servername example.test -verify_return_error -CAfile %s %s"', port, file('ca.pem'),
        options))
    local sock <close> = assert(server:accept())
    main(sock, server)
    triple(true, nil, nil, sock:close())
    local output = client:wait()
    return output
end

for _, version in ipairs({ 'tls1_2', 'tls1_3' }) do
    local output = with_s_client('-' .. version .. ' -alpn http/1.1', function(cfg)
        assert(cfg:set_alpn('h2,http/1.1'))
    end, function(sock)
        triple('hello', nil, nil, sock:read())
        assert(sock:servername() == 'example.test' and sock:alpn() == 'http/1.1')
        triple(13, nil, nil, sock:write('from a server'))
    end)
    assert(output:find('from a server', 1, true), output)
end

with_s_client(string.format('-cert %s -key %s', file('client.pem'), file('client.key')),
              function(cfg)
    assert(cfg:set_ca_file(file('ca.pem')))
    assert(cfg:verify_client())
end, function(sock)
    triple('hello', nil, nil, sock:read())
    assert(sock:peer_certificate().issuer)
end)

-- A session that s_client has kept is resumed.
local session = assert(os.getenv('TEST_TMPDIR') or '/tmp') .. '/session_' .. os.time()
local cfg = tls.server_config()
local server <close>, port = tls.listen(cfg)
for round = 1, 2 do
    local client = process.start(string.format(
        'openssl s_client -ign_eof -tls1_2 -connect 127.0.0.1:%d -CAfile %s %s %s </dev/null', port,
        file('ca.pem'), round == 1 and '-sess_out' or '-sess_in', session))
    local sock <close> = assert(server:accept())
    triple(true, nil, nil, sock:handshake())
    assert(sock:reused() == (round == 2))
    triple(true, nil, nil, sock:close())
    assert(client:wait():find(round == 1 and '\nNew, ' or '\nReused, '))
end
os.remove(session)

-- socat as a TLS server that echoes, and as a client.
local echo <close> = process.start(string.format(
    'socat -d -d openssl-listen:0,bind=127.0.0.1,cert=%s,key=%s,verify=0 PIPE',
    file('server.pem'), file('server.key')))
local sock <close> = tls.connect(tonumber(echo:expect('listening on .*:(%d+)$')))
triple(4, nil, nil, sock:write('echo'))
triple('echo', nil, nil, sock:read())
triple(true, nil, nil, sock:tls_close())
local str, err = sock:read() -- socat versions differ in whether they say goodbye
assert(str == nil and (err == nil or err:find('close_notify')))
triple(true, nil, nil, sock:close())

local client = process.start(string.format(
    "sh -c 'printf hello | socat - openssl-connect:127.0.0.1:%d,cafile=%s,commonname=localhost'",
    port, file('ca.pem')))
local accepted <close> = assert(server:accept())
triple('hello', nil, nil, accepted:read())
triple(14, nil, nil, accepted:write('from a server\n'))
triple(true, nil, nil, accepted:close())
assert(client:wait():find('from a server', 1, true))
