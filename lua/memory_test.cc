// Lua runs out of memory at every allocation in turn: an error of Lua, and nothing is leaked (which
// LeakSanitizer says for memory, and this test for descriptors).

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"
#include "lua.hpp"
#include "testing/sockets.h"

extern "C" {
int luaopen_net(lua_State *L);
int luaopen_net_addrinfo(lua_State *L);
int luaopen_net_class(lua_State *L);
int luaopen_net_cmsghdr(lua_State *L);
int luaopen_net_iovec(lua_State *L);
int luaopen_net_msghdr(lua_State *L);
int luaopen_net_poll(lua_State *L);
int luaopen_net_stream_inet(lua_State *L);
int luaopen_net_stream_unix(lua_State *L);
int luaopen_net_tls(lua_State *L);
int luaopen_net_tls_config(lua_State *L);
int luaopen_net_tls_session(lua_State *L);
}

namespace {

// Connections that are established, both ends of each in this thread.
constexpr char kSetUp[] = R"(
  inet, unix, config, poll, addrinfo, session, iovec, msghdr, cmsghdr, directory = ...
  server_config, client_config = config.new(), config.new()
  assert(server_config:set_keypair_file(directory .. '/server.pem', directory .. '/server.key'))
  assert(client_config:set_ca_file(directory .. '/ca.pem'))
  local function succeed() return true end
  local function wait() if coroutine.isyieldable() then coroutine.yield() end return true end
  poll.set_poller({
    pollable = succeed, wait_readable = wait, wait_writable = wait, unwait_readable = succeed,
    unwait_writable = succeed, unwait = succeed, read_lock = succeed, read_unlock = succeed,
    write_lock = succeed, write_unlock = succeed,
  })
  local err, ai
  listening, err, ai = inet.server.new('127.0.0.1', 0, {tlscfg = server_config})
  assert(listening:listen())
  port = ai:port()
  client = assert(inet.client.new('127.0.0.1', port, {tlscfg = client_config}))
  server = assert(listening:accept())
  local ends = {coroutine.wrap(client.handshake), coroutine.wrap(server.handshake)}
  while not (client:version() and server:version()) do
    if not client:version() then ends[1](client) end
    if not server:version() then ends[2](server) end
  end
  assert(server:write(('x'):rep(100)))
)";

struct Allocator {
  long left = -1;  // Allocations until there is no memory; negative: no end.
};

void *Allocate(void *context, void *block, size_t, size_t size) {
  auto *allocator = static_cast<Allocator *>(context);
  if (size == 0) {
    free(block);
    return nullptr;
  }
  if (allocator->left == 0) {
    return nullptr;
  }
  if (allocator->left > 0) {
    allocator->left--;
  }
  return realloc(block, size);
}

std::string CertificateDirectory() {
  return std::string(getenv("TEST_SRCDIR")) + "/" + getenv("TEST_WORKSPACE") +
         "/testing/certificates";
}

void SetUp(lua_State *L) {
  luaL_openlibs(L);
  ASSERT_EQ(LUA_OK, luaL_loadstring(L, kSetUp)) << lua_tostring(L, -1);
  luaopen_net_class(L);
  lua_setglobal(L, "classes");
  luaopen_net_stream_inet(L);
  luaopen_net_stream_unix(L);
  luaopen_net_tls_config(L);
  luaopen_net_poll(L);
  luaopen_net_addrinfo(L);
  luaopen_net_tls_session(L);
  luaopen_net_iovec(L);
  luaopen_net_msghdr(L);
  luaopen_net_cmsghdr(L);
  lua_pushstring(L, CertificateDirectory().c_str());
  ASSERT_EQ(LUA_OK, lua_pcall(L, 10, 0, 0)) << lua_tostring(L, -1);
}

// Runs the chunk with memory for `left` allocations; returns its status.
int RunWith(const char *chunk, long left) {
  Allocator allocator;
  lua_State *L = lua_newstate(Allocate, &allocator);
  SetUp(L);
  EXPECT_EQ(LUA_OK, luaL_loadstring(L, chunk)) << lua_tostring(L, -1);
  allocator.left = left;
  int status = lua_pcall(L, 0, 0, 0);
  allocator.left = -1;
  if (status != LUA_OK && status != LUA_ERRMEM) {
    ADD_FAILURE() << lua_tostring(L, -1);
  }
  lua_close(L);
  return status;
}

class MemoryTest : public testing::TestWithParam<const char *> {};

TEST_P(MemoryTest, RunsOut) {
  int before = net_testing::CountOpenDescriptors();
  int status = LUA_ERRMEM;
  long left = 0;
  while (status == LUA_ERRMEM) {
    ASSERT_LT(left, 10000) << "there is never enough";
    status = RunWith(GetParam(), left++);
    ASSERT_EQ(before, net_testing::CountOpenDescriptors()) << "at allocation " << left;
  }
  EXPECT_EQ(LUA_OK, status);
  EXPECT_GT(left, 1) << "nothing was allocated";
}

