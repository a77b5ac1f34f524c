#include "fuzz/lua_host.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "fuzz/lua_calls_prelude.h"
#include "fuzz/lua_clock.h"
#include "fuzz/lua_names.h"
#include "fuzz/random.h"
#include "fuzz/violation.h"
#include "lua.hpp"
#include "openssl/err.h"
#include "testing/certificates.h"

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

namespace net_fuzz {

namespace {

const luaL_Reg kModules[] = {
    {"net", luaopen_net},
    {"net.addrinfo", luaopen_net_addrinfo},
    {"net.class", luaopen_net_class},
    {"net.cmsghdr", luaopen_net_cmsghdr},
    {"net.iovec", luaopen_net_iovec},
    {"net.msghdr", luaopen_net_msghdr},
    {"net.poll", luaopen_net_poll},
    {"net.stream.inet", luaopen_net_stream_inet},
    {"net.stream.unix", luaopen_net_stream_unix},
    {"net.tls", luaopen_net_tls},
    {"net.tls.config", luaopen_net_tls_config},
    {"net.tls.session", luaopen_net_tls_session},
    {nullptr, nullptr},
};

// The descriptors from 0 on that are looked at.
constexpr int kMaxDescriptors = 256;

std::set<int> OpenDescriptors() {
  struct pollfd entries[kMaxDescriptors];
  std::set<int> open;
  for (int fd = 0; fd < kMaxDescriptors; fd++) {
    entries[fd] = {fd, 0, 0};
  }
  poll(entries, kMaxDescriptors, 0);
  for (int fd = 0; fd < kMaxDescriptors; fd++) {
    if ((entries[fd].revents & POLLNVAL) == 0) {
      open.insert(fd);
    }
  }
  return open;
}

// A state and what its scripts tell of themselves.
struct State {
  LuaOutcome outcome;
  // Descriptors that calls have made the program's own.
  std::set<int> given;
  // Of the allocator.
  size_t bytes = 0;
  // How many succeed until they fail, negative: all do; and how many fail then.
  long left = -1;
  long failures = 0;
  bool is_counting = false;
  const LuaScript *script = nullptr;
};

// Lua collects garbage and tries again once: an allocation fails for good the second time.
bool IsShort(State *state) {
  state->outcome.allocations += state->is_counting ? 1 : 0;
  if (state->left < 0 || state->left-- > 0) {
    return false;
  }
  state->outcome.was_short = true;
  state->left = --state->failures > 0 ? 0 : -1;
  return true;
}

void *Allocate(void *context, void *block, size_t old_size, size_t size) {
  auto *state = static_cast<State *>(context);
  size_t before = block != nullptr ? old_size : 0;
  if (size == 0) {
    free(block);
    state->bytes -= before;
    return nullptr;
  }
  // Lua wants that what shrinks does not fail.
  if (size > before && IsShort(state)) {
    return nullptr;
  }
  void *memory = realloc(block, size);
  if (memory != nullptr) {
    state->bytes += size - before;
  }
  return memory;
}

State *GetState(lua_State *L) {
  return static_cast<State *>(lua_touserdata(L, lua_upvalueindex(1)));
}

// Where memory was short, what unlocks may not have been called.
void Report(State *state, const std::string &text) {
  bool is_excused = state->outcome.was_short && text.compare(0, 2, "I3") == 0;
  if (state->outcome.violation.empty() && !is_excused) {
    state->outcome.violation = text;
  }
}

int HostViolation(lua_State *L) {
  Report(GetState(L), lua_tostring(L, 1));
  return 0;
}

int HostLog(lua_State *L) {
  GetState(L)->outcome.log += std::string(lua_tostring(L, 1)) + "\n";
  return 0;
}

int HostGiven(lua_State *L) {
  if (lua_isinteger(L, 1) != 0) {
    GetState(L)->given.insert(static_cast<int>(lua_tointeger(L, 1)));
  }
  return 0;
}

int HostBegin(lua_State *L) {
  State *state = GetState(L);
  state->is_counting = true;
  if (state->script != nullptr && state->script->fail_at > 0) {
    lua_gc(L, LUA_GCSTOP);
    state->left = state->script->fail_at - 1;
    state->failures = state->script->stays_short ? LONG_MAX : 2;
  }
  return 0;
}

int HostRead(lua_State *L) {
  static std::map<std::string, std::string> files;
  std::string &text = files[luaL_checkstring(L, 1)];
  if (text.empty()) {
    text = net_testing::ReadCertificate(lua_tostring(L, 1));
  }
  lua_pushlstring(L, text.data(), text.size());
  return 1;
}

void OpenHost(lua_State *L, State *state) {
  static const luaL_Reg functions[] = {
      {"violation", HostViolation}, {"log", HostLog},   {"given", HostGiven},
      {"begin", HostBegin},         {"read", HostRead}, {nullptr, nullptr},
  };
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, kModules, 0);
  lua_newtable(L);
  lua_pushlightuserdata(L, state);
  luaL_setfuncs(L, functions, 1);
  lua_setglobal(L, "host");
  lua_settop(L, 0);
}

int AppendBytes(lua_State *L, const void *bytes, size_t length, void *context) {
  (void)L;
  static_cast<std::string *>(context)->append(static_cast<const char *>(bytes), length);
  return 0;
}

// The prelude, compiled once.
const std::string &CompiledPrelude() {
  static const std::string compiled = [] {
    std::string bytes;
    lua_State *L = luaL_newstate();
    std::string text = LuaPrelude();
    if (luaL_loadbuffer(L, text.data(), text.size(), "=prelude") != LUA_OK) {
      fprintf(stderr, "%s\n", lua_tostring(L, -1));
      abort();
    }
    lua_dump(L, AppendBytes, &bytes, 0);
    lua_close(L);
    return bytes;
  }();
  return compiled;
}

// Runs a chunk; reports what it raises, unless that is the want of memory which it was given.
void Run(lua_State *L, State *state, const std::string &code, const char *name) {
  int status = luaL_loadbuffer(L, code.data(), code.size(), name);
  if (status == LUA_OK) {
    status = lua_pcall(L, 0, 0, 0);
  }
  state->left = -1;
  state->is_counting = false;
  if (status != LUA_OK && !state->outcome.was_short) {
    const char *text = lua_tostring(L, -1);
    Report(state, std::string("I1: the script raised ") + (text != nullptr ? text : "no string"));
  }
  lua_settop(L, 0);
}

// Whatever calls have given may stay open, and nothing else.
void CheckDescriptors(State *state, const std::set<int> &before) {
  for (int fd : OpenDescriptors()) {
    if (before.count(fd) != 0) {
      continue;
    }
    if (state->given.count(fd) == 0 && !state->outcome.was_short) {
      Report(state, "I2: descriptor " + std::to_string(fd) + " is left open");
    }
    close(fd);
  }
}

void CheckEnd(State *state, const std::set<int> &before) {
  CheckDescriptors(state, before);
  if (state->bytes != 0) {
    Report(state, "I4: " + std::to_string(state->bytes) + " bytes of Lua's are left");
  }
  if (ERR_peek_error() != 0) {
    Report(state, "I5: an error is left in BoringSSL's queue");
    ERR_clear_error();
  }
}

const char kWaitsForEver[] = "L6: a call waits for what nobody can do any more";

// Objects of all kinds.
void DeclareAll(lua_State *L, State *state, const ScriptTime &time) {
  std::string declarations = DeclareAllLuaObjects();
  Run(L, state, CompiledPrelude(), "=prelude");
  Run(L, state, declarations, "=declarations");
  if (time.WaitsForEver()) {
    Violation(kWaitsForEver, declarations, LuaPrelude() + "\n" + declarations);
  }
}

}  // namespace

