#ifndef NET_TLS_SESSION_H
#define NET_TLS_SESSION_H

/* Resumption: the sessions that a server gives to a client, with which a later handshake takes
   fewer steps (RFC 8446, section 2.2; RFC 5077).

   A resumed connection is verified like any other: chain, validity and name of the certificate that
   the session began with are checked anew, by the configuration of the socket that offers it. A
   session belongs to the configuration and to the server name that it was made with, and is refused
   for others. A server that asks for certificates verifies anew the one that the client showed when
   the session began, too. Early data (0-RTT) is neither sent nor accepted: it can be replayed.

   A session should be offered once: who watches the network can tell that two connections which
   offer the same one come from the same client (RFC 8446, appendix C.4).

   A session carries what the client has proved, its certificate too: the configuration that a
   session is imported with should be one that shows the same.

   Thread rule: a session never changes, so that any number of threads may use it at a time until
   one frees it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/tls_socket.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_tls_session;

/* net_tls_socket_session returns the newest session that a client can resume the connection with,
   or NULL where there is none yet, on a server, and when memory is short. With TLS 1.3 it comes
   after the handshake, with the first reads. The caller owns it; it does not depend on the socket.
 */
struct net_tls_session *net_tls_socket_session(const struct net_tls_socket *socket);

/* net_tls_socket_set_session makes a client offer `session`, which stays the caller's, in its
   handshake. A server that does not know it, or a session that has expired, means a full handshake:
   net_tls_socket_is_reused tells. Returns false, and net_tls_socket_error says why, when the
   handshake has begun, on a server, and for a session of another configuration or another server
   name; also where the configuration has turned session tickets off. */
bool net_tls_socket_set_session(struct net_tls_socket *socket,
                                const struct net_tls_session *session);

/* net_tls_session_server_name returns the name that the session's server was verified for, NULL for
   none. It lives as long as the session. */
const char *net_tls_session_server_name(const struct net_tls_session *session);

/* net_tls_session_expires returns when the session is of no use any more, in seconds since 1970,
   UTC. */
int64_t net_tls_session_expires(const struct net_tls_session *session);

/* net_tls_session_export writes the session as bytes that another process, with the same version of
   the library, can make one of. Returns them, which the caller frees by net_tls_session_free_bytes,
   and sets `*length`; NULL when memory is short.

   Whoever reads them can pass for this client and read what the session protects; whoever can
   change them can pass for the server. They are to be kept like a private key. */
uint8_t *net_tls_session_export(const struct net_tls_session *session, size_t *length);

/* net_tls_session_free_bytes overwrites and frees what net_tls_session_export returned. NULL is
   allowed. */
void net_tls_session_free_bytes(uint8_t *bytes);

/* net_tls_session_import makes a session of bytes that net_tls_session_export wrote. It belongs to
   `config`, which it holds a reference to, and to the server name that it had. Returns the session,
   which the caller owns; on failure returns NULL and writes the reason to `error`. Bytes that are
   no session are one. */
struct net_tls_session *net_tls_session_import(struct net_tls_config *config, const void *bytes,
                                               size_t length, char error[NET_TLS_ERROR_SIZE]);

/* net_tls_session_free drops a session. NULL is allowed. */
void net_tls_session_free(struct net_tls_session *session);

#ifdef __cplusplus
}
#endif

#endif
