#ifndef FUZZ_POLICIES_SIDE_H_
#define FUZZ_POLICIES_SIDE_H_

// One end of a connection of the policies target, which moves on by the net_tls_socket_try_
// functions.

#include <string>

#include "fuzz/policies_model.h"
#include "net/tls_certificate.h"
#include "net/tls_socket.h"
#include "testing/certificates.h"
#include "testing/virtual_transport.h"

namespace net_fuzz {
namespace policies {

struct Side {
  Side() : transport(NET_TRANSPORT_NONBLOCKING) {}
  ~Side() {
    net_tls_socket_free(socket);
  }
  Side(const Side &) = delete;
  Side &operator=(const Side &) = delete;

  void Handshake() {
    if (outcome == NET_TLS_WANT_READ || outcome == NET_TLS_WANT_WRITE) {
      net_tls_operation operation;
      net_tls_socket_begin(socket, NET_TLS_HANDSHAKE, &operation);
      outcome = net_tls_socket_try_handshake(socket, &operation);
      error = net_tls_socket_error(socket);
    }
  }

  // Returns what has come, and keeps the outcome.
  std::string Read() {
    net_tls_operation operation;
    char buffer[64];
    size_t length = 0;
    net_tls_socket_begin(socket, NET_TLS_READ, &operation);
    outcome = net_tls_socket_try_read(socket, &operation, buffer, sizeof(buffer), &length);
    error = net_tls_socket_error(socket);
    return std::string(buffer, length);
  }

  bool Write(const std::string &bytes) {
    net_tls_operation operation;
    size_t written = 0;
    net_tls_socket_begin(socket, NET_TLS_WRITE, &operation);
    return net_tls_socket_try_write(socket, &operation, bytes.data(), bytes.size(), &written) ==
           NET_TLS_OK;
  }

  bool TlsClose() {
    net_tls_operation operation;
    net_tls_socket_begin(socket, NET_TLS_CLOSE, &operation);
    return net_tls_socket_try_tls_close(socket, &operation) == NET_TLS_OK;
  }

  // 32 bytes; NULL as context: none.
  std::string Export(const char *label, const char *context) {
    std::string out(32, '\0');
    size_t length = context != nullptr ? std::string(context).size() : 0;
    bool is_done = net_tls_socket_export(socket, label, std::string(label).size(), context, length,
                                         &out[0], out.size()) == NET_TLS_OK;
    return is_done ? out : "";
  }

  // Whether the peer has shown that one; NULL: none.
  bool HasSeen(const char *file) const {
    net_tls_certificate *certificate = net_tls_socket_peer_certificate(socket);
    bool has_seen = (certificate != nullptr) == (file != nullptr);
    if (has_seen && file != nullptr) {
      std::string text = net_testing::ReadCertificate(std::string(file) + ".pem");
      has_seen = text.find(net_tls_certificate_pem(certificate)) == 0;
    }
    net_tls_certificate_free(certificate);
    return has_seen;
  }

  net_testing::VirtualTransport transport;
  net_tls_socket *socket = nullptr;
  enum net_tls_outcome outcome = NET_TLS_WANT_READ;
  std::string error;
};

}  // namespace policies
}  // namespace net_fuzz

#endif  // FUZZ_POLICIES_SIDE_H_
