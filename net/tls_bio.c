/* BoringSSL's view of a socket's buffers. It never does I/O, so BoringSSL never sees a short write,
   a would-block on writing or a signal: an alert or a close_notify is never half sent. */

#include <string.h>

#include "net/tls_socket_internal.h"

static int bio_read(BIO *bio, char *out, int length) {
  struct net_tls_socket *socket = BIO_get_data(bio);
  size_t held = net_buffer_length(&socket->received);
  BIO_clear_retry_flags(bio);
  if (held == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  size_t count = (size_t)length < held ? (size_t)length : held;
  memcpy(out, net_buffer_front(&socket->received), count);
  net_buffer_consume(&socket->received, &socket->config->pool, count);
  return (int)count;
}

static int bio_write(BIO *bio, const char *in, int length) {
  struct net_tls_socket *socket = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (socket->is_send_refused) {
    return length;
  }
  if (!net_buffer_append(&socket->sending, &socket->config->pool, in, (size_t)length)) {
    return -1;
  }
  return length;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer) {
  (void)bio;
  (void)number;
  (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *net_tls_bio_method(void) {
  BIO_METHOD *method = BIO_meth_new(0, "net_tls_socket");
  if (method != NULL) {
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_ctrl);
  }
  return method;
}

BIO *net_tls_bio_new(struct net_tls_socket *socket) {
  BIO *bio = BIO_new(socket->config->bio_method);
  if (bio != NULL) {
    BIO_set_data(bio, socket);
    BIO_set_init(bio, 1);
  }
  return bio;
}
