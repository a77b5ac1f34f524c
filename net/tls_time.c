/* Time: the absolute deadlines of an operation (D-15) and the clock limit (D-14), by the
   transport's clocks. */

#include "net/tls_operation.h"

#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

static int64_t now(const struct net_tls_socket *socket) {
  return socket->transport.functions->monotonic_time(socket->transport.context);
}

static int64_t deadline_after(const struct net_tls_socket *socket, int64_t milliseconds) {
  int64_t start = now(socket);
  if (milliseconds > (INT64_MAX - start) / NANOSECONDS_PER_MILLISECOND) {
    return INT64_MAX;
  }
  return start + milliseconds * NANOSECONDS_PER_MILLISECOND;
}

void net_tls_socket_begin(const struct net_tls_socket *socket, enum net_tls_operation_kind kind,
                          struct net_tls_operation *operation) {
  int64_t receive_ms = socket->receive_deadline;
  int64_t send_ms = socket->send_deadline;
  bool reads = kind == NET_TLS_HANDSHAKE || kind == NET_TLS_READ || kind == NET_TLS_PEEK;
  int64_t own = reads ? receive_ms : send_ms;
  *operation = (struct net_tls_operation){
      .kind = kind, .readable_deadline = INT64_MAX, .writable_deadline = INT64_MAX};
  if (socket->is_closed) {
    return;
  }
  if (own >= 0) {
    operation->readable_deadline = operation->writable_deadline = deadline_after(socket, own);
  } else if (reads && send_ms >= 0) {
    operation->writable_deadline = deadline_after(socket, send_ms);
  } else if (!reads && receive_ms >= 0) {
    operation->readable_deadline = deadline_after(socket, receive_ms);
  }
}

int64_t net_tls_socket_remaining(const struct net_tls_socket *socket,
                                 const struct net_tls_operation *operation,
                                 enum net_tls_outcome want) {
  int64_t deadline =
      want == NET_TLS_WANT_READ ? operation->readable_deadline : operation->writable_deadline;
  if (socket->is_closed) {
    return 0;
  }
  if (deadline == INT64_MAX) {
    return -1;
  }
  int64_t left = deadline - now(socket);
  return left <= 0 ? 0 : (left - 1) / NANOSECONDS_PER_MILLISECOND + 1;
}

static bool moved_on(const struct net_tls_socket *socket, const struct net_tls_request *request,
                     struct net_tls_retries *retries) {
  const char *state = socket->is_handshaked ? NULL : SSL_state_string_long(socket->ssl);
  size_t count = request->count != NULL ? *request->count : 0;
  bool moved = state != retries->handshake_state || count != retries->count;
  retries->handshake_state = state;
  retries->count = count;
  return moved;
}

static bool is_over_clock_limit(const struct net_tls_socket *socket,
                                const struct net_tls_request *request,
                                struct net_tls_retries *retries) {
  bool moved = moved_on(socket, request, retries);
  int64_t cpu = socket->transport.functions->cpu_time(socket->transport.context);
  if (moved || !retries->are_counted) {
    retries->are_counted = true;
    retries->cpu_start = cpu;
    return !moved && socket->clock_limit == 0;
  }
  return cpu - retries->cpu_start >= socket->clock_limit;
}

bool net_tls_is_time_up(const struct net_tls_socket *socket, const struct net_tls_request *request,
                        enum net_tls_outcome want, struct net_tls_retries *retries) {
  if (socket->mode == NET_TRANSPORT_BLOCKING && is_over_clock_limit(socket, request, retries)) {
    return true;
  }
  bool writes = request->kind == NET_TLS_WRITE || request->kind == NET_TLS_KEY_UPDATE;
  if (socket->mode == NET_TRANSPORT_NONBLOCKING && writes && socket->send_deadline == 0) {
    /* It forbids to wait, not to go on as long as the transport takes what it is given. */
    return false;
  }
  return net_tls_socket_remaining(socket, request->operation, want) == 0;
}
