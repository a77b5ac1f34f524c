#ifndef NET_TLS_SOCKET_INTERNAL_H
#define NET_TLS_SOCKET_INTERNAL_H

/* What a TLS socket is made of, for the files of net/ alone. */

#include <openssl/ssl.h>

#include "net/buffer.h"
#include "net/tls_config_internal.h"
#include "net/tls_server_names.h"
#include "net/tls_socket.h"

struct net_tls_socket {
  struct net_transport transport;
  struct net_tls_config *config;
  /* Whose identity and trust the connection has: `config`, or a reference to what a server has
     found for the name that its client asked for. */
  struct net_tls_config *policy;
  /* A server's; NULL: none. */
  struct net_tls_server_names *server_names;
  SSL *ssl;
  /* Ciphertext that BoringSSL has not taken yet, and that the transport has not. */
  struct net_buffer received;
  struct net_buffer sending;

  /* Milliseconds, negative: none. */
  int64_t receive_deadline;
  int64_t send_deadline;
  /* Nanoseconds. */
  int64_t clock_limit;

  /* The name to verify, and that of a client's sessions; NULL: none. */
  char *server_name;
  /* Why the connection failed: owned, or net_tls_out_of_memory. NULL as long as it has not. */
  char *failure;
  /* What net_tls_socket_error returns. */
  const char *error;
  /* The newest session of a client. */
  SSL_SESSION *session;

  /* errno of the receive that failed, 0: none has. */
  int receive_error;
  enum net_transport_mode mode;
  enum net_tls_closed_by closed_by;
  struct {
    uint8_t description;
    bool is_known;
    bool fatal;
    bool sent;
  } alert;
  /* Length of what tls_close left at the end of `sending`: the close_notify record, and before it
     tickets that a server still had to send. */
  size_t close_notify_length;

  /* The handshake's first step has been made, by the process of this generation. */
  bool has_begun;
  unsigned process;
  /* How many forks there had been when the socket was made. */
  unsigned forks;
  bool is_handshaked;
  /* The peer has closed: its close_notify has been read, or a FIN that counts as one. */
  bool is_closed_by_peer;
  /* tls_close has been called: nothing more is written. */
  bool is_tls_closed;
  /* The transport is closed. */
  bool is_closed;
  /* The transport refuses to send; what has come in can still be read. `failure` says why. */
  bool is_send_refused;
  /* `failure` holds for reading too: the connection is over. */
  bool is_dead;
  /* An operation has returned `failure` as its error. */
  bool is_failure_told;
  /* The transport has nothing more to receive. */
  bool is_at_end;
  /* BoringSSL has seen the close_notify, or what is wrong with the input: the next read tells. */
  bool has_seen_end;
};

/* net_tls_out_of_memory is the text of a failure that there was no memory to describe. */
extern char net_tls_out_of_memory[];

/* net_tls_server_names_find returns a new reference to the configuration for the name, NULL where
   there is none. */
struct net_tls_config *net_tls_server_names_find(struct net_tls_server_names *names,
                                                 const char *name);

/* net_tls_bio_new returns a BIO that reads `received` and writes `sending` of the socket, and never
   touches the transport. NULL when memory is short. */
BIO *net_tls_bio_new(struct net_tls_socket *socket);

/* net_tls_error sets the text of an error that is not one of the connection, which must be a
   constant, and returns NET_TLS_ERROR. */
enum net_tls_outcome net_tls_error(struct net_tls_socket *socket, const char *text);

/* net_tls_is_alerted returns true when the peer has sent a fatal alert. */
bool net_tls_is_alerted(const struct net_tls_socket *socket);

/* net_tls_set_failure sets `failure` to a copy of the formatted text. */
void net_tls_set_failure(struct net_tls_socket *socket, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* net_tls_fail_tls ends the connection for what BoringSSL's error queue, the last alert or the
   verifier says; `operation` names what failed. The alert that BoringSSL wrote is in `sending`. */
void net_tls_fail_tls(struct net_tls_socket *socket, const char *operation);

/* net_tls_fail_system ends the connection for an errno value of the transport. */
void net_tls_fail_system(struct net_tls_socket *socket, const char *operation, int error);

/* net_tls_refuse notes that the transport refused to send for an errno value. */
void net_tls_refuse(struct net_tls_socket *socket, const char *operation, int error);

/* net_tls_fail_truncated ends the connection for a FIN that came without close_notify. */
void net_tls_fail_truncated(struct net_tls_socket *socket, const char *operation);

/* net_tls_note_closed_by notes what ended the connection, unless something else did before. */
void net_tls_note_closed_by(struct net_tls_socket *socket, enum net_tls_closed_by closed_by);

/* net_tls_verify_resumed_client verifies the certificate of a client that has resumed a session by
   what its server asks of clients now: BoringSSL verifies anew only what a client resumes, and the
   server may ask for more than when the session began, or the certificate may have expired or been
   revoked. Returns false where it is not good any more, with the reason in `failure` and the alert
   in `sending`. */
bool net_tls_verify_resumed_client(struct net_tls_socket *socket);

/* net_tls_name_is_address returns true where `name` is an IP address and not a DNS name. */
bool net_tls_name_is_address(const char *name);

#endif
