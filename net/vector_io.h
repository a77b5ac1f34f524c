#ifndef NET_VECTOR_IO_H
#define NET_VECTOR_IO_H

/* Bytes to and from many buffers at once, over a descriptor of any kind: a pipe or a file as well.

   There is no EINTR (D-17), and nothing raises SIGPIPE or changes what the process does with it
   (D-22). Thread rule: every function may be called by any thread. */

#include <stddef.h>
#include <sys/uio.h>

#include "net/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NET_VECTOR_MAX is how many parts one call takes (IOV_MAX). */
#define NET_VECTOR_MAX 1024

/* net_read_vector fills `parts`, of which there are at most NET_VECTOR_MAX, in their order and sets
   `*length`: 0 is the end. It returns what is there. EAGAIN: a non-blocking `fd` has nothing. */
struct net_error net_read_vector(int fd, const struct iovec *parts, size_t num_parts,
                                 size_t *length);

/* net_write_vector writes `parts`, of which there are at most NET_VECTOR_MAX, in their order and
   sets
   `*length`, which may be less than all of them. EAGAIN: a non-blocking `fd` takes nothing. EPIPE:
   nobody is left who could read. */
struct net_error net_write_vector(int fd, const struct iovec *parts, size_t num_parts,
                                  size_t *length);

#ifdef __cplusplus
}
#endif

#endif
