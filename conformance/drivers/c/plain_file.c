/* A part of a file over a socket without TLS. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "conformance/drivers/c/plain.h"
#include "net/stream_io.h"

struct part {
  int file;
  int64_t offset;
  int64_t length;
};

/* nil stands for the rest of the file, and for its beginning. */
static struct part get_part(const struct plain_call *call) {
  const struct word *length = argument(call->arguments, 1);
  const struct word *offset = argument(call->arguments, 2);
  return (struct part){.file = file_of((size_t)argument(call->arguments, 0)->integer),
                       .offset = offset->kind == WORD_NIL ? 0 : offset->integer,
                       .length = length->kind == WORD_NIL ? INT_MAX : length->integer};
}

static struct net_error send_part(const struct plain_call *call, const struct part *part,
                                  size_t *done) {
  const struct connection *connection = call->connection;
  int64_t deadline = net_deadline_after(connection->send_ms);
  struct net_error error = {.kind = NET_ERROR_NONE};
  size_t sent = 1;
  while (error.kind == NET_ERROR_NONE && sent > 0) {
    error = net_send_file(connection->fd, connection->mode, part->file,
                          part->offset + (int64_t)*done, (size_t)part->length - *done, &sent);
    *done += sent;
    if (plain_would_block(error)) {
      error = plain_wait(call, NET_TRANSPORT_WRITABLE, 0, deadline);
      sent = 1;
    }
  }
  return error;
}

/* sendfile FILE [COUNT [OFFSET]] */
void plain_sendfile(const struct plain_call *call) {
  struct part part = get_part(call);
  size_t done = 0;
  if (argument(call->arguments, 0)->kind != WORD_FILE || part.length < 0 || part.offset < 0) {
    say_unsupported("a file or a number of bytes that C's types cannot hold");
    return;
  }
  struct net_error error = send_part(call, &part, &done);
  if (error.kind == NET_ERROR_NONE || error.kind == NET_ERROR_TIMEOUT) {
    plain_answer_count(done, error.kind == NET_ERROR_TIMEOUT);
  } else if (plain_is_gone(error)) {
    plain_answer_closed();
  } else {
    plain_answer_failure(call, error, false);
  }
}
