#ifndef NET_TLS_OPERATION_H
#define NET_TLS_OPERATION_H

/* An operation on its way: a step of TLS that does no I/O (tls_step.c), one turn of the I/O that it
   asks for (tls_exchange.c), time (tls_time.c), and the loop around them (tls_io.c). */

#include "net/tls_socket_internal.h"

/* net_tls_request is what is asked of the loop. */
struct net_tls_request {
  enum net_tls_operation_kind kind;
  struct net_tls_operation *operation;
  /* The caller waits: a want is returned. */
  bool caller_waits;
  /* Key update: the peer's key, too. */
  bool asks_peer;
  /* Read and peek: where to, and how much at most. Write: what. Key update: one. `count` is how
     much has been done. */
  void *buffer;
  const uint8_t *bytes;
  size_t length;
  size_t *count;
};

/* net_tls_request_name returns what an error text calls the operation: the handshake as long as
   that is not complete. */
const char *net_tls_request_name(const struct net_tls_socket *socket,
                                 const struct net_tls_request *request);

/* net_tls_step returns the operation's outcome if it can be told without I/O, and otherwise
   NET_TLS_WANT_WRITE when there is something to send or NET_TLS_WANT_READ when more must come in.
 */
enum net_tls_outcome net_tls_step(struct net_tls_socket *socket,
                                  const struct net_tls_request *request);

/* net_tls_not_done returns what a call of BoringSSL that returned `result` <= 0 means, and notes
   the end of the connection where it is one. */
enum net_tls_outcome net_tls_not_done(struct net_tls_socket *socket,
                                      const struct net_tls_request *request, int result);

/* net_tls_exchange sends what is owed and, when `want` is NET_TLS_WANT_READ, receives once. Returns
   NET_TLS_OK when the next step is due, a want when the transport would block, NET_TLS_TIMEOUT when
   the transport's own timeout ended the call, NET_TLS_ERROR when a close cannot be sent. */
enum net_tls_outcome net_tls_exchange(struct net_tls_socket *socket,
                                      const struct net_tls_request *request,
                                      enum net_tls_outcome want);

/* net_tls_is_readable_now returns true when the transport says that a receive would not block. */
bool net_tls_is_readable_now(const struct net_tls_socket *socket);

/* net_tls_discard_input takes from the transport, without waiting, what nobody will read: a kernel
   that closes a TCP connection with unread bytes resets it, and drops what it has not sent yet. */
void net_tls_discard_input(struct net_tls_socket *socket);

/* net_tls_retries measures the busy retries of one operation in blocking mode (D-14). All zero,
   there have been none. */
struct net_tls_retries {
  bool are_counted;
  int64_t cpu_start;
  /* What shows that the operation moves on. */
  const char *handshake_state;
  size_t count;
};

/* net_tls_is_time_up returns true when, at a retry, the operation's deadline for `want` or the
   clock limit has passed. A write with a deadline of 0 that has not had to wait has time. */
bool net_tls_is_time_up(const struct net_tls_socket *socket, const struct net_tls_request *request,
                        enum net_tls_outcome want, struct net_tls_retries *retries);

#endif
