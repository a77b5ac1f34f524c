-- Session tickets over several servers, with openssl s_client as the client: keys that are shared
-- and change.

local config = require('net.tls.config')
local process = require('testing.process')
local tls = require('testing.tls')

local KEYS = { ('a'):rep(48), ('b'):rep(48), ('c'):rep(48) }
local session = os.tmpname()

local function fails(text, ok, ...)
    local err = ...
    if ok ~= false or select('#', ...) ~= 1 or not tostring(err):find(text, 1, true) then
        error('got ' .. tostring(ok) .. ', ' .. tostring(err), 2)
    end
end

local function with_keys(...)
    local numbers = { ... }
    return tls.server_config(function(c)
        for _, number in ipairs(numbers) do
            assert(c:add_ticket_key(number, KEYS[number]))
        end
    end)
end

--- Connects to a server with the configuration; with the session of the last time where it is to
--- be resumed. Returns whether it was.
local function connect(cfg, version, resumes)
    local server, port = tls.listen(cfg)
    local client = process.start(string.format(
        'openssl s_client -ign_eof -connect 127.0.0.1:%d %s %s %s', port, version,
        '-sess_out ' .. session, resumes and '-sess_in ' .. session or ''))
    local sock = assert(server:accept())
    assert(sock:write('hello\n'))
    local kind = client:expect('^(%a+), TLSv1%.%d, Cipher')
    client:expect('hello')
    local reused = sock:reused()
    assert(reused == (kind == 'Reused'))
    sock:close()
    server:close()
    client:wait()
    return reused
end

for _, version in ipairs({ '-tls1_2', '-tls1_3' }) do
    assert(not connect(with_keys(1), version, false))
    assert(connect(with_keys(1), version, true))
    assert(connect(with_keys(1, 2), version, true)) -- read with the old key, written with the new
    if version == '-tls1_3' then -- before, s_client does not save what replaces a ticket
        assert(connect(with_keys(2, 3), version, true))
        assert(not connect(with_keys(1), version, true))
    end
    assert(not connect(tls.server_config(), version, true))
end
os.remove(session)

-- Keys change while a server runs.
local cfg = with_keys(1)
local server = tls.listen(cfg)
fails('in use', cfg:set_alpn('x'))
assert(cfg:add_ticket_key(2, KEYS[2]) == true)
fails('ticket key already present', cfg:add_ticket_key(1, KEYS[1]))
fails('wrong amount of ticket key data', cfg:add_ticket_key(3, 'short'))
server:close()

fails('session ID too large', config.new():set_session_id(('x'):rep(33)))
assert(config.new():set_session_id(('x'):rep(32)) == true)
fails('session lifetime too small', config.new():set_session_lifetime(3))
fails('session lifetime too large', config.new():set_session_lifetime(86401))
assert(config.new():set_session_lifetime(0) == true)