INSTANTIATE_TEST_SUITE_P(
    Chunks, MemoryTest,
    testing::Values(
        "inet.server.new('127.0.0.1', 0, {tlscfg = server_config})",
        "inet.client.new('127.0.0.1', port, {tlscfg = client_config})",
        "inet.client.new('127.0.0.1', 1, {tlscfg = client_config})",
        "unix.client.new('/nowhere', {tlscfg = client_config, servername = 'localhost'})",
        "unix.server.new('/nowhere/at/all', {tlscfg = server_config})",
        R"(local server = inet.server.new('127.0.0.1', 0, {tlscfg = server_config})
           assert(server:add_servername('a.test', server_config)))",
        "config.load_file('/nowhere') config.parse_protocols('secure,!tlsv1.2,x')",
        R"(local new = classes.extend('my.Client', 'net.tls.stream.inet.Client', {x = 1})
           local sock = new(client) sock.y = 2 assert(sock.x + sock.y == 3)
           assert(sock.instanceof() == 'my.Client'))",
        R"(local listening, err, ai = inet.server.new('127.0.0.1', 0) listening:listen()
           function listening:accepted(...) self.count = 1
             return self['net.stream.inet.Server'].accepted(self, ...) end
           local one = inet.client.new('127.0.0.1', ai:port())
           local two, why, from = listening:accept(true)
           assert(two:fd() ~= one:fd() and from:port() ~= ai:port()))",
        R"(local iov = iovec.new() assert(iov:add('foo') == 1 and iov:addn(1000) == 2)
           assert(iov:set('x', 1) and #iov:concat() == 1001 and iov:del(2) and iov:consume(1) == 0))",
        R"(local one, two = table.unpack(assert(unix.pair())) local mh, into = msghdr.new(), msghdr.new()
           mh:add('x') mh:control():push(cmsghdr.rights(one:fd(), two:fd()))
           mh:control():push(cmsghdr.rights(0)) assert(one:sendmsg(mh) == 1)
           into:addn(5) into:control() assert(two:recvmsg(into) == 1)
           local first = into:control():shift() assert(#first == 12)
           into:control():push(first) assert(one:sendmsg(into) == 5))",
        R"(local one, two = table.unpack(assert(unix.pair())) local iov = iovec.new() iov:addn(5)
           assert(one:writev(iov) == 5 and two:readv(iov) == 5 and one:sendfd(0) == 0))",
        R"(local one, two = table.unpack(assert(unix.pair())) local iov = iovec.new() iov:addn(5)
           local wait = coroutine.wrap(two.readv) wait(two, iov) one:writev(iov) assert(wait(true) == 5))",
        R"(local one, two = table.unpack(assert(unix.pair())) assert(one:writesync('x') == 1)
           assert(two:recvsync() == 'x' and two:closew() and two:close(true)))",
        R"(local one, two = table.unpack(assert(unix.pair())) local wait = coroutine.wrap(two.read)
           wait(two) one:send('x') assert(wait(true) == 'x'))",
        R"(local server, _, ai = assert(inet.server.new('127.0.0.1', 0)) assert(server:listen())
           local client = assert(inet.client.new('127.0.0.1', ai:port()))
           assert(server:accept(true):write('x') == 1))",
        "assert(addrinfo.getaddrinfo_stream('127.0.0.1', 1, false, true)[1]:canonname())",
        "assert(addrinfo.new_inet_stream('::1', 1):getnameinfo(3) and "
        "addrinfo.new_unix_stream('x'))",
        "config.new():set_ecdhecurves('X25519,P-256')", "assert(#client:read(1000) == 100)",
        "assert(client:readsync() and client:getpeername():addr() and client.sock:fd())",
        "assert(client:peer_certificate().pem)", "assert(client:peer_certificate_chain()[1].pem)",
        "assert(#client:exporter('label', nil, 8160) == 8160)",
        "assert(client:peek(5) == 'xxxxx' and client:pending() == 100 and client:key_update(true))",
        "client:read(1000) local str = client:session():export() "
        "assert(session.import(str, client_config):servername() == '127.0.0.1') "
        "assert(not session.import('x', client_config))",
        "client:read(1000) assert(inet.client.new('127.0.0.1', port, {tlscfg = client_config, "
        "session = client:session()}))",
        "client:read(1000) assert(not inet.client.new('127.0.0.1', port, {tlscfg = client_config, "
        "session = client:session(), servername = 'localhost'}))",
        "assert(not client:alert()) client:close() server:read() server:read()",
        "client:onwaitrecv(print, {}) client:read(10) client:poll_wait(-3)"));

}  // namespace
