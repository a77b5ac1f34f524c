/* The conformance driver of the C library: speaks the line protocol of PROTOCOL.md and calls
   nothing but the public API. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/drivers/c/allocations.h"
#include "conformance/drivers/c/faults.h"
#include "conformance/drivers/c/slots.h"

static struct net_tls_config *configs[NUM_SLOTS];
static struct connection connections[NUM_SLOTS];
/* Descriptors of files. */
static int files[NUM_SLOTS];
static enum net_transport_mode mode = NET_TRANSPORT_BLOCKING;

static void free_connection(struct connection *connection) {
  net_tls_socket_free(connection->socket);
  if (connection->is_plain && connection->fd >= 0) {
    net_close(connection->fd);
  }
  *connection = (struct connection){.fd = -1, .receive_ms = -1, .send_ms = -1};
}

static void drop_file(size_t index) {
  if (files[index] >= 0) {
    close(files[index]);
  }
  files[index] = -1;
}

struct net_tls_config *config_of(size_t index) {
  return configs[index % NUM_SLOTS];
}

struct connection *connection_of(size_t index) {
  return &connections[index % NUM_SLOTS];
}

int file_of(size_t index) {
  return files[index % NUM_SLOTS];
}

static void drop_everything(void) {
  for (size_t i = 0; i < NUM_SLOTS; i++) {
    drop_file(i);
    session_drop(i);
    free_connection(&connections[i]);
    net_tls_config_release(configs[i]);
    configs[i] = NULL;
    listener_drop(i);
  }
}

static void run_config(const struct command *command) {
  size_t index = slot(command, 1);
  net_tls_config_release(configs[index]);
  allocations_enter();
  configs[index] = net_tls_config_new();
  allocations_leave();
  answer_made("net_tls_config", configs[index] ? NULL : strerror(ENOMEM), false);
}

static void run_set(const struct command *command) {
  struct arguments arguments;
  if (parse_arguments(command, 3, &arguments)) {
    config_set(configs[slot(command, 1)], command->words[2], &arguments);
  } else {
    say_broken("an argument is not a value");
  }
  free_arguments(&arguments);
}

/* What a TLS socket is made of: `name` is the server's for a client, NULL for a server, which may
   have `names`, and `session` what a client resumes, or NULL. */
struct making {
  struct net_tls_config *config;
  bool is_client;
  const char *name;
  struct net_tls_server_names *names;
  const struct net_tls_session *session;
};

/* Makes a TLS socket of the descriptor of `made`. Returns false on failure: the descriptor is then
   closed, and `error` says why. */
static bool make_socket(struct connection *made, const struct making *making,
                        char error[NET_TLS_ERROR_SIZE]) {
  struct net_transport transport;
  int failed = net_transport_posix(made->fd, mode, &transport);
  if (failed != 0) {
    snprintf(error, NET_TLS_ERROR_SIZE, "%s", strerror(failed));
    net_close(made->fd);
    return false;
  }
  snprintf(error, NET_TLS_ERROR_SIZE, "%s", strerror(ENOMEM));
  if (faults_wrap(&transport)) {
    made->socket =
        making->is_client
            ? net_tls_socket_new_client(making->config, transport, mode, making->name, error)
            : net_tls_socket_new_server(making->config, transport, mode, error);
  }
  if (!made->socket) {
    transport.functions->close(transport.context);
  }
  return made->socket != NULL;
}

/* Without success the socket goes, and `error` says why. */
static bool prepare(struct connection *made, const struct making *making,
                    char error[NET_TLS_ERROR_SIZE]) {
  if ((!making->session || net_tls_socket_set_session(made->socket, making->session)) &&
      (!making->names || net_tls_socket_set_server_names(made->socket, making->names))) {
    return true;
  }
  snprintf(error, NET_TLS_ERROR_SIZE, "%s", net_tls_socket_error(made->socket));
  net_tls_socket_free(made->socket);
  return false;
}

