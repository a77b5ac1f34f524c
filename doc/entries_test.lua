-- The pages and the code say the same: each class and module has a page, each public method and
-- function an entry, each entry its method or function, and each link its file.

local inet = require('net.stream.inet')
local unix = require('net.stream.unix')
local testing = require('testing.tls')

-- The page of each class, and of each module.
local PAGE_OF_CLASS = {
    ['net.Socket'] = 'net_socket',
    ['net.Descriptor'] = 'net_socket',
    ['net.stream.Socket'] = 'net_stream_socket',
    ['net.stream.Server'] = 'net_stream_server',
    ['net.unix.Socket'] = 'net_unix_socket',
    ['net.stream.inet.Socket'] = 'net_stream_inet',
    ['net.stream.inet.Client'] = 'net_stream_inet',
    ['net.stream.inet.Server'] = 'net_stream_inet',
    ['net.stream.unix.Socket'] = 'net_stream_unix',
    ['net.stream.unix.Client'] = 'net_stream_unix',
    ['net.stream.unix.Server'] = 'net_stream_unix',
    ['net.tls.Socket'] = 'net_tls_socket',
    ['net.tls.unix.Socket'] = 'net_tls_stream_unix',
    ['net.tls.stream.Socket'] = 'net_tls_stream_socket',
    ['net.tls.stream.Server'] = 'net_tls_stream_server',
    ['net.tls.stream.inet.Socket'] = 'net_tls_stream_inet',
    ['net.tls.stream.inet.Client'] = 'net_tls_stream_inet',
    ['net.tls.stream.inet.Server'] = 'net_tls_stream_inet',
    ['net.tls.stream.unix.Socket'] = 'net_tls_stream_unix',
    ['net.tls.stream.unix.Client'] = 'net_tls_stream_unix',
    ['net.tls.stream.unix.Server'] = 'net_tls_stream_unix',
    ['net.tls.config'] = 'net_tls_config',
    ['net.tls.Session'] = 'net_tls_session',
    ['net.addrinfo'] = 'net_addrinfo',
    ['iovec'] = 'net_iovec',
    ['net.msghdr.MsgHdr'] = 'net_msghdr',
    ['net.cmsghdr'] = 'net_cmsghdr',
    ['net.cmsghdrs'] = 'net_cmsghdr',
}
-- What the headings call an object of a class that is no socket.
local OBJECT_OF_CLASS = {
    ['net.Descriptor'] = 'descriptor',
    ['net.tls.config'] = 'cfg',
    ['net.tls.Session'] = 'session',
    ['net.addrinfo'] = 'ai',
    ['iovec'] = 'iov',
    ['net.msghdr.MsgHdr'] = 'mh',
    ['net.cmsghdr'] = 'cmsg',
    ['net.cmsghdrs'] = 'cmsgs',
}
local PAGE_OF_MODULE = {
    ['net'] = 'net',
    ['net.addrinfo'] = 'net_addrinfo',
    ['net.class'] = 'net_class',
    ['net.cmsghdr'] = 'net_cmsghdr',
    ['net.iovec'] = 'net_iovec',
    ['net.msghdr'] = 'net_msghdr',
    ['net.poll'] = 'net_poll',
    ['net.stream.inet'] = 'net_stream_inet',
    ['net.stream.unix'] = 'net_stream_unix',
    ['net.tls'] = 'net_tls',
    ['net.tls.config'] = 'net_tls_config',
    ['net.tls.session'] = 'net_tls_session',
}

local failures = {}

