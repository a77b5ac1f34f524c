/* The socket's methods. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conformance/drivers/c/allocations.h"
#include "conformance/drivers/c/slots.h"
#include "net/stream.h"

/* A capacity that a case asks for can be more than any machine has. */
enum {
  LARGEST_BUFFER = 4 << 20
};

/* first tells what a method returns first in the document. */
enum first {
  FIRST_OK,
  FIRST_STRING,
  FIRST_LENGTH
};

struct call {
  struct connection *connection;
  const struct arguments *arguments;
};

static void say_failed_first(enum first first) {
  if (first == FIRST_OK) {
    say_boolean(false);
  } else {
    say_nil();
  }
}

static void say_first(enum first first, const void *bytes, size_t length) {
  switch (first) {
    case FIRST_OK:
      say_boolean(true);
      break;
    case FIRST_STRING:
      say_bytes(bytes, length);
      break;
    case FIRST_LENGTH:
      say_integer((int64_t)length);
      break;
  }
}

/* The one place that turns an outcome into the document's three values (D-04): ok, str or len, then
   err, then timeout. */
static void answer(const struct call *call, enum net_tls_outcome outcome, enum first first,
                   const void *bytes, size_t length) {
  const char *error = NULL;
  bool has_first = outcome == NET_TLS_OK || (first == FIRST_LENGTH && outcome == NET_TLS_TIMEOUT);
  if (outcome == NET_TLS_ERROR) {
    error = net_tls_socket_error(call->connection->socket);
  }
  say_begin();
  if (has_first) {
    say_first(first, bytes, length);
  } else if (outcome == NET_TLS_CLOSED && first != FIRST_OK) {
    say_nil();
  } else if (outcome == NET_TLS_WANT_READ || outcome == NET_TLS_WANT_WRITE) {
    say_object("want"); /* Never from a function that waits: no case expects it. */
  } else {
    say_failed_first(first);
  }
  say_string(error);
  if (outcome == NET_TLS_TIMEOUT) {
    say_boolean(true);
  } else {
    say_nil();
  }
  say_end();
}

static void answer_ok(const struct call *call, enum net_tls_outcome outcome) {
  answer(call, outcome, FIRST_OK, NULL, 0);
}

static void handshake(const struct call *call) {
  answer_ok(call, net_tls_socket_handshake(call->connection->socket));
}

static void read_by(const struct call *call,
                    enum net_tls_outcome (*read)(struct net_tls_socket *socket, void *buffer,
                                                 size_t capacity, size_t *length)) {
  const struct word *size = argument(call->arguments, 0);
  bool is_size = size->kind == WORD_NIL || (size->kind == WORD_INTEGER && size->integer >= 0);
  if (!is_size) {
    say_unsupported("a size that C's size_t cannot hold");
    return;
  }
  size_t capacity = size->kind == WORD_NIL ? BUFSIZ : (size_t)size->integer;
  capacity = capacity < LARGEST_BUFFER ? capacity : LARGEST_BUFFER;
  char *buffer = allocations_own(capacity + 1);
  size_t length = 0;
  enum net_tls_outcome outcome = read(call->connection->socket, buffer, capacity, &length);
  answer(call, outcome, FIRST_STRING, buffer, length);
  free(buffer);
}

static void read_some(const struct call *call) {
  read_by(call, net_tls_socket_read);
}

static void peek(const struct call *call) {
  read_by(call, net_tls_socket_peek);
}

static void key_update(const struct call *call) {
  bool request_peer = argument(call->arguments, 0)->kind == WORD_TRUE;
  answer_ok(call, net_tls_socket_key_update(call->connection->socket, request_peer));
}

static void write_all(const struct call *call) {
  const struct word *bytes = argument(call->arguments, 0);
  if (bytes->kind != WORD_STRING) {
    say_unsupported("a write of something that is not bytes");
    return;
  }
  size_t written = 0;
  enum net_tls_outcome outcome =
      net_tls_socket_write(call->connection->socket, bytes->bytes, bytes->length, &written);
  answer(call, outcome, FIRST_LENGTH, NULL, written);
}

static void tls_close(const struct call *call) {
  answer_ok(call, net_tls_socket_tls_close(call->connection->socket));
}

static void close_all(const struct call *call) {
  answer_ok(call, net_tls_socket_close(call->connection->socket));
}

static void poll_wait(const struct call *call) {
  const struct word *want = argument(call->arguments, 0);
  if (want->kind == WORD_INTEGER) {
    answer_ok(call,
              net_tls_socket_wait(call->connection->socket, (enum net_tls_outcome)want->integer));
  } else if (want->kind == WORD_CONSTANT && strcmp(want->bytes, "WANT_POLLIN") == 0) {
    answer_ok(call, net_tls_socket_wait(call->connection->socket, NET_TLS_WANT_READ));
  } else if (want->kind == WORD_CONSTANT && strcmp(want->bytes, "WANT_POLLOUT") == 0) {
    answer_ok(call, net_tls_socket_wait(call->connection->socket, NET_TLS_WANT_WRITE));
  } else {
    say_unsupported("a want that is not a number");
  }
}

