-- What every script of lua_calls begins with: objects, calls that are checked, coroutines that a poller
-- has wait, and finalizers. The fuzzer's program gives it the table `host`; in lua5.4 with net.so it
-- does without, and a violation raises.

host = host or {
    log = function() end,
    given = function() end,
    begin = function() end,
    violation = function(text) error(text, 0) end,
    read = function(name)
        local directory = os.getenv('CERTIFICATES') or 'bazel-bin/testing/certificates'
        local file <close> = assert(io.open(directory .. '/' .. name))
        return file:read('a')
    end,
}

addrinfo, class, cmsghdr = require('net.addrinfo'), require('net.class'), require('net.cmsghdr')
config, inet, iovec = require('net.tls.config'), require('net.stream.inet'), require('net.iovec')
msghdr, net, poll = require('net.msghdr'), require('net'), require('net.poll')
net_tls, tls_session, unix = require('net.tls'), require('net.tls.session'), require('net.stream.unix')
pack = table.pack

--- A string of that length.
local page = ('0123456789abcdef'):rep(256)
function bytes(length)
    return page:rep(length // #page + 1):sub(1, length)
end
-- Lua's own buffers do without their class where memory was short when that was made: here it is not.
bytes(1 << 16)

-- The poller: it yields in coroutines and gives up elsewhere, so that nothing blocks.
local mode, left = 'yield', 0 -- of the wait functions: how often they say at once that all is ready
local held = {} -- lock -> the number of the coroutine that has taken it
local numbers, last_number = setmetatable({}, { __mode = 'k' }), 0

function poller(new_mode, count)
    mode, left = new_mode, count or 0
end

local function answer(value, ...)
    if value == 'raise' then
        error('the poller raises', 0)
    end
    return value, ...
end

-- What a rule has answer waits in the poller's place: direction, fd, msec -> ok, err, timeout.
local waiter

local function wait(direction)
    return function(fd, msec)
        if waiter then
            return waiter(direction, fd, msec)
        elseif mode == 'raise' then
            error('the poller raises', 0)
        elseif mode == 'refuse' then
            return false, 'the poller refuses'
        elseif left > 0 then
            left = left - 1
            return true
        elseif coroutine.isyieldable() then
            return answer(coroutine.yield())
        end
        return false, nil, true
    end
end

local function number_of(thread)
    if not numbers[thread] then
        last_number = last_number + 1
        numbers[thread] = last_number
    end
    return numbers[thread]
end

local function lock(kind)
    return function(fd)
        if mode == 'locked' or held[kind .. fd] then
            return false, 'it is locked'
        end
        held[kind .. fd] = number_of(coroutine.running())
        return true
    end
end

local function unlock(kind)
    return function(fd)
        if not held[kind .. fd] then
            host.violation('I3: ' .. kind .. '_unlock without a lock')
        end
        held[kind .. fd] = nil
    end
end

local function succeed() return true end
local FUNCTIONS = {
    pollable = succeed, wait_readable = wait('read'), wait_writable = wait('write'), unwait = succeed,
    unwait_readable = succeed, unwait_writable = succeed, read_lock = lock('read'),
    read_unlock = unlock('read'), write_lock = lock('write'), write_unlock = unlock('write'),
}
poll.set_poller(FUNCTIONS)

--- Calls the function with another one to answer waits, and returns what it returns.
function with_waiter(fn, body, ...)
    local before = waiter
    waiter = fn
    local results = pack(pcall(body, ...))
    waiter = before
    if not results[1] then
        error(results[2], 0)
    end
    return table.unpack(results, 2, results.n)
end

--- Calls the function without a poller: sockets that it makes block.
function without_poller(body, ...)
    poll.set_poller(nil)
    local results = pack(pcall(body, ...))
    poll.set_poller(FUNCTIONS)
    if not results[1] then
        error(results[2], 0)
    end
    return table.unpack(results, 2, results.n)
end

local is_broken = false

--- What a rule (lua_calls_rules.lua) says of objects of its own, whatever the script has done.
function rule(name, ...)
    if is_broken then
        return
    end
    local mode_before, left_before, held_before = mode, left, held
    mode, left, held = 'yield', 0, {}
    -- What is collected here would unlock what others hold.
    collectgarbage('stop')
    -- A violation is the end of it, and of all others: what they would do next could sleep.
    local tell = host.violation
    host.violation = function(text)
        is_broken = true
        tell(text)
        error(text, 0)
    end
    local ok, err = pcall(rules[name], ...)
    host.violation = tell
    local lock = ok and next(held)
    mode, left, held = mode_before, left_before, held_before
    collectgarbage('restart')
    if lock then
        host.violation('I3: ' .. lock .. ' is still locked')
    end
    host.log(name)
    if not ok then
        error(err, 0)
    end
end

-- Objects.
function pair()
    return table.unpack(assert(unix.pair()))
end

function new_server_cfg()
    local cfg = config.new()
    assert(cfg:set_keypair(host.read('server.pem'), host.read('server.key')))
    return cfg
end

function new_cfg()
    local cfg = config.new()
    assert(cfg:set_ca(host.read('ca.pem')))
    return cfg
end

function connect(client_cfg, cfg)
    local path = os.tmpname()
    os.remove(path)
    local listening = assert(unix.server.new(path, cfg))
    assert(listening:listen())
    local client = assert(unix.client.new(path, { tlscfg = client_cfg, servername = 'localhost' }))
    os.remove(path)
    return client, assert(listening:accept()), listening
end

--- Has both ends make their handshakes, as far as that goes.
function shake(client, server)
    local ends = { coroutine.create(client.handshake), coroutine.create(server.handshake) }
    for _ = 1, 8 do
        for i, sock in ipairs({ client, server }) do
            if coroutine.status(ends[i]) == 'suspended' then
                coroutine.resume(ends[i], sock)
            end
        end
    end
    coroutine.close(ends[1])
    coroutine.close(ends[2])
end

function new_mine()
    local sock = pair()
    if not class.methods('my.Class') then
        new_my_class = class.extend('my.Class', 'net.stream.unix.Socket', {
            read = function(self, ...) return self['net.Socket'].read(self, ...) end,
        })
    end
    return new_my_class(sock)
end

-- What calls give. A shape is a function that says what is wrong.
local shapes = {}

local function is_one_of(value, types)
    return types:find(math.type(value) or type(value), 1, true) ~= nil
end

local function triple(types)
    return function(results)
        local value, err, timeout = results[1], results[2], results[3]
        local is_failure = value == nil or value == false
        if results.n ~= 3 then
            return 'not three results'
        elseif not is_failure and not is_one_of(value, types) then
            return 'not ' .. types
        elseif err ~= nil and (type(err) ~= 'string' or not is_failure or timeout ~= nil) then
            return 'an err that is no string, or not alone'
        elseif timeout ~= nil and timeout ~= true then
            return 'a timeout that is not true'
        elseif timeout and not is_failure and math.type(value) ~= 'integer' then
            return 'a timeout beside a value'
        end
    end
end

--- One value of the types; or nil or false and an err.
local function value(types)
    return function(results)
        local is_failure = results[1] == nil or results[1] == false
        if results.n == 2 and is_failure and type(results[2]) == 'string' then
            return nil
        elseif results.n ~= 1 or not is_one_of(results[1], types) then
            return 'not one ' .. types
        end
    end
end

local function declare(shape, names)
    for name in names:gmatch('%S+') do
        shapes[name] = shape
    end
end

declare(triple('string'), 'read recv peek readsync recvsync')
declare(triple('integer'), [[write send writesync sendsync sendfile sendfilesync readv readvsync writev
    writevsync recvmsg recvmsgsync sendmsg sendmsgsync sendfd sendfdsync recvfd recvfdsync]])
declare(triple('boolean'), 'handshake tls_close close closer closew key_update poll_wait')
declare(value('boolean'), [[reuseaddr reuseport debug dontroute timestamp cloexec keepalive oobinline
    tcpnodelay tcpcork acceptconn isnonblock reused handshaked atmark listen add_servername]])
declare(value('integer'), [[fd family socktype protocol rcvbuf sndbuf rcvlowat sndlowat tcpkeepalive
    tcpkeepintvl tcpkeepcnt linger pending port level type expires flags bytes consume]])
declare(value('float'), 'rcvtimeo sndtimeo getclocklimit')
declare(value('userdata'), 'getsockname getpeername')
declare(value('string nil'), [[version cipher group alpn servername closed_by ocsp_response scts exporter
    export addr canonname get del concat]])
declare(value('string'), 'instanceof')
declare(value('table nil'), 'alert peer_certificate peer_certificate_chain getnameinfo')
declare(value('userdata nil'), 'session name control shift')
declare(value('boolean'), [[set_ca set_ca_file set_ca_path set_crl set_crl_file ocsp_require_stapling
    set_verify_depth verify verify_client verify_client_optional insecure_noverifycert
    insecure_noverifyname insecure_noverifytime insecure_allow_truncation set_keypair_file set_keypair
    add_keypair_file add_keypair set_cert_file set_cert set_key_file set_key set_ocsp_staple_file
    set_ocsp_staple clear_keys set_ciphers prefer_ciphers_client prefer_ciphers_server set_alpn
    set_ecdhecurve set_ecdhecurves set_dheparams set_session_tickets set_session_lifetime
    set_session_id add_ticket_key set_protocols]])
shapes.add = function(results)
    if math.type(results[1]) ~= 'integer' or results.n > 2 then
        return 'no index'
    end
end
shapes.addn = shapes.add
shapes.deadlines = function(results)
    if results.n ~= 2 then
        return 'not two results'
    end
end
shapes.accept = function(results)
    if results.n ~= 3 or results[2] ~= nil and (results[1] or type(results[2]) ~= 'string') then
        return 'no socket and no err'
    end
end

--- What is wrong with what was raised; nil for nothing.
local KNOWN = {
    '^[^\n]*bad argument #%d+ to ', 'not enough memory', '^the poller raises$', '^the hook raises$',
    'cannot be honoured: ', 'finalised net%.tls%.config$', 'attempt to call a [^\n]- value',
    'attempt to index a [^\n]- value', "calling '[^']+' on bad self ",
    "^cannot resume ", '^cannot close ', 'attempt to compare ', 'attempt to perform arithmetic ',
    'stack overflow', 'attempt to yield ',
}
local function is_known(err)
    for _, pattern in ipairs(KNOWN) do
        if err:find(pattern) then
            return true
        end
    end
end

local GIVES_DESCRIPTORS = { acceptfd = true, data = true, recvfd = true, recvfdsync = true }

local function check(name, ok, results)
    if not ok then
        if type(results) ~= 'string' or not is_known(results) then
            host.violation('I1: ' .. name .. ' raised ' .. tostring(results))
        end
        host.log(name .. ' raised')
        return
    end
    if GIVES_DESCRIPTORS[name] then
        for i = 1, results.n do
            host.given(results[i])
        end
    end
    local shape = shapes[name]
    local wrong = shape and shape(results)
    if wrong then
        host.violation('I1: ' .. name .. ' gave ' .. wrong)
    end
    local types = {}
    for i = 1, results.n do
        types[i] = type(results[i])
    end
    host.log(name .. ' ' .. table.concat(types, ' '))
end

--- Calls the function, which packs what a method has returned.
function call(name, fn)
    check(name, pcall(fn))
end

-- Coroutines.
local threads, names = {}, {}

local function check_locks(thread)
    for name, holder in pairs(held) do
        if holder == numbers[thread] then
            host.violation('I3: a coroutine that is over holds ' .. name)
        end
    end
end

local function went_on(thread, ok, results)
    if coroutine.status(thread) == 'dead' then
        check(names[thread], ok, results)
        check_locks(thread)
    end
end

function spawn(name, fn)
    local thread = coroutine.create(fn)
    threads[#threads + 1], names[thread] = thread, name
    went_on(thread, coroutine.resume(thread))
end

local function get_thread(number)
    local thread = threads[number % (#threads > 0 and #threads or 1) + 1]
    return thread and coroutine.status(thread) == 'suspended' and thread or nil
end

function resume(number, ...)
    local thread = get_thread(number)
    if thread then
        went_on(thread, coroutine.resume(thread, ...))
    end
end

function close_thread(number)
    local thread = get_thread(number)
    if thread then
        check('coroutine.close', true, pack(coroutine.close(thread)))
        check_locks(thread)
    end
end

function drop_threads()
    threads, names = {}, {}
end

-- What the collector calls.
function metatable(object)
    return type(object) == 'userdata' and getmetatable(object) or nil
end

function gc(object)
    local own = metatable(object)
    if own and own.__gc and io.type(object) == nil then
        own.__gc(object)
    end
end

--- The next allocation runs a collection, and that the function.
function arm(fn)
    collectgarbage('generational')
    collectgarbage('stop')
    setmetatable({}, { __gc = function() pcall(fn) end })
    collectgarbage('restart')
end

-- Values that are given to what takes functions.
function hook() return true end
function hook_refuses() return false, 'the hook refuses' end
function hook_raises() error('the hook raises', 0) end
function hook_yields() return answer(coroutine.yield()) end

--- After the script.
function finish()
    poller('yield')
    for _, thread in ipairs(threads) do
        if coroutine.status(thread) == 'suspended' then
            coroutine.close(thread)
        end
    end
    drop_threads()
    for _, name in ipairs({
        'one', 'two', 'client', 'server', 'listening', 'iov', 'mh', 'list', 'cmsg', 'mine',
        'descriptor', 'cfg', 'server_cfg', 'session', 'ai', 'file', 'closed', 'stream',
    }) do
        _G[name] = nil
    end
    collectgarbage('restart')
    collectgarbage()
    collectgarbage()
    if next(held) then
        host.violation('I3: ' .. next(held) .. ' is still locked')
    end
end
