#ifndef NET_STREAM_H
#define NET_STREAM_H

/* Stream sockets of the system: resolving, connecting, listening, accepting, and their options.

   Functions return a struct net_error: its kind is NET_ERROR_NONE on success, and it tells what
   failed otherwise. Out parameters are set on success alone. All descriptors are close-on-exec.
   Thread rule: every function may be called by any thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "net/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* net_error_kind tells what the code in a net_error is. */
enum net_error_kind {
  NET_ERROR_NONE = 0, /* code is 0 */
  NET_ERROR_SYSTEM,   /* errno */
  NET_ERROR_RESOLVER, /* a value of getaddrinfo */
  NET_ERROR_TIMEOUT   /* the deadline passed; code is 0 */
};

/* net_error is why a call failed. */
struct net_error {
  enum net_error_kind kind;
  int code;
};

/* net_error_text writes the error in the system's words to `text` (at most `size` bytes, which is
   not 0; always terminated) and returns `text`: "" for NET_ERROR_NONE, otherwise never empty. */
const char *net_error_text(struct net_error error, char *text, size_t size);

/* net_address is a socket address with what socket(2) needs to use it. */
struct net_address {
  struct sockaddr_storage storage;
  socklen_t length;
  int family;
  int socktype;
  int protocol;
};

/* net_resolve finds the addresses of `host` and `port` (a number or a service's name) for streams,
   IPv6 and IPv4, in the system's order of preference. A NULL `host` is the loopback address, or
   with `passive` every address of the machine; "localhost" is the loopback address also where the
   system does not know it (RFC 6761). Sets `*addresses` to an array of `*num_addresses`,
   which the caller gives to free(). It may block in the resolver: no deadline holds it. */
struct net_error net_resolve(const char *host, const char *port, bool passive,
                             struct net_address **addresses, size_t *num_addresses);

/* net_hints is what addresses are asked for, as for getaddrinfo: 0 stands for any. */
struct net_hints {
  int flags; /* AI_* */
  int family;
  int socktype;
  int protocol;
};

/* net_resolve_as is net_resolve for other addresses than those of streams. With AI_CANONNAME
   `*canonical_name` is set to the name that the resolver has for `host`, which the caller gives to
   free(), else to NULL. */
struct net_error net_resolve_as(const char *host, const char *port, const struct net_hints *hints,
                                struct net_address **addresses, size_t *num_addresses,
                                char **canonical_name);

/* net_unix_address makes `*address` the one of the unix socket at `path`, which is `length` bytes
   long and need not be terminated. It does not look whether there is one. ENOENT: the path is
   empty. EINVAL: there is a NUL in it. ENAMETOOLONG: it does not fit, with a terminating NUL, in
   the system's address (108 bytes on Linux). */
struct net_error net_unix_address(const char *path, size_t length, struct net_address *address);

/* net_connect connects to `address` within `deadline_ms` (negative: as long as the system tries)
   and sets `*fd`, a blocking descriptor with TCP_NODELAY where it is TCP. NET_ERROR_TIMEOUT: the
   deadline has passed; ETIMEDOUT: the system gave up. On failure nothing is left open. */
struct net_error net_connect(const struct net_address *address, int64_t deadline_ms, int *fd);

/* net_connect_start begins to connect to `address` and sets `*fd`, a non-blocking descriptor with
   TCP_NODELAY where it is TCP. `*is_connected` tells whether that is done; otherwise it is when
   `fd` is writable, and net_connect_finish tells how it ended. A unix socket whose listener's
   backlog is full fails with EAGAIN. On failure nothing is left open. */
struct net_error net_connect_start(const struct net_address *address, int *fd, bool *is_connected);

/* net_connect_finish returns how the connect that is over has ended. `fd` stays open. */
struct net_error net_connect_finish(int fd);

/* net_bind_options are what net_bind sets before it binds. */
struct net_bind_options {
  bool reuseaddr;
  bool reuseport;
};

/* net_bind makes a socket bound to `address` and sets `*fd`. On failure nothing is left open. */
struct net_error net_bind(const struct net_address *address, struct net_bind_options options,
                          int *fd);

/* net_listen starts to listen. */
struct net_error net_listen(int fd, int backlog);

/* net_accept takes a connection that is there, or waits for one where `fd` is blocking, and sets
   `*accepted` (blocking or not as `fd` is, with TCP_NODELAY where it is TCP) and, unless it is
   NULL,
   `*peer`. EINTR and connections that were aborted meanwhile are passed over. Where there is no
   connection, a non-blocking `fd` gives EAGAIN, and a blocking one whose SO_RCVTIMEO is over
   NET_ERROR_TIMEOUT, however many signals came meanwhile (D-17). */
struct net_error net_accept(int fd, int *accepted, struct net_address *peer);

/* net_local_address writes the address that `fd` is bound to. */
struct net_error net_local_address(int fd, struct net_address *address);

/* net_peer_address writes the address that `fd` is connected to. */
struct net_error net_peer_address(int fd, struct net_address *address);

