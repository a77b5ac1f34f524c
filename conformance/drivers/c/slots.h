#ifndef CONFORMANCE_DRIVERS_C_SLOTS_H
#define CONFORMANCE_DRIVERS_C_SLOTS_H

/* What the driver holds for the runner, in numbered slots. */

#include "conformance/drivers/c/commands.h"
#include "net/stream.h"
#include "net/tls_config.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
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

/* listener is a descriptor that listens and, where what it accepts does TLS, its configuration and
   those by the client's name, or NULL. */
struct listener {
  bool is_open;
  int fd;
  struct net_tls_config *config;
  struct net_tls_server_names *names;
};

/* What is in a slot; not there, it is NULL, or a struct that holds nothing. */
struct net_tls_config *config_of(size_t index);
struct connection *connection_of(size_t index);
struct listener *listener_of(size_t index);
const struct net_tls_session *session_of(size_t index);

/* listener_drop and session_drop empty a slot. */
void listener_drop(size_t index);
void session_drop(size_t index);

/* Commands of addresses, of listeners and of sessions. */
void run_resolve(const struct command *command);
void run_server(const struct command *command);
void run_listener(const struct command *command);
void run_servername(const struct command *command);
void run_session(const struct command *command);
void run_import(const struct command *command);

/* find_address finds the first address of HOST and PORT, or the unix socket where HOST is a path.
 */
struct net_error find_address(const struct word *host, int64_t port, bool passive,
                              struct net_address *address);

/* answer_net_error answers what a constructor returns on failure, answer_failure nil, err. */
void answer_net_error(struct net_error error);
void answer_failure(const char *error);

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
