#ifndef NET_TLS_SOCKET_H
#define NET_TLS_SOCKET_H

/* A TLS socket over a transport: handshake, read, write, close, each with one documented outcome.

   Errors are values: a call returns an enum net_tls_outcome, counts come through out parameters,
   and net_tls_socket_error has the text (D-04). Bytes that a write has accepted and bytes that came
   in with a record are kept in the socket's own buffers, so any call may be repeated, continued
   with other bytes, or given up (D-06).

   Thread rule: different sockets may be used by different threads at the same time, also with the
   same configuration. One socket is used by one thread at a time. There is no global state but a
   count of forks.

   Fork rule: a connection belongs to the process that began its handshake. In a process forked from
   that, which has the same keys, each operation is an error; net_tls_socket_close and
   net_tls_socket_free close the descriptor and leave the connection alone. A socket whose handshake
   has not begun may be used by either process, but by one. A child of a process with several
   threads may do no more than what POSIX allows it, which is little. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/tls_config.h"
#include "net/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_tls_socket;

/* net_tls_outcome tells how an operation ended; exactly one of these holds (D-04). */
enum net_tls_outcome {
  /* The operation did what was asked. */
  NET_TLS_OK = 0,
  /* The peer has closed the connection: at read by its close_notify (RFC 8446, section 6.1), at
     write because the transport refuses bytes after that (D-09). Every later read says so too. */
  NET_TLS_CLOSED,
  /* Time ran out: a deadline (D-15), the transport's own timeout (D-13) or the clock limit (D-14).
     The socket is as usable as before. */
  NET_TLS_TIMEOUT,
  /* The operation failed; net_tls_socket_error tells why. An error of the connection is sticky:
     every later handshake, read and write returns the same (D-11). Only where the transport refused
     to send can what had come in before still be read first. */
  NET_TLS_ERROR,
  /* Only from the net_tls_socket_try_ functions: to be called again when the transport is readable,
     or writable. */
  NET_TLS_WANT_READ,
  NET_TLS_WANT_WRITE
};

/* NET_TLS_ERROR_SIZE is the size of a text that tells why a socket could not be made. */
#define NET_TLS_ERROR_SIZE 512

/* Life of a socket. */

/* net_tls_socket_new_client makes the client's end of a connection over `transport`. `mode` says
   whether the transport's receive and send block. `server_name` is what the peer's certificate must
   be valid for: a DNS name, which is also sent as SNI (RFC 6066), or an IP address, which is
   matched against iPAddress SANs and not sent (D-24). NULL is an error unless the name is not
   verified. No I/O happens.

   Returns the socket, which owns `transport` and holds a reference to `config`. On failure returns
   NULL and writes the reason to `error` (NET_TLS_ERROR_SIZE bytes); `transport` is then still the
   caller's. */
struct net_tls_socket *net_tls_socket_new_client(struct net_tls_config *config,
                                                 struct net_transport transport,
                                                 enum net_transport_mode mode,
                                                 const char *server_name,
                                                 char error[NET_TLS_ERROR_SIZE]);

/* net_tls_socket_new_server makes the server's end, of an accepted connection. It fails for a
   configuration without a key pair; otherwise as net_tls_socket_new_client. */
struct net_tls_socket *net_tls_socket_new_server(struct net_tls_config *config,
                                                 struct net_transport transport,
                                                 enum net_transport_mode mode,
                                                 char error[NET_TLS_ERROR_SIZE]);

/* net_tls_socket_free closes the transport if that has not been done, without TLS I/O (D-21: the
   peer sees a truncation), and frees the socket. NULL is allowed. */
void net_tls_socket_free(struct net_tls_socket *socket);

/* net_tls_socket_set_deadlines sets how long an operation may take in milliseconds, all its waits
   and the implicit handshake included: `receive_ms` for handshake and read, `send_ms` for write,
   tls_close and close (D-15, D-20). Negative: no deadline (the default). 0: do not wait. An
   operation without a deadline is held to the other one while it waits for that direction.

   In blocking mode it is the transport that sleeps, for as long as its own timeouts allow (D-13): a
   deadline is then looked at between its calls alone. */