local function fail(...)
    failures[#failures + 1] = string.format(...)
end

local function contents(path)
    local file <close> = assert(io.open(path))
    return file:read('a')
end

-- One object of each class that programs can get at.
local function objects()
    local server_cfg = testing.server_config()
    local client_cfg = testing.client_config(function(cfg) cfg:insecure_noverifyname() end)
    local mh = require('net.msghdr').new()
    local all = {
        server_cfg, require('net.iovec').new(), mh, mh:control(), require('net.cmsghdr').rights(0),
    }
    testing.with_pair(function(sock)
        assert(sock:read())
        all[#all + 1] = assert(sock:session())
    end, function(sock) assert(sock:write('x')) end)
    for _, tls in ipairs({ false, true }) do
        local server_options = { tlscfg = tls and server_cfg }
        local client_options = { tlscfg = tls and client_cfg }
        local server = assert(inet.server.new('127.0.0.1', 0, server_options))
        assert(server:listen())
        local ai = server:getsockname()
        local client = assert(inet.client.new('127.0.0.1', ai:port(), client_options))
        local path = os.tmpname()
        os.remove(path)
        local unix_server = assert(unix.server.new(path, server_options))
        assert(unix_server:listen())
        local unix_client = assert(unix.client.new(path, client_options))
        os.remove(path)
        for _, object in ipairs({
            server, ai, client, server:accept(), unix_server, unix_client, unix_server:accept(),
            client.sock,
        }) do
            all[#all + 1] = object
        end
    end
    return all
end

-- Class -> the table of its methods, of all classes that the objects are of.
local function classes()
    local all = {}
    local function add(name, methods)
        if type(name) == 'string' and type(methods) == 'table' and not all[name] then
            all[name] = methods
            for key, value in pairs(methods) do
                add(key, value)
            end
        end
    end
    for _, object in ipairs(objects()) do
        local name = object.instanceof()
        add(name, object[name])
    end
    return all
end

-- The methods that a class has not just inherited.
local function own_methods(name, methods)
    local inherited = {}
    for key, value in pairs(methods) do
        if type(value) == 'table' and key ~= name then
            inherited[#inherited + 1] = value
        end
    end
    local own = {}
    for key, value in pairs(methods) do
        local is_own = type(value) == 'function' and key ~= 'instanceof'
        for _, above in ipairs(inherited) do
            is_own = is_own and above[key] ~= value
        end
        own[key] = is_own or nil
    end
    return own
end

-- What the headings of a page have entries for: object:method( and module.function(.
local function entries(page)
    local methods, functions = {}, {}
    for heading in contents('doc/' .. page .. '.md'):gmatch('\n## ([^\n]*)') do
        for object, name in heading:gmatch('(%w+):([%w_]+)%(') do
            local method = (object == 'server' and 'sock' or object) .. ':' .. name
            if methods[method] then
                fail('%s.md: more than one entry for %s', page, method)
            end
            methods[method] = true
        end
        local name = heading:match('^`?[^(]-[%w_]+%.([%w_.]+)%(')
        if name then
            functions[name] = true
        end
    end
    return methods, functions
end

local function check_same(page, what, expected, found)
    for name in pairs(expected) do
        if not found[name] then
            fail('%s.md: no entry for the %s %s', page, what, name)
        end
    end
    for name in pairs(found) do
        if not expected[name] then
            fail('%s.md: there is no %s %s', page, what, name)
        end
    end
end

local function check_classes(all)
    local methods_of_page = {}
    for name, methods in pairs(all) do
        local page = PAGE_OF_CLASS[name]
        if page then
            methods_of_page[page] = methods_of_page[page] or {}
            for method in pairs(own_methods(name, methods)) do
                methods_of_page[page][(OBJECT_OF_CLASS[name] or 'sock') .. ':' .. method] = true
            end
            if not contents('doc/' .. page .. '.md'):find('`' .. name .. '`', 1, true) then
                fail('%s.md does not name the class `%s`', page, name)
            end
        else
            fail('the class %s has no page', name)
        end
    end
    for name in pairs(PAGE_OF_CLASS) do
        if not all[name] then
            fail('there is no class %s', name)
        end
    end
    return methods_of_page
end

-- Functions by their names from the module on; constants are named in the text.
local function add_functions(page, prefix, module, functions)
    for name, value in pairs(module) do
        if type(value) == 'function' then
            functions[prefix .. name] = true
        elseif type(value) == 'table' then
            add_functions(page, prefix .. name .. '.', value, functions)
        elseif not contents('doc/' .. page .. '.md'):find('`' .. name .. '`', 1, true) then
            fail('%s.md: no entry for the constant %s', page, name)
        end
    end
end

-- The modules are those that the shared object has.
local function check_modules()
    local functions_of_page = {}
    for name in contents('lua/modules.c'):gmatch('\nint luaopen_([%w_]+)%(lua_State %*L%) {') do
        local module = name:gsub('_', '.')
        local page = PAGE_OF_MODULE[module]
        if page then
            functions_of_page[page] = functions_of_page[page] or {}
            add_functions(page, '', require(module), functions_of_page[page])
        else
            fail('the module %s has no page', module)
        end
    end
    return functions_of_page
end

-- Constants in the pages are there, and links lead somewhere.
local function check_text(page)
    local text = contents('doc/' .. page)
    local modules = { net = require('net'), tls = require('net.tls') }
    for module, name in text:gmatch('%f[%w](%l+)%.(%u[%u%d_]+)%f[^%w_]') do
        if modules[module] and modules[module][name] == nil then
            fail('%s: there is no constant %s.%s', page, module, name)
        end
    end
    for link in text:gmatch('%]%(([%w_/.]+)#?[^)]*%)') do
        if link:find('^[%w_]+%.md$') then
            local file = io.open('doc/' .. link)
            if file then
                file:close()
            else
                fail('%s: no page %s', page, link)
            end
        end
    end
end

-- Every page is in the index.
local function check_pages()
    local index = contents('doc/README.md')
    local names <close> = assert(io.popen('ls doc'))
    for name in names:lines() do
        if name:find('%.md$') then
            check_text(name)
            if name ~= 'README.md' and not index:find('(' .. name .. ')', 1, true) then
                fail('README.md: %s is not in the index', name)
            end
        end
    end
end

local methods_of_page = check_classes(classes())
local functions_of_page = check_modules()
local pages = {}
for _, list in ipairs({ PAGE_OF_CLASS, PAGE_OF_MODULE }) do
    for _, page in pairs(list) do
        pages[page] = true
    end
end
for page in pairs(pages) do
    local methods, functions = entries(page)
    check_same(page, 'method', methods_of_page[page] or {}, methods)
    check_same(page, 'function', functions_of_page[page] or {}, functions)
end
check_pages()

table.sort(failures)
assert(#failures == 0, '\n' .. table.concat(failures, '\n'))
