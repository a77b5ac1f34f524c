-- net.tls.config: revocation lists, depth, the system's store; names of protocols and ciphers.

local config = require('net.tls.config')
local net_tls = require('net.tls')
local process = require('testing.process')
local tls = require('testing.tls')

local file = tls.file

local function succeeds(...)
    assert(select('#', ...) == 1 and (...) == true, select(2, ...))
end

local function fails(text, ok, ...)
    local err = ...
    if ok ~= false or select('#', ...) ~= 1 or not tostring(err):find(text, 1, true) then
        error('got ' .. tostring(ok) .. ', ' .. tostring(err), 2)
    end
end

local function server_with(name)
    return tls.server_config(function(c)
        succeeds(c:set_keypair_file(file(name .. '.pem'), file(name .. '.key')))
    end)
end

--- Connects; expect is part of the client's error, nil for success.
local function connects(expect, client, server, check)
    tls.with_pair(function(sock)
        tls.triple(expect == nil, expect, nil, sock:handshake())
        if check then
            check(sock)
        end
    end, function(sock)
        sock:handshake()
    end, { client = tls.client_config(client), server = server })
end

-- Revoked, in the middle of the chain too; lists that are no good.
local function lists(...)
    local names = { ... }
    return function(c)
        for _, name in ipairs(names) do
            succeeds(c:set_crl_file(file(name .. '.pem')))
        end
    end
end
connects(nil, lists('ca_crl'), server_with('server'))
connects('certificate revoked', lists('ca_crl'), server_with('revoked'))
connects(nil, lists('ca_crl', 'intermediate_crl'), server_with('server_chain'))
connects('certificate revoked', lists('ca_crl', 'revoked_intermediate_crl'),
         server_with('revoked_chain'))
connects('unable to get certificate CRL', lists('ca_crl'), server_with('server_chain'))
connects('CRL has expired', lists('expired_crl'), server_with('server'))
connects('CRL is not yet valid', lists('future_crl'), server_with('server'))
connects('CRL signature failure', lists('forged_crl'), server_with('server'))
connects('certificate revoked', function(c)
    succeeds(c:set_crl(assert(config.load_file(file('ca_crl.pem')))))
end, server_with('revoked'))
fails("failed to open CRL file 'nope': No such file", config.new():set_crl_file('nope'))
fails('no CRL found', config.new():set_crl(''))

connects('certificate chain too long', function(c) succeeds(c:set_verify_depth(0)) end,
         server_with('server_chain'))
connects(nil, function(c) succeeds(c:set_verify_depth(1)) end, server_with('server_chain'))
fails('invalid verify depth -1', config.new():set_verify_depth(-1))

-- Staples: a server sends what it has, and a client verifies it.
local function stapled(name, staple)
    return tls.server_config(function(c)
        succeeds(c:set_keypair_file(file(name .. '.pem'), file(name .. '.key'), file(staple)))
    end)
end
local function requires(c) succeeds(c:ocsp_require_stapling()) end
local response = assert(config.load_file(file('server_ocsp.der')))
connects(nil, requires, stapled('server', 'server_ocsp.der'), function(sock)
    assert(sock:ocsp_response() == response)
end)
connects(nil, requires, stapled('server', 'server_responder_ocsp.der'))
connects('the server has stapled no response', requires, server_with('server'))
connects('OCSP verification failed: certificate revoked', nil, stapled('revoked', 'revoked_ocsp.der'))
connects('not signed by whom it should be', nil, stapled('server', 'server_impostor_ocsp.der'))
connects('about another certificate', nil, stapled('server_rsa', 'server_ocsp.der'))
connects(nil, requires, tls.server_config(function(c)
    succeeds(c:set_ocsp_staple_file(file('server_ocsp.der')))
end))
connects(nil, requires, tls.server_config(function(c) succeeds(c:set_ocsp_staple(response)) end))
fails("failed to open OCSP staple file 'nope': No such file",
      config.new():set_ocsp_staple_file('nope'))
fails('malformed OCSP response', config.new():set_ocsp_staple('no response'))
fails('malformed OCSP response',
      config.new():set_keypair(assert(config.load_file(file('server.pem'))),
                               assert(config.load_file(file('server.key'))), ''))

