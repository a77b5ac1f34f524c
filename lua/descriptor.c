#include "lua/descriptor.h"

#include "lua/args.h"
#include "lua/socket.h"

/* The user value that holds the socket. */
#define DESCRIPTOR_SOCKET 1

static const struct class descriptor_class;

static struct socket *check(lua_State *L) {
  class_check(L, 1, &descriptor_class);
  lua_getiuservalue(L, 1, DESCRIPTOR_SOCKET);
  struct socket *socket = class_test(L, -1, &socket_class);
  lua_pop(L, 1);
  return socket;
}

static int get_fd(lua_State *L) {
  lua_pushinteger(L, check(L)->fd);
  return 1;
}

/* nonblock([enable]) -> the flag before, err. The socket goes on as in the mode it was made in. */
static int nonblock(lua_State *L) {
  struct socket *socket = check(L);
  bool is_set = !lua_isnoneornil(L, 2);
  bool enable = is_set && args_boolean(L, 2);
  bool old = false;
  struct net_error error = net_get_nonblocking(socket->fd, &old);
  if (error.kind == NET_ERROR_NONE && is_set) {
    error = net_set_nonblocking(socket->fd, enable);
  }
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "nonblock", error);
  }
  lua_pushboolean(L, old);
  return 1;
}

static const luaL_Reg methods[] = {{"fd", get_fd}, {"nonblock", nonblock}, {NULL, NULL}};
static const luaL_Reg *const method_lists[] = {methods, NULL};
static const struct class descriptor_class = {.name = "net.Descriptor", .methods = method_lists};

void descriptor_replace(lua_State *L, int index) {
  if (class_test(L, index, &descriptor_class)) {
    lua_getiuservalue(L, index, DESCRIPTOR_SOCKET);
    lua_replace(L, index);
  }
}

void descriptor_push(lua_State *L, int index) {
  lua_pushvalue(L, index);
  class_new(L, &descriptor_class, 0, DESCRIPTOR_SOCKET);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, DESCRIPTOR_SOCKET);
}
