-- Each ```lua block of a page is a whole program: it runs, and prints what the ```text block after
-- it says.

local process = require('testing.process')

local INTERPRETER = arg and arg[-1] or 'lua5.4'

local function pages()
    local names <close> = assert(io.popen('ls doc/*.md'))
    local list = {}
    for name in names:lines() do
        list[#list + 1] = name
    end
    return list
end

-- The fenced blocks of a page: what they are and their lines.
local function blocks(page)
    local list, block = {}, nil
    for line in io.lines(page) do
        if block and line == '```' then
            list[#list + 1] = block
            block = nil
        elseif block then
            block[#block + 1] = line
        elseif line:find('^```') then
            block = { kind = line:sub(4) }
        end
    end
    return list
end

local function run(program)
    local path = os.tmpname()
    local file = assert(io.open(path, 'w'))
    assert(file:write(program))
    file:close()
    local child = process.start(string.format('env LUA_PATH=%s %s %s',
                                              process.quote('examples/?.lua;' ..
                                                                (os.getenv('LUA_PATH') or '')),
                                              process.quote(INTERPRETER), path))
    local output, ok = child:wait()
    os.remove(path)
    return output, ok
end

local count = 0
for _, page in ipairs(pages()) do
    local found = 0
    local list = blocks(page)
    for i, block in ipairs(list) do
        if block.kind == 'lua' then
            local output, ok = run(table.concat(block, '\n'))
            found = found + 1
            if not ok then
                error(page .. ': example ' .. found .. ': ' .. output)
            end
            local expected = list[i + 1]
            if expected and expected.kind == 'text' then
                local text = table.concat(expected, '\n') .. '\n'
                if output ~= text then
                    error(page .. ': example ' .. found .. ' prints:\n' .. output)
                end
            end
        end
    end
    count = count + found
    local is_without = page:find('/README%.md$') or page:find('/c%.md$')
    assert(found > 0 or is_without, page .. ': no example')
end
assert(count > 10)
