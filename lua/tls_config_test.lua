-- net.tls.config: each setter, and what it does to a connection.

local net_tls = require('net.tls')
local config = require('net.tls.config')
local inet = require('net.stream.inet')
local tls = require('testing.tls')

local triple, file = tls.triple, tls.file

assert(net_tls.LIBRARY:match('^BoringSSL, API version %d+$'), net_tls.LIBRARY)

local function read_file(name)
    local f <close> = assert(io.open(file(name), 'rb'))
    return f:read('a')
end

local function fails(text, ok, ...)
    local err = ...
    if ok ~= false or select('#', ...) ~= 1 or not tostring(err):find(text, 1, true) then
        error('got ' .. tostring(ok) .. ', ' .. tostring(err), 2)
    end
end

local function succeeds(...)
    assert(select('#', ...) == 1 and (...) == true, select(2, ...))
end

--- Connects with these configurations; expect is part of the client's error, nil for success.
local function connects(client, server, expect, check)
    tls.with_pair(function(sock)
        triple(expect == nil, expect, nil, sock:handshake())
        if check then
            check(sock)
        end
    end, function(sock)
        local ok, err = sock:handshake()
        assert(ok == (expect == nil), err)
    end, { client = client, server = server })
end

-- Files and texts that are no good: the error names the file and the reason. (D-25)
local cfg = config.new()
assert(tostring(cfg):find('^net%.tls%.config: '))
fails("'nope.pem': No such file or directory",
      cfg:set_keypair_file('nope.pem', file('server.key')))
fails('nope.key', cfg:set_keypair_file(file('server.pem'), 'nope.key'))
fails('client.key', cfg:set_keypair_file(file('server.pem'), file('client.key')))
fails('server.key', cfg:set_keypair_file(file('server.key'), file('server.key')))
fails('server_encrypted.key',
      cfg:set_keypair_file(file('server.pem'), file('server_encrypted.key')))
fails('', cfg:set_keypair('no', 'pem'))
fails("'nope'", cfg:set_ca_file('nope'))
fails('', cfg:set_ca('no pem'))
fails("'nope'", cfg:set_ca_path('nope'))
fails('bad', cfg:set_ciphers('bad'))
fails('bogus', cfg:set_ecdhecurve('bogus'))
fails('bogus', cfg:set_ecdhecurves('X25519,bogus'))
fails('', cfg:set_alpn(('x'):rep(256)))
fails('', cfg:set_alpn('a,,b'))
fails('/nope/log', cfg:set_key_log_file('/nope/log'))
fails('left out', cfg:set_protocols(net_tls.TLS_v10, net_tls.TLS_v13))

-- A server needs a key pair: the constructor says so.
local server, err, ai = inet.server.new('127.0.0.1', 0, { tlscfg = config.new() })
assert(server == nil and ai == nil and err:find('certificate'), err)

-- All of trust's sources.
succeeds(config.new():set_ca(read_file('ca.pem')))
connects(tls.client_config(), nil)
local by_memory = config.new()
succeeds(by_memory:set_ca(read_file('ca.pem')))
connects(by_memory, nil)
local by_path = config.new()
succeeds(by_path:set_ca_path(file('ca_path')))
connects(by_path, nil)
local other = config.new()
succeeds(other:set_ca_file(file('other_ca.pem')))
connects(other, nil, 'certificate')

local from_memory = config.new()
succeeds(from_memory:set_keypair(read_file('server.pem'), read_file('server.key')))
connects(nil, from_memory)

-- What fails by default, and the one opt-out for each. (D-24)
local function server_with(name)
    local with = config.new()
    succeeds(with:set_keypair_file(file(name .. '.pem'), file(name .. '.key')))
    return with
end

connects(nil, server_with('expired'), 'certificate')
connects(nil, server_with('not_yet_valid'), 'certificate')
connects(nil, server_with('self_signed'), 'certificate')
connects(nil, server_with('wrong_name'), 'localhost')
connects(tls.client_config(function(c) succeeds(c:insecure_noverifytime()) end),
         server_with('expired'))
connects(tls.client_config(function(c) succeeds(c:insecure_noverifytime()) end),
         server_with('wrong_name'), 'localhost')
connects(tls.client_config(function(c) succeeds(c:insecure_noverifyname()) end),
         server_with('wrong_name'))
connects(tls.client_config(function(c) succeeds(c:insecure_noverifyname()) end),
         server_with('expired'), 'certificate')
connects(tls.client_config(function(c) succeeds(c:insecure_noverifycert()) end),
         server_with('self_signed'))
connects(tls.client_config(function(c) succeeds(c:insecure_noverifycert()) end),
         server_with('wrong_name'), 'localhost')

-- verify takes the opt-outs back.
local function strict_again(c)
    succeeds(c:insecure_noverifycert())
    succeeds(c:insecure_noverifyname())
    succeeds(c:insecure_noverifytime())
    succeeds(c:verify())
end
connects(tls.client_config(strict_again), server_with('expired'), 'certificate')
connects(tls.client_config(strict_again), server_with('self_signed'), 'certificate')
connects(tls.client_config(strict_again), server_with('wrong_name'), 'localhost')
connects(tls.client_config(strict_again), nil)

