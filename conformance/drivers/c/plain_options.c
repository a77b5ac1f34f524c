/* The options of sockets, each in its own words, and what was set before. */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "conformance/drivers/c/plain.h"

struct option {
  const char *name;
  int level;
  int number;
  bool is_boolean;
};

static const struct option options[] = {
    {"reuseaddr", SOL_SOCKET, SO_REUSEADDR, true},
    {"reuseport", SOL_SOCKET, SO_REUSEPORT, true},
    {"keepalive", SOL_SOCKET, SO_KEEPALIVE, true},
    {"oobinline", SOL_SOCKET, SO_OOBINLINE, true},
    {"dontroute", SOL_SOCKET, SO_DONTROUTE, true},
    {"timestamp", SOL_SOCKET, SO_TIMESTAMP, true},
    {"acceptconn", SOL_SOCKET, SO_ACCEPTCONN, true},
    {"tcpnodelay", IPPROTO_TCP, TCP_NODELAY, true},
    {"tcpcork", IPPROTO_TCP, TCP_CORK, true},
    {"rcvbuf", SOL_SOCKET, SO_RCVBUF, false},
    {"sndbuf", SOL_SOCKET, SO_SNDBUF, false},
    {"rcvlowat", SOL_SOCKET, SO_RCVLOWAT, false},
    {"sndlowat", SOL_SOCKET, SO_SNDLOWAT, false},
    {"tcpkeepalive", IPPROTO_TCP, TCP_KEEPIDLE, false},
    {"tcpkeepintvl", IPPROTO_TCP, TCP_KEEPINTVL, false},
    {"tcpkeepcnt", IPPROTO_TCP, TCP_KEEPCNT, false},
};

static bool is_value_of(const struct word *value, const struct option *option) {
  bool is_boolean = value->kind == WORD_TRUE || value->kind == WORD_FALSE;
  return value->kind == WORD_NIL || (option->is_boolean ? is_boolean : value->kind == WORD_INTEGER);
}

/* The value before, whether or not it is set. */
static void swap_option(const struct plain_call *call, const struct option *option) {
  const struct word *value = argument(call->arguments, 0);
  int descriptor = call->connection->fd;
  int old = 0;
  if (!is_value_of(value, option)) {
    say_unsupported("a value of another type");
    return;
  }
  struct net_error error = net_get_option(descriptor, option->level, option->number, &old);
  if (error.kind == NET_ERROR_NONE && value->kind != WORD_NIL) {
    int new = option->is_boolean ? value->kind == WORD_TRUE : (int)value->integer;
    error = net_set_option(descriptor, option->level, option->number, new);
  }
  say_begin();
  if (error.kind != NET_ERROR_NONE) {
    say_nil();
    plain_say_error(option->name, error);
  } else if (option->is_boolean) {
    say_boolean(old != 0);
  } else {
    say_integer(old);
  }
  say_end();
}

/* nil, err; or what has been read. */
static void answer_option(const struct plain_call *call, struct net_error error,
                          enum word_kind kind, double value) {
  say_begin();
  if (error.kind != NET_ERROR_NONE) {
    say_nil();
    plain_say_error(call->method, error);
  } else if (kind == WORD_TRUE) {
    say_boolean(value != 0);
  } else if (kind == WORD_INTEGER) {
    say_integer((int64_t)value);
  } else {
    say_number(value);
  }
  say_end();
}

static void cloexec(const struct plain_call *call) {
  const struct word *value = argument(call->arguments, 0);
  bool old = false;
  struct net_error error = net_get_close_on_exec(call->connection->fd, &old);
  if (error.kind == NET_ERROR_NONE && value->kind != WORD_NIL) {
    error = net_set_close_on_exec(call->connection->fd, value->kind == WORD_TRUE);
  }
  answer_option(call, error, WORD_TRUE, old);
}

static void atmark(const struct plain_call *call) {
  bool at_mark = false;
  struct net_error error = net_at_mark(call->connection->fd, &at_mark);
  answer_option(call, error, WORD_TRUE, at_mark);
}

static void linger(const struct plain_call *call) {
  const struct word *value = argument(call->arguments, 0);
  int old = -1;
  struct net_error error = net_get_linger(call->connection->fd, &old);
  if (error.kind == NET_ERROR_NONE && value->kind != WORD_NIL) {
    error = net_set_linger(call->connection->fd, (int)value->integer);
  }
  answer_option(call, error, WORD_INTEGER, old);
}

static void swap_timeout(const struct plain_call *call, int name) {
  const struct word *value = argument(call->arguments, 0);
  double old = 0;
  struct net_error error = net_get_timeout(call->connection->fd, name, &old);
  if (error.kind == NET_ERROR_NONE && value->kind != WORD_NIL) {
    error = net_set_timeout(call->connection->fd, name, value->number);
  }
  answer_option(call, error, WORD_NUMBER, old);
}

static void rcvtimeo(const struct plain_call *call) {
  swap_timeout(call, SO_RCVTIMEO);
}

static void sndtimeo(const struct plain_call *call) {
  swap_timeout(call, SO_SNDTIMEO);
}

static const struct {
  const char *name;
  void (*run)(const struct plain_call *call);
} methods[] = {
    {"cloexec", cloexec},   {"atmark", atmark},     {"linger", linger},
    {"rcvtimeo", rcvtimeo}, {"sndtimeo", sndtimeo},
};

bool plain_option(const struct plain_call *call) {
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
    if (strcmp(options[i].name, call->method) == 0) {
      swap_option(call, &options[i]);
      return true;
    }
  }
  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    if (strcmp(methods[i].name, call->method) == 0) {
      methods[i].run(call);
      return true;
    }
  }
  return false;
}