void net_tls_socket_set_deadlines(struct net_tls_socket *socket, int64_t receive_ms,
                                  int64_t send_ms);

/* NET_TLS_DEFAULT_CLOCK_LIMIT is 10 ms in nanoseconds. */
#define NET_TLS_DEFAULT_CLOCK_LIMIT INT64_C(10000000)

/* net_tls_socket_set_clock_limit bounds busy retrying in blocking mode: an operation that has used
   `nanoseconds` of the calling thread's CPU time by the time of a retry ends with NET_TLS_TIMEOUT.
   Time asleep does not count, nor the work of a handshake that moves on (D-14). Not negative. */
void net_tls_socket_set_clock_limit(struct net_tls_socket *socket, int64_t nanoseconds);

/* net_tls_socket_clock_limit returns the limit in nanoseconds. */
int64_t net_tls_socket_clock_limit(const struct net_tls_socket *socket);

/* Operations. In blocking mode the transport's receive and send sleep; in non-blocking mode its
   wait does, until the deadline. After net_tls_socket_close each of them but close itself and
   tls_close returns NET_TLS_ERROR. */

/* net_tls_socket_handshake completes the handshake. Returns NET_TLS_OK when it is complete and the
   own last flight is handed to the transport, at once where that is so already (D-18);
   NET_TLS_TIMEOUT: call again to continue; NET_TLS_ERROR: the text names the alert and who sent it,
   or what the certificate's verification found (D-12). A peer that closes during the handshake is
   an error. */
enum net_tls_outcome net_tls_socket_handshake(struct net_tls_socket *socket);

/* net_tls_socket_read reads at least one and at most `capacity` bytes of plaintext into `buffer`
   and sets `*length` to their number, 0 where it returns anything but NET_TLS_OK. It performs the
   handshake where that has not been done. It takes what is decrypted or received already before it
   waits for more (D-08). A `capacity` of 0 is NET_TLS_ERROR, "Invalid argument", and consumes
   nothing. NET_TLS_CLOSED: the peer's close_notify has come, after all its data (D-09). A FIN
   without it is NET_TLS_ERROR unless the configuration allows truncation; a reset is NET_TLS_ERROR
   in any case (D-10). */
enum net_tls_outcome net_tls_socket_read(struct net_tls_socket *socket, void *buffer,
                                         size_t capacity, size_t *length);

/* net_tls_socket_peek is net_tls_socket_read, which see, but consumes nothing: the next read
   returns the same bytes. It looks into one record, so that it may set fewer bytes than a read
   would. */
enum net_tls_outcome net_tls_socket_peek(struct net_tls_socket *socket, void *buffer,
                                         size_t capacity, size_t *length);

/* net_tls_socket_write sends `length` bytes, in as many records as it takes (D-05), and performs
   the handshake where that has not been done. `*written` is set to the number of bytes that the
   socket has accepted: with NET_TLS_OK all, with any other outcome those that need not, and must
   not, be given again (D-06). Accepted bytes go out before anything else by the next read, write,
   tls_close or close. NET_TLS_TIMEOUT: fewer than `length` bytes have been accepted, or the
   handshake is not complete; where all have been, the outcome is NET_TLS_OK even if the deadline
   passed before the transport took the last of them (D-05). A `length` of 0 sends nothing but
   performs the handshake (D-07). NET_TLS_CLOSED: D-09. */
enum net_tls_outcome net_tls_socket_write(struct net_tls_socket *socket, const void *bytes,
                                          size_t length, size_t *written);

