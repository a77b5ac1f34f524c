#ifndef NET_TLS_SERVER_NAMES_H
#define NET_TLS_SERVER_NAMES_H

/* A server's configurations by the name that its client asks for (SNI, RFC 6066, section 3).

   A connection whose client asks for a name of the table has that configuration's key pairs, trust,
   verification of clients, versions, cipher suites, groups, ALPN and key log. Its session tickets
   stay those of the configuration that the socket was made with, and are good for the same name
   alone. A client that asks for another name, or for none, gets the socket's own configuration.

   Ownership: reference counted; each socket holds a reference, and so does the table to its
   configurations. Thread rule: any thread may call any function at any time: names may be added
   while there are connections, and hold for handshakes that begin later. */

#include "net/tls_socket.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_tls_server_names;

/* net_tls_server_names_new returns an empty table with one reference, or NULL when memory is short.
 */
struct net_tls_server_names *net_tls_server_names_new(void);

/* net_tls_server_names_retain adds a reference and returns `names`. */
struct net_tls_server_names *net_tls_server_names_retain(struct net_tls_server_names *names);

/* net_tls_server_names_release drops a reference; the last one frees `names`. NULL is allowed. */
void net_tls_server_names_release(struct net_tls_server_names *names);

/* net_tls_server_names_add makes `config` that of the clients that ask for `name`, in place of what
   the name had before. "*.example.org" stands for every name with one label before ".example.org"
   that has no entry of its own. Names are DNS names, in upper or lower case. From then on `config`
   cannot be changed.

   Returns true on success. Returns false, with the reason in `error`, for what is no such name and
   for a configuration that does not do for a server. */
bool net_tls_server_names_add(struct net_tls_server_names *names, const char *name,
                              struct net_tls_config *config, char error[NET_TLS_ERROR_SIZE]);

/* net_tls_socket_set_server_names makes a server's socket look its client's name up in `names`.
   Returns true on success, and false on a client's socket and once the handshake has begun. */
bool net_tls_socket_set_server_names(struct net_tls_socket *socket,
                                     struct net_tls_server_names *names);

#ifdef __cplusplus
}
#endif

#endif
