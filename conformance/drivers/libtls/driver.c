/* The conformance driver of libtls, and what of it stands for what of net.tls.Socket:

     handshake     tls_handshake()
     read(n)       tls_read() into a buffer of n bytes; 0 is closed by the peer
     write(str)    tls_write(), once: what it wrote is the length, be that less than all
     tls_close     tls_close()
     close         tls_close(), and close(2) of the descriptor, which libtls leaves to the program
     deadlines     SO_RCVTIMEO and SO_SNDTIMEO, and a clock that is looked at when a call wants to
   be repeated blocking      after TLS_WANT_POLLIN and TLS_WANT_POLLOUT the call again, as
   tls_read(3) says non-blocking  the same behind poll(2) version       tls_conn_version()

   -1 is an error, in the words of tls_error(). The driver connects, listens and accepts by itself
   and hands the descriptors to tls_connect_socket() and tls_accept_socket(). It leaves SIGPIPE as
   it is, as libtls does. There is no counterpart of poll_wait (waiting is the program's),
   closed_by, alert, of the clock limit and of insecure_allow_truncation. A use of a connection
   after close() would be one of a descriptor that may be another's by then, so that it is not
   tried. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "conformance/drivers/libtls/connection.h"

/* listener is a descriptor that listens, and the server's context for what it accepts. */
struct listener {
  int fd;
  struct tls *context;
};

/* address is that of a TCP or a unix socket. */
struct address {
  struct sockaddr_storage bytes;
  socklen_t length;
};

static struct tls_config *configs[NUM_SLOTS];
static struct connection connections[NUM_SLOTS];
static struct listener listeners[NUM_SLOTS];
static bool is_nonblocking;

static void free_connection(struct connection *connection) {
  tls_free(connection->context);
  if (connection->fd >= 0) {
    close(connection->fd);
  }
  *connection = (struct connection){.fd = -1};
}

static void free_listener(struct listener *listener) {
  tls_free(listener->context);
  if (listener->fd >= 0) {
    close(listener->fd);
  }
  *listener = (struct listener){.fd = -1};
}

static void drop_everything(void) {
  for (size_t i = 0; i < NUM_SLOTS; i++) {
    free_connection(&connections[i]);
    free_listener(&listeners[i]);
    tls_config_free(configs[i]);
    configs[i] = NULL;
  }
}