/* net_tls_socket_key_update changes the key that this side sends with, and with `request_peer` asks
   the peer to change its own (RFC 8446, section 4.6.3). It performs the handshake where that has
   not been done. NET_TLS_OK: the message is accepted as bytes of a write are, and goes out as they
   do (D-06). NET_TLS_TIMEOUT: it is not, because bytes accepted earlier could not be sent or the
   handshake is not complete. NET_TLS_ERROR also where TLS 1.2 or older was agreed on, which has no
   key update: the connection goes on. NET_TLS_CLOSED: as with a write. A peer may take more than a
   few dozen without data in between for an attack, and end the connection. */
enum net_tls_outcome net_tls_socket_key_update(struct net_tls_socket *socket, bool request_peer);

/* net_tls_socket_tls_close sends what was accepted and then close_notify, once, and does not wait
   for the peer's (D-19, RFC 8446 section 6.1). NET_TLS_OK also where there is nothing to notify and
   when called again. NET_TLS_TIMEOUT: call again to continue. The transport stays open, and what
   the peer still sends can be read; a later write is an error. */
enum net_tls_outcome net_tls_socket_tls_close(struct net_tls_socket *socket);

/* net_tls_socket_close does tls_close and then always closes the transport, whatever tls_close
   returned; its failure, or else the transport's, is what close returns (D-20). Again: NET_TLS_OK.
 */
enum net_tls_outcome net_tls_socket_close(struct net_tls_socket *socket);

/* net_tls_socket_wait waits until the socket is worth a read (`want` is NET_TLS_WANT_READ:
   plaintext or a record is buffered, or the transport is readable) or a write (NET_TLS_WANT_WRITE),
   as long as that direction's deadline allows, in both modes (D-16). Returns NET_TLS_OK,
   NET_TLS_TIMEOUT or NET_TLS_ERROR (also for any other `want`). */
enum net_tls_outcome net_tls_socket_wait(struct net_tls_socket *socket, enum net_tls_outcome want);

/* net_tls_socket_error returns why the last call that returned NET_TLS_ERROR did so, never an empty
   text; "" where none has. It lives until the next call on the socket. */
const char *net_tls_socket_error(const struct net_tls_socket *socket);

/* Operations for a caller that waits on its own (an event loop, a coroutine).

   net_tls_socket_begin takes the time; then the same net_tls_socket_try_ function is called with
   the same operation until it returns neither NET_TLS_WANT_READ nor NET_TLS_WANT_WRITE, each time
   after a wait for the operation's `directions` of at most net_tls_socket_remaining. When the time
   is up it returns NET_TLS_TIMEOUT. Who can wait for one direction only, and is asked for both,
   waits for what was returned, but not for long: the peer may be waiting for the other. An
   operation may also simply be given up. A read and a write may be under way at once. */

/* net_tls_operation_kind tells which deadline holds an operation. */
enum net_tls_operation_kind {
  NET_TLS_HANDSHAKE,
  NET_TLS_READ,
  NET_TLS_PEEK,
  NET_TLS_WRITE,
  NET_TLS_KEY_UPDATE,
  NET_TLS_CLOSE
};

/* net_tls_operation is one operation under way. Its members are the socket's; it owns nothing. */
struct net_tls_operation {
  enum net_tls_operation_kind kind;
  /* Absolute, in nanoseconds of the transport's monotonic clock; INT64_MAX: none. */
  int64_t readable_deadline;
  int64_t writable_deadline;
  /* What to wait for after a want: NET_TRANSPORT_READABLE, NET_TRANSPORT_WRITABLE, or both where a
     read owes bytes that the peer does not take. */
  unsigned directions;
  /* Of a key update: 1 once it is accepted. */
  size_t count;
};

/* net_tls_socket_begin starts an operation: its absolute deadlines are taken now (D-15). */
void net_tls_socket_begin(const struct net_tls_socket *socket, enum net_tls_operation_kind kind,
                          struct net_tls_operation *operation);

/* net_tls_socket_remaining returns how long the caller may wait for `want` (NET_TLS_WANT_READ or
   NET_TLS_WANT_WRITE) in milliseconds, rounded up; 0 when the deadline has passed or the socket is
   closed, negative when there is no deadline. */
