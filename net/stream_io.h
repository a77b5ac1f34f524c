#ifndef NET_STREAM_IO_H
#define NET_STREAM_IO_H

/* Bytes over a connected stream socket, without TLS.

   `mode` tells who waits. In blocking mode a call sleeps in the kernel, as long as SO_RCVTIMEO or
   SO_SNDTIMEO allow (then NET_ERROR_TIMEOUT); in non-blocking mode, and wherever else it must not
   sleep (MSG_DONTWAIT in `flags`, a descriptor with O_NONBLOCK), it fails with EAGAIN rather than
   sleep. A signal neither ends nor lengthens a call: there is no EINTR (D-17). Nothing raises
   SIGPIPE (D-22). `flags` are MSG_* values or'ed together.

   The count is set on failure too: to 0, or as each function says. Thread rule: every function may
   be called by any thread. */

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "net/stream.h"
#include "net/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* net_receive receives at most `capacity` (> 0) bytes into `buffer` and sets `*length`: 0 is the
   peer's FIN. It returns as soon as there is a byte; with MSG_WAITALL a blocking call waits for all
   `capacity`, and sets less where the peer's FIN, an error or the timeout came first.

   ECONNRESET: the peer reset the connection. */
struct net_error net_receive(int fd, enum net_transport_mode mode, int flags, void *buffer,
                             size_t capacity, size_t *length);

/* net_send sends `bytes` and sets `*sent`: all of `length` in blocking mode, as many as the kernel
   takes at once in non-blocking mode. NET_ERROR_TIMEOUT: `*sent` bytes had gone by then. An error
   that comes after some bytes have gone is told by the next call.

   EPIPE, ECONNRESET: the peer is gone. */
struct net_error net_send(int fd, enum net_transport_mode mode, int flags, const void *bytes,
                          size_t length, size_t *sent);

/* net_receive_message is net_receive for recvmsg(2): bytes into the vectors of `message`, ancillary
   data into its control buffer. Descriptors that come in are close-on-exec (MSG_CMSG_CLOEXEC). */
struct net_error net_receive_message(int fd, enum net_transport_mode mode, int flags,
                                     struct msghdr *message, size_t *length);

/* net_send_message is net_send for sendmsg(2): after `*sent` > 0 the caller goes on with the rest
   of the bytes, without the ancillary data. EMSGSIZE: the message has more than NET_VECTOR_MAX
   parts (net/vector_io.h). */
struct net_error net_send_message(int fd, enum net_transport_mode mode, int flags,
                                  const struct msghdr *message, size_t *sent);

/* net_send_file sends at most `length` bytes of `file` from `offset` (>= 0) on and sets `*sent`, as
   net_send does. `file` is the descriptor of what can be read anywhere (pread(2)), such as a
   regular file; its own position is neither used nor moved. A file that ends before is no error:
   `*sent` is less then, and 0 where there is nothing at `offset`. In blocking mode `*sent` may also
   be less since a file larger than INT_MAX goes in parts: the caller goes on until it is 0.

   ESPIPE: the file is a pipe or the like, EISDIR: a directory. Others as net_send's. */
struct net_error net_send_file(int fd, enum net_transport_mode mode, int file, int64_t offset,
                               size_t length, size_t *sent);

/* net_read_file reads at most `capacity` bytes of `file` at `offset` into `buffer` and sets
   `*length`, 0 at the end of the file and on failure. The file's own position is neither used nor
   moved. ESPIPE, EISDIR: as net_send_file. */
struct net_error net_read_file(int file, int64_t offset, void *buffer, size_t capacity,
                               size_t *length);

/* net_shutdown ends one direction of the connection or both: SHUT_RD, SHUT_WR or SHUT_RDWR.
   ENOTCONN: there is no connection, or none any more. */
struct net_error net_shutdown(int fd, int how);

#ifdef __cplusplus
}
#endif

#endif
