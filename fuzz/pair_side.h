#ifndef FUZZ_PAIR_SIDE_H_
#define FUZZ_PAIR_SIDE_H_

#include <stdint.h>

#include <string>

#include "fuzz/shared_configs.h"
#include "net/tls_socket.h"
#include "testing/virtual_transport.h"

namespace net_fuzz {
namespace pair {

enum Action {
  kHandshake,
  kRead,
  kWrite,
  kKeyUpdate,
  kTlsClose,
  kClose,
  kNumOperations
};
constexpr const char *kNames[] = {"handshake", "read",    "write",         "key update",
                                  "tls_close", "close",   "goes on",       "gives up",
                                  "delivers",  "advance", "set deadlines", "delivers all"};

// One end, and the operation that it has under way.
struct Side {
  Side(bool is_client, uint16_t version, const std::string &faults)
      : transport(NET_TRANSPORT_NONBLOCKING, faults) {
    net_tls_config *config = SharedConfig({is_client, version, net_testing::Driver::kTry});
    char error[NET_TLS_ERROR_SIZE] = "";
    socket = is_client ? net_tls_socket_new_client(config, transport.transport(),
                                                   NET_TRANSPORT_NONBLOCKING, "localhost", error)
                       : net_tls_socket_new_server(config, transport.transport(),
                                                   NET_TRANSPORT_NONBLOCKING, error);
  }
  ~Side() {
    net_tls_socket_free(socket);
  }
  Side(const Side &) = delete;
  Side &operator=(const Side &) = delete;

  net_testing::VirtualTransport transport;
  net_tls_socket *socket;
  int action = kNumOperations;
  net_tls_operation operation;
  int64_t begin = 0;
  // The deadlines that are set, and that of the operation.
  int64_t receive_ms = -1;
  int64_t send_ms = -1;
  int64_t own_ms = -1;
  // What is written or has been read by the operation.
  std::string buffer;
  size_t count = 0;
  bool requests = false;
  std::string accepted;
  size_t read = 0;
  int key_updates = 0;
  bool is_tls_closed = false;
  bool is_closed = false;
  bool saw_closed = false;
  bool has_sent_fin = false;
  // tls_close was OK.
  bool has_notified = false;
};

}  // namespace pair
}  // namespace net_fuzz

#endif  // FUZZ_PAIR_SIDE_H_
