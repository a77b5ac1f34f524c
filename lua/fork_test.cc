// A connection in a child after fork: whatever a Lua program does with it there, it goes on in the
// process that began it.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "gtest/gtest.h"
#include "lua.hpp"

extern "C" {
int luaopen_net_poll(lua_State *L);
int luaopen_net_stream_inet(lua_State *L);
int luaopen_net_tls(lua_State *L);
int luaopen_net_tls_config(lua_State *L);
}

namespace {

// Both ends are coroutines of this process. `exchange` fails unless the connection is as good as
// new; `refused` unless every method says whose it is.
constexpr char kSetUp[] = R"(
  local inet, config, poll, net_tls, directory = ...
  local function succeed() return true end
  local function wait() if coroutine.isyieldable() then coroutine.yield() end return true end
  poll.set_poller({
    pollable = succeed, wait_readable = wait, wait_writable = wait, unwait_readable = succeed,
    unwait_writable = succeed, unwait = succeed, read_lock = succeed, read_unlock = succeed,
    write_lock = succeed, write_unlock = succeed,
  })
  local server_config, client_config = config.new(), config.new()
  assert(server_config:set_keypair_file(directory .. '/server.pem', directory .. '/server.key'))
  assert(client_config:set_ca_file(directory .. '/ca.pem'))
  local listening, err, ai = inet.server.new('127.0.0.1', 0, {tlscfg = server_config})
  assert(listening:listen())
  client = assert(inet.client.new('127.0.0.1', ai:port(), {tlscfg = client_config}))
  server = assert(listening:accept())

  local function run(...)
    local threads = {...}
    while #threads > 0 do
      for i = #threads, 1, -1 do
        assert(coroutine.resume(threads[i]))
        if coroutine.status(threads[i]) == 'dead' then table.remove(threads, i) end
      end
    end
  end

  local function talk(one, other)
    run(coroutine.create(function()
      assert(one:write('ping') == 4 and one:read() == 'pong')
    end), coroutine.create(function()
      assert(other:read() == 'ping' and other:write('pong') == 4)
    end))
  end

  function exchange()
    talk(client, server)
    talk(server, client)
  end

  function finish()
    run(coroutine.create(function() assert(client:close() == true) end))
    run(coroutine.create(function()
      assert(select('#', server:read()) == 3 and server:closed_by() == 'close_notify')
    end))
  end

  function refused(sock)
    local function check(name, value, ...)
      local count, ok, why, timeout = select('#', ...), ...
      assert(count == 3 and ok == value and timeout == nil, name)
      assert(why == name .. ' failed: the connection belongs to another process', why)
    end
    for _, name in ipairs({'read', 'recv', 'peek'}) do
      check(name == 'recv' and 'read' or name, nil, sock[name](sock))
    end
    for _, name in ipairs({'write', 'send'}) do check('write', nil, sock[name](sock, 'x')) end
    for _, name in ipairs({'handshake', 'key_update', 'tls_close'}) do
      check(name, false, sock[name](sock))
    end
    check('poll_wait', false, sock:poll_wait(net_tls.WANT_POLLIN))
    check('poll_wait', false, sock:poll_wait(net_tls.WANT_POLLOUT))
    assert(sock:pending() == 0 and sock:version())
  end

  function closed(sock)
    local ok, why, timeout = sock:close()
    assert(ok == true and why == nil and timeout == nil and sock:fd() == -1)
    assert(select(2, sock:write('x')) == 'write failed: Bad file descriptor')
  end
)";

class ForkTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string directory = std::string(getenv("TEST_SRCDIR")) + "/" +
                                  getenv("TEST_WORKSPACE") + "/testing/certificates";
    luaL_openlibs(L_);
    ASSERT_EQ(LUA_OK, luaL_loadstring(L_, kSetUp)) << lua_tostring(L_, -1);
    luaopen_net_stream_inet(L_);
    luaopen_net_tls_config(L_);
    luaopen_net_poll(L_);
    luaopen_net_tls(L_);
    lua_pushstring(L_, directory.c_str());
    ASSERT_EQ(LUA_OK, lua_pcall(L_, 5, 0, 0)) << lua_tostring(L_, -1);
  }

  void TearDown() override {
    lua_close(L_);
  }

  // The error, or "".
  std::string Run(const char *chunk) {
    if (luaL_dostring(L_, chunk) == LUA_OK) {
      return "";
    }
    const char *text = lua_tostring(L_, -1);
    return text != nullptr ? text : "an error";
  }

  // Runs the chunk in a child, which then frees all that it has.
  void RunInChild(const char *chunk) {
    pid_t pid = fork();
    if (pid == 0) {
      std::string error = Run(chunk);
      fputs(error.c_str(), stderr);
      lua_close(L_);
      _exit(error.empty() ? 0 : 1);
    }
    int status = -1;
    EXPECT_EQ(pid, waitpid(pid, &status, 0));
    EXPECT_EQ(0, status);
  }

  lua_State *L_ = luaL_newstate();
};

TEST_F(ForkTest, AChildUsesTheConnection) {
  ASSERT_EQ("", Run("exchange()"));
  RunInChild("refused(client) refused(server) closed(client) closed(server)");
  EXPECT_EQ("", Run("exchange() finish()"));
}

TEST_F(ForkTest, AChildForgetsTheConnection) {
  ASSERT_EQ("", Run("exchange()"));
  RunInChild("client, server = nil, nil collectgarbage() collectgarbage()");
  EXPECT_EQ("", Run("exchange() finish()"));
}

TEST_F(ForkTest, AChildEnds) {
  ASSERT_EQ("", Run("exchange()"));
  RunInChild("");
  EXPECT_EQ("", Run("exchange() finish()"));
}

// Nothing has been said yet: either process may begin.
TEST_F(ForkTest, AChildBegins) {
  RunInChild("exchange() finish()");
}

}  // namespace
