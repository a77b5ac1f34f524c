-- Runs each example against another program.

local process = require('testing.process')
local tls = require('testing.tls')

local quote, file = process.quote, tls.file
local lua = quote(arg[-1])

--- Runs a command with the input and returns its output; fails where it does.
local function run(input, command)
    local pipe = assert(io.popen(string.format('printf %s | %s 2>&1', quote(input), command)))
    local output = pipe:read('a')
    assert(pipe:close(), output)
    return output
end

-- The server, with socat and openssl as clients.
do
    local server <close> = process.start(string.format('%s examples/echo_server.lua %s %s', lua,
                                                       file('server.pem'), file('server.key')))
    local port = server:expect('^listening on port (%d+)$')
    local output = run('hello\\n', string.format(
        'socat -t 10 - openssl-connect:127.0.0.1:%s,cafile=%s,commonname=localhost', port,
        file('ca.pem')))
    assert(output == 'hello\n', output)
    output = run('hello\\nQ\\n', string.format(
        'openssl s_client -connect 127.0.0.1:%s -CAfile %s -verify_return_error', port,
        file('ca.pem')))
    assert(output:find('Verify return code: 0 (ok)', 1, true), output)
    -- And the client of the examples.
    output = run('one\\ntwo\\n', string.format('%s examples/echo_client.lua localhost %s %s', lua,
                                               port, file('ca.pem')))
    assert(output == 'one\ntwo\n', output)
    output = run('', string.format('SSL_CERT_FILE=%s %s examples/say.lua localhost %s',
                                   file('ca.pem'), lua, port))
    assert(output == 'hello\n', output)
end

-- The client, with socat as a server.
do
    local server <close> = process.start(string.format(
        'socat -d -d openssl-listen:0,bind=127.0.0.1,cert=%s,key=%s,verify=0 PIPE',
        file('server.pem'), file('server.key')))
    local output = run('one\\ntwo\\n', string.format(
        '%s examples/echo_client.lua 127.0.0.1 %s %s', lua,
        server:expect('listening on .*:(%d+)$'), file('ca.pem')))
    assert(output == 'one\ntwo\n', output)
end

-- HTTPS, with openssl as a server that shows what it knows of the connection.
do
    local server <close> = process.start(string.format(
        'openssl s_server -accept 127.0.0.1:0 -www -cert %s -key %s </dev/null',
        file('server.pem'), file('server.key')))
    local port = server:expect('^ACCEPT .*:(%d+)$')
    local output = run('', string.format('%s examples/https_get.lua https://127.0.0.1:%s/ %s', lua,
                                         port, file('ca.pem')))
    assert(output:find('^HTTP/1.0 200 ok') and output:find('TLSv1.3', 1, true), output)
end

-- Each says how it is used.
for _, example in ipairs({ 'echo_server', 'echo_client', 'https_get', 'cqueues_echo', 'workers' }) do
    local pipe = assert(io.popen(string.format('%s examples/%s.lua 2>&1', lua, example)))
    assert(pipe:read('l'):find('^usage: lua5.4 ' .. example .. '.lua '))
    local _, _, status = pipe:close()
    assert(status == 2)
end
