-- The line protocol of PROTOCOL.md for drivers in Lua: words to values, values to words, and the
-- loop that reads commands and writes answers.

local protocol = {
  VERSION = 2,
  -- What `k:NAME`, `f:N` and `h:N` stand for; a driver fills them in.
  constants = {},
  functions = {},
  files = {},
}

local PERIOD, LONGEST = 251, 1024

local function decode(text)
  return (text:gsub('%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
end

local function encode(bytes)
  return (bytes:gsub('[^!-$&-~]', function(byte) return ('%%%02x'):format(byte:byte()) end))
end

local block = {}
for byte = 0, PERIOD - 1 do block[#block + 1] = string.char(byte) end
block = table.concat(block)

local literals = { ['true'] = true, ['false'] = false }
local numbers = { nan = 0 / 0, inf = math.huge, ['-inf'] = -math.huge }
local parsers = {
  i = function(text) return assert(math.tointeger(text)) end,
  n = function(text) return numbers[text] or tonumber(text) + 0.0 end,
  s = decode,
  p = function(text)
    local offset, length = text:match('^(%d+):(%d+)$')
    local first = offset % PERIOD
    return block:rep((first + length) // PERIOD + 1):sub(first + 1, first + length)
  end,
  k = function(text) return protocol.constants[text] end,
  f = function(text) return protocol.functions[text] end,
  h = function(text) return protocol.files[text] end,
  t = function() return {} end,
}

function protocol.parse(word)
  if word == 'nil' or literals[word] ~= nil then return literals[word] end
  return parsers[word:sub(1, 1)](word:sub(3))
end

-- The arguments from word `first` on, as table.pack makes them.
function protocol.parse_all(words, first)
  local values = { n = math.max(#words - first + 1, 0) }
  for i = 1, values.n do values[i] = protocol.parse(words[first + i - 1]) end
  return values
end

local function digest(bytes)
  local hash, prime = 0xcbf29ce484222325, 0x100000001b3
  local padded = bytes .. ('\0'):rep(-#bytes % 8)
  for i = 1, #padded, 8 do hash = (hash ~ (string.unpack('<i8', padded, i))) * prime end
  return ('%016x'):format((hash ~ #bytes) * prime)
end

local function show(value)
  local kind = math.type(value) or type(value)
  if kind == 'nil' or kind == 'boolean' then return tostring(value) end
  if kind == 'integer' then return 'i:' .. value end
  if kind == 'float' then return ('n:%.17g'):format(value) end
  if kind ~= 'string' then return 'o:' .. kind end
  return #value > LONGEST and ('d:%d:%s'):format(#value, digest(value)) or 's:' .. encode(value)
end

-- The answers: what a call returned, what it raised, what there is not.
function protocol.values(...)
  local words = { 'values', ... }
  for i = 1, select('#', ...) do words[i + 1] = show(words[i + 1]) end
  return table.concat(words, ' ')
end

function protocol.hello(about, library)
  return ('hello %d %s %s'):format(protocol.VERSION, encode(about), encode(library))
end

function protocol.raised(err) return 'raised ' .. encode(tostring(err)) end
function protocol.unsupported(what) return 'unsupported ' .. encode(what) end
function protocol.broken(why) return 'broken ' .. encode(tostring(why)) end

-- The module that a driver drives. Where the machine lacks it, the greeting says what to install.
function protocol.load(module, package)
  local ok, loaded = pcall(require, module)
  if ok then return loaded end
  local reason = ('it needs the Lua module %s of the Debian package %s'):format(module, package)
  protocol.serve({ hello = function() error(reason, 0) end })
  os.exit(true)
end

-- Answers each line of standard input by the function of `commands` that has its first word's
-- name. It gets the words and returns an answer, or nothing where there are no values.
function protocol.serve(commands)
  for line in io.lines() do
    local words = {}
    for word in line:gmatch('%S+') do words[#words + 1] = word end
    local command = commands[words[1]]
    local ok, answer = true, protocol.unsupported(words[1] or '')
    if command then ok, answer = pcall(command, words) end
    answer = ok and (answer or protocol.values()) or protocol.broken(answer)
    io.write(answer, '\n'):flush()
  end
end

return protocol
