#ifndef CONFORMANCE_DRIVERS_LIBTLS_CONNECTION_H
#define CONFORMANCE_DRIVERS_LIBTLS_CONNECTION_H

#include <tls.h>

#include "conformance/drivers/c/commands.h"

/* connection is a context of libtls and the descriptor below it, which is the program's to close.
 */
struct connection {
  struct tls *context;
  int fd;
  bool is_nonblocking;
  /* Deadlines in milliseconds, 0 for none. */
  int64_t receive_ms;
  int64_t send_ms;
};

/* config_set calls a method of a configuration by its name in the protocol and answers. */
void config_set(struct tls_config *config, const char *method, const struct arguments *arguments);

/* connection_call calls a method of a socket by its name in the document and answers. */
void connection_call(struct connection *connection, const char *method,
                     const struct arguments *arguments);

#endif
