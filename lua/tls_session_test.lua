-- Sessions: a client resumes a connection, in this process and from another, and is refused what it
-- must not offer.

local inet = require('net.stream.inet')
local net_tls = require('net.tls')
local process = require('testing.process')
local scheduler = require('testing.scheduler')
local session = require('net.tls.session')
local tls = require('testing.tls')
local unix = require('net.stream.unix')

local triple, raises, file = tls.triple, tls.raises, tls.file

local function config_of(version)
    return tls.client_config(function(cfg) assert(cfg:set_protocols(version)) end)
end

-- One connection to the server, and what its client knows afterwards.
local function connect(server_cfg, client_cfg, offered)
    local reused, newest
    tls.with_pair(function(sock)
        assert(sock:session() == nil and sock:handshaked() == false and sock:reused() == false)
        triple(5, nil, nil, sock:write('hello'))
        assert(sock:handshaked() == true)
        triple('hello', nil, nil, sock:read())
        reused = sock:reused()
        sock:close()
        newest = sock:session()
    end, function(sock)
        triple('hello', nil, nil, sock:read())
        triple(5, nil, nil, sock:write('hello'))
        assert(sock:session() == nil)
        assert(sock:reused() == (offered ~= nil))
        triple(nil, nil, nil, sock:read())
    end, { server = server_cfg, client = client_cfg, connect = { session = offered } })
    return newest, reused
end

for _, version in ipairs({ net_tls.TLS_v12, net_tls.TLS_v13 }) do
    local server_cfg, client_cfg = tls.server_config(), config_of(version)
    local first, reused = connect(server_cfg, client_cfg)
    assert(tostring(first):find('^net.tls.Session: ') and reused == false)
    assert(first:servername() == 'localhost')
    assert(math.type(first:expires()) == 'integer' and first:expires() > os.time())
    local second
    second, reused = connect(server_cfg, client_cfg, first)
    assert(second and reused == true)

    -- In another process, as it were: another configuration.
    local str = assert(second:export())
    local other_cfg = config_of(version)
    local imported = assert(session.import(str, other_cfg))
    assert(imported:servername() == 'localhost' and imported:export() == str)
    local _
    _, reused = connect(server_cfg, other_cfg, imported)
    assert(reused == true)

    -- What is refused: the caller learns why, and nothing is left open.
    local server <close>, port = tls.listen(server_cfg)
    local function new(cfg, servername, offered)
        return inet.client.new('127.0.0.1', port, {
            tlscfg = cfg,
            servername = servername,
            session = offered,
        })
    end
    triple(nil, 'session refused: it belongs to another configuration', nil,
           new(config_of(version), 'localhost', first))
    triple(nil, 'session refused: it belongs to another server name', nil,
           new(client_cfg, 'example.test', first))
    triple(nil, 'session refused: it belongs to another server name', nil,
           new(client_cfg, nil, first))
end

-- A session of TLS 1.3 comes with the first read, and the newest is given.
tls.with_pair(function(sock)
    triple(true, nil, nil, sock:handshake())
    assert(sock:session() == nil)
    triple(5, nil, nil, sock:write('hello'))
    triple('hello', nil, nil, sock:read())
    assert(sock:session():export() == sock:session():export())
    local finalised = sock:session()
    getmetatable(finalised).__gc(finalised)
    raises('finalised net.tls.Session', function() finalised:export() end)
end, function(sock)
    triple('hello', nil, nil, sock:read())
    triple(5, nil, nil, sock:write('hello'))
end, { client = config_of(net_tls.TLS_v13) })

-- Over unix sockets.
scheduler.spawn(function()
    local path = os.tmpname()
    assert(os.remove(path))
    local client_cfg = config_of(net_tls.TLS_v12)
    local server <close> = assert(unix.server.new(path, { tlscfg = tls.server_config() }))
    assert(server:listen())
    scheduler.spawn(function()
        for _ = 1, 2 do
            local sock <close> = assert(server:accept())
            triple(true, nil, nil, sock:handshake())
        end
    end)
    local kept
    for round = 1, 2 do
        local sock <close> = assert(unix.client.new(path, {
            tlscfg = client_cfg,
            servername = 'localhost',
            session = kept,
        }))
        triple(true, nil, nil, sock:handshake())
        assert(sock:reused() == (round == 2))
        kept = sock:session()
    end
    os.remove(path)
end)
scheduler.run()

-- What is no session, and what is no argument.
local cfg = tls.client_config()
local function import_error(str)
    local imported, err = session.import(str, cfg)
    assert(imported == nil)
    return err
end
assert(import_error('') == 'import failed: malformed session')
assert(import_error('garbage') == 'import failed: malformed session')
raises('bad argument #1 to \'import\' (string expected, got number)',
       function() session.import(1, cfg) end)
raises('bad argument #2 to \'import\' (net.tls.config expected, got table)',
       function() session.import('', {}) end)
raises('bad argument #3 to \'new\' (opts.session: net.tls.Session expected, got string)',
       function() inet.client.new('127.0.0.1', 1, { tlscfg = cfg, session = 'x' }) end)
raises('bad argument #2 to \'new\' (opts.session: net.tls.Session expected, got userdata)',
       function()
    unix.client.new('/nowhere', { tlscfg = cfg, servername = 'localhost', session = cfg })
end)

-- With `openssl s_server`, whose tickets are its own.
for _, version in ipairs({ 'tls1_2', 'tls1_3' }) do
    local server <close> = process.start(string.format(
        'openssl s_server -accept 127.0.0.1:0 -rev -%s -cert %s -key %s </dev/null', version,
        file('server_rsa.pem'), file('server_rsa.key')))
    local port = tonumber(server:expect('^ACCEPT .*:(%d+)$'))
    local str
    for round = 1, 3 do
        local client_cfg = tls.client_config()
        local sock <close> = tls.connect(port, client_cfg, {
            session = str and assert(session.import(str, client_cfg)),
        })
        triple(6, nil, nil, sock:write('hello\n'))
        assert(tls.read_all(sock, 6) == 'olleh\n')
        assert(sock:reused() == (round > 1), version)
        str = assert(sock:session():export())
        triple(true, nil, nil, sock:close())
    end
end
