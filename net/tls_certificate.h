#ifndef NET_TLS_CERTIFICATE_H
#define NET_TLS_CERTIFICATE_H

/* The peer's certificates, as something to read. */

#include <stddef.h>
#include <stdint.h>

#include "net/tls_socket.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_tls_certificate;

/* net_tls_socket_peer_certificate returns the certificate that the peer showed, NULL where it
   showed none, before the handshake and when memory is short. The caller frees it; it does not
   depend on the socket. */
struct net_tls_certificate *net_tls_socket_peer_certificate(const struct net_tls_socket *socket);

/* net_tls_socket_num_peer_certificates returns how many certificates the peer showed: its own, and
   those with which it proves it, as it sent them. 0 before the handshake. */
size_t net_tls_socket_num_peer_certificates(const struct net_tls_socket *socket);

/* net_tls_socket_peer_certificate_at returns certificate `index` of those, 0 the peer's own; NULL
   past the last and for one that cannot be parsed, otherwise as net_tls_socket_peer_certificate.
   Nothing says that those behind the first have anything to do with it. */
struct net_tls_certificate *net_tls_socket_peer_certificate_at(const struct net_tls_socket *socket,
                                                               size_t index);

/* net_tls_certificate_free frees a certificate. NULL is allowed. */
void net_tls_certificate_free(struct net_tls_certificate *certificate);

/* net_tls_certificate_subject returns the subject's distinguished name (RFC 2253 notation). Texts
   live as long as the certificate. */
const char *net_tls_certificate_subject(const struct net_tls_certificate *certificate);

/* net_tls_certificate_issuer returns the issuer's distinguished name. */
const char *net_tls_certificate_issuer(const struct net_tls_certificate *certificate);

/* net_tls_certificate_num_names returns how many subject alternative names there are that are DNS
   names, IP addresses, e-mail addresses or URIs. */
size_t net_tls_certificate_num_names(const struct net_tls_certificate *certificate);

/* net_tls_certificate_name returns name `index` as "DNS:example.org", "IP:192.0.2.1", "email:..."
   or "URI:..."; NULL past the last. Bytes of a name that are not printable ASCII are written \xHH.
 */
const char *net_tls_certificate_name(const struct net_tls_certificate *certificate, size_t index);

/* net_tls_certificate_not_before returns the begin of validity in seconds since 1970, UTC. */
int64_t net_tls_certificate_not_before(const struct net_tls_certificate *certificate);

/* net_tls_certificate_not_after returns the end of validity in seconds since 1970, UTC. */
int64_t net_tls_certificate_not_after(const struct net_tls_certificate *certificate);

/* net_tls_certificate_sha256 returns the SHA-256 of the certificate in lower-case hex. */
const char *net_tls_certificate_sha256(const struct net_tls_certificate *certificate);

/* net_tls_certificate_pem returns the certificate as PEM. */
const char *net_tls_certificate_pem(const struct net_tls_certificate *certificate);

#ifdef __cplusplus
}
#endif

#endif
