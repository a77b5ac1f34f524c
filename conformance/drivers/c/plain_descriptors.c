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
  struct net_error error = plain_receive_message(call, 0, &message.header, &length);
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

/* Bytes, and room for as many descriptors as a command can have. */
struct parcel {
  struct iovec part;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * MOST_ARGUMENTS)];
  struct msghdr header;
};

static void make_parcel(struct parcel *parcel, void *bytes, size_t length) {
  memset(parcel, 0, sizeof *parcel);
  parcel->part = (struct iovec){bytes, length};
  parcel->header = (struct msghdr){.msg_iov = &parcel->part,
                                   .msg_iovlen = 1,
                                   .msg_control = parcel->control,
                                   .msg_controllen = sizeof parcel->control};
}

/* Puts the descriptors after the first argument into the parcel. */
static void add_descriptors(struct parcel *parcel, const struct arguments *arguments) {
  size_t count = arguments->count - 1;
  struct cmsghdr *control = CMSG_FIRSTHDR(&parcel->header);
  *control = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(sizeof(int) * count), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  parcel->header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
  for (size_t i = 0; i < count; i++) {
    int fd = (int)argument(arguments, i + 1)->integer;
    memcpy(CMSG_DATA(control) + i * sizeof fd, &fd, sizeof fd);
  }
}

/* sendcontrol STRING FD... */
void plain_sendcontrol(const struct plain_call *call) {
  const struct word *bytes = argument(call->arguments, 0);
  struct parcel parcel;
  size_t sent = 0;
  make_parcel(&parcel, bytes->bytes, bytes->length);
  add_descriptors(&parcel, call->arguments);
  struct net_error error =
      net_send_message(call->connection->fd, call->connection->mode, 0, &parcel.header, &sent);
  plain_say_sent(call, error, sent);
  say_integer((int64_t)(bytes->length - sent));
  say_end();
}

/* Says the descriptors that have come. */
static void say_descriptors(struct msghdr *header) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control;
       control = CMSG_NXTHDR(header, control)) {
    size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int fd = -1;
      memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
      say_integer(fd);
    }
  }
}

/* recvcontrol SIZE FLAG... */
void plain_recvcontrol(const struct plain_call *call) {
  char buffer[1024];
  struct parcel parcel;
  size_t length = 0;
  size_t size = (size_t)argument(call->arguments, 0)->integer;
  make_parcel(&parcel, buffer, size < sizeof buffer ? size : sizeof buffer);
  struct net_error error = plain_receive_message(call, plain_flags(call), &parcel.header, &length);
  plain_say_received(call, error, length);
  say_bytes(buffer, length);
  if (error.kind == NET_ERROR_NONE) {
    say_integer(parcel.header.msg_flags & ~MSG_CMSG_CLOEXEC);
    say_descriptors(&parcel.header);
  } else {
    say_integer(0);
  }
  say_end();
}
