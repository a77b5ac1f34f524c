/* The methods of sockets without TLS: what a user of net/stream_io.h writes around it. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/drivers/c/allocations.h"
#include "conformance/drivers/c/plain.h"
#include "net/stream.h"
#include "net/stream_io.h"

enum {
  DEFAULT_SIZE = 4096,
  LARGEST_BUFFER = 4 << 20
};

void plain_say_error(const char *method, struct net_error error) {
  char reason[256];
  char text[320];
  net_error_text(error, reason, sizeof reason);
  snprintf(text, sizeof text, "%s failed: %s", method, reason);
  say_string(error.code == ECONNRESET ? reason : text);
}

/* nil or false, err, timeout. */
void plain_answer_failure(const struct plain_call *call, struct net_error error, bool is_ok) {
  bool is_timeout = error.kind == NET_ERROR_TIMEOUT;
  say_begin();
  if (is_ok) {
    say_boolean(false);
  } else {
    say_nil();
  }
  if (is_timeout) {
    say_nil();
    say_boolean(true);
  } else {
    plain_say_error(call->method, error);
    say_nil();
  }
  say_end();
}

void plain_answer_closed(void) {
  say_begin();
  say_nil();
  say_nil();
  say_nil();
  say_end();
}

static void answer_invalid(void) {
  say_begin();
  say_nil();
  say_string(strerror(EINVAL));
  say_nil();
  say_end();
}

void plain_answer_count(size_t count, bool is_timeout) {
  say_begin();
  say_integer((int64_t)count);
  say_nil();
  if (is_timeout) {
    say_boolean(true);
  } else {
    say_nil();
  }
  say_end();
}

static void answer_ok(const struct plain_call *call, struct net_error error) {
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, true);
    return;
  }
  say_begin();
  say_boolean(true);
  say_nil();
  say_nil();
  say_end();
}

bool plain_would_block(struct net_error error) {
  return error.kind == NET_ERROR_SYSTEM && error.code == EAGAIN;
}

bool plain_is_gone(struct net_error error) {
  return error.kind == NET_ERROR_SYSTEM && (error.code == EPIPE || error.code == ECONNRESET);
}

/* Waits as long as the deadline allows; a flag that says not to wait is obeyed. */
struct net_error plain_wait(const struct plain_call *call, unsigned direction, int flags,
                            int64_t deadline) {
  if (flags & MSG_DONTWAIT) {
    return (struct net_error){.kind = NET_ERROR_TIMEOUT};
  }
  return net_wait(call->connection->fd, direction, net_deadline_remaining(deadline));
}

static int flag_of(const struct word *word) {
  static const struct {
    const char *name;
    int value;
  } flags[] = {{"MSG_DONTWAIT", MSG_DONTWAIT},
               {"MSG_OOB", MSG_OOB},
               {"MSG_PEEK", MSG_PEEK},
               {"MSG_TRUNC", MSG_TRUNC},
               {"MSG_WAITALL", MSG_WAITALL}};
  for (size_t i = 0; word->kind == WORD_CONSTANT && i < sizeof(flags) / sizeof(flags[0]); i++) {
    if (strcmp(flags[i].name, word->bytes) == 0) {
      return flags[i].value;
    }
  }
  return 0;
}

int plain_flags(const struct plain_call *call) {
  int flags = 0;
  for (size_t i = 1; i < call->arguments->count; i++) {
    flags |= flag_of(argument(call->arguments, i));
  }
  return flags;
}

static struct net_error receive(const struct plain_call *call, void *buffer, size_t capacity,
                                size_t *length) {
  const struct connection *connection = call->connection;
  int64_t deadline = net_deadline_after(connection->receive_ms);
  int flags = plain_flags(call);
  struct net_error error =
      net_receive(connection->fd, connection->mode, flags, buffer, capacity, length);
  while (plain_would_block(error)) {
    error = plain_wait(call, NET_TRANSPORT_READABLE, flags, deadline);
    if (error.kind == NET_ERROR_NONE) {
      error = net_receive(connection->fd, connection->mode, flags, buffer, capacity, length);
    }
  }
  return error;
}

static void read_some(const struct plain_call *call) {
  const struct word *size = argument(call->arguments, 0);
  int64_t capacity = size->kind == WORD_NIL ? DEFAULT_SIZE : size->integer;
  if (size->kind != WORD_NIL && size->kind != WORD_INTEGER) {
    say_unsupported("a size that is no integer");
    return;
  }
  if (capacity <= 0) {
    answer_invalid();
    return;
  }
  capacity = capacity < LARGEST_BUFFER ? capacity : LARGEST_BUFFER;
  char *buffer = allocations_own((size_t)capacity);
  size_t length = 0;
  struct net_error error = receive(call, buffer, (size_t)capacity, &length);
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, false);
  } else if (length == 0) {
    plain_answer_closed();
  } else {
    say_begin();
    say_bytes(buffer, length);
    say_nil();
    say_nil();
    say_end();
  }
  free(buffer);
}

