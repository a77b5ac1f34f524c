#include "lua/stream_wrap.h"

#include <sys/socket.h>

#include "lua/args.h"
#include "lua/poller.h"
#include "lua/socket.h"

int stream_wrap(lua_State *L, const struct class *class, enum net_family family) {
  int fd = args_int(L, 1);
  bool nonblocking = poller_is_pollable(L);
  struct socket *socket = socket_new(L, class);
  struct net_address address;
  struct net_error error = net_adopt(fd, family, nonblocking, &address);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "wrap", error);
  }
  socket_open(socket, fd, &address, nonblocking);
  return 1;
}

/* The objects are made first, so that no descriptor is ever without an owner. */
int stream_pair(lua_State *L, const struct class *class) {
  static const struct net_address address = {.family = AF_UNIX, .socktype = SOCK_STREAM};
  bool nonblocking = poller_is_pollable(L);
  struct socket *sockets[2];
  int fds[2];
  lua_createtable(L, 2, 0);
  for (int i = 0; i < 2; i++) {
    sockets[i] = socket_new(L, class);
    lua_rawseti(L, -2, i + 1);
  }
  struct net_error error = net_pair(nonblocking, fds);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, "pair", error);
  }
  for (int i = 0; i < 2; i++) {
    socket_open(sockets[i], fds[i], &address, nonblocking);
  }
  return 1;
}
