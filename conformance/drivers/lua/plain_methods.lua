-- Methods whose arguments are objects of the binding's own, made here of plain words: vectors of
-- buffers, and messages. Each answers with what the method returned and, after it, what has become
-- of the object.

local cmsghdr = require('net.cmsghdr')
local iovec = require('net.iovec')
local msghdr = require('net.msghdr')

local plain = {}

local function append(results, value)
  results.n = results.n + 1
  results[results.n] = value
  return table.unpack(results, 1, results.n)
end

-- readv OFFSET NBYTE SIZE...: then all bytes of the vector, which begins as zeros.
local function read_vector(name)
  return function(sock, offset, nbyte, ...)
    local iov = iovec.new()
    for _, size in ipairs({ ... }) do iov:add(('\0'):rep(size)) end
    local results = table.pack(sock[name](sock, iov, offset, nbyte))
    return append(results, iov:concat())
  end
end

-- writev OFFSET NBYTE STRING...
local function write_vector(name)
  return function(sock, offset, nbyte, ...)
    local iov = iovec.new()
    for _, str in ipairs({ ... }) do assert(iov:add(str) > 0) end
    return sock[name](sock, iov, offset, nbyte)
  end
end

plain.readv, plain.readvsync = read_vector('readv'), read_vector('readvsync')
plain.writev, plain.writevsync = write_vector('writev'), write_vector('writevsync')

-- sendmsg STRING FLAG...: then how many bytes are left in the message.
function plain.sendmsg(sock, str, ...)
  local message = msghdr.new()
  if #str > 0 then message:add(str) end
  local results = table.pack(sock:sendmsg(message, ...))
  return append(results, message:bytes())
end

-- recvmsg SIZE FLAG...: then its flags, or'ed.
function plain.recvmsg(sock, size, ...)
  local message = msghdr.new()
  message:addn(size)
  local results = table.pack(sock:recvmsg(message, ...))
  append(results, message:concat():sub(1, results[1] or 0))
  return append(results, message:flags())
end

-- sendcontrol STRING FD...: then how many bytes are left in the message.
function plain.sendcontrol(sock, str, ...)
  local message = msghdr.new()
  message:add(str)
  message:control():push(cmsghdr.rights(...))
  local results = table.pack(sock:sendmsg(message))
  return append(results, message:bytes())
end

-- recvcontrol SIZE FLAG...: then its flags, or'ed, and the descriptors that came.
function plain.recvcontrol(sock, size, ...)
  local message = msghdr.new()
  message:addn(size)
  local list = message:control()
  local results = table.pack(sock:recvmsg(message, ...))
  append(results, message:concat():sub(1, results[1] or 0))
  append(results, message:flags())
  for cmsg in list.shift, list do
    for _, fd in ipairs({ cmsg:data() }) do append(results, fd) end
  end
  return table.unpack(results, 1, results.n)
end

return plain
