-- net.tls.config: key pairs, and what a server shows to which client.

local config = require('net.tls.config')
local inet = require('net.stream.inet')
local net_tls = require('net.tls')
local process = require('testing.process')
local tls = require('testing.tls')

local file, raises = tls.file, tls.raises

local function read_file(name)
    return assert(config.load_file(file(name)))
end

local function succeeds(...)
    assert(select('#', ...) == 1 and (...) == true, select(2, ...))
end

local function fails(text, ok, ...)
    local err = ...
    if ok ~= false or select('#', ...) ~= 1 or not tostring(err):find(text, 1, true) then
        error('got ' .. tostring(ok) .. ', ' .. tostring(err), 2)
    end
end

--- The names of the certificate that a server shows to a client that asks for the name.
local function shown(name, setup, client)
    local names
    tls.with_pair(function(sock)
        assert(sock:handshake())
        names = table.concat(sock:peer_certificate().names, ' ')
    end, function(sock)
        sock:handshake()
    end, { server = setup(), client = client, connect = { servername = name } })
    return names
end

-- Certificate and key may be set apart, in any order.
local cfg = config.new()
succeeds(cfg:set_cert_file(file('server.pem')))
fails("private key '" .. file('client.key') .. "' does not match the certificate",
      cfg:set_key_file(file('client.key')))
succeeds(cfg:set_key_file(file('server.key')))
cfg = config.new()
succeeds(cfg:set_key(read_file('server.key')))
fails("certificate '" .. file('client.pem') .. "' does not match the private key",
      cfg:set_cert_file(file('client.pem')))
succeeds(cfg:set_cert(read_file('server.pem')))
assert(inet.server.new('127.0.0.1', 0, { tlscfg = cfg })):close()

-- Half a pair is none.
local function no_server(text, half)
    local server, err = inet.server.new('127.0.0.1', 0, { tlscfg = half })
    assert(server == nil and err:find(text, 1, true), err)
end
cfg = config.new()
succeeds(cfg:set_cert_file(file('server.pem')))
no_server("certificate '" .. file('server.pem') .. "' without its private key", cfg)
cfg = config.new()
succeeds(cfg:set_key_file(file('server.key')))
no_server("private key '" .. file('server.key') .. "' without its certificate", cfg)

-- Another certificate waits for its key, and a renewed one has it.
cfg = tls.server_config()
succeeds(cfg:set_cert_file(file('server.pem')))
succeeds(cfg:set_cert_file(file('server_rsa.pem')))
succeeds(cfg:set_key_file(file('server_rsa.key')))
succeeds(cfg:set_cert_file(file('server.pem')))
no_server("server.pem' without its private key", cfg)

-- Keys that were cleared are gone; those in use stay.
cfg = tls.server_config()
succeeds(cfg:clear_keys())
no_server('without its private key', cfg)
cfg = tls.server_config()
local server = assert(inet.server.new('127.0.0.1', 0, { tlscfg = cfg }))
fails('in use', cfg:clear_keys())
server:close()

-- Several pairs: the client's name chooses.
local function two_pairs()
    local c = tls.server_config()
    succeeds(c:add_keypair_file(file('wrong_name.pem'), file('wrong_name.key')))
    return c
end
assert(shown('localhost', two_pairs):find('DNS:localhost', 1, true))
assert(shown('wrong.example.test', two_pairs) == 'DNS:wrong.example.test IP:192.0.2.1')
local function only_added()
    local c = config.new()
    succeeds(c:add_keypair(read_file('wrong_name.pem'), read_file('wrong_name.key')))
    return c
end
assert(shown('wrong.example.test', only_added) == 'DNS:wrong.example.test IP:192.0.2.1')
fails("'nope'", config.new():add_keypair_file('nope', file('server.key')))
fails('does not match', config.new():add_keypair(read_file('server.pem'), read_file('client.key')))

-- server:add_servername: a configuration of its own for a name.
local scheduler = require('testing.scheduler')

local function client_of(port, name, alpn)
    local c = tls.client_config(function(new) succeeds(new:set_alpn(alpn)) end)
    local sock = tls.connect(port, c, { servername = name })
    local ok, err = sock:handshake()
    local names = ok and table.concat(sock:peer_certificate().names, ' ')
    local protocol = sock:alpn()
    sock:close()
    return ok, err, names, protocol
end

