/* Descriptors beside a byte, over a unix socket without TLS. */

#include <string.h>
#include <sys/socket.h>

#include "conformance/drivers/c/plain.h"
#include "net/stream_io.h"

/* A message of one byte with room for one descriptor. */
struct message {
  char byte;
  struct iovec part;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  struct msghdr header;
};

static void make_message(struct message *message) {
  memset(message, 0, sizeof *message);
  message->part = (struct iovec){&message->byte, 1};
  message->header = (struct msghdr){.msg_iov = &message->part,
                                    .msg_iovlen = 1,
                                    .msg_control = message->control,
                                    .msg_controllen = sizeof message->control};
}

void plain_sendfd(const struct plain_call *call) {
  const struct word *fd = argument(call->arguments, 0);
  struct message message;
  size_t sent = 0;
  if (fd->kind != WORD_INTEGER) {
    say_unsupported("a descriptor that is no number");
    return;
  }
  make_message(&message);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message.header);
  *header = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  int number = (int)fd->integer;
  memcpy(CMSG_DATA(header), &number, sizeof number);
  struct net_error error =
      net_send_message(call->connection->fd, call->connection->mode, 0, &message.header, &sent);
  if (error.kind == NET_ERROR_NONE) {
    plain_answer_count(sent, false);
  } else {
    plain_answer_failure(call, error, false);
  }
}

static struct net_error receive_message(const struct plain_call *call, struct message *message,
                                        size_t *length) {
  const struct connection *connection = call->connection;
  int64_t deadline = net_deadline_after(connection->receive_ms);
  struct net_error error =
      net_receive_message(connection->fd, connection->mode, 0, &message->header, length);
  while (plain_would_block(error)) {
    error = plain_wait(call, NET_TRANSPORT_READABLE, 0, deadline);
    if (error.kind == NET_ERROR_NONE) {
      error = net_receive_message(connection->fd, connection->mode, 0, &message->header, length);
    }
  }
  return error;
}

static void answer_no_descriptor(void) {
  say_begin();
  say_nil();
  say_string("recvfd failed: bytes without a descriptor");
  say_nil();
  say_end();
}

void plain_recvfd(const struct plain_call *call) {
  struct message message;
  size_t length = 0;
  int fd = -1;
  make_message(&message);
  struct net_error error = receive_message(call, &message, &length);
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, false);
  } else if (length == 0) {
    plain_answer_closed();
  } else if (message.header.msg_controllen == 0) {
    answer_no_descriptor();
  } else {
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message.header)), sizeof fd);
    plain_answer_count((size_t)fd, false);
  }
}
