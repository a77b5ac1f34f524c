#include "net/stream_io.h"

#include <errno.h>
#include <limits.h>

#include "net/stream_internal.h"
#include "net/transfer.h"
#include "net/vector_io.h"

static size_t clamp_length(size_t length) {
  return length < INT_MAX ? length : INT_MAX;
}

static ssize_t call_receive(const struct net_transfer *transfer, size_t moved, int flags) {
  return recv(transfer->fd, (char *)transfer->buffer + moved, transfer->length - moved, flags);
}

static ssize_t call_send(const struct net_transfer *transfer, size_t moved, int flags) {
  return send(transfer->fd, (const char *)transfer->bytes + moved, transfer->length - moved,
              flags | MSG_NOSIGNAL);
}

static ssize_t call_receive_message(const struct net_transfer *transfer, size_t moved, int flags) {
  (void)moved;
  return recvmsg(transfer->fd, transfer->message, flags | MSG_CMSG_CLOEXEC);
}

/* Sets `rest` to what is left of the message's parts, and returns how many there are. */
static size_t skip_parts(const struct msghdr *message, size_t moved, struct iovec *rest) {
  size_t num_parts = 0;
  for (size_t i = 0; i < message->msg_iovlen; i++) {
    struct iovec part = message->msg_iov[i];
    size_t skipped = moved < part.iov_len ? moved : part.iov_len;
    moved -= skipped;
    if (skipped < part.iov_len) {
      rest[num_parts].iov_base = (char *)part.iov_base + skipped;
      rest[num_parts].iov_len = part.iov_len - skipped;
      num_parts++;
    }
  }
  return num_parts;
}

/* What goes beside the bytes goes with the first of them, once. */
static ssize_t call_send_message(const struct net_transfer *transfer, size_t moved, int flags) {
  const struct msghdr *message = transfer->bytes;
  struct iovec parts[NET_VECTOR_MAX];
  struct msghdr rest = {.msg_iov = parts};
  if (moved > 0) {
    rest.msg_iovlen = skip_parts(message, moved, parts);
    message = &rest;
  }
  return sendmsg(transfer->fd, message, flags | MSG_NOSIGNAL);
}

static size_t message_length(const struct msghdr *message) {
  size_t length = 0;
  for (size_t i = 0; i < message->msg_iovlen; i++) {
    length += message->msg_iov[i].iov_len;
  }
  return length;
}

struct net_error net_receive(int fd, enum net_transport_mode mode, int flags, void *buffer,
                             size_t capacity, size_t *length) {
  /* Peeking twice would see the same bytes. */
  bool whole = (flags & MSG_WAITALL) != 0 && (flags & MSG_PEEK) == 0;
  struct net_transfer transfer = {.fd = fd,
                                  .flags = flags,
                                  .whole = whole,
                                  .length = clamp_length(capacity),
                                  .call = call_receive,
                                  .buffer = buffer};
  return net_transfer_run(&transfer, mode, length);
}

struct net_error net_send(int fd, enum net_transport_mode mode, int flags, const void *bytes,
                          size_t length, size_t *sent) {
  struct net_transfer transfer = {.fd = fd,
                                  .flags = flags,
                                  .sends = true,
                                  .whole = true,
                                  .length = clamp_length(length),
                                  .call = call_send,
                                  .bytes = bytes};
  return net_transfer_run(&transfer, mode, sent);
}

struct net_error net_receive_message(int fd, enum net_transport_mode mode, int flags,
                                     struct msghdr *message, size_t *length) {
  struct net_transfer transfer = {
      .fd = fd, .flags = flags, .call = call_receive_message, .message = message};
  return net_transfer_run(&transfer, mode, length);
}

struct net_error net_send_message(int fd, enum net_transport_mode mode, int flags,
                                  const struct msghdr *message, size_t *sent) {
  if (message->msg_iovlen > NET_VECTOR_MAX) {
    *sent = 0;
    return net_system_error(EMSGSIZE);
  }
  struct net_transfer transfer = {.fd = fd,
                                  .flags = flags,
                                  .sends = true,
                                  .whole = true,
                                  .length = message_length(message),
                                  .call = call_send_message,
                                  .bytes = message};
  return net_transfer_run(&transfer, mode, sent);
}

struct net_error net_shutdown(int fd, int how) {
  return net_system_result(shutdown(fd, how));
}
