/* Addresses as the protocol writes them, and the errors of what is done at one. */

#include <stdio.h>
#include <stdlib.h>

#include "conformance/drivers/c/slots.h"

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