static void setclocklimit(const struct call *call) {
  const struct word *seconds = argument(call->arguments, 0);
  bool is_number = seconds->kind == WORD_INTEGER || seconds->kind == WORD_NUMBER;
  bool is_limit = is_number && seconds->number >= 0 && seconds->number < 1e9;
  if (seconds->kind != WORD_NIL && !is_limit) {
    say_unsupported("a limit that C's int64_t cannot hold");
    return;
  }
  net_tls_socket_set_clock_limit(call->connection->socket, is_limit
                                                               ? (int64_t)(seconds->number * 1e9)
                                                               : NET_TLS_DEFAULT_CLOCK_LIMIT);
  answer_nothing();
}

static void getclocklimit(const struct call *call) {
  say_begin();
  say_number((double)net_tls_socket_clock_limit(call->connection->socket) / 1e9);
  say_end();
}

/* nil leaves a deadline as it is, 0 takes it away. */
static int64_t milliseconds(const struct word *word, int64_t before) {
  if (word->kind == WORD_NIL) {
    return before;
  }
  return word->integer == 0 ? -1 : word->integer;
}

static void set_timeout(int fd, int name, int64_t ms) {
  net_set_timeout(fd, name, ms < 0 ? 0 : (double)ms / 1e3);
}

/* In blocking mode the kernel's timeouts hold as well: it is the kernel that sleeps (D-13). */
static void deadlines(const struct call *call) {
  struct connection *connection = call->connection;
  connection->receive_ms = milliseconds(argument(call->arguments, 0), connection->receive_ms);
  connection->send_ms = milliseconds(argument(call->arguments, 1), connection->send_ms);
  if (connection->mode == NET_TRANSPORT_BLOCKING) {
    set_timeout(connection->fd, SO_RCVTIMEO, connection->receive_ms);
    set_timeout(connection->fd, SO_SNDTIMEO, connection->send_ms);
  }
  net_tls_socket_set_deadlines(connection->socket, connection->receive_ms, connection->send_ms);
  answer_nothing();
}

static void timeout_option(const struct call *call, int name) {
  net_set_timeout(call->connection->fd, name, argument(call->arguments, 0)->number);
  answer_nothing();
}

static void rcvtimeo(const struct call *call) {
  timeout_option(call, SO_RCVTIMEO);
}

static void sndtimeo(const struct call *call) {
  timeout_option(call, SO_SNDTIMEO);
}

static void sndbuf(const struct call *call) {
  net_set_option(call->connection->fd, SOL_SOCKET, SO_SNDBUF,
                 (int)argument(call->arguments, 0)->integer);
  answer_nothing();
}

static void nonblock(const struct call *call) {
  net_set_nonblocking(call->connection->fd, argument(call->arguments, 0)->kind == WORD_TRUE);
  answer_nothing();
}

/* -1 once it is closed. */
static void fd(const struct call *call) {
  int fd = call->connection->fd;
  say_begin();
  say_integer(fcntl(fd, F_GETFD) >= 0 ? fd : -1);
  say_end();
}

static void answer_text(const char *text) {
  say_begin();
  say_string(text);
  say_end();
}

static void closed_by(const struct call *call) {
  answer_text(net_tls_closed_by_name(net_tls_socket_closed_by(call->connection->socket)));
}

static void version(const struct call *call) {
  answer_text(net_tls_socket_version(call->connection->socket));
}

static void alpn(const struct call *call) {
  size_t length = 0;
  const char *protocol = net_tls_socket_alpn(call->connection->socket, &length);
  say_begin();
  if (protocol != NULL) {
    say_bytes(protocol, length);
  } else {
    say_nil();
  }
  say_end();
}

static void alert(const struct call *call) {
  struct net_tls_alert alert;
  bool has_alert = net_tls_socket_alert(call->connection->socket, &alert);
  say_begin();
  say_string(has_alert ? alert.name : NULL);
  say_string(!has_alert ? NULL : alert.sent ? "sent" : "received");
  say_end();
}

static const struct {
  const char *name;
  void (*run)(const struct call *call);
} methods[] = {
    {"handshake", handshake},
    {"read", read_some},
    {"recv", read_some},
    {"peek", peek},
    {"key_update", key_update},
    {"write", write_all},
    {"send", write_all},
    {"tls_close", tls_close},
    {"close", close_all},
    {"poll_wait", poll_wait},
    {"setclocklimit", setclocklimit},
    {"getclocklimit", getclocklimit},
    {"deadlines", deadlines},
    {"rcvtimeo", rcvtimeo},
    {"sndtimeo", sndtimeo},
    {"sndbuf", sndbuf},
    {"nonblock", nonblock},
    {"fd", fd},
    {"closed_by", closed_by},
    {"version", version},
    {"alpn", alpn},
    {"alert", alert},
};

void connection_call(struct connection *connection, const char *method,
                     const struct arguments *arguments) {
  struct call call = {connection, arguments};
  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    if (strcmp(methods[i].name, method) == 0) {
      allocations_enter();
      methods[i].run(&call);
      allocations_leave();
      return;
    }
  }
  if (!information_call(connection, method, arguments)) {
    say_unsupported(method);
  }
}
