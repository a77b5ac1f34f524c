#include "net/vector_io.h"

#include <errno.h>

#include "net/pipe_signal.h"
#include "net/stream_internal.h"

static struct net_error set_length(ssize_t result, size_t *length) {
  *length = result > 0 ? (size_t)result : 0;
  return net_system_result(result < 0 ? -1 : 0);
}

struct net_error net_read_vector(int fd, const struct iovec *parts, size_t num_parts,
                                 size_t *length) {
  ssize_t result = -1;
  do {
    result = readv(fd, parts, (int)num_parts);
  } while (result < 0 && errno == EINTR);
  return set_length(result, length);
}

static size_t length_of(const struct iovec *parts, size_t num_parts) {
  size_t length = 0;
  for (size_t i = 0; i < num_parts; i++) {
    length += parts[i].iov_len;
  }
  return length;
}

static ssize_t write_quietly(int fd, const struct iovec *parts, size_t num_parts) {
  struct net_pipe_signal before;
  net_pipe_signal_hold(&before);
  ssize_t result = writev(fd, parts, (int)num_parts);
  net_pipe_signal_release(&before, result < 0 || (size_t)result < length_of(parts, num_parts));
  return result;
}

struct net_error net_write_vector(int fd, const struct iovec *parts, size_t num_parts,
                                  size_t *length) {
  ssize_t result = -1;
  do {
    result = write_quietly(fd, parts, num_parts);
  } while (result < 0 && errno == EINTR);
  return set_length(result, length);
}