scheduler.spawn(function()
    local other = only_added()
    succeeds(other:set_alpn('b'))
    local listening, port = tls.listen(tls.server_config(function(c) succeeds(c:set_alpn('a')) end))
    succeeds(listening:add_servername('wrong.example.test', other))
    succeeds(listening:add_servername('*.wild.example.test', other))
    fails('cannot be changed', other:set_alpn('c'))
    fails("invalid server name '*'", listening:add_servername('*', other))
    fails("invalid server name '127.0.0.1'", listening:add_servername('127.0.0.1', other))
    fails('server without a certificate and key', listening:add_servername('x', config.new()))
    raises("bad argument #1 to 'add_servername' (string expected, got no value)",
           function() listening:add_servername() end)
    raises("bad argument #2 to 'add_servername' (net.tls.config expected, got table)",
           function() listening:add_servername('x', {}) end)
    scheduler.spawn(function()
        for _ = 1, 4 do
            local sock = assert(listening:accept())
            sock:handshake()
            sock:close()
        end
        listening:close()
    end)
    local ok, err, names, alpn = client_of(port, 'localhost', 'a,b')
    assert(ok and names:find('DNS:localhost', 1, true) and alpn == 'a', err)
    ok, err, names, alpn = client_of(port, 'wrong.example.test', 'a,b')
    assert(ok and names == 'DNS:wrong.example.test IP:192.0.2.1' and alpn == 'b', err)
    ok, err = client_of(port, 'x.wild.example.test', 'a,b')
    assert(not ok and err:find("'x.wild.example.test' not present", 1, true), err)
    ok, err = client_of(port, 'example.test', 'b')
    assert(not ok and err:find('no_application_protocol', 1, true), err)
end)
scheduler.run()

-- The same as openssl s_client sees it, which chooses by the kind of key too.
local function foreign(options)
    local subject
    local listening, port = tls.listen(two_pairs())
    local rsa_too = tls.server_config()
    succeeds(rsa_too:add_keypair_file(file('server_rsa.pem'), file('server_rsa.key')))
    succeeds(listening:add_servername('example.test', rsa_too))
    local client <close> = process.start(string.format(
        'openssl s_client -connect 127.0.0.1:%d %s </dev/null', port, options))
    local sock = assert(listening:accept())
    assert(sock:handshake())
    subject = client:expect('^ 0 s:(.*)$')
    local kind = client:expect('a:PKEY: (%S+),')
    sock:close()
    listening:close()
    return subject, kind
end
for _, version in ipairs({ '-tls1_2', '-tls1_3' }) do
    local subject, kind = foreign(version .. ' -servername wrong.example.test')
    assert(subject == 'CN = wrong.example.test' and kind == 'id-ecPublicKey', subject)
    subject, kind = foreign(version .. ' -servername example.test')
    assert(subject == 'CN = localhost' and kind == 'id-ecPublicKey', kind)
    subject, kind = foreign(version .. ' -servername example.test -sigalgs RSA-PSS+SHA256')
    assert(subject == 'CN = localhost' and kind == 'rsaEncryption', kind)
end

-- load_file reads what there is; with a password, a key that is encrypted or not.
assert(read_file('server.pem'):find('^%-%-%-%-%-BEGIN CERTIFICATE'))
for _, name in ipairs({ 'server_encrypted.key', 'server_encrypted_traditional.key', 'server.key' }) do
    local key = assert(config.load_file(file(name), 'secret'))
    assert(key:find('^%-%-%-%-%-BEGIN PRIVATE KEY%-'), key)
    succeeds(config.new():set_keypair(read_file('server.pem'), key))
end
local function no_file(text, ...)
    local str, err = config.load_file(...)
    assert(str == nil and err:find(text, 1, true), err)
end
no_file("failed to open file 'nope': No such file or directory", 'nope')
no_file("failed to read private key '" .. file('server_encrypted.key') .. "': ",
        file('server_encrypted.key'), 'wrong')
no_file("wrong password", file('server_encrypted_traditional.key'), 'wrong')
no_file('no private key found', file('server.pem'), 'secret')
raises("bad argument #1 to 'load_file' (string expected, got no value)",
       function() config.load_file() end)

assert(net_tls.TICKET_KEY_SIZE == 48 and net_tls.MAX_SESSION_ID_LENGTH == 32)
assert(net_tls.TLS_API == 20200120 and net_tls.CRL_REASON_AA_COMPROMISE == 10)