int64_t net_tls_socket_remaining(const struct net_tls_socket *socket,
                                 const struct net_tls_operation *operation,
                                 enum net_tls_outcome want);

/* net_tls_socket_try_handshake: net_tls_socket_handshake, which see, without a wait. */
enum net_tls_outcome net_tls_socket_try_handshake(struct net_tls_socket *socket,
                                                  struct net_tls_operation *operation);

/* net_tls_socket_try_read: net_tls_socket_read, which see, without a wait. */
enum net_tls_outcome net_tls_socket_try_read(struct net_tls_socket *socket,
                                             struct net_tls_operation *operation, void *buffer,
                                             size_t capacity, size_t *length);

/* net_tls_socket_try_peek: net_tls_socket_peek, which see, without a wait. */
enum net_tls_outcome net_tls_socket_try_peek(struct net_tls_socket *socket,
                                             struct net_tls_operation *operation, void *buffer,
                                             size_t capacity, size_t *length);

/* net_tls_socket_try_write: net_tls_socket_write, which see, without a wait. `*written` is 0 at the
   first call and left alone between the calls: it says where the operation goes on. `bytes` may
   move between the calls, and those before `*written` are not looked at again. */
enum net_tls_outcome net_tls_socket_try_write(struct net_tls_socket *socket,
                                              struct net_tls_operation *operation,
                                              const void *bytes, size_t length, size_t *written);

/* net_tls_socket_try_key_update: net_tls_socket_key_update, which see, without a wait. */
enum net_tls_outcome net_tls_socket_try_key_update(struct net_tls_socket *socket,
                                                   struct net_tls_operation *operation,
                                                   bool request_peer);

/* net_tls_socket_try_tls_close: net_tls_socket_tls_close, which see, without a wait. */
enum net_tls_outcome net_tls_socket_try_tls_close(struct net_tls_socket *socket,
                                                  struct net_tls_operation *operation);

/* net_tls_socket_close_transport closes the transport and does no TLS I/O: the second half of
   net_tls_socket_close. Returns NET_TLS_OK, also when called again, or NET_TLS_ERROR. */
enum net_tls_outcome net_tls_socket_close_transport(struct net_tls_socket *socket);

/* net_tls_socket_has_buffered returns true when a read would find plaintext or a whole record
   without the transport: then there is nothing to wait for. */
bool net_tls_socket_has_buffered(const struct net_tls_socket *socket);

/* net_tls_socket_pending returns how many bytes of plaintext a read gives at least without the
   transport. 0: it gives none; where the connection is over, net_tls_socket_has_buffered tells.
   What has been received is decrypted for that, as far as one record. */
size_t net_tls_socket_pending(struct net_tls_socket *socket);

/* What is known of the connection. Texts live as long as the socket unless said otherwise. */

/* net_tls_socket_is_handshaked returns true once the handshake has been completed. */
bool net_tls_socket_is_handshaked(const struct net_tls_socket *socket);

/* net_tls_socket_is_inherited returns true in a process that was forked after another had begun the
   handshake: the connection is that one's. */
bool net_tls_socket_is_inherited(const struct net_tls_socket *socket);

/* net_tls_socket_version returns "TLSv1.3" and the like, NULL before the handshake. */
const char *net_tls_socket_version(const struct net_tls_socket *socket);

/* net_tls_socket_cipher returns the cipher suite's name in the RFCs, NULL before the handshake. */
const char *net_tls_socket_cipher(const struct net_tls_socket *socket);

/* net_tls_socket_group returns the name of the group of the key exchange, NULL before the handshake
   and where none was used. */
const char *net_tls_socket_group(const struct net_tls_socket *socket);

/* net_tls_socket_alpn returns the application protocol agreed on, which need not be terminated, and
   sets `*length`; NULL where there is none. */
const char *net_tls_socket_alpn(const struct net_tls_socket *socket, size_t *length);

