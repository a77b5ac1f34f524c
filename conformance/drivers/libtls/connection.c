/* The socket's methods: see driver.c for what of libtls stands for what of them. */

#include "conformance/drivers/libtls/connection.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
  /* A capacity that a case asks for can be more than any machine has. */
  LARGEST_BUFFER = 4 << 20,
  MS_PER_SECOND = 1000,
  US_PER_MS = 1000,
  US_PER_SECOND = 1000000,
  NS_PER_US = 1000
};

/* outcome is what a call of libtls came to, once it wanted nothing more. */
struct outcome {
  ssize_t result;
  bool timed_out;
};

/* operation is one call of libtls, to be repeated while it wants to be. */
struct operation {
  ssize_t (*call)(struct tls *context, void *bytes, size_t length);
  void *bytes;
  size_t length;
  /* In milliseconds, 0 for none. */
  int64_t limit;
};

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / NS_PER_US;
}

/* In milliseconds, rounded up: a wait must not end before the deadline. */
static int time_left(int64_t deadline) {
  int64_t left = deadline - now_us();
  return left > 0 ? (int)((left + US_PER_MS - 1) / US_PER_MS) : 0;
}

/* As tls_read(3) says: on a blocking descriptor the call is repeated at once, on another when
   poll(2) says that it is ready. Returns false once the deadline has passed. */
static bool may_repeat(const struct connection *connection, ssize_t want, int64_t limit,
                       int64_t deadline) {
  struct pollfd waited = {connection->fd, want == TLS_WANT_POLLIN ? POLLIN : POLLOUT, 0};
  if (connection->is_nonblocking) {
    poll(&waited, 1, limit > 0 ? time_left(deadline) : -1);
  }
  return limit == 0 || now_us() < deadline;
}

static struct outcome run(const struct connection *connection, const struct operation *operation) {
  int64_t deadline = now_us() + operation->limit * US_PER_MS;
  for (;;) {
    ssize_t result = operation->call(connection->context, operation->bytes, operation->length);
    if (result != TLS_WANT_POLLIN && result != TLS_WANT_POLLOUT) {
      return (struct outcome){result, false};
    }
    if (!may_repeat(connection, result, operation->limit, deadline)) {
      return (struct outcome){result, true};
    }
  }
}

static ssize_t call_handshake(struct tls *context, void *bytes, size_t length) {
  (void)bytes;
  (void)length;
  return tls_handshake(context);
}

static ssize_t call_close(struct tls *context, void *bytes, size_t length) {
  (void)bytes;
  (void)length;
  return tls_close(context);
}

static ssize_t call_write(struct tls *context, void *bytes, size_t length) {
  return tls_write(context, bytes, length);
}

/* The document's second and third value. */
static void say_rest(const struct connection *connection, struct outcome outcome) {
  say_string(outcome.result == -1 ? tls_error(connection->context) : NULL);
  if (outcome.timed_out) {
    say_boolean(true);
  } else {
    say_nil();
  }
  say_end();
}

static void answer_ok(const struct connection *connection, struct outcome outcome) {
  say_begin();
  say_boolean(outcome.result == 0);
  say_rest(connection, outcome);
}

struct call {
  struct connection *connection;
  const struct arguments *arguments;
};

static void handshake(const struct call *call) {
  struct operation operation = {call_handshake, NULL, 0, call->connection->receive_ms};
  answer_ok(call->connection, run(call->connection, &operation));
}

