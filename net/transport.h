#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H

/* The transport: what a TLS socket needs of the world below it.

   A TLS socket moves bytes, waits and reads clocks only through a table of six functions. The
   POSIX transport (net_transport_posix) serves real sockets; tests and fuzzers bring their own
   table, with faults and a virtual clock.

   Thread rule: the functions of one transport are called by one thread at a time, the thread that
   calls into the TLS socket that owns it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* net_transport_status tells how a call of a transport function ended. */
enum net_transport_status {
  /* Bytes were moved, the wait is over, or the transport is closed. */
  NET_TRANSPORT_OK = 0,
  /* receive only: the peer has sent all that it will ever send (a FIN). */
  NET_TRANSPORT_END,
  /* Nothing can be moved now; it can after a wait for this direction. */
  NET_TRANSPORT_AGAIN,
  /* A signal ended the call before anything happened: the caller asks again (D-17). */
  NET_TRANSPORT_INTERRUPTED,
  /* The time given to wait is over, or the transport's own timeout (SO_RCVTIMEO, SO_SNDTIMEO) ended
     a call that blocks (D-13). */
  NET_TRANSPORT_TIMED_OUT,
  /* The call failed for the reason that `error` holds. */
  NET_TRANSPORT_ERROR
};

/* net_transport_result is what receive, send, wait and close return. */
struct net_transport_result {
  enum net_transport_status status;
  /* An errno value where status is NET_TRANSPORT_ERROR, otherwise 0. */
  int error;
  /* Bytes moved where status is NET_TRANSPORT_OK, otherwise 0; but a send whose time is up may have
     moved some of its bytes. A send may move 0 bytes. */
  size_t count;
};

/* The directions that a wait can be for, or'ed together. */
#define NET_TRANSPORT_READABLE 1u
#define NET_TRANSPORT_WRITABLE 2u

/* net_transport_functions is the table. `context` is the transport's own state. */
struct net_transport_functions {
  /* receive moves at most `capacity` (> 0) bytes into `buffer`. OK has count > 0. */
  struct net_transport_result (*receive)(void *context, void *buffer, size_t capacity);

  /* send moves at most `length` (> 0) of `bytes` out and never raises SIGPIPE (D-22). */
  struct net_transport_result (*send)(void *context, const void *bytes, size_t length);

  /* wait returns OK when one of `directions` may be ready, TIMED_OUT after `timeout_ms`
     milliseconds (0 looks and returns at once, negative waits forever). A transport that has failed
     or whose peer is gone is ready in both. A wait that sleeps may return OK too early: a spurious
     wake-up costs one more turn and nothing else. OK after a look (0) means that the next call in
     that direction does not sleep. */
  struct net_transport_result (*wait)(void *context, unsigned directions, int64_t timeout_ms);

  /* close releases the transport and everything that it owns. It is called exactly once, as the
     last function; whatever it returns, the transport is gone. */
  struct net_transport_result (*close)(void *context);

  /* monotonic_time returns nanoseconds of a clock that never goes back. */
  int64_t (*monotonic_time)(void *context);

  /* cpu_time returns the nanoseconds of CPU time that the calling thread has used (D-14). */
  int64_t (*cpu_time)(void *context);
};

/* net_transport is a table and the context to call it with. It is passed by value. */
struct net_transport {
  const struct net_transport_functions *functions;
  void *context;
};

/* net_transport_mode tells who waits on a POSIX socket. */
enum net_transport_mode {
  /* receive and send sleep in the kernel, as long as SO_RCVTIMEO and SO_SNDTIMEO allow. */
  NET_TRANSPORT_BLOCKING = 0,
  /* receive and send return NET_TRANSPORT_AGAIN rather than sleep. */
  NET_TRANSPORT_NONBLOCKING
};

/* net_transport_posix makes `*transport` serve the connected stream socket `fd`, whose O_NONBLOCK
   flag it sets as `mode` says. It returns 0 on success: the transport owns `fd` from then on, and
   its close function closes it. It returns an errno value on failure (EBADF, ENOTSOCK, EPROTOTYPE
   for a socket that is not a stream, ENOMEM): `fd` is then still the caller's, its flags as they
   were.

   A signal neither ends nor lengthens a call (D-17): in blocking mode one that SO_RCVTIMEO or
   SO_SNDTIMEO holds goes on with the time that is left.

   In blocking mode a descriptor that somebody made non-blocking all the same gives
   NET_TRANSPORT_AGAIN: the TLS socket then retries within its clock limit (D-14). */
int net_transport_posix(int fd, enum net_transport_mode mode, struct net_transport *transport);

#ifdef __cplusplus
}
#endif

#endif
