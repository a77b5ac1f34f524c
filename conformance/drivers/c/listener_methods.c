/* The methods of listeners: those of sockets without TLS, and a few of their own. */

#include <string.h>

#include "conformance/drivers/c/plain.h"

enum {
  BACKLOG = 16
};

/* listen [BACKLOG] */
static void listen_again(const struct plain_call *call) {
  const struct word *backlog = argument(call->arguments, 0);
  struct net_error error = net_listen(
      call->connection->fd, backlog->kind == WORD_INTEGER ? (int)backlog->integer : BACKLOG);
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, true);
    return;
  }
  say_begin();
  say_boolean(true);
  say_end();
}

/* accept [WITH_ADDRESS]: what is accepted is not kept. */
static void accept_one(const struct plain_call *call) {
  struct net_address peer;
  int fd = -1;
  const struct word *with_address = argument(call->arguments, 0);
  if (with_address->kind == WORD_INTEGER) {
    say_unsupported("a boolean that is none");
    return;
  }
  struct net_error error = net_accept(call->connection->fd, &fd, &peer);
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, false);
    return;
  }
  net_close(fd);
  say_begin();
  say_object("net_stream");
  say_nil();
  if (with_address->kind == WORD_TRUE) {
    say_object("net_address");
  } else {
    say_nil();
  }
  say_end();
}

static void answer_number(const struct plain_call *call, struct net_error error, int number) {
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, false);
    return;
  }
  say_begin();
  say_integer(number);
  say_end();
}

/* acceptfd: the descriptor is the runner's to wrap. */
static void accept_descriptor(const struct plain_call *call) {
  int fd = -1;
  struct net_error error = net_accept(call->connection->fd, &fd, NULL);
  answer_number(call, error, fd);
}

static void tell_type(const struct plain_call *call) {
  int type = 0;
  struct net_error error = net_get_option(call->connection->fd, SOL_SOCKET, SO_TYPE, &type);
  answer_number(call, error, type);
}

static const struct {
  const char *name;
  void (*run)(const struct plain_call *call);
} methods[] = {
    {"listen", listen_again},
    {"accept", accept_one},
    {"acceptfd", accept_descriptor},
    {"socktype", tell_type},
};

static void call_method(struct connection *socket, const char *method,
                        const struct arguments *arguments) {
  struct plain_call call = {socket, arguments, method};
  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    if (strcmp(methods[i].name, method) == 0) {
      methods[i].run(&call);
      return;
    }
  }
  plain_call(socket, method, arguments);
}

/* listener LISTENER METHOD VALUE... */
void run_listener(const struct command *command) {
  struct listener *listener = listener_of(slot(command, 1));
  struct connection socket = {.is_plain = true,
                              .fd = listener->is_open ? listener->fd : -1,
                              .receive_ms = -1,
                              .send_ms = -1};
  struct arguments arguments;
  if (parse_arguments(command, 3, &arguments)) {
    call_method(&socket, command->words[2], &arguments);
    listener->is_open = socket.fd >= 0;
  } else {
    say_broken("an argument is not a value");
  }
  free_arguments(&arguments);
}
