#ifndef NET_TLS_CONNECT_H
#define NET_TLS_CONNECT_H

/* From a host's name to a TLS socket in one call, for programs without a transport of their own. */

#include <stdint.h>

#include "net/tls_socket.h"

#ifdef __cplusplus
extern "C" {
#endif

/* net_tls_connect resolves `host` and `port`, connects to the first address that answers (tried in
   order, all of them within `deadline_ms`; negative: no deadline) and returns a client's TLS socket
   that expects a certificate for `host`. The handshake has not begun. The socket's operations wait
   as long as its deadlines allow, which net_tls_socket_set_deadlines sets: by default, for ever.

   Returns the socket, which the caller frees. On failure returns NULL and writes the reason to
   `error`: the last address's where several failed. */
struct net_tls_socket *net_tls_connect(struct net_tls_config *config, const char *host,
                                       const char *port, int64_t deadline_ms,
                                       char error[NET_TLS_ERROR_SIZE]);

/* net_tls_accept waits for a connection on the listening descriptor `fd` and returns a server's TLS
   socket. The handshake has not begun. Waiting and failure are as with net_tls_connect. */
struct net_tls_socket *net_tls_accept(struct net_tls_config *config, int fd,
                                      char error[NET_TLS_ERROR_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
