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
#include <stdint.h>

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

/* Identity: the certificates that this side shows.

   Certificates are PEM: the own one first, then those between it and the authority. Keys are PEM
   and not encrypted; their text is wiped as soon as it has been read. A staple is an OCSP response
   in DER (RFC 6960); a server sends it to a client that asks for it. */

/* net_tls_config_set_keypair_file sets the certificate chain and its private key. It fails for a
   file that cannot be read or parsed and for a key that does not belong to the certificate (D-25).
 */
bool net_tls_config_set_keypair_file(struct net_tls_config *config, const char *certificate_file,
                                     const char *key_file);

/* net_tls_config_set_keypair is net_tls_config_set_keypair_file for PEM text in memory. */
bool net_tls_config_set_keypair(struct net_tls_config *config, const char *certificate,
                                size_t certificate_length, const char *key, size_t key_length);

/* net_tls_config_set_keypair_ocsp_file is net_tls_config_set_keypair_file with a staple, of a file
   too; NULL: none, and the staple that is set already stays. */
bool net_tls_config_set_keypair_ocsp_file(struct net_tls_config *config,
                                          const char *certificate_file, const char *key_file,
                                          const char *staple_file);

/* net_tls_config_set_keypair_ocsp is net_tls_config_set_keypair_ocsp_file for text and bytes in
   memory. */
bool net_tls_config_set_keypair_ocsp(struct net_tls_config *config, const char *certificate,
                                     size_t certificate_length, const char *key, size_t key_length,
                                     const void *staple, size_t staple_length);

/* net_tls_config_add_keypair_file adds a further key pair, for servers; the staple may be NULL. Of
   its key pairs a server shows one that the client can verify (by the signature algorithms, and
   before TLS 1.3 the cipher suites, that it offers), of those one whose certificate has the name
   that the client asks for, and of those the first: what net_tls_config_set_keypair and its like
   have set, then the others in their order. A client shows the first one. */
bool net_tls_config_add_keypair_file(struct net_tls_config *config, const char *certificate_file,
                                     const char *key_file, const char *staple_file);

/* net_tls_config_add_keypair is net_tls_config_add_keypair_file for text and bytes in memory. */
bool net_tls_config_add_keypair(struct net_tls_config *config, const char *certificate,
                                size_t certificate_length, const char *key, size_t key_length,
                                const void *staple, size_t staple_length);

/* net_tls_config_set_certificate_file sets the certificate chain alone; its key is set before or
   after it. It fails for one that does not belong to a key that was set before it. Where there is a
   key pair already, the key stays if it is the new certificate's too, as after a renewal, and
   otherwise goes. With half a pair, no socket can be made: the error names the half (D-25). */
bool net_tls_config_set_certificate_file(struct net_tls_config *config, const char *file);

/* net_tls_config_set_certificate is net_tls_config_set_certificate_file for text in memory. */
bool net_tls_config_set_certificate(struct net_tls_config *config, const char *certificate,
                                    size_t length);

/* net_tls_config_set_key_file sets the private key alone. It fails for one that does not belong to
   the certificate that is set (D-25). */
bool net_tls_config_set_key_file(struct net_tls_config *config, const char *file);

/* net_tls_config_set_key is net_tls_config_set_key_file for text in memory. */
bool net_tls_config_set_key(struct net_tls_config *config, const char *key, size_t length);

/* net_tls_config_set_ocsp_staple_file sets the staple of the key pair that
   net_tls_config_set_keypair and its like set, before or after it. It fails for what is no OCSP
   response; what the response says, clients judge. */
bool net_tls_config_set_ocsp_staple_file(struct net_tls_config *config, const char *file);

/* net_tls_config_set_ocsp_staple is net_tls_config_set_ocsp_staple_file for bytes in memory. */
bool net_tls_config_set_ocsp_staple(struct net_tls_config *config, const void *staple,
                                    size_t length);

/* net_tls_config_clear_keys drops and wipes the private keys of a configuration that no socket has
   been made with. As a setter it fails for one in use: its sockets need them, and they are wiped
   with its last reference. */
bool net_tls_config_clear_keys(struct net_tls_config *config);

/* Trust: whom this side believes. The first of these calls replaces the system's CA store, further
   ones add to it. */

/* net_tls_config_set_ca_file trusts the certificates of a PEM file. */
bool net_tls_config_set_ca_file(struct net_tls_config *config, const char *file);

/* net_tls_config_set_ca_path trusts the certificates in a directory whose entries are named by
   subject hash, as `openssl rehash` makes it. They are read when they are needed. */
bool net_tls_config_set_ca_path(struct net_tls_config *config, const char *directory);

/* net_tls_config_set_ca trusts the certificates of PEM text in memory. */
bool net_tls_config_set_ca(struct net_tls_config *config, const char *certificates, size_t length);

/* net_tls_config_set_crl_file sets certificate revocation lists (PEM, RFC 5280, section 5); several
   calls add up. From then on each certificate of the peer's chain, the authority's own included,
   needs a list signed by its issuer, of the present time and without the certificate's serial
   number. Whatever is amiss with that fails the handshake, with an error that says so:
   "certificate revoked", "CRL has expired", "unable to get certificate CRL", ... */
bool net_tls_config_set_crl_file(struct net_tls_config *config, const char *file);