-- openssl s_client sees the staple, and believes it.
for _, version in ipairs({ '-tls1_2', '-tls1_3' }) do
    local server, port = tls.listen(stapled('server', 'server_ocsp.der'))
    local client <close> = process.start(string.format(
        'openssl s_client -status -CAfile %s -connect 127.0.0.1:%d %s </dev/null',
        process.quote(file('ca.pem')), port, version))
    local sock = assert(server:accept())
    assert(sock:handshake())
    client:expect('OCSP Response Status: successful')
    client:expect('Cert Status: good')
    sock:close()
    server:close()
end

-- The names of protocols.
local parse = config.parse_protocols
for text, flags in pairs({
    secure = 24, default = 24, all = 30, legacy = 30, ['tlsv1.2'] = 8, ['TLSv1.3'] = 16,
    tlsv1 = 30, ['all:!tlsv1.0'] = 28, ['!tlsv1.0,!tlsv1.1'] = 24, [' tlsv1.2 , tlsv1.3 '] = 24,
    ['tlsv1.1:tlsv1.2'] = 12,
}) do
    local got, err = parse(text)
    assert(got == flags and err == nil, text .. ': ' .. tostring(got) .. ', ' .. tostring(err))
end
for _, text in ipairs({ '', 'tlsv1.4', 'ssl', 'tlsv1.2,', ',', 'all:!', 'tlsv1.2 tlsv1.3' }) do
    local got, err = parse(text)
    assert(got == nil and err == "invalid protocols '" .. text .. "'", err)
end
local got, err = parse('!all')
assert(got == nil and err == "no protocol is left of '!all'", err)
assert(config.new():set_protocols(parse('tlsv1.2')))
fails('left out', config.new():set_protocols(parse('all:!tlsv1.1')))

-- The names of lists of ciphers; the order of preference before TLS 1.3.
for _, name in ipairs({
    'secure', 'default', 'compat', 'legacy', 'insecure', 'all', 'HIGH:!aNULL:!eNULL:!MD5',
    'ECDHE+AESGCM, !kPSK !aNULL', 'EECDH+AESGCM:-LOW',
}) do
    connects(nil, function(c)
        succeeds(c:set_protocols(net_tls.TLS_v12))
        succeeds(c:set_ciphers(name))
    end, server_with('server'), function(sock)
        assert(sock:cipher():find('^TLS_ECDHE_ECDSA_WITH_'), sock:cipher())
    end)
end
local function chosen_by(prefer)
    local cipher
    connects(nil, function(c)
        succeeds(c:set_protocols(net_tls.TLS_v12))
        succeeds(c:set_ciphers('ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384'))
    end, tls.server_config(function(c)
        succeeds(c:set_ciphers('ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256'))
        if prefer then
            succeeds(c[prefer](c))
        end
    end), function(sock) cipher = sock:cipher() end)
    return cipher
end
assert(chosen_by() == 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384')
assert(chosen_by('prefer_ciphers_server') == 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384')
assert(chosen_by('prefer_ciphers_client') == 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')

fails("no ciphers for 'bad'", config.new():set_ciphers('bad'))
fails("no ciphers for 'HIGH:bad'", config.new():set_ciphers('HIGH:bad'))
fails("no ciphers for '!aNULL'", config.new():set_ciphers('!aNULL'))
fails("no ciphers for 'HIGH:!HIGH'", config.new():set_ciphers('HIGH:!HIGH'))
fails("invalid ecdhe curve 'bogus'", config.new():set_ecdhecurve('bogus'))
fails("invalid ecdhe curve 'P-256:P-384'", config.new():set_ecdhecurve('P-256:P-384'))
fails("alpn protocol with zero length", config.new():set_alpn('a,,b'))
fails("alpn protocol too long", config.new():set_alpn(('x'):rep(256)))
fails("invalid dhe param 'x'", config.new():set_dheparams('x'))
succeeds(config.new():set_dheparams('none'))
for _, name in ipairs({ 'auto', 'none', 'default', 'X25519', 'P-256', 'secp384r1' }) do
    succeeds(config.new():set_ecdhecurve(name))
end
succeeds(config.new():set_ecdhecurves('default'))

assert(config.default_ca_cert_file():find('^/'))
