/* The bytes of a file over a stream socket: by sendfile(2), which copies nothing, wherever that
   keeps what net/stream_io.h promises of time and signals, and by a copy otherwise. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/pipe_signal.h"
#include "net/stream_internal.h"
#include "net/stream_io.h"
#include "net/transfer.h"

/* How much one call copies. */
#define COPY_SIZE ((size_t)16 * 1024)

struct file_part {
  int file;
  int64_t offset;
};

/* No file goes on beyond INT64_MAX, and the system refuses to look there. */
static size_t clamp_to_offsets(int64_t offset, size_t length) {
  uint64_t rest = (uint64_t)(INT64_MAX - offset);
  return length < rest ? length : (size_t)rest;
}

struct net_error net_read_file(int file, int64_t offset, void *buffer, size_t capacity,
                               size_t *length) {
  ssize_t count = -1;
  do {
    count = pread(file, buffer, clamp_to_offsets(offset, capacity), offset);
  } while (count < 0 && errno == EINTR);
  *length = count > 0 ? (size_t)count : 0;
  return net_system_result(count < 0 ? -1 : 0);
}

static ssize_t call_copy(const struct net_transfer *transfer, size_t moved, int flags) {
  const struct file_part *part = transfer->bytes;
  char buffer[COPY_SIZE];
  size_t rest = transfer->length - moved;
  ssize_t length =
      pread(part->file, buffer, rest < COPY_SIZE ? rest : COPY_SIZE, part->offset + (int64_t)moved);
  return length > 0 ? send(transfer->fd, buffer, (size_t)length, flags | MSG_NOSIGNAL) : length;
}

/* sendfile(2) has no MSG_NOSIGNAL (D-22). */
static ssize_t send_file_silently(int fd, int file, off_t offset, size_t length) {
  struct net_pipe_signal before;
  net_pipe_signal_hold(&before);
  ssize_t count = sendfile(fd, file, &offset, length);
  net_pipe_signal_release(&before, count < 0 || (size_t)count < length);
  return count;
}

/* Not every file has pages to send. */
static ssize_t call_send_file(const struct net_transfer *transfer, size_t moved, int flags) {
  const struct file_part *part = transfer->bytes;
  ssize_t count = send_file_silently(transfer->fd, part->file, part->offset + (int64_t)moved,
                                     transfer->length - moved);
  bool is_refused = count < 0 && (errno == EINVAL || errno == ENOSYS);
  return is_refused ? call_copy(transfer, moved, flags) : count;
}

static bool has_send_timeout(int fd) {
  struct timeval timeout = {0, 0};
  socklen_t size = sizeof(timeout);
  return getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, &size) == 0 &&
         (timeout.tv_sec != 0 || timeout.tv_usec != 0);
}

/* sendfile(2) knows no MSG_DONTWAIT either, and starts the socket's timeout again for each page
   that it sends: it is for descriptors that never sleep, or may for ever. */
static bool must_copy(int fd, enum net_transport_mode mode) {
  int flags = fcntl(fd, F_GETFL);
  bool never_sleeps = flags >= 0 && (flags & O_NONBLOCK) != 0;
  return !never_sleeps && (mode == NET_TRANSPORT_NONBLOCKING || has_send_timeout(fd));
}

/* Who asks for more than there is must not wait until the socket could take more than there is. */
static size_t clamp_length(int file, int64_t offset, size_t length) {
  struct stat status;
  int64_t rest = INT_MAX;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    rest = status.st_size > offset ? status.st_size - offset : 0;
  }
  rest = rest < INT_MAX ? rest : INT_MAX;
  return clamp_to_offsets(offset, length < (size_t)rest ? length : (size_t)rest);
}

struct net_error net_send_file(int fd, enum net_transport_mode mode, int file, int64_t offset,
                               size_t length, size_t *sent) {
  struct file_part part = {.file = file, .offset = offset};
  struct net_transfer transfer = {.fd = fd,
                                  .sends = true,
                                  .whole = true,
                                  .length = clamp_length(file, offset, length),
                                  .call = must_copy(fd, mode) ? call_copy : call_send_file,
                                  .bytes = &part};
  *sent = 0;
  return transfer.length > 0 ? net_transfer_run(&transfer, mode, sent) : net_no_error();
}