-- A chain of certificates is sent whole.
connects(nil, server_with('server_chain'))

-- What is agreed on.
connects(tls.client_config(function(c) succeeds(c:set_protocols(net_tls.TLS_v12)) end), nil, nil,
         function(sock) assert(sock:version() == 'TLSv1.2') end)
connects(tls.client_config(function(c) succeeds(c:set_protocols()) end), nil, nil,
         function(sock) assert(sock:version() == 'TLSv1.3') end)
connects(tls.client_config(function(c)
    succeeds(c:set_protocols(net_tls.TLS_v12 | net_tls.TLS_v13))
    succeeds(c:set_ecdhecurves('P-384,X25519'))
end), nil, nil, function(sock)
    assert(sock:version() == 'TLSv1.3' and sock:group(), sock:group())
end)
connects(tls.client_config(function(c) succeeds(c:set_protocols(net_tls.TLS_v13)) end),
         tls.server_config(function(c) succeeds(c:set_protocols(net_tls.TLS_v12)) end),
         'protocol_version')
connects(tls.client_config(function(c)
    succeeds(c:set_protocols(net_tls.TLS_v12))
    succeeds(c:set_ciphers('ECDHE-ECDSA-CHACHA20-POLY1305'))
end), nil, nil, function(sock)
    assert(sock:cipher() == 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', sock:cipher())
end)
connects(tls.client_config(function(c) succeeds(c:set_ecdhecurve('P-256')) end), nil, nil,
         function(sock) assert(sock:group():find('256'), sock:group()) end)
connects(tls.client_config(function(c) succeeds(c:set_alpn('h2,http/1.1')) end),
         tls.server_config(function(c) succeeds(c:set_alpn('http/1.1')) end), nil,
         function(sock) assert(sock:alpn() == 'http/1.1') end)
connects(tls.client_config(function(c) succeeds(c:set_alpn('h2')) end),
         tls.server_config(function(c) succeeds(c:set_alpn('http/1.1')) end),
         'no_application_protocol')
connects(nil, tls.server_config(function(c) succeeds(c:set_session_tickets(false)) end), nil,
         function(sock) assert(sock:alpn() == nil and sock:reused() == false) end)

-- Certificates of clients.
local function client_with(name)
    return tls.client_config(function(c)
        succeeds(c:set_keypair_file(file(name .. '.pem'), file(name .. '.key')))
    end)
end

local function verifying(method)
    return tls.server_config(function(c)
        succeeds(c:set_ca_file(file('ca.pem')))
        succeeds(c[method](c))
    end)
end

--- Exchanges a byte after the handshake: a TLS 1.3 client is done before it has been refused.
local function serves(client, server_cfg, is_served, check)
    tls.with_pair(function(sock)
        local len = sock:write('x')
        local str = len and sock:read()
        assert((str == 'y') == is_served)
    end, function(sock)
        assert((sock:read() == 'x') == is_served)
        if is_served then
            triple(1, nil, nil, sock:write('y'))
        end
        if check then
            check(sock)
        end
    end, { client = client, server = server_cfg })
end

serves(nil, verifying('verify_client'), false)
serves(client_with('client'), verifying('verify_client'), true, function(sock)
    assert(sock:peer_certificate().subject:find('client'))
end)
serves(client_with('other_client'), verifying('verify_client'), false)
serves(nil, verifying('verify_client_optional'), true, function(sock)
    assert(sock:peer_certificate() == nil)
end)
serves(client_with('client'), verifying('verify_client_optional'), true)
serves(client_with('other_client'), verifying('verify_client_optional'), false)

-- The secrets of a connection.
local log = assert(os.getenv('TEST_TMPDIR') or '/tmp') .. '/key_log_' .. os.time()
connects(tls.client_config(function(c) succeeds(c:set_key_log_file(log)) end))
local logged <close> = assert(io.open(log))
assert(logged:read('a'):find('CLIENT_TRAFFIC_SECRET_0', 1, true))
os.remove(log)

-- What is known of the peer.
connects(nil, nil, nil, function(sock)
    local certificate = sock:peer_certificate()
    assert(type(certificate.subject) == 'string' and type(certificate.issuer) == 'string')
    local names = table.concat(certificate.names, ' ')
    assert(names:find('DNS:localhost', 1, true) and names:find('IP:127.0.0.1', 1, true), names)
    assert(certificate.not_before < os.time() and os.time() < certificate.not_after)
    assert(#certificate.sha256 == 64)
    assert(certificate.pem:gsub('%s', '') == read_file('server.pem'):gsub('%s', ''))
    assert(sock:servername() == 'localhost')
end)

-- A configuration in use cannot be changed: an error, not silence.
local used = tls.client_config()
connects(used)
for _, set in ipairs({
    function() return used:set_ca_file(file('ca.pem')) end,
    function() return used:insecure_noverifyname() end,
    function() return used:verify() end,
    function() return used:verify_client() end,
    function() return used:set_alpn('h2') end,
}) do
    fails('in use', set())
end
local served = tls.server_config()
local listening <close> = tls.listen(served)
fails('in use', served:set_alpn('h2'))
