#ifndef CONFORMANCE_DRIVERS_C_SLOTS_H
#define CONFORMANCE_DRIVERS_C_SLOTS_H

/* What the driver holds for the runner, in numbered slots. */

#include "conformance/drivers/c/commands.h"
#include "net/tls_config.h"
#include "net/tls_socket.h"

/* connection is a TLS socket and the descriptor that its transport owns, or a plain socket: then it
   is the descriptor alone, -1 once closed. */
struct connection {
  struct net_tls_socket *socket;
  bool is_plain;
  enum net_transport_mode mode;
  int fd;
  int64_t receive_ms;
  int64_t send_ms;
};

/* config_set calls a method of a configuration by its name in Lua and answers. */
void config_set(struct net_tls_config *config, const char *method,
                const struct arguments *arguments);

/* connection_call calls a method of a socket by its name in the document and answers. */
void connection_call(struct connection *connection, const char *method,
                     const struct arguments *arguments);

/* plain_call is connection_call for a plain socket. */
void plain_call(struct connection *connection, const char *method,
                const struct arguments *arguments);

/* information_call answers where the method tells of a connection, and returns false otherwise. */
bool information_call(struct connection *connection, const char *method,
                      const struct arguments *arguments);

/* file_of returns the descriptor of the file in slot `index`, -1 where there is none. */
int file_of(size_t index);

/* faults_command sets the faults that its argument says, or tells what they have come to. */
void faults_command(const struct arguments *arguments);

/* allocations_command has allocation `number` from now fail, "once" or "from" it on, or, where
   `when` is empty, ends that and tells what it has come to. */
void allocations_command(const char *when, const char *number);

#endif
