-- Blocking mode, against a peer in a process of its own.

local net_tls = require('net.tls')
local process = require('testing.process')
local tls = require('testing.tls')

local triple = tls.triple

--- Runs our end against the peer's program, as client and as server.
local function with_peer(peer_code, main)
    local peer, port = process.peer('server', peer_code)
    local sock <close> = tls.connect(port)
    main(sock)
    sock:close()
    peer:finish()

    local server <close>, server_port = tls.listen()
    peer = process.peer('client', peer_code, server_port)
    local accepted <close> = assert(server:accept())
    main(accepted)
    accepted:close()
    peer:finish()
end

-- Every method's success, and the close by the peer. (D-01, D-09, D-18 to D-20)
with_peer([[
    assert(tls.read_all(sock, 8) == 'helloabc')
    tls.triple(8, nil, nil, sock:write('worlddef'))
    tls.triple(true, nil, nil, sock:tls_close())
    tls.triple(nil, nil, nil, sock:read())
]], function(sock)
    assert(sock.nonblock == false)
    triple(true, nil, nil, sock:handshake())
    triple(true, nil, nil, sock:handshake())
    triple(true, nil, nil, sock:poll_wait(net_tls.WANT_POLLOUT))
    triple(5, nil, nil, sock:write('hello'))
    triple(3, nil, nil, sock:send('abc'))
    triple(true, nil, nil, sock:poll_wait(net_tls.WANT_POLLIN))
    triple('world', nil, nil, sock:read(5))
    triple('def', nil, nil, sock:recv())
    triple(nil, nil, nil, sock:read())
    triple(nil, nil, nil, sock:recv())
    assert(sock:closed_by() == 'close_notify')
    triple(true, nil, nil, sock:tls_close())
    triple(true, nil, nil, sock:tls_close())
    triple(nil, 'closed', nil, sock:write('x'))
    triple(true, nil, nil, sock:close())
    triple(true, nil, nil, sock:close())
    triple(nil, 'Bad file descriptor', nil, sock:read())
end)

-- The handshake is made by what needs it; large writes are whole. (D-05, D-07)
local large = ('0123456789abcdef'):rep(65536)
with_peer([[
    local large = ('0123456789abcdef'):rep(65536)
    assert(tls.read_all(sock, #large) == large)
    tls.triple(#large, nil, nil, sock:write(large))
]], function(sock)
    triple(0, nil, nil, sock:write(''))
    triple(#large, nil, nil, sock:write(large))
    assert(tls.read_all(sock, #large) == large)
end)

-- A timeout of the socket's ends the operation, which can then go on; CPU time that the handshake
-- has used does not count. (D-13, D-14)
with_peer([[
    assert(sock:read() == 'go')
    tls.triple(4, nil, nil, sock:write('late'))
    tls.triple(nil, nil, nil, sock:read())
]], function(sock)
    triple(true, nil, nil, sock:handshake())
    sock:deadlines(10)
    triple(nil, nil, true, sock:read())
    triple(nil, nil, true, sock:recv())
    triple(false, nil, true, sock:poll_wait(net_tls.WANT_POLLIN))
    sock:setclocklimit(0)
    triple(2, nil, nil, sock:write('go'))
    sock:deadlines(0)
    triple('late', nil, nil, sock:read())
end)

-- A write to a peer that has stopped ends with the socket's timeout, and is gone on with. (D-06)
local stopped, stopped_port = process.peer('server', [[
    local large = ('0123456789abcdef'):rep(65536)
    assert(tls.read_all(sock, #large) == large)
    tls.triple(4, nil, nil, sock:write('done'))
]])
do
    local sock <close> = tls.connect(stopped_port)
    triple(true, nil, nil, sock:handshake())
    os.execute('kill -STOP ' .. stopped.pid)
    sock:sndbuf(4096)
    sock:sndtimeo(0.01)
    local sent, len, err, timeout = 0, 0, nil, nil
    repeat
        len, err, timeout = sock:write(large:sub(sent + 1))
        assert(err == nil)
        sent = sent + len
    until timeout
    assert(sent < #large)
    os.execute('kill -CONT ' .. stopped.pid)
    sock:sndtimeo(0)
    triple(#large - sent, nil, nil, sock:write(large:sub(sent + 1)))
    triple('done', nil, nil, sock:read())
end
stopped:finish()

-- Garbage instead of TLS, and an end in the middle of the handshake. (D-11, D-12)
local server <close>, port = tls.listen()
local function with_socat(bytes, check)
    local socat = process.start(string.format("sh -c %s", process.quote(string.format(
        "printf '%s' | socat - tcp:127.0.0.1:%d >/dev/null", bytes, port))))
    local sock <close> = assert(server:accept())
    check(sock)
    sock:close()
    socat:wait()
end

with_socat('GET / HTTP/1.0\\r\\n\\r\\n', function(sock)
    local ok, err, timeout = sock:handshake()
    triple(false, 'handshake failed: ', nil, ok, err, timeout)
    triple(false, err, nil, sock:handshake())
    triple(nil, err, nil, sock:read())
    triple(nil, err, nil, sock:write('x'))
    triple(true, nil, nil, sock:tls_close())
end)
with_socat('\\026\\003\\001', function(sock)
    triple(nil, 'handshake failed: ', nil, sock:read())
    assert(sock:closed_by() == 'eof')
end)

-- A peer that is lost. (D-10)
with_peer([[
    tls.triple(2, nil, nil, sock:write('ab'))
    tls.triple('c', nil, nil, sock:read())
    tls.drop(sock)
]], function(sock)
    triple('ab', nil, nil, sock:read())
    triple(1, nil, nil, sock:write('c'))
    triple(nil, 'close_notify', nil, sock:read())
    triple(nil, 'close_notify', nil, sock:read())
    assert(sock:closed_by() == 'eof')
end)

-- <close> says goodbye; the collector does not. (D-21)
with_peer([[
    tls.triple('x', nil, nil, sock:read())
    tls.triple(nil, nil, nil, sock:read())
]], function(sock)
    local closing <close> = sock
    triple(1, nil, nil, closing:write('x'))
end)
