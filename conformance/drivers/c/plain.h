#ifndef CONFORMANCE_DRIVERS_C_PLAIN_H
#define CONFORMANCE_DRIVERS_C_PLAIN_H

/* Sockets without TLS: what the files of their methods share. */

#include "conformance/drivers/c/slots.h"
#include "net/stream.h"

struct plain_call {
  struct connection *connection;
  const struct arguments *arguments;
  const char *method;
};

/* plain_say_error says an error's text, which names the method. */
void plain_say_error(const char *method, struct net_error error);

/* plain_answer_failure answers nil, or false where `is_ok`, err, timeout. */
void plain_answer_failure(const struct plain_call *call, struct net_error error, bool is_ok);

/* plain_answer_closed answers nil, nil, nil. */
void plain_answer_closed(void);

/* plain_answer_count answers a number, nil, timeout. */
void plain_answer_count(size_t count, bool is_timeout);

bool plain_would_block(struct net_error error);
bool plain_is_gone(struct net_error error);

/* plain_flags returns the flags after the first argument, or'ed. */
int plain_flags(const struct plain_call *call);

/* plain_wait waits as long as the deadline allows; a flag that says not to wait is obeyed. */
struct net_error plain_wait(const struct plain_call *call, unsigned direction, int flags,
                            int64_t deadline);

/* plain_receive_message receives into `message`, and waits for it as long as the socket's deadline
   allows. */
struct net_error plain_receive_message(const struct plain_call *call, int flags,
                                       struct msghdr *message, size_t *length);

/* plain_say_sent and plain_say_received begin an answer with the three values of a message that was
   sent or received; the caller says the others, and ends it. */
void plain_say_sent(const struct plain_call *call, struct net_error error, size_t done);
void plain_say_received(const struct plain_call *call, struct net_error error, size_t length);

/* plain_option answers where the method is an option, and returns false otherwise. */
bool plain_option(const struct plain_call *call);

/* A part of a file, and many buffers at once. */
void plain_sendfile(const struct plain_call *call);
void plain_readv(const struct plain_call *call);
void plain_writev(const struct plain_call *call);
void plain_sendmsg(const struct plain_call *call);
void plain_recvmsg(const struct plain_call *call);

/* An address as values. */
void plain_address(const struct plain_call *call);

/* Descriptors over a unix socket. */
void plain_sendfd(const struct plain_call *call);
void plain_recvfd(const struct plain_call *call);
void plain_sendcontrol(const struct plain_call *call);
void plain_recvcontrol(const struct plain_call *call);

#endif
