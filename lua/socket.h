#ifndef LUA_SOCKET_H
#define LUA_SOCKET_H

/* net.Socket: the userdata behind every socket, and the root of the classes. */

#include <stdbool.h>
#include <stdint.h>

#include "lua/class.h"
#include "net/stream.h"
#include "net/tls_server_names.h"
#include "net/tls_socket.h"

struct socket {
  /* -1 once closed. Owned by `tls` where there is one. */
  int fd;
  int family;
  int socktype;
  int protocol;
  /* Whether a poller waits (the field `nonblock`), rather than the kernel. */
  bool nonblocking;
  /* close() has begun: whoever waits meanwhile gives up, rather than wait for a descriptor that
     will be somebody else's. */
  bool is_closing;
  /* What deadlines() has set in non-blocking mode; negative: none. */
  int64_t receive_deadline_ms;
  int64_t send_deadline_ms;
  /* The connection; NULL on a listening socket. It stays after close, for what is known of it. */
  struct net_tls_socket *tls;
  /* A reference to what connections are made with. */
  struct net_tls_config *config;
  /* A server's, by the name that its client asks for; NULL: none. */
  struct net_tls_server_names *server_names;
};

/* The user values of a socket. */
enum socket_value {
  SOCKET_RECEIVE_HOOK = 1,
  SOCKET_RECEIVE_HOOK_CONTEXT,
  SOCKET_SEND_HOOK,
  SOCKET_SEND_HOOK_CONTEXT,
  SOCKET_FIELDS,
  SOCKET_NUM_VALUES = SOCKET_FIELDS
};

/* net.Socket, of which all in lua/socket_classes.h are. */
extern const struct class socket_class;

/* Its methods but those of other files, and its metamethods and fields. */
extern const luaL_Reg socket_identity_methods[];
extern const luaL_Reg socket_metamethods[];
int socket_get_field(lua_State *L);

/* socket_new pushes a closed socket of `class`. */
struct socket *socket_new(lua_State *L, const struct class *class);

/* socket_check returns argument 1, a net.Socket. */
struct socket *socket_check(lua_State *L);

/* socket_open makes the socket one of `address`'s kind with `fd`, which it then owns. */
void socket_open(struct socket *socket, int fd, const struct net_address *address,
                 bool nonblocking);

/* socket_start_tls makes the connected descriptor a TLS connection with the socket's configuration:
   a client's with the name to verify (or NULL), a server's where `is_server`. Returns false with
   the reason in `error`; the descriptor may then be closed. */
bool socket_start_tls(struct socket *socket, bool is_server, const char *server_name,
                      char error[NET_TLS_ERROR_SIZE]);

/* socket_dispose closes the descriptor without TLS I/O (D-21) and frees everything. */
void socket_dispose(struct socket *socket);

/* socket_bad_descriptor is what a closed socket answers with. */
struct net_error socket_bad_descriptor(void);

/* socket_not_connected is what a listening socket answers I/O with. */
struct net_error socket_not_connected(void);

/* socket_failure pushes nil, "operation failed: reason" and returns 2. */
int socket_failure(lua_State *L, const char *operation, struct net_error error);

#endif