/* net_tls_config_set_crl is net_tls_config_set_crl_file for PEM text in memory. */
bool net_tls_config_set_crl(struct net_tls_config *config, const char *crls, size_t length);

/* net_tls_config_require_ocsp_staple makes a client refuse a server that staples no OCSP response
   to its certificate (default: such a server is believed). A response that is stapled is verified
   in any case, and one that is not right fails the handshake (RFC 6066, section 8): it must be
   about the server's certificate, signed by its issuer or by a certificate of the issuer's for
   OCSP, with SHA-256 or better, be of the present time, with an end, and say "good". Responses to
   the other certificates of the chain are neither asked for nor looked at. */
bool net_tls_config_require_ocsp_staple(struct net_tls_config *config);

/* net_tls_config_set_verify_depth limits how many certificates there may be between the peer's own
   and the trusted one (default: 100). */
bool net_tls_config_set_verify_depth(struct net_tls_config *config, int depth);

/* net_tls_default_ca_file returns the file of the CA certificates that are trusted by default: the
   one that SSL_CERT_FILE names, or the system's. The text lives as long as the environment. */
const char *net_tls_default_ca_file(void);

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

/* net_tls_config_insecure_no_verify_certificate accepts any certificate chain, whatever
   revocation lists and staples say. The name is still
   checked unless net_tls_config_insecure_no_verify_name is set too. */
bool net_tls_config_insecure_no_verify_certificate(struct net_tls_config *config);

/* net_tls_config_insecure_no_verify_name accepts a certificate for any name. */
bool net_tls_config_insecure_no_verify_name(struct net_tls_config *config);

/* net_tls_config_insecure_no_verify_time accepts certificates and revocation lists that are not
   yet, or no longer, valid. */
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
   fails for a list with a name that is not known; to forbid what BoringSSL does not have ("!aNULL")
   is no failure. Those of TLS 1.3 are fixed. A name may stand for a whole list: "secure" or
   "default" for those with forward secrecy and authenticated encryption, "compat" for all but 3DES,
   "legacy", "insecure" or "all" for all that there are: none is without encryption or certificate.
 */
bool net_tls_config_set_ciphers(struct net_tls_config *config, const char *ciphers);

/* net_tls_config_prefer_ciphers_server makes a server choose the first cipher suite of its own list
   that the client offers, before TLS 1.3 (the default). */
bool net_tls_config_prefer_ciphers_server(struct net_tls_config *config);

/* net_tls_config_prefer_ciphers_client makes a server choose the first of the client's. */
bool net_tls_config_prefer_ciphers_client(struct net_tls_config *config);

/* net_tls_config_set_groups sets the groups for key exchange in order of preference, separated by
   colons ("X25519:P-256"). */
bool net_tls_config_set_groups(struct net_tls_config *config, const char *groups);

/* net_tls_config_set_alpn sets the application protocols in order of preference, separated by
   commas ("h2,http/1.1"). A client offers them. A server picks the first of its own that the client
   offers, and refuses with the alert no_application_protocol when there is none (RFC 7301). */
bool net_tls_config_set_alpn(struct net_tls_config *config, const char *protocols);

/* Sessions. */

/* NET_TLS_MAX_SESSION_ID_LENGTH is the longest session ID of a configuration, in bytes. */
#define NET_TLS_MAX_SESSION_ID_LENGTH 32

/* NET_TLS_TICKET_KEY_SIZE is the size of a ticket key in bytes. */
#define NET_TLS_TICKET_KEY_SIZE 48

/* net_tls_config_set_session_id names the sessions of a server: it resumes those of the same name
   alone. Servers with the same ticket keys and different demands on their clients need different
   names. It fails for more than NET_TLS_MAX_SESSION_ID_LENGTH bytes. */
bool net_tls_config_set_session_id(struct net_tls_config *config, const void *id, size_t length);

/* net_tls_config_set_session_lifetime sets for how many seconds, from 4 to 86,400, a server resumes
   a session; 0 turns resumption off as net_tls_config_set_session_tickets does, and another number
   on. By default these are two hours, and two days in TLS 1.3. */
bool net_tls_config_set_session_lifetime(struct net_tls_config *config, int64_t seconds);

/* net_tls_config_add_ticket_key gives a server a key to encrypt its session tickets with, in place
   of the one that it makes up. The newest encrypts; tickets of the three before it are still read,
   and replaced. Servers that have the same keys resume each other's sessions. `length` has to be
   NET_TLS_TICKET_KEY_SIZE, and `revision`, by which a ticket tells its key, not that of a key which
   is there; to add the newest one once more does nothing.

   Unlike other setters it works on a configuration in use that has ticket keys already, by one
   thread at a time: so keys rotate while a server runs. */
bool net_tls_config_add_ticket_key(struct net_tls_config *config, uint32_t revision,
                                   const void *key, size_t length);

/* net_tls_config_set_session_tickets turns resumption by session tickets on or off (default: on).
   Off, a server issues none, and a client neither offers nor keeps any. */
bool net_tls_config_set_session_tickets(struct net_tls_config *config, bool enabled);

/* Other. */

/* net_tls_config_set_key_log_file appends each connection's secrets to `file` in the format that
   Wireshark reads (NSS key log). Whoever can read the file can decrypt the connections. */
bool net_tls_config_set_key_log_file(struct net_tls_config *config, const char *file);

#ifdef __cplusplus
}
#endif

#endif