/* net_tls_socket_server_name returns the name that the client asked for by SNI, NULL for none. */
const char *net_tls_socket_server_name(const struct net_tls_socket *socket);

/* net_tls_socket_is_reused returns true where the handshake resumed an earlier session. */
bool net_tls_socket_is_reused(const struct net_tls_socket *socket);

/* net_tls_socket_ocsp_response returns the OCSP response that the server stapled to its certificate
   (RFC 6066, section 8), in DER and as it came, and sets `*length`; NULL where there is none, on a
   server and before the handshake. A client always asks for it. */
const uint8_t *net_tls_socket_ocsp_response(const struct net_tls_socket *socket, size_t *length);

/* net_tls_socket_scts returns the SignedCertificateTimestampList that came with the handshake (RFC
   6962, section 3.3), as it came, and sets `*length`; otherwise as net_tls_socket_ocsp_response. */
const uint8_t *net_tls_socket_scts(const struct net_tls_socket *socket, size_t *length);

/* NET_TLS_EXPORT_MAXIMUM is how many bytes net_tls_socket_export derives at most. */
#define NET_TLS_EXPORT_MAXIMUM ((size_t)8160)

/* net_tls_socket_export derives `length` bytes for a protocol of the caller's from the connection's
   secrets and writes them to `out` (RFC 5705; RFC 8446, section 7.5): both sides get the same for
   the same label and context, and nobody else does. With the label "EXPORTER-Channel-Binding", an
   empty context and 32 bytes it is the channel binding tls-exporter (RFC 9266). A NULL `context` is
   none, which TLS 1.2 tells from an empty one. Returns NET_TLS_OK, or NET_TLS_ERROR before the
   handshake, for a label that is empty, longer than 249 bytes or TLS's own, for a context longer
   than 65535 bytes, for a `length` of 0 or more than NET_TLS_EXPORT_MAXIMUM, and where a connection
   of TLS 1.2 lacks the extended master secret (RFC 7627, section 5.4), so that others could have
   the same bytes. */
enum net_tls_outcome net_tls_socket_export(struct net_tls_socket *socket, const char *label,
                                           size_t label_length, const void *context,
                                           size_t context_length, void *out, size_t length);

/* net_tls_closed_by tells what ended the connection first (D-10). */
enum net_tls_closed_by {
  NET_TLS_CLOSED_BY_NOBODY = 0,
  NET_TLS_CLOSED_BY_CLOSE_NOTIFY, /* the peer's */
  NET_TLS_CLOSED_BY_EOF,          /* the peer's FIN without close_notify */
  NET_TLS_CLOSED_BY_RESET,        /* the transport says that the peer is gone */
  NET_TLS_CLOSED_BY_ALERT,        /* a fatal alert, received or sent */
  NET_TLS_CLOSED_BY_LOCAL         /* tls_close or close */
};

/* net_tls_socket_closed_by returns what ended the connection. */
enum net_tls_closed_by net_tls_socket_closed_by(const struct net_tls_socket *socket);

/* net_tls_closed_by_name returns "close_notify", "eof", "reset", "alert", "local", or NULL for
   NET_TLS_CLOSED_BY_NOBODY. */
const char *net_tls_closed_by_name(enum net_tls_closed_by closed_by);

/* net_tls_alert is an alert as it was on the wire (RFC 8446, section 6). */
struct net_tls_alert {
  /* The name that the RFCs give it, "unknown" where they give none. */
  const char *name;
  uint8_t description;
  bool fatal;
  /* Whether this side sent it; otherwise the peer did. */
  bool sent;
};

/* net_tls_socket_alert copies the last alert of the connection to `*alert` and returns true, or
   returns false where there was none. */
bool net_tls_socket_alert(const struct net_tls_socket *socket, struct net_tls_alert *alert);

/* net_tls_library returns name and version of the TLS library below the sockets, e.g. "BoringSSL,
   API version 19". */
const char *net_tls_library(void);

#ifdef __cplusplus
}
#endif

#endif
