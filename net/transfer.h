#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

/* Internal to net/: one send or receive of the system, as often as it has to be called. The plain
   functions (net/stream_io.h) and the POSIX transport share it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "net/stream.h"
#include "net/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* net_transfer is what is moved, and how. */
struct net_transfer {
  int fd;
  /* Of the system call. */
  int flags;
  /* It waits to be writable, for SO_SNDTIMEO; otherwise to be readable, for SO_RCVTIMEO. */
  bool sends;
  /* A blocking call is over when all `length` bytes are moved, rather than some. */
  bool whole;
  size_t length;
  /* The system call for what comes after the `moved` first bytes. */
  ssize_t (*call)(const struct net_transfer *transfer, size_t moved, int flags);
  /* What only `call` looks at. */
  void *buffer;
  const void *bytes;
  void *message;
};

/* net_transfer_run moves bytes and sets `*moved`, also on failure. In blocking mode it sleeps as
   long as the socket's own timeout allows, which signals do not lengthen (D-17), and then returns
   NET_ERROR_TIMEOUT; a send may have moved some of its bytes then, a receive has moved none. Where
   it must not sleep, by `mode`, MSG_DONTWAIT or O_NONBLOCK, and nothing can be moved: EAGAIN. Never
   EINTR. */
struct net_error net_transfer_run(const struct net_transfer *transfer, enum net_transport_mode mode,
                                  size_t *moved);

#ifdef __cplusplus
}
#endif

#endif
