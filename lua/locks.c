/* The methods that hold the poller's read or write lock of the descriptor (D-27). The lock is
   released whether the function under it returns or raises; without a poller it always succeeds. */

#include "lua/locks.h"

#include "lua/args.h"
#include "lua/poller.h"
#include "lua/socket_classes.h"
#include "lua/triple.h"

struct lock {
  const char *lock;
  const char *unlock;
  bool is_write;
};

/* By their kinds, which continuations are given. */
static const struct lock locks[] = {
    [READ_LOCK] = {"read_lock", "read_unlock", false},
    [WRITE_LOCK] = {"write_lock", "write_unlock", true},
};

/* On the stack: the descriptor, as it was when the lock was taken, and then the function under the
   lock with its arguments, or what became of it. */
enum {
  DESCRIPTOR = 1,
  FUNCTION
};

/* After the unlocking: whether the function returned, at FUNCTION, then its results or error. */
static int unlocked(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return lua_toboolean(L, FUNCTION) ? lua_gettop(L) - FUNCTION : lua_error(L);
}

/* Results that leave no room for the call that unlocks become an error, and it is made. */
static int unlock(lua_State *L, int status, lua_KContext context) {
  if (!lua_checkstack(L, LUA_MINSTACK)) {
    lua_settop(L, DESCRIPTOR);
    lua_pushliteral(L, "too many results");
    status = LUA_ERRRUN;
  }
  lua_pushboolean(L, status == LUA_OK || status == LUA_YIELD);
  lua_insert(L, FUNCTION);
  if (poller_push(L, locks[context].unlock)) {
    lua_pushvalue(L, DESCRIPTOR);
    lua_callk(L, 1, 0, context, unlocked);
  }
  return unlocked(L, LUA_OK, context);
}

static int call_locked(lua_State *L, enum lock_kind kind) {
  int status = lua_pcallk(L, lua_gettop(L) - FUNCTION, LUA_MULTRET, 0, kind, unlock);
  return unlock(L, status, kind);
}

/* After the locking: its three results are on the top. */
static int locked(lua_State *L, int status, lua_KContext context) {
  (void)status;
  if (!lua_toboolean(L, -3)) {
    return triple_refused(L, TRIPLE_VALUE, locks[context].lock, lua_gettop(L) - 2);
  }
  lua_pop(L, 3);
  return call_locked(L, (enum lock_kind)context);
}

/* Calls the function on the stack, of which the socket is the first argument. */
static int with_lock(lua_State *L, const struct socket *socket, enum lock_kind kind) {
  lua_pushinteger(L, socket->fd);
  lua_insert(L, DESCRIPTOR);
  if (!poller_push(L, locks[kind].lock)) {
    return call_locked(L, kind);
  }
  lua_pushvalue(L, DESCRIPTOR);
  poller_push_timeout(
      L, locks[kind].is_write ? socket->send_deadline_ms : socket->receive_deadline_ms);
  lua_callk(L, 2, 3, kind, locked);
  return locked(L, LUA_OK, kind);
}

int lock_call(lua_State *L, enum lock_kind kind, const char *name, void (*check)(lua_State *L)) {
  const struct socket *socket = socket_check(L);
  lua_getfield(L, 1, name);
  if (check && lua_iscfunction(L, -1)) {
    lua_pop(L, 1);
    check(L);
    lua_getfield(L, 1, name);
  }
  lua_insert(L, 1);
  return with_lock(L, socket, kind);
}

/* syncread(fn, ...) and syncwrite(fn, ...) return what fn(self, ...) returns. */
static int call_function(lua_State *L, enum lock_kind kind) {
  const struct socket *socket = socket_check(L);
  luaL_argcheck(L, lua_isfunction(L, 2), 2, "fn must be function");
  lua_pushvalue(L, 2);
  lua_remove(L, 2);
  lua_insert(L, 1);
  return with_lock(L, socket, kind);
}

/* TLS has no flags, and takes no notice of them. */
static void check_flags(lua_State *L) {
  if (!class_test(L, 1, &tls_socket_class)) {
    args_flags(L, 3);
  }
}

static void check_read(lua_State *L) {
  if (!lua_isnoneornil(L, 2)) {
    args_integer(L, 2);
  }
}

static void check_receive(lua_State *L) {
  check_read(L);
  check_flags(L);
}

static void check_write(lua_State *L) {
  args_string(L, 2, NULL);
}

static void check_send(lua_State *L) {
  check_write(L);
  check_flags(L);
}

static int read_sync(lua_State *L) {
  return lock_call(L, READ_LOCK, "read", check_read);
}

static int receive_sync(lua_State *L) {
  return lock_call(L, READ_LOCK, "recv", check_receive);
}

static int write_sync(lua_State *L) {
  return lock_call(L, WRITE_LOCK, "write", check_write);
}

static int send_sync(lua_State *L) {
  return lock_call(L, WRITE_LOCK, "send", check_send);
}

static int sync_read(lua_State *L) {
  return call_function(L, READ_LOCK);
}

static int sync_write(lua_State *L) {
  return call_function(L, WRITE_LOCK);
}

const luaL_Reg lock_methods[] = {
    {"readsync", read_sync},
    {"recvsync", receive_sync},
    {"writesync", write_sync},
    {"sendsync", send_sync},
    {"syncread", sync_read},
    {"syncwrite", sync_write},
    {NULL, NULL},
};
