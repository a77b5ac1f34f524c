#ifndef NET_TLS_CONFIG_H
#define NET_TLS_CONFIG_H

/* The configuration of TLS sockets: trust, identity, protocol.

   One configuration serves any number of sockets, as client or as server. It is changed before the
   first socket is made with it and never after: from then on every setter fails. It is safe by
   default (D-24, D-25): TLS 1.2 and 1.3, chain, name and validity of the peer's certificate
   verified against the system's CA store. Only functions named insecure_ take from that.

   Setters return true on success. On failure they return false, leave the configuration as it was,
   and net_tls_config_error tells what was wrong. Files are read by the setter, not later.

   Ownership: reference counted; each socket holds a reference. Strings and bytes are copied.
   Thread rule: setters by one thread at a time; once in use, any thread may make sockets with it,
   take and drop references. */

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct net_tls_config;

/* net_tls_config_new returns a configuration with one reference and the safe defaults, or NULL when
   memory is short. */
struct net_tls_config *net_tls_config_new(void);

/* net_tls_config_retain adds a reference and returns `config`. */
struct net_tls_config *net_tls_config_retain(struct net_tls_config *config);

/* net_tls_config_release drops a reference; the last one frees `config`. NULL is allowed. */
void net_tls_config_release(struct net_tls_config *config);

/* net_tls_config_error returns the text of the last setter's failure, which names the file or value
   and the reason (D-25), or "" where none has failed. It lives until the next setter. */
const char *net_tls_config_error(const struct net_tls_config *config);

/* Identity: the certificate that this side shows. */

/* net_tls_config_set_keypair_file reads the certificate chain (PEM, own certificate first) and its
   private key (PEM, not encrypted). It fails for a file that cannot be read or parsed and for a
   key that does not belong to the certificate (D-25). */
bool net_tls_config_set_keypair_file(struct net_tls_config *config, const char *certificate_file,
                                     const char *key_file);

/* net_tls_config_set_keypair is net_tls_config_set_keypair_file for PEM text in memory. */
bool net_tls_config_set_keypair(struct net_tls_config *config, const char *certificate,
                                size_t certificate_length, const char *key, size_t key_length);

/* Trust: whom this side believes. The first of these calls replaces the system's CA store, further
   ones add to it. */

/* net_tls_config_set_ca_file trusts the certificates of a PEM file. */
bool net_tls_config_set_ca_file(struct net_tls_config *config, const char *file);

/* net_tls_config_set_ca_path trusts the certificates in a directory whose entries are named by
   subject hash, as `openssl rehash` makes it. They are read when they are needed. */
bool net_tls_config_set_ca_path(struct net_tls_config *config, const char *directory);

/* net_tls_config_set_ca trusts the certificates of PEM text in memory. */
bool net_tls_config_set_ca(struct net_tls_config *config, const char *certificates, size_t length);

/* net_tls_client_certificate tells what a server wants of its clients' certificates. */
enum net_tls_client_certificate {
  /* The server does not ask (the default). */
  NET_TLS_CLIENT_CERTIFICATE_NONE = 0,
  /* The server asks; one that is sent must verify. */
  NET_TLS_CLIENT_CERTIFICATE_OPTIONAL,
  /* The server asks; none, or one that does not verify, fails the handshake. */
  NET_TLS_CLIENT_CERTIFICATE_REQUIRED
};

/* net_tls_config_set_client_certificate sets what a server asks of its clients. A client's own
   certificate is its key pair. */
bool net_tls_config_set_client_certificate(struct net_tls_config *config,
                                           enum net_tls_client_certificate policy);

/* net_tls_config_insecure_no_verify_certificate accepts any certificate chain. The name is still
   checked unless net_tls_config_insecure_no_verify_name is set too. */
bool net_tls_config_insecure_no_verify_certificate(struct net_tls_config *config);

/* net_tls_config_insecure_no_verify_name accepts a certificate for any name. */
bool net_tls_config_insecure_no_verify_name(struct net_tls_config *config);

/* net_tls_config_insecure_no_verify_time accepts certificates that are not yet, or no longer,
   valid. */
bool net_tls_config_insecure_no_verify_time(struct net_tls_config *config);

/* net_tls_config_verify takes the three insecure_no_verify_ settings back: chain, name and time are
   verified, as by default. */
bool net_tls_config_verify(struct net_tls_config *config);

/* net_tls_config_insecure_allow_truncation takes a FIN without close_notify for a close by the peer
   (D-10), although anybody on the network can send one (RFC 8446, section 6.1). */
bool net_tls_config_insecure_allow_truncation(struct net_tls_config *config);

/* Protocol. */

/* net_tls_version is a version of TLS. */
enum net_tls_version {
  NET_TLS_1_0 = 0x0301,
  NET_TLS_1_1 = 0x0302,
  NET_TLS_1_2 = 0x0303,
  NET_TLS_1_3 = 0x0304
};

/* net_tls_config_set_versions allows the versions from `minimum` to `maximum`, both included
   (default: NET_TLS_1_2, NET_TLS_1_3; D-25). */
bool net_tls_config_set_versions(struct net_tls_config *config, enum net_tls_version minimum,
                                 enum net_tls_version maximum);

/* net_tls_config_set_ciphers sets the cipher suites of TLS 1.2 and older in OpenSSL's notation, and
   fails for a list with a name that is not known. Those of TLS 1.3 are fixed. */
bool net_tls_config_set_ciphers(struct net_tls_config *config, const char *ciphers);

/* net_tls_config_set_groups sets the groups for key exchange in order of preference, separated by
   colons ("X25519:P-256"). */
bool net_tls_config_set_groups(struct net_tls_config *config, const char *groups);

/* net_tls_config_set_alpn sets the application protocols in order of preference, separated by
   commas ("h2,http/1.1"). A client offers them. A server picks the first of its own that the client
   offers, and refuses with the alert no_application_protocol when there is none (RFC 7301). */
bool net_tls_config_set_alpn(struct net_tls_config *config, const char *protocols);

/* net_tls_config_set_session_tickets turns resumption by session tickets on or off (default: on).
   Off, a server issues none, and a client neither offers nor keeps any. */
bool net_tls_config_set_session_tickets(struct net_tls_config *config, bool enabled);

/* net_tls_config_set_key_log_file appends each connection's secrets to `file` in the format that
   Wireshark reads (NSS key log). Whoever can read the file can decrypt the connections. */
bool net_tls_config_set_key_log_file(struct net_tls_config *config, const char *file);

#ifdef __cplusplus
}
#endif

#endif
