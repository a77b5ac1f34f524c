/* What is known of a TLS connection, and what is derived from it. */

#include <stdint.h>
#include <string.h>

#include "conformance/drivers/c/slots.h"

static void pending(struct net_tls_socket *socket, const struct arguments *arguments) {
  (void)arguments;
  say_begin();
  say_integer((int64_t)net_tls_socket_pending(socket));
  say_end();
}

static void handshaked(struct net_tls_socket *socket, const struct arguments *arguments) {
  (void)arguments;
  say_begin();
  say_boolean(net_tls_socket_is_handshaked(socket));
  say_end();
}

static void reused(struct net_tls_socket *socket, const struct arguments *arguments) {
  (void)arguments;
  say_begin();
  say_boolean(net_tls_socket_is_reused(socket));
  say_end();
}

static void servername(struct net_tls_socket *socket, const struct arguments *arguments) {
  (void)arguments;
  say_begin();
  say_string(net_tls_socket_server_name(socket));
  say_end();
}

/* exporter LABEL CONTEXT LENGTH */
static void exporter(struct net_tls_socket *socket, const struct arguments *arguments) {
  uint8_t out[256];
  const struct word *label = argument(arguments, 0);
  const struct word *context = argument(arguments, 1);
  size_t length = (size_t)argument(arguments, 2)->integer;
  if (label->kind != WORD_STRING || length > sizeof out) {
    say_unsupported("such a label or length");
    return;
  }
  enum net_tls_outcome outcome = net_tls_socket_export(
      socket, label->bytes, label->length, context->bytes, context->length, out, length);
  say_begin();
  if (outcome == NET_TLS_OK) {
    say_bytes(out, length);
  } else {
    say_nil();
    say_string(net_tls_socket_error(socket));
  }
  say_end();
}

static const struct {
  const char *name;
  void (*run)(struct net_tls_socket *socket, const struct arguments *arguments);
} methods[] = {
    {"pending", pending},       {"handshaked", handshaked}, {"reused", reused},
    {"servername", servername}, {"exporter", exporter},
};

bool information_call(struct connection *connection, const char *method,
                      const struct arguments *arguments) {
  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
    if (strcmp(methods[i].name, method) == 0) {
      methods[i].run(connection->socket, arguments);
      return true;
    }
  }
  return false;
}
