/* Many buffers at once, as vectors and as messages, over a socket without TLS. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conformance/drivers/c/allocations.h"
#include "conformance/drivers/c/plain.h"
#include "net/stream_io.h"

enum {
  LARGEST_BUFFER = 4 << 20
};

/* Buffers in a row, of which a part is moved. */
struct row {
  struct iovec parts[MOST_ARGUMENTS];
  size_t num_parts;
  size_t length;
};

static void row_add(struct row *row, void *bytes, size_t length) {
  row->parts[row->num_parts++] = (struct iovec){bytes, length};
  row->length += length;
}

/* The part of `row` from `offset` on, at most `length` bytes. */
static struct row row_cut(const struct row *row, size_t offset, size_t length) {
  struct row cut = {.num_parts = 0};
  for (size_t i = 0; i < row->num_parts && length > 0; i++) {
    size_t size = row->parts[i].iov_len;
    size_t skipped = offset < size ? offset : size;
    size_t taken = size - skipped < length ? size - skipped : length;
    if (taken > 0) {
      row_add(&cut, (char *)row->parts[i].iov_base + skipped, taken);
    }
    offset -= skipped;
    length -= taken;
  }
  return cut;
}

static struct net_error send_row(const struct plain_call *call, const struct row *row, int flags,
                                 size_t *done) {
  const struct connection *connection = call->connection;
  int64_t deadline = net_deadline_after(connection->send_ms);
  struct net_error error = {.kind = NET_ERROR_NONE};
  while (*done < row->length && error.kind == NET_ERROR_NONE) {
    struct row rest = row_cut(row, *done, row->length);
    struct msghdr message = {.msg_iov = rest.parts, .msg_iovlen = rest.num_parts};
    size_t sent = 0;
    error = net_send_message(connection->fd, connection->mode, flags, &message, &sent);
    *done += sent;
    if (plain_would_block(error)) {
      error = plain_wait(call, NET_TRANSPORT_WRITABLE, flags, deadline);
    }
  }
  return error;
}

void plain_say_sent(const struct plain_call *call, struct net_error error, size_t done) {
  bool is_timeout = error.kind == NET_ERROR_TIMEOUT;
  say_begin();
  if (error.kind == NET_ERROR_NONE || is_timeout) {
    say_integer((int64_t)done);
  } else {
    say_nil();
  }
  if (error.kind == NET_ERROR_NONE || is_timeout || plain_is_gone(error)) {
    say_nil();
  } else {
    plain_say_error(call->method, error);
  }
  if (is_timeout) {
    say_boolean(true);
  } else {
    say_nil();
  }
}

static size_t size_of(const struct word *word, size_t otherwise) {
  return word->kind == WORD_INTEGER ? (size_t)word->integer : otherwise;
}

/* writev OFFSET NBYTE STRING... */
void plain_writev(const struct plain_call *call) {
  struct row row = {.num_parts = 0};
  size_t done = 0;
  for (size_t i = 2; i < call->arguments->count; i++) {
    row_add(&row, argument(call->arguments, i)->bytes, argument(call->arguments, i)->length);
  }
  struct row part = row_cut(&row, size_of(argument(call->arguments, 0), 0),
                            size_of(argument(call->arguments, 1), row.length));
  struct net_error error = send_row(call, &part, 0, &done);
  plain_say_sent(call, error, done);
  say_end();
}

/* sendmsg STRING FLAG... */
void plain_sendmsg(const struct plain_call *call) {
  const struct word *bytes = argument(call->arguments, 0);
  struct row row = {.num_parts = 0};
  size_t done = 0;
  row_add(&row, bytes->bytes, bytes->length);
  struct net_error error = send_row(call, &row, plain_flags(call), &done);
  plain_say_sent(call, error, done);
  say_integer((int64_t)(bytes->length - done));
  say_end();
}

struct net_error plain_receive_message(const struct plain_call *call, int flags,
                                       struct msghdr *message, size_t *length) {
  const struct connection *connection = call->connection;
  int64_t deadline = net_deadline_after(connection->receive_ms);
  const struct msghdr empty = *message;
  struct net_error error =
      net_receive_message(connection->fd, connection->mode, flags, message, length);
  while (plain_would_block(error)) {
    error = plain_wait(call, NET_TRANSPORT_READABLE, flags, deadline);
    if (error.kind == NET_ERROR_NONE) {
      *message = empty;
      error = net_receive_message(connection->fd, connection->mode, flags, message, length);
    }
  }
  return error;
}

static struct net_error receive_row(const struct plain_call *call, struct row *row, int flags,
                                    struct msghdr *message, size_t *length) {
  *message = (struct msghdr){.msg_iov = row->parts, .msg_iovlen = row->num_parts};
  return plain_receive_message(call, flags, message, length);
}

void plain_say_received(const struct plain_call *call, struct net_error error, size_t length) {
  bool is_timeout = error.kind == NET_ERROR_TIMEOUT;
  say_begin();
  if (error.kind == NET_ERROR_NONE && length > 0) {
    say_integer((int64_t)length);
  } else {
    say_nil();
  }
  if (error.kind == NET_ERROR_NONE || is_timeout) {
    say_nil();
  } else {
    plain_say_error(call->method, error);
  }
  if (is_timeout) {
    say_boolean(true);
  } else {
    say_nil();
  }
}

/* readv OFFSET NBYTE SIZE... */
void plain_readv(const struct plain_call *call) {
  struct row row = {.num_parts = 0};
  struct msghdr message;
  size_t length = 0;
  char *buffer = allocations_own(LARGEST_BUFFER);
  memset(buffer, 0, LARGEST_BUFFER);
  for (size_t i = 2; i < call->arguments->count; i++) {
    row_add(&row, buffer + row.length, (size_t)argument(call->arguments, i)->integer);
  }
  struct row part = row_cut(&row, size_of(argument(call->arguments, 0), 0),
                            size_of(argument(call->arguments, 1), row.length));
  if (part.length == 0) {
    say_unsupported("room for nothing");
    free(buffer);
    return;
  }
  struct net_error error = receive_row(call, &part, 0, &message, &length);
  plain_say_received(call, error, length);
  say_bytes(buffer, row.length);
  say_end();
  free(buffer);
}

/* recvmsg SIZE FLAG... */
void plain_recvmsg(const struct plain_call *call) {
  struct row row = {.num_parts = 0};
  struct msghdr message;
  size_t length = 0;
  char *buffer = allocations_own(LARGEST_BUFFER);
  row_add(&row, buffer, (size_t)argument(call->arguments, 0)->integer);
  struct net_error error = receive_row(call, &row, plain_flags(call), &message, &length);
  plain_say_received(call, error, length);
  say_bytes(buffer, length);
  say_integer(error.kind == NET_ERROR_NONE ? message.msg_flags & ~MSG_CMSG_CLOEXEC : 0);
  say_end();
  free(buffer);
}