std::string LuaPrelude() {
  return std::string(lua_calls_prelude, sizeof(lua_calls_prelude));
}

LuaOutcome RunLuaScript(const LuaScript &script) {
  State state;
  state.script = &script;
  std::set<int> before = OpenDescriptors();
  ResetRandom();
  ScriptTime time;
  lua_State *L = lua_newstate(Allocate, &state);
  OpenHost(L, &state);
  Run(L, &state, CompiledPrelude(), "=prelude");
  Run(L, &state, script.declarations + "host.begin()\n" + script.statements, "=script");
  Run(L, &state, "finish()", "=finish");
  lua_close(L);
  // A script that asks the poller itself may wait for what it pleases.
  if (time.WaitsForEver() && script.statements.find("poll.") == std::string::npos) {
    Report(&state, kWaitsForEver);
  }
  CheckEnd(&state, before);
  return state.outcome;
}

std::vector<LuaMethods> FindLuaMethods() {
  static const char kFind[] = R"(
    local name = ...
    local object = load('return ' .. name)()
    local found = {}
    for key, value in pairs(type(object) == 'table' and object or object[object.instanceof()]) do
      if type(value) == 'function' and not (name == 'poll' and key:find('lock$'))
          and key ~= 'set_poller' then
        found[#found + 1] = key
      end
    end
    return table.concat(found, ' ')
  )";
  State state;
  std::vector<LuaMethods> all;
  ScriptTime time;
  lua_State *L = lua_newstate(Allocate, &state);
  OpenHost(L, &state);
  DeclareAll(L, &state, time);
  for (const std::string &name : AllLuaObjects()) {
    luaL_loadstring(L, kFind);
    lua_pushstring(L, name.c_str());
    LuaMethods methods = {name, {}};
    if (name != "file" && lua_pcall(L, 1, 1, 0) == LUA_OK) {
      std::string names = lua_tostring(L, -1);
      for (size_t start = 0; start < names.size();) {
        size_t end = std::min(names.find(' ', start), names.size());
        methods.names.push_back(names.substr(start, end - start));
        start = end + 1;
      }
    } else if (name != "file") {
      fprintf(stderr, "%s: %s %s\n", name.c_str(), lua_tostring(L, -1),
              state.outcome.violation.c_str());
      abort();
    }
    lua_settop(L, 0);
    SortNames(&methods.names);
    all.push_back(methods);
  }
  lua_close(L);
  return all;
}

}  // namespace net_fuzz
