/* The methods that hold the poller's read or write lock of the descriptor (D-27). The lock is
   released whether the function under it returns or raises, and where its coroutine is closed, or
   collected, while it waits; without a poller it always succeeds. */

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

/* The lock while it is held: a value to be closed. */
struct guard {
  /* The descriptor, as it was when the lock was taken. */
  int fd;
  enum lock_kind kind;
  bool is_held;
};

static const struct class guard_class;

/* Returns whether a function and its argument have been pushed, to be called. */
static bool push_unlock(lua_State *L, struct guard *guard) {
  bool is_held = guard->is_held;
  guard->is_held = false;
  if (!is_held || !poller_push(L, locks[guard->kind].unlock)) {
    return false;
  }
  lua_pushinteger(L, guard->fd);
  return true;
}

static int release(lua_State *L) {
  if (push_unlock(L, class_check(L, 1, &guard_class))) {
    lua_call(L, 1, 0);
  }
  return 0;
}

static const luaL_Reg *const no_methods[] = {NULL};
static const luaL_Reg guard_metamethods[] = {
    {"__close", release},
    {"__gc", release},
    {NULL, NULL},
};
static const struct class guard_class = {
    .name = "net.lock", .methods = no_methods, .metamethods = guard_metamethods};

/* On the stack: the guard, and then the function under the lock with its arguments, or what became
   of it. */
enum {
  GUARD = 1,
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
    lua_settop(L, GUARD);
    lua_pushliteral(L, "too many results");
    status = LUA_ERRRUN;
  }
  lua_pushboolean(L, status == LUA_OK || status == LUA_YIELD);
  lua_insert(L, FUNCTION);
  if (push_unlock(L, lua_touserdata(L, GUARD))) {
    lua_callk(L, 1, 0, context, unlocked);
  }
  return unlocked(L, LUA_OK, context);
}

/* After the locking: its three results are on the top. */
static int locked(lua_State *L, int status, lua_KContext context) {
  struct guard *guard = lua_touserdata(L, GUARD);
  if (!lua_toboolean(L, -3)) {
    return triple_refused(L, TRIPLE_VALUE, locks[context].lock, lua_gettop(L) - 2);
  }
  guard->is_held = true;
  lua_pop(L, 3);
  status = lua_pcallk(L, lua_gettop(L) - FUNCTION, LUA_MULTRET, 0, context, unlock);
  return unlock(L, status, context);
}

/* What the collector calls while there is made room for it may close the socket. */
static int push_guard(lua_State *L, const struct socket *socket, enum lock_kind kind) {
  struct guard *guard = class_new(L, &guard_class, sizeof(*guard), 0);
  *guard = (struct guard){.fd = socket->fd, .kind = kind};
  lua_insert(L, GUARD);
  lua_toclose(L, GUARD);
  return guard->fd;
}

static int returned(lua_State *L, int status, lua_KContext context) {
  (void)status, (void)context;
  return lua_gettop(L);
}

/* Calls the function on the stack, of which the socket is the first argument. */
static int with_lock(lua_State *L, const struct socket *socket, enum lock_kind kind) {
  luaL_checkstack(L, LUA_MINSTACK, "too many arguments");
  if (!poller_push(L, locks[kind].lock)) {
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, returned);
    return returned(L, LUA_OK, 0);
  }
  lua_pushinteger(L, push_guard(L, socket, kind));
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