/* net_address_name writes the numeric host (the path of a unix socket, "" where it has none, with
   an
   @ for the NUL of the abstract namespace) to `host` and the port to `*port` (0 where there is
   none). EAI_OVERFLOW or ENAMETOOLONG: `host` is too small. */
struct net_error net_address_name(const struct net_address *address, char *host, size_t host_size,
                                  int *port);

/* net_address_lookup writes the names of the address's host and service, terminated, as
   getnameinfo finds them with `flags` (NI_*). It may block in the resolver: no deadline holds it.
 */
struct net_error net_address_lookup(const struct net_address *address, int flags, char *host,
                                    size_t host_size, char *service, size_t service_size);

/* net_wait waits until `fd` is ready for one of `directions` (NET_TRANSPORT_READABLE,
   NET_TRANSPORT_WRITABLE) or has failed or hung up, which the next call on it tells. It waits at
   most `timeout_ms` (negative: forever) and then returns NET_ERROR_TIMEOUT. Signals do not end it
   and do not lengthen it (D-17). */
struct net_error net_wait(int fd, unsigned directions, int64_t timeout_ms);

/* net_wait_entry is one of the descriptors that net_wait_any waits for. */
struct net_wait_entry {
  int fd;
  unsigned directions;
  /* Set by net_wait_any: ready, or not open at all. */
  bool is_ready;
};

/* net_wait_any is net_wait for as many descriptors as there are: it waits until one is ready. */
struct net_error net_wait_any(struct net_wait_entry *entries, size_t num_entries,
                              int64_t timeout_ms);

/* NET_NO_DEADLINE is the point in time that never comes. */
#define NET_NO_DEADLINE INT64_MAX

/* net_deadline_after returns the point in time `timeout_ms` milliseconds from now, in nanoseconds
   of the system's monotonic clock; NET_NO_DEADLINE where that is negative or beyond the clock. */
int64_t net_deadline_after(int64_t timeout_ms);

/* net_deadline_remaining returns how many milliseconds are left until `deadline`, rounded up; 0
   when it has passed, negative for NET_NO_DEADLINE. */
int64_t net_deadline_remaining(int64_t deadline);

/* net_get_option reads a socket option that is an int. */
struct net_error net_get_option(int fd, int level, int name, int *value);

/* net_set_option sets a socket option that is an int. */
struct net_error net_set_option(int fd, int level, int name, int value);

/* net_get_timeout reads SO_RCVTIMEO or SO_SNDTIMEO in seconds. */
struct net_error net_get_timeout(int fd, int name, double *seconds);

/* net_set_timeout sets SO_RCVTIMEO or SO_SNDTIMEO. 0 means none, and so does infinity; a time too
   short for the kernel's clock is rounded up, so that it does not become none. EINVAL: `seconds` is
   negative or not a number. */
struct net_error net_set_timeout(int fd, int name, double seconds);

/* net_get_linger reads SO_LINGER in seconds, -1 where it is off. */
struct net_error net_get_linger(int fd, int *seconds);

/* net_set_linger sets SO_LINGER: close() waits that long for what is unsent, and resets the
   connection after it, at once with 0. Negative turns it off. */
struct net_error net_set_linger(int fd, int seconds);

/* net_at_mark tells whether the next byte to receive is the one after urgent data. */
struct net_error net_at_mark(int fd, bool *at_mark);

/* net_get_close_on_exec reads FD_CLOEXEC. */
struct net_error net_get_close_on_exec(int fd, bool *close_on_exec);

/* net_set_close_on_exec sets or clears FD_CLOEXEC. */
struct net_error net_set_close_on_exec(int fd, bool close_on_exec);

/* net_get_nonblocking reads O_NONBLOCK. */
struct net_error net_get_nonblocking(int fd, bool *nonblocking);

/* net_set_nonblocking sets or clears O_NONBLOCK. */
struct net_error net_set_nonblocking(int fd, bool nonblocking);

/* net_family is which families of addresses a descriptor may be of. */
enum net_family {
  NET_FAMILY_INET, /* IPv4 and IPv6 */
  NET_FAMILY_UNIX
};

/* net_adopt makes a stream socket that somebody else has made one like those made here:
   close-on-exec, and blocking or not. Sets what `*address` tells of its kind; the address itself
   is empty. On failure `fd` is as it was: EPROTOTYPE where it is no stream, EAFNOSUPPORT where it
   is not of `wanted`, ENOTSOCK, EBADF. */
struct net_error net_adopt(int fd, enum net_family wanted, bool nonblocking,
                           struct net_address *address);

/* net_pair makes two unix stream sockets that are connected to each other. */
struct net_error net_pair(bool nonblocking, int fds[2]);

/* net_timer sets `*fd` to a descriptor that becomes readable after `timeout_ms` (> 0): what can
   wait for nothing but descriptors waits for a time by it. */
struct net_error net_timer(int64_t timeout_ms, int *fd);

/* net_close closes `fd`. It is closed even when an error is returned. EINTR is not an error here.
 */
struct net_error net_close(int fd);

#ifdef __cplusplus
}
#endif

#endif