/* Sends until all is out or the deadline has passed. */
static struct net_error send_all(const struct plain_call *call, const struct word *bytes,
                                 size_t *done) {
  const struct connection *connection = call->connection;
  int64_t deadline = net_deadline_after(connection->send_ms);
  int flags = plain_flags(call);
  struct net_error error = {.kind = NET_ERROR_NONE};
  while (*done < bytes->length && error.kind == NET_ERROR_NONE) {
    size_t sent = 0;
    error = net_send(connection->fd, connection->mode, flags, bytes->bytes + *done,
                     bytes->length - *done, &sent);
    *done += sent;
    if (plain_would_block(error)) {
      error = plain_wait(call, NET_TRANSPORT_WRITABLE, flags, deadline);
    }
  }
  return error;
}

static void write_all(const struct plain_call *call) {
  const struct word *bytes = argument(call->arguments, 0);
  size_t done = 0;
  if (bytes->kind != WORD_STRING) {
    say_unsupported("a write of something that is not bytes");
    return;
  }
  if (bytes->length == 0) {
    answer_invalid();
    return;
  }
  struct net_error error = send_all(call, bytes, &done);
  if (error.kind == NET_ERROR_NONE || error.kind == NET_ERROR_TIMEOUT) {
    plain_answer_count(done, error.kind == NET_ERROR_TIMEOUT);
  } else if (plain_is_gone(error)) {
    plain_answer_closed();
  } else {
    plain_answer_failure(call, error, false);
  }
}

static void close_reading(const struct plain_call *call) {
  answer_ok(call, net_shutdown(call->connection->fd, SHUT_RD));
}

static void close_writing(const struct plain_call *call) {
  answer_ok(call, net_shutdown(call->connection->fd, SHUT_WR));
}

/* close [SHUTRD [SHUTWR]] */
static void close_all(const struct plain_call *call) {
  struct connection *connection = call->connection;
  struct net_error error = {.kind = NET_ERROR_NONE};
  int fd = connection->fd;
  if (argument(call->arguments, 0)->kind == WORD_INTEGER) {
    say_unsupported("a boolean that is none");
    return;
  }
  connection->fd = -1;
  if (fd >= 0) {
    bool reading = argument(call->arguments, 0)->kind == WORD_TRUE;
    bool writing = argument(call->arguments, 1)->kind == WORD_TRUE;
    if (reading || writing) {
      error = net_shutdown(fd, reading && writing ? SHUT_RDWR : reading ? SHUT_RD : SHUT_WR);
    }
    struct net_error closed = net_close(fd);
    error = error.kind == NET_ERROR_NONE ? closed : error;
  }
  answer_ok(call, error);
}

static void fd(const struct plain_call *call) {
  say_begin();
  say_integer(call->connection->fd);
  say_end();
}

static int64_t milliseconds(const struct word *word, int64_t before) {
  if (word->kind == WORD_NIL) {
    return before;
  }
  return word->integer == 0 ? -1 : word->integer;
}

static void set_timeout(const struct connection *connection, int name, int64_t ms) {
  net_set_timeout(connection->fd, name, ms < 0 ? 0 : (double)ms / 1e3);
}

static void deadlines(const struct plain_call *call) {
  struct connection *connection = call->connection;
  if (call->arguments->count == 0) {
    say_unsupported("asking for deadlines");
    return;
  }
  connection->receive_ms = milliseconds(argument(call->arguments, 0), connection->receive_ms);
  connection->send_ms = milliseconds(argument(call->arguments, 1), connection->send_ms);
  if (connection->mode == NET_TRANSPORT_BLOCKING) {
    set_timeout(connection, SO_RCVTIMEO, connection->receive_ms);
    set_timeout(connection, SO_SNDTIMEO, connection->send_ms);
  }
  answer_nothing();
}

static void answer_name(const struct plain_call *call,
                        struct net_error (*get)(int fd, struct net_address *address)) {
  struct net_address address;
  struct net_error error = get(call->connection->fd, &address);
  say_begin();
  if (error.kind == NET_ERROR_NONE) {
    say_object("net_address");
  } else {
    say_nil();
    plain_say_error(call->method, error);
  }
  say_end();
}

static void getsockname_of(const struct plain_call *call) {
  answer_name(call, net_local_address);
}

static void getpeername_of(const struct plain_call *call) {
  answer_name(call, net_peer_address);
}

static const struct {
  const char *name;
  void (*run)(const struct plain_call *call);
} methods[] = {
    {"read", read_some},
    {"recv", read_some},
    {"write", write_all},
    {"send", write_all},
    {"closer", close_reading},
    {"closew", close_writing},
    {"close", close_all},
    {"fd", fd},
    {"deadlines", deadlines},
    {"sendfd", plain_sendfd},
    {"recvfd", plain_recvfd},
    {"address", plain_address},
    {"sendcontrol", plain_sendcontrol},
    {"recvcontrol", plain_recvcontrol},
    {"getsockname", getsockname_of},
    {"getpeername", getpeername_of},
    {"sendfile", plain_sendfile},
    {"readv", plain_readv},
    {"writev", plain_writev},
    {"sendmsg", plain_sendmsg},
    {"recvmsg", plain_recvmsg},
};

void plain_call(struct connection *connection, const char *method,
                const struct arguments *arguments) {
  struct plain_call call = {connection, arguments, method};
  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    if (strcmp(methods[i].name, method) == 0) {
      methods[i].run(&call);
      return;
    }
  }
  if (!plain_option(&call)) {
    say_unsupported(method);
  }
}
