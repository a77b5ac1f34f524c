#include "lua/socket.h"

#include <errno.h>
#include <string.h>

#include "lua/addrinfo.h"
#include "lua/descriptor.h"

#define ERROR_TEXT_SIZE 256

struct socket *socket_new(lua_State *L, const struct class *class) {
  struct socket *socket = class_new(L, class, sizeof(*socket), SOCKET_NUM_VALUES);
  socket->fd = -1;
  socket->receive_deadline_ms = -1;
  socket->send_deadline_ms = -1;
  return socket;
}

struct socket *socket_check(lua_State *L) {
  return class_check(L, 1, &socket_class);
}

void socket_open(struct socket *socket, int fd, const struct net_address *address,
                 bool nonblocking) {
  socket->fd = fd;
  socket->family = address->family;
  socket->socktype = address->socktype;
  socket->protocol = address->protocol;
  socket->nonblocking = nonblocking;
}

bool socket_start_tls(struct socket *socket, bool is_server, const char *server_name,
                      char error[NET_TLS_ERROR_SIZE]) {
  enum net_transport_mode mode =
      socket->nonblocking ? NET_TRANSPORT_NONBLOCKING : NET_TRANSPORT_BLOCKING;
  struct net_transport transport;
  int code = net_transport_posix(socket->fd, mode, &transport);
  if (code != 0) {
    net_error_text((struct net_error){.kind = NET_ERROR_SYSTEM, .code = code}, error,
                   NET_TLS_ERROR_SIZE);
    return false;
  }
  socket->tls =
      is_server ? net_tls_socket_new_server(socket->config, transport, mode, error)
                : net_tls_socket_new_client(socket->config, transport, mode, server_name, error);
  if (!socket->tls) {
    transport.functions->close(transport.context);
    socket->fd = -1;
  } else if (socket->server_names) {
    net_tls_socket_set_server_names(socket->tls, socket->server_names);
  }
  return socket->tls != NULL;
}

void socket_dispose(struct socket *socket) {
  struct net_tls_socket *tls = socket->tls;
  struct net_tls_config *config = socket->config;
  struct net_tls_server_names *server_names = socket->server_names;
  int fd = socket->fd;
  socket->tls = NULL;
  socket->config = NULL;
  socket->server_names = NULL;
  socket->fd = -1;
  if (tls) {
    net_tls_socket_free(tls);
  } else if (fd >= 0) {
    net_close(fd);
  }
  net_tls_config_release(config);
  net_tls_server_names_release(server_names);
}

struct net_error socket_bad_descriptor(void) {
  return (struct net_error){.kind = NET_ERROR_SYSTEM, .code = EBADF};
}

struct net_error socket_not_connected(void) {
  return (struct net_error){.kind = NET_ERROR_SYSTEM, .code = ENOTCONN};
}

int socket_failure(lua_State *L, const char *operation, struct net_error error) {
  char text[ERROR_TEXT_SIZE];
  net_error_text(error, text, sizeof(text));
  lua_pushnil(L);
  lua_pushfstring(L, "%s failed: %s", operation, text);
  return 2;
}

static int collect(lua_State *L) {
  socket_dispose(socket_check(L));
  return 0;
}

static int variable_closed(lua_State *L, int status, lua_KContext context) {
  (void)L, (void)status, (void)context;
  return 0;
}

/* <close> calls close(), which may wait. */
static int close_variable(lua_State *L) {
  socket_check(L);
  lua_getfield(L, 1, "close");
  lua_pushvalue(L, 1);
  lua_callk(L, 1, 0, 0, variable_closed);
  return variable_closed(L, LUA_OK, 0);
}

static int get_fd(lua_State *L) {
  lua_pushinteger(L, socket_check(L)->fd);
  return 1;
}

static int get_family(lua_State *L) {
  lua_pushinteger(L, socket_check(L)->family);
  return 1;
}

static int get_socktype(lua_State *L) {
  lua_pushinteger(L, socket_check(L)->socktype);
  return 1;
}

static int get_protocol(lua_State *L) {
  lua_pushinteger(L, socket_check(L)->protocol);
  return 1;
}

static int is_nonblock(lua_State *L) {
  lua_pushboolean(L, socket_check(L)->nonblocking);
  return 1;
}

static int get_address(lua_State *L, const char *operation,
                       struct net_error (*get)(int fd, struct net_address *address)) {
  struct net_address address;
  struct net_error error = get(socket_check(L)->fd, &address);
  if (error.kind != NET_ERROR_NONE) {
    return socket_failure(L, operation, error);
  }
  addrinfo_push(L, &address);
  return 1;
}

static int get_sockname(lua_State *L) {
  return get_address(L, "getsockname", net_local_address);
}

static int get_peername(lua_State *L) {
  return get_address(L, "getpeername", net_peer_address);
}

/* The fields of an object, as a program written for tables uses them. */
int socket_get_field(lua_State *L) {
  struct socket *socket = socket_check(L);
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  if (name[0] == 'n' && strcmp(name, "nonblock") == 0) {
    lua_pushboolean(L, socket->nonblocking);
  } else if (strcmp(name, "sock") == 0) {
    descriptor_push(L, 1);
  } else {
    lua_pushnil(L);
  }
  return 1;
}

const luaL_Reg socket_identity_methods[] = {
    {"fd", get_fd},
    {"family", get_family},
    {"socktype", get_socktype},
    {"protocol", get_protocol},
    {"isnonblock", is_nonblock},
    {"getsockname", get_sockname},
    {"getpeername", get_peername},
    {NULL, NULL},
};

const luaL_Reg socket_metamethods[] = {
    {"__gc", collect},
    {"__close", close_variable},
    {NULL, NULL},
};