static void set_nonblocking(int fd, bool value) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, value ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static void run_config(const struct command *command) {
  size_t index = slot(command, 1);
  tls_config_free(configs[index]);
  configs[index] = tls_config_new();
  answer_made("tls_config", NULL, false);
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

static void path_address(const char *path, struct address *address) {
  struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
  snprintf(unix_address.sun_path, sizeof unix_address.sun_path, "%s", path);
  address->length = sizeof unix_address;
  memcpy(&address->bytes, &unix_address, sizeof unix_address);
}

/* Returns NULL, or why there is no such address. */
static const char *resolve(const char *host, int64_t port, struct address *address) {
  char service[24];
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  if (host[0] == '/') {
    path_address(host, address);
    return NULL;
  }
  snprintf(service, sizeof service, "%lld", (long long)port);
  int status = getaddrinfo(host, service, &hints, &found);
  if (status != 0) {
    return gai_strerror(status);
  }
  address->length = found->ai_addrlen;
  memcpy(&address->bytes, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return NULL;
}

static int new_socket(const struct address *address) {
  return socket(address->bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void keep(size_t index, struct tls *context, int fd) {
  set_nonblocking(fd, is_nonblocking);
  free_connection(&connections[index]);
  connections[index] =
      (struct connection){.context = context, .fd = fd, .is_nonblocking = is_nonblocking};
  answer_made("tls", NULL, false);
}

static void adopt_client(size_t index, struct tls_config *config, int fd, const char *name) {
  struct tls *context = tls_client();
  if (tls_configure(context, config) == 0 && tls_connect_socket(context, fd, name) == 0) {
    keep(index, context, fd);
    return;
  }
  answer_made(NULL, tls_error(context), false);
  tls_free(context);
  close(fd);
}

/* A failure here says nothing of libtls, which has no part in it. */
static void connect_client(const struct command *command, const struct arguments *arguments) {
  struct address address;
  const char *host = argument(arguments, 0)->bytes;
  const char *why = resolve(host, argument(arguments, 1)->integer, &address);
  int fd = why ? -1 : new_socket(&address);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&address.bytes, address.length) == 0) {
    adopt_client(slot(command, 1), configs[slot(command, 2)], fd, argument(arguments, 2)->bytes);
    return;
  }
  say_unsupported("connecting, which is the program's");
  if (fd >= 0) {
    close(fd);
  }
}

/* client SOCKET CONFIG HOST PORT NAME [DEADLINE] */
static void run_client(const struct command *command) {
  struct arguments arguments;
  bool are_values = parse_arguments(command, 3, &arguments);
  if (strcmp(command->words[2], "nil") == 0) {
    say_unsupported("a socket without TLS");
  } else if (are_values && argument(&arguments, 3)->kind != WORD_NIL) {
    say_unsupported("connecting with a deadline, which is the program's");
  } else if (are_values) {
    connect_client(command, &arguments);
  } else {
    say_broken("an argument is not a value");
  }
  free_arguments(&arguments);
}

/* Returns NULL, or why it cannot listen. */
static const char *listen_on(const char *host, struct address *address, int *fd) {
  const char *why = resolve(host, 0, address);
  if (why) {
    return why;
  }
  *fd = new_socket(address);
  bool listens = bind(*fd, (const struct sockaddr *)&address->bytes, address->length) == 0 &&
                 listen(*fd, SOMAXCONN) == 0 &&
                 getsockname(*fd, (struct sockaddr *)&address->bytes, &address->length) == 0;
  return listens ? NULL : strerror(errno);
}

static int port_of(const struct address *address) {
  struct sockaddr_in inet;
  memcpy(&inet, &address->bytes, sizeof inet);
  return address->bytes.ss_family == AF_INET ? ntohs(inet.sin_port) : 0;
}

static void start_server(struct listener *listener, struct tls_config *config, const char *host) {
  struct address address;
  free_listener(listener);
  listener->context = tls_server();
  const char *why = listen_on(host, &address, &listener->fd);
  if (!why && tls_configure(listener->context, config) != 0) {
    why = tls_error(listener->context);
  }
  if (why) {
    answer_made(NULL, why, false);
    free_listener(listener);
    return;
  }
  say_begin();
  say_integer(port_of(&address));
  say_end();
}

/* server LISTENER CONFIG HOST */
static void run_server(const struct command *command) {
  struct arguments arguments;
  if (strcmp(command->words[2], "nil") == 0) {
    say_unsupported("a socket without TLS");
    return;
  }
  if (parse_arguments(command, 3, &arguments)) {
    start_server(&listeners[slot(command, 1)], configs[slot(command, 2)],
                 argument(&arguments, 0)->bytes);
  } else {
    say_broken("an argument is not a value");
  }
  free_arguments(&arguments);
}

/* accept SOCKET LISTENER */
static void run_accept(const struct command *command) {
  struct listener *listener = &listeners[slot(command, 2)];
  struct tls *context = NULL;
  int fd = accept(listener->fd, NULL, NULL);
  if (fd < 0) {
    answer_made(NULL, strerror(errno), false);
  } else if (tls_accept_socket(listener->context, &context, fd) == 0) {
    keep(slot(command, 1), context, fd);
  } else {
    answer_made(NULL, tls_error(listener->context), false);
    close(fd);
  }
}

static void run_call(const struct command *command) {
  struct arguments arguments;
  struct connection *connection = &connections[slot(command, 1)];
  if (!connection->context) {
    say_broken("there is no connection in that slot");
    return;
  }
  if (parse_arguments(command, 3, &arguments)) {
    connection_call(connection, command->words[2], &arguments);
  } else {
    say_broken("an argument is not a value");
  }
  free_arguments(&arguments);
}

static void run_poller(const struct command *command) {
  bool waits = strcmp(command->words[1], "wait") == 0;
  if (!waits && strcmp(command->words[1], "none") != 0) {
    say_unsupported("locks");
    return;
  }
  is_nonblocking = waits;
  answer_nothing();
}

static void run_drop(const struct command *command) {
  free_connection(&connections[slot(command, 1)]);
  answer_nothing();
}

static void run_reset(const struct command *command) {
  (void)command;
  drop_everything();
  is_nonblocking = false;
  answer_nothing();
}

static void run_hello(const struct command *command) {
  (void)command;
  say_hello(PROTOCOL_VERSION, "libtls in C", LIBTLS);
}

static const struct command_function commands[] = {
    {"hello", run_hello},   {"config", run_config}, {"set", run_set},   {"client", run_client},
    {"server", run_server}, {"accept", run_accept}, {"call", run_call}, {"poller", run_poller},
    {"drop", run_drop},     {"reset", run_reset},
};

int main(void) {
  for (size_t i = 0; i < NUM_SLOTS; i++) {
    connections[i].fd = -1;
    listeners[i].fd = -1;
  }
  serve(commands, sizeof(commands) / sizeof(commands[0]));
  drop_everything();
  return 0;
}
