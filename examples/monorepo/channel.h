#ifndef CHANNEL_H
#define CHANNEL_H

/* A channel is how this monorepo's programs talk to a server: over TLS, blocking, without options.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct channel;

/* channel_open connects to `port` of `host`, which has to show a certificate for `name` that the
   authority in `ca_file` signed. On failure it returns NULL and writes the reason to `error`. */
struct channel *channel_open(const char *ca_file, const char *host, const char *port,
                             const char *name, char *error, size_t size);

/* channel_send sends all bytes. Returns false on failure. */
bool channel_send(struct channel *channel, const void *bytes, size_t length);

/* channel_receive waits for bytes. It returns how many it has received, at most `capacity`; 0 once
   the peer has closed; -1 on failure. */
ssize_t channel_receive(struct channel *channel, void *buffer, size_t capacity);

/* channel_end tells the peer that no more will be sent. Returns false on failure. */
bool channel_end(struct channel *channel);

/* channel_error returns why the last call failed. */
const char *channel_error(const struct channel *channel);

/* channel_free closes the connection. */
void channel_free(struct channel *channel);

#endif
