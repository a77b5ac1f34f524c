-- metamodule.so: classes of a program's own, as programs for lua-net make them. A class that embeds
-- one of net.class is one of sockets; any other is one of tables.

local class = require('net.class')

local RESERVED = {
    constructor = true, instanceof = true, __index = true, _NAME = true, _PACKAGE = true,
}

local modules = {} -- by their names
local module_of = setmetatable({}, { __mode = 'k' }) -- by the metatables of objects that are tables

local function copy(value, copies)
    if type(value) ~= 'table' then
        return value
    end
    copies = copies or {}
    if not copies[value] then
        local result = {}
        copies[value] = result
        for key, each in next, value do
            result[key] = copy(each, copies)
        end
        setmetatable(result, getmetatable(value))
    end
    return copies[value]
end

local function new_module(name, package)
    return {
        name = name, methods = {}, metamethods = {}, vars = { _NAME = name, _PACKAGE = package },
        embedded = {}, -- the methods of each module that is embedded, by its name
        socket = nil, -- the class of net.class that objects are of, if they are sockets
    }
end

local function of_class(name)
    local module = new_module(name)
    module.socket = name
    for key, value in pairs(class.methods(name)) do
        if type(value) == 'function' and key ~= 'instanceof' then
            module.methods[key] = value
        end
    end
    return module
end

--- The module of the name, which require may know; or nil and why not.
local function find(name)
    if type(name) ~= 'string' then
        return nil, 'name must be string'
    end
    if not modules[name] and not class.methods(name) then
        local ok, err = pcall(require, name:match('^(.+)%.%u%w*$') or name)
        if not ok then
            return nil, err
        end
    end
    local module = modules[name] or class.methods(name) and of_class(name)
    return module, not module and 'it is not a metamodule' or nil
end

local function add(to, from)
    for key, value in pairs(from) do
        if not RESERVED[key] then
            to[key] = value
        end
    end
end

--- Of several, the last one's methods and fields count.
local function embed(module, names)
    for i = 1, names.n do
        local name = names[i]
        local other, err = find(name)
        if not other then
            return string.format('cannot embed module %q: %s', tostring(name), err)
        elseif module.embedded[name] then
            return string.format('cannot embed module %q: it is embedded already', name)
        elseif module.socket and other.socket then
            return string.format('cannot embed module %q: %q is a class of sockets already', name,
                                 module.socket)
        end
        module.socket = module.socket or other.socket and name
        add(module.methods, other.methods)
        add(module.metamethods, other.metamethods)
        add(module.vars, other.vars)
        add(module.embedded, other.embedded)
        module.embedded[name] = other.methods
    end
end

local function declare(module, declaration)
    for key, value in pairs(declaration) do
        if type(key) ~= 'string' then
            return 'field name must be string'
        elseif RESERVED[key] then
            return string.format('field %q is reserved', key)
        elseif key:find('^__') then
            module.metamethods[key] = value
        elseif type(value) == 'function' then
            module.methods[key], module.vars[key] = value, nil
        elseif key == 'init' then
            return 'field "init" must be function'
        else
            module.vars[key], module.methods[key] = value, nil
        end
    end
end

--- An object's tables are its own: what of the class's is left becomes a copy.
local function own_tables(vars, init)
    return function(self, ...)
        for key, value in pairs(vars) do
            if type(value) == 'table' and rawequal(self[key], value) then
                self[key] = copy(value)
            end
        end
        return init(self, ...)
    end
end

local function socket_constructor(module)
    local parent = class.methods(module.socket)
    local fields = {}
    add(fields, module.metamethods)
    for _, all in ipairs({ module.embedded, module.methods, module.vars }) do
        for key, value in pairs(all) do
            if not rawequal(parent[key], value) and type(parent[key]) ~= 'table' then
                fields[key] = value
            end
        end
    end
    fields.init = own_tables(module.vars, module.methods.init)
    module.methods.init = fields.init
    return class.extend(module.name, module.socket, fields)
end

local function table_constructor(module)
    local index = { init = function(self) return self end }
    add(index, module.embedded)
    add(index, module.methods)
    function index.instanceof() return module.name end
    module.methods.instanceof = index.instanceof
    local metatable = { __name = module.name }
    add(metatable, module.metamethods)
    metatable.__index = index
    module_of[metatable] = module
    return function(...)
        return setmetatable(copy(module.vars), metatable):init(...)
    end
end

--- Returns the constructor, or nil and why there is none.
local function define(package, name, declaration, ...)
    local full = package and name and package .. '.' .. name or name or package
    if not full then
        return nil, 'a module that require does not load needs a name: metamodule.new.Name(...)'
    elseif type(declaration) ~= 'table' then
        return nil, 'module declaration must be table'
    elseif modules[full] or class.methods(full) then
        return nil, string.format('module %q is there already', full)
    end
    local module = new_module(full, package)
    local err = embed(module, table.pack(...)) or declare(module, declaration)
    if err then
        return nil, err
    end
    local constructor = (module.socket and socket_constructor or table_constructor)(module)
    modules[full] = module
    return constructor
end

--- What is being loaded: of require as the caller of who calls `new`, or of `new` in a tail call.
local function loading()
    for level = 3, 4 do
        local info = debug.getinfo(level, 'f')
        if info and info.func == require then
            return select(2, debug.getlocal(level, 1))
        end
    end
end

local function result(constructor, err)
    return constructor or error(err, 3)
end

local new = setmetatable({}, {
    __call = function(_, ...)
        local package = loading()
        local constructor = result(define(package, nil, ...))
        return constructor
    end,
    __index = function(_, name)
        return function(...)
            local package = loading()
            local constructor = result(define(package, name, ...))
            return constructor
        end
    end,
    __newindex = function() error('metamodule.new is readonly', 2) end,
})

--- Whether the class of a socket is `name` or below it.
local function is_socket_of(object, name)
    local ok, own = pcall(function() return object.instanceof() end)
    local methods = ok and type(own) == 'string' and class.methods(own)
    return own == name or methods and type(methods[name]) == 'table' or false
end

local function instanceof(object, name)
    if type(name) ~= 'string' then
        error('name must be string', 2)
    elseif type(object) == 'userdata' then
        return is_socket_of(object, name)
    end
    local module = type(object) == 'table' and module_of[getmetatable(object)]
    return module and (module.name == name or module.embedded[name] ~= nil) or false
end

return { new = new, instanceof = instanceof }