/* Makes a TLS socket of `fd`, which it closes on failure. */
static void adopt(size_t index, int fd, const struct making *making) {
  char error[NET_TLS_ERROR_SIZE];
  struct connection made = {.mode = mode, .fd = fd, .receive_ms = -1, .send_ms = -1};
  allocations_enter();
  bool is_made = make_socket(&made, making, error) && prepare(&made, making, error);
  allocations_leave();
  if (is_made) {
    free_connection(&connections[index]);
    connections[index] = made;
  }
  answer_made("net_tls_socket", is_made ? NULL : error, false);
}

/* Without a configuration it is a plain socket. */
static void keep_plain(size_t index, int fd) {
  free_connection(&connections[index]);
  connections[index] = (struct connection){
      .is_plain = true, .mode = mode, .fd = fd, .receive_ms = -1, .send_ms = -1};
}

static void adopt_plain(size_t index, int fd) {
  keep_plain(index, fd);
  net_set_nonblocking(fd, mode == NET_TRANSPORT_NONBLOCKING);
  answer_made("net_stream", NULL, false);
}

static struct net_error connect_to(const struct word *host, int64_t port, int64_t deadline_ms,
                                   int *fd) {
  struct net_address address;
  struct net_error error = find_address(host, port, false, &address);
  return error.kind == NET_ERROR_NONE ? net_connect(&address, deadline_ms, fd) : error;
}

static bool is_plain(const struct command *command) {
  return strcmp(command->words[2], "nil") == 0;
}

/* client SOCKET CONFIG HOST PORT NAME [DEADLINE [SESSION]] */
static void run_client(const struct command *command) {
  struct arguments arguments;
  int fd = -1;
  if (!parse_arguments(command, 3, &arguments)) {
    say_broken("an argument is not a value");
    return;
  }
  const struct word *name = argument(&arguments, 2);
  const struct word *deadline = argument(&arguments, 3);
  if (word_has_zeros(name)) {
    say_unsupported("a string with zeros in it");
    free_arguments(&arguments);
    return;
  }
  allocations_enter();
  struct net_error error = connect_to(argument(&arguments, 0), argument(&arguments, 1)->integer,
                                      deadline->kind == WORD_INTEGER ? deadline->integer : -1, &fd);
  allocations_leave();
  if (error.kind == NET_ERROR_NONE && is_plain(command)) {
    adopt_plain(slot(command, 1), fd);
  } else if (error.kind == NET_ERROR_NONE) {
    const struct word *session = argument(&arguments, 4);
    struct making making = {
        .config = configs[slot(command, 2)], .is_client = true, .name = name->bytes};
    if (session->kind == WORD_INTEGER) {
      making.session = session_of((size_t)session->integer);
    }
    adopt(slot(command, 1), fd, &making);
  } else {
    answer_net_error(error);
  }
  free_arguments(&arguments);
}

/* accept SOCKET LISTENER */
static void run_accept(const struct command *command) {
  const struct listener *listener = listener_of(slot(command, 2));
  size_t index = slot(command, 1);
  int fd = -1;
  struct net_error error = net_accept(listener->fd, &fd, NULL);
  if (error.kind != NET_ERROR_NONE) {
    answer_net_error(error);
  } else if (!listener->config) {
    adopt_plain(index, fd);
  } else {
    struct making making = {.config = listener->config, .names = listener->names};
    adopt(index, fd, &making);
  }
}

/* pair SOCKET SOCKET */
static void run_pair(const struct command *command) {
  int fds[2] = {-1, -1};
  struct net_error error = net_pair(mode == NET_TRANSPORT_NONBLOCKING, fds);
  if (error.kind != NET_ERROR_NONE) {
    answer_net_error(error);
    return;
  }
  keep_plain(slot(command, 1), fds[0]);
  keep_plain(slot(command, 2), fds[1]);
  say_begin();
  say_object("net_stream");
  say_object("net_stream");
  say_end();
}

/* The descriptor to wrap: what a listener has accepted, or one by its number. */
static struct net_error find_descriptor(const struct command *command, int *fd,
                                        enum net_family *family) {
  struct word number;
  *family = strcmp(command->words[3], "unix") == 0 ? NET_FAMILY_UNIX : NET_FAMILY_INET;
  if (command->count > 3 && word_parse(command->words[2], &number)) {
    *fd = (int)number.integer;
    return (struct net_error){.kind = NET_ERROR_NONE};
  }
  struct net_address peer;
  struct net_error error = net_accept(listener_of(slot(command, 2))->fd, fd, &peer);
  *family = peer.family == AF_UNIX ? NET_FAMILY_UNIX : NET_FAMILY_INET;
  return error;
}

