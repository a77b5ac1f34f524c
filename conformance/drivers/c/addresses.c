/* Addresses as the protocol writes them, and the errors of what is done at one. */

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/drivers/c/plain.h"

struct net_error find_address(const struct word *host, int64_t port, bool passive,
                              struct net_address *address) {
  char service[24];
  struct net_address *addresses = NULL;
  size_t count = 0;
  if (host->kind == WORD_STRING && host->bytes[0] == '/') {
    return net_unix_address(host->bytes, host->length, address);
  }
  snprintf(service, sizeof service, "%lld", (long long)port);
  struct net_error error = net_resolve(host->bytes, service, passive, &addresses, &count);
  if (error.kind == NET_ERROR_NONE) {
    *address = addresses[0];
  }
  free(addresses);
  return error;
}

void answer_net_error(struct net_error error) {
  char text[256];
  answer_made(NULL, net_error_text(error, text, sizeof text), error.kind == NET_ERROR_TIMEOUT);
}

void answer_failure(const char *error) {
  say_begin();
  say_nil();
  say_string(error);
  say_end();
}

/* Says family, type, protocol, number or path, and port. */
static void say_address(const struct net_address *address) {
  char name[128] = "";
  int port = 0;
  net_address_name(address, name, sizeof name, &port);
  say_integer(address->family);
  say_integer(address->socktype);
  say_integer(address->protocol);
  say_string(name);
  say_integer(port);
}

/* resolve HOST PORT PASSIVE CANONNAME */
void run_resolve(const struct command *command) {
  struct arguments arguments;
  struct net_hints hints = {.socktype = SOCK_STREAM, .protocol = IPPROTO_TCP};
  struct net_address *addresses = NULL;
  char port[24];
  char *name = NULL;
  size_t count = 0;
  if (!parse_arguments(command, 1, &arguments) || word_has_zeros(argument(&arguments, 0))) {
    say_unsupported("a host that is no text");
    free_arguments(&arguments);
    return;
  }
  hints.flags = (argument(&arguments, 2)->kind == WORD_TRUE ? AI_PASSIVE : 0) |
                (argument(&arguments, 3)->kind == WORD_TRUE ? AI_CANONNAME : 0);
  snprintf(port, sizeof port, "%lld", (long long)argument(&arguments, 1)->integer);
  struct net_error error =
      net_resolve_as(argument(&arguments, 0)->bytes, port, &hints, &addresses, &count, &name);
  free_arguments(&arguments);
  if (error.kind != NET_ERROR_NONE) {
    char text[256];
    answer_failure(net_error_text(error, text, sizeof text));
    return;
  }
  say_begin();
  say_integer((int64_t)count);
  say_address(&addresses[0]);
  say_string(name);
  say_end();
  free(addresses);
  free(name);
}

/* address getsockname|getpeername */
void plain_address(const struct plain_call *call) {
  bool is_peer = strcmp(argument(call->arguments, 0)->bytes, "getpeername") == 0;
  struct net_address address;
  struct net_error error =
      (is_peer ? net_peer_address : net_local_address)(call->connection->fd, &address);
  if (error.kind != NET_ERROR_NONE) {
    plain_answer_failure(call, error, false);
    return;
  }
  say_begin();
  say_address(&address);
  say_end();
}