/* 0 is the end of what the peer sends. */
static void read_some(const struct call *call) {
  const struct word *size = argument(call->arguments, 0);
  bool is_size = size->kind == WORD_NIL || (size->kind == WORD_INTEGER && size->integer >= 0);
  if (!is_size) {
    say_unsupported("a size that C's size_t cannot hold");
    return;
  }
  size_t capacity = size->kind == WORD_NIL ? BUFSIZ : (size_t)size->integer;
  capacity = capacity < LARGEST_BUFFER ? capacity : LARGEST_BUFFER;
  char *buffer = malloc(capacity + 1);
  struct operation operation = {tls_read, buffer, capacity, call->connection->receive_ms};
  struct outcome outcome = run(call->connection, &operation);
  say_begin();
  if (outcome.result > 0) {
    say_bytes(buffer, (size_t)outcome.result);
  } else {
    say_nil();
  }
  say_rest(call->connection, outcome);
  free(buffer);
}

/* One tls_write() that wrote something, however much that is. */
static void write_some(const struct call *call) {
  const struct word *bytes = argument(call->arguments, 0);
  if (bytes->kind != WORD_STRING) {
    say_unsupported("a write of something that is not bytes");
    return;
  }
  struct operation operation = {call_write, bytes->bytes, bytes->length, call->connection->send_ms};
  struct outcome outcome = run(call->connection, &operation);
  say_begin();
  if (outcome.result == -1) {
    say_nil();
  } else {
    say_integer(outcome.timed_out ? 0 : outcome.result);
  }
  say_rest(call->connection, outcome);
}

static void tls_close_alone(const struct call *call) {
  struct operation operation = {call_close, NULL, 0, call->connection->send_ms};
  answer_ok(call->connection, run(call->connection, &operation));
}

/* The descriptor is the program's to close, however tls_close() ended. */
static void close_all(const struct call *call) {
  struct operation operation = {call_close, NULL, 0, call->connection->send_ms};
  struct outcome outcome = run(call->connection, &operation);
  close(call->connection->fd);
  call->connection->fd = -1;
  answer_ok(call->connection, outcome);
}

/* nil leaves a deadline as it is, 0 takes it away. */
static int64_t milliseconds(const struct word *word, int64_t before) {
  return word->kind == WORD_NIL ? before : word->integer;
}

static void set_timeout(int fd, int name, int64_t ms) {
  struct timeval timeout = {ms / MS_PER_SECOND, ms % MS_PER_SECOND * US_PER_MS};
  setsockopt(fd, SOL_SOCKET, name, &timeout, sizeof timeout);
}

/* In a blocking call it is the kernel that sleeps. */
static void deadlines(const struct call *call) {
  struct connection *connection = call->connection;
  connection->receive_ms = milliseconds(argument(call->arguments, 0), connection->receive_ms);
  connection->send_ms = milliseconds(argument(call->arguments, 1), connection->send_ms);
  set_timeout(connection->fd, SO_RCVTIMEO, connection->receive_ms);
  set_timeout(connection->fd, SO_SNDTIMEO, connection->send_ms);
  answer_nothing();
}

static void version(const struct call *call) {
  say_begin();
  say_string(tls_conn_version(call->connection->context));
  say_end();
}

static void alpn(const struct call *call) {
  say_begin();
  say_string(tls_conn_alpn_selected(call->connection->context));
  say_end();
}

static void fd(const struct call *call) {
  say_begin();
  say_integer(call->connection->fd);
  say_end();
}

static const struct {
  const char *name;
  void (*run)(const struct call *call);
} methods[] = {
    {"handshake", handshake}, {"read", read_some},  {"recv", read_some},
    {"write", write_some},    {"send", write_some}, {"tls_close", tls_close_alone},
    {"close", close_all},     {"version", version}, {"deadlines", deadlines},
    {"alpn", alpn},           {"fd", fd},
};

void connection_call(struct connection *connection, const char *method,
                     const struct arguments *arguments) {
  struct call call = {connection, arguments};
  bool is_closed = connection->fd < 0;
  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    if (strcmp(methods[i].name, method) != 0) {
      continue;
    }
    if (is_closed && methods[i].run != fd) {
      say_unsupported("a use of a descriptor that the program itself has closed");
    } else {
      methods[i].run(&call);
    }
    return;
  }
  say_unsupported(method);
}
