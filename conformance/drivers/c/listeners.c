/* What listens: descriptors, and how TLS is done with the connections that they accept. */

#include <string.h>

#include "conformance/drivers/c/slots.h"

enum {
  BACKLOG = 16
};

static struct listener listeners[NUM_SLOTS];

struct listener *listener_of(size_t index) {
  return &listeners[index % NUM_SLOTS];
}

void listener_drop(size_t index) {
  struct listener *listener = &listeners[index];
  net_tls_config_release(listener->config);
  net_tls_server_names_release(listener->names);
  if (listener->is_open) {
    net_close(listener->fd);
  }
  *listener = (struct listener){.is_open = false};
}

static struct net_error listen_on(const struct word *host, int *fd, int *port) {
  char name[128];
  struct net_bind_options options = {.reuseaddr = true};
  struct net_address address;
  struct net_error error = find_address(host, 0, true, &address);
  if (error.kind == NET_ERROR_NONE) {
    error = net_bind(&address, options, fd);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_listen(*fd, BACKLOG);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_local_address(*fd, &address);
  }
  if (error.kind == NET_ERROR_NONE) {
    error = net_address_name(&address, name, sizeof name, port);
  }
  return error;
}

/* server LISTENER CONFIG HOST */
void run_server(const struct command *command) {
  struct arguments arguments;
  size_t index = slot(command, 1);
  int port = 0;
  int fd = -1;
  if (!parse_arguments(command, 3, &arguments)) {
    say_broken("an argument is not a value");
    return;
  }
  listener_drop(index);
  struct net_error error = listen_on(argument(&arguments, 0), &fd, &port);
  free_arguments(&arguments);
  listeners[index] = (struct listener){.is_open = fd >= 0, .fd = fd};
  if (error.kind != NET_ERROR_NONE) {
    answer_net_error(error);
    return;
  }
  if (strcmp(command->words[2], "nil") != 0) {
    listeners[index].config = net_tls_config_retain(config_of(slot(command, 2)));
  }
  say_begin();
  say_integer(port);
  say_end();
}

static bool add_name(struct listener *listener, const struct word *name,
                     struct net_tls_config *config, char error[NET_TLS_ERROR_SIZE]) {
  if (!listener->names) {
    listener->names = net_tls_server_names_new();
  }
  return listener->names && net_tls_server_names_add(listener->names, name->bytes, config, error);
}

/* servername LISTENER CONFIG NAME */
void run_servername(const struct command *command) {
  struct arguments arguments;
  char error[NET_TLS_ERROR_SIZE] = "out of memory";
  if (!parse_arguments(command, 3, &arguments) || argument(&arguments, 0)->kind != WORD_STRING) {
    say_broken("NAME is no string");
  } else if (word_has_zeros(argument(&arguments, 0))) {
    say_unsupported("a string with zeros in it");
  } else {
    bool is_added = add_name(&listeners[slot(command, 1)], argument(&arguments, 0),
                             config_of(slot(command, 2)), error);
    say_begin();
    say_boolean(is_added);
    if (!is_added) {
      say_string(error);
    }
    say_end();
  }
  free_arguments(&arguments);
}