/* wrap SOCKET LISTENER | wrap SOCKET FD inet|unix */
static void run_wrap(const struct command *command) {
  struct net_address address;
  enum net_family family = NET_FAMILY_INET;
  int fd = -1;
  struct net_error error = find_descriptor(command, &fd, &family);
  if (error.kind == NET_ERROR_NONE) {
    error = net_adopt(fd, family, mode == NET_TRANSPORT_NONBLOCKING, &address);
  }
  if (error.kind == NET_ERROR_NONE) {
    keep_plain(slot(command, 1), fd);
    answer_made("net_stream", NULL, false);
  } else {
    char text[256];
    answer_failure(net_error_text(error, text, sizeof text));
  }
}

static void run_call(const struct command *command) {
  struct arguments arguments;
  struct connection *connection = &connections[slot(command, 1)];
  if (!connection->socket && !connection->is_plain) {
    say_broken("there is no socket in that slot");
  } else if (parse_arguments(command, 3, &arguments)) {
    (connection->is_plain ? plain_call : connection_call)(connection, command->words[2],
                                                          &arguments);
    free_arguments(&arguments);
  } else {
    say_broken("an argument is not a value");
  }
}

/* file FILE PATH */
static void run_file(const struct command *command) {
  struct arguments arguments;
  size_t index = slot(command, 1);
  if (!parse_arguments(command, 2, &arguments)) {
    say_broken("an argument is not a value");
    return;
  }
  drop_file(index);
  files[index] = open(argument(&arguments, 0)->bytes, O_RDONLY | O_CLOEXEC);
  free_arguments(&arguments);
  if (files[index] < 0) {
    say_broken(strerror(errno));
  } else {
    answer_nothing();
  }
}

static void run_poller(const struct command *command) {
  if (strcmp(command->words[1], "refuse") == 0) {
    say_unsupported("pollers");
    return;
  }
  bool waits = strcmp(command->words[1], "wait") == 0;
  mode = waits ? NET_TRANSPORT_NONBLOCKING : NET_TRANSPORT_BLOCKING;
  answer_nothing();
}

/* faults [WORDS] */
static void run_faults(const struct command *command) {
  struct arguments arguments;
  if (parse_arguments(command, 1, &arguments)) {
    faults_command(&arguments);
  } else {
    say_broken("an argument is not a value");
  }
  free_arguments(&arguments);
}

/* allocations [once|from NUMBER] */
static void run_allocations(const struct command *command) {
  allocations_command(command->words[1], command->words[2]);
}

static void run_drop(const struct command *command) {
  free_connection(&connections[slot(command, 1)]);
  answer_nothing();
}

static void run_reset(const struct command *command) {
  (void)command;
  drop_everything();
  faults_stop();
  allocations_disarm();
  mode = NET_TRANSPORT_BLOCKING;
  answer_nothing();
}

static void run_hello(const struct command *command) {
  (void)command;
  say_hello(PROTOCOL_VERSION, "net_tls_socket in C", net_tls_library());
}

static const struct command_function commands[] = {
    {"hello", run_hello},       {"config", run_config},   {"set", run_set},
    {"client", run_client},     {"server", run_server},   {"accept", run_accept},
    {"call", run_call},         {"poller", run_poller},   {"drop", run_drop},
    {"reset", run_reset},       {"faults", run_faults},   {"allocations", run_allocations},
    {"pair", run_pair},         {"wrap", run_wrap},       {"file", run_file},
    {"session", run_session},   {"import", run_import},   {"servername", run_servername},
    {"listener", run_listener}, {"resolve", run_resolve},
};

int main(void) {
  for (size_t i = 0; i < NUM_SLOTS; i++) {
    files[i] = -1;
    connections[i].fd = -1;
  }
  serve(commands, sizeof(commands) / sizeof(commands[0]));
  drop_everything();
  return 0;
}
