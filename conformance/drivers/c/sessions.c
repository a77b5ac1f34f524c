/* The sessions that clients have kept. */

#include "conformance/drivers/c/slots.h"

static struct net_tls_session *sessions[NUM_SLOTS];

const struct net_tls_session *session_of(size_t index) {
  return sessions[index % NUM_SLOTS];
}

void session_drop(size_t index) {
  net_tls_session_free(sessions[index]);
  sessions[index] = NULL;
}

/* session SESSION SOCKET */
void run_session(const struct command *command) {
  size_t index = slot(command, 1);
  session_drop(index);
  sessions[index] = net_tls_socket_session(connection_of(slot(command, 2))->socket);
  say_begin();
  if (sessions[index]) {
    say_object("net_tls_session");
  } else {
    say_nil();
  }
  say_end();
}

static struct net_tls_session *copy(const struct net_tls_session *session,
                                    struct net_tls_config *config, char error[NET_TLS_ERROR_SIZE]) {
  size_t length = 0;
  uint8_t *bytes = net_tls_session_export(session, &length);
  struct net_tls_session *made =
      bytes ? net_tls_session_import(config, bytes, length, error) : NULL;
  net_tls_session_free_bytes(bytes);
  return made;
}

/* import SESSION CONFIG i:OTHER|s:BYTES */
void run_import(const struct command *command) {
  struct arguments arguments;
  char error[NET_TLS_ERROR_SIZE] = "out of memory";
  struct net_tls_config *config = config_of(slot(command, 2));
  if (!parse_arguments(command, 3, &arguments)) {
    say_broken("an argument is not a value");
    free_arguments(&arguments);
    return;
  }
  const struct word *source = argument(&arguments, 0);
  struct net_tls_session *made =
      source->kind == WORD_INTEGER
          ? copy(session_of((size_t)source->integer), config, error)
          : net_tls_session_import(config, source->bytes, source->length, error);
  free_arguments(&arguments);
  if (!made) {
    answer_failure(error);
    return;
  }
  session_drop(slot(command, 1));
  sessions[slot(command, 1)] = made;
  answer_made("net_tls_session", NULL, false);
}
