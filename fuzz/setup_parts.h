#ifndef FUZZ_SETUP_PARTS_H_
#define FUZZ_SETUP_PARTS_H_

// The files that the setup target reads, and what it looks at.

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <string>

#include "fuzz/setup_log.h"
#include "fuzz/violation.h"
#include "net/stream.h"
#include "net/tls_certificate.h"
#include "net/tls_server_names.h"
#include "net/tls_socket.h"
#include "testing/certificates.h"
#include "testing/played_system.h"

namespace net_fuzz {

constexpr const char *kSetupFiles[] = {"server.pem",           "server.key",
                                       "server_rsa.pem",       "server_rsa.key",
                                       "server_encrypted.key", "server_encrypted_traditional.key",
                                       "server_ocsp.der",      "ca.pem",
                                       "client.pem",           "client.key",
                                       "revoked_ocsp.der",     "server_responder_ocsp.der",
                                       "server_p384.pem",      "server_p384.key",
                                       "ca_crl.pem",           "server_chain.pem"};
constexpr const char *kSetupPaths[] = {"/", "/dev/zero", "/nonexistent", "/dev/null"};

inline std::string SetupPath(uint8_t byte) {
  return byte >= 252 ? kSetupPaths[byte - 252]
                     : net_testing::CertificatePath(kSetupFiles[byte % 16]);
}

// One that had not begun is anybody's.
inline bool IsRefused(net_tls_socket *socket) {
  size_t count = 0;
  if (!net_tls_socket_is_inherited(socket)) {
    return !net_tls_socket_is_handshaked(socket);
  }
  net_tls_operation operation;
  net_tls_socket_begin(socket, NET_TLS_READ, &operation);
  char byte;
  // Of what is closed already there is nothing more to close.
  enum net_tls_closed_by closed_by = net_tls_socket_closed_by(socket);
  bool is_over = closed_by == NET_TLS_CLOSED_BY_LOCAL || closed_by == NET_TLS_CLOSED_BY_ALERT;
  bool is_refused = net_tls_socket_read(socket, &byte, 1, &count) == NET_TLS_ERROR &&
                    net_tls_socket_write(socket, "x", 1, &count) == NET_TLS_ERROR &&
                    net_tls_socket_wait(socket, NET_TLS_WANT_READ) == NET_TLS_ERROR &&
                    net_tls_socket_key_update(socket, false) == NET_TLS_ERROR &&
                    (net_tls_socket_tls_close(socket) == NET_TLS_ERROR || is_over);
  net_tls_socket_pending(socket);
  net_tls_socket_close(socket);
  return is_refused;
}

// The listener and its port in text.
inline bool Listen(int *listener, std::string *port) {
  net_address *addresses = nullptr;
  size_t num_addresses = 0;
  net_address address = {};
  char host[64];
  int number = 0;
  if (*listener < 0) {
    if (net_resolve("127.0.0.1", "0", true, &addresses, &num_addresses).kind != NET_ERROR_NONE) {
      return false;
    }
    bool is_bound = net_bind(addresses, {false, false}, listener).kind == NET_ERROR_NONE;
    free(addresses);
    if (!is_bound || net_listen(*listener, 4).kind != NET_ERROR_NONE ||
        net_set_nonblocking(*listener, true).kind != NET_ERROR_NONE) {
      return false;
    }
  }
  bool is_named = net_local_address(*listener, &address).kind == NET_ERROR_NONE &&
                  net_address_name(&address, host, sizeof(host), &number).kind == NET_ERROR_NONE;
  *port = std::to_string(number);
  return is_named;
}

inline void BeginWithoutMutexes() {
  net_testing::PlayedSystem system([](int, unsigned) { return false; });
  for (unsigned after = 0; after < 3; after++) {
    system.Fail(net_testing::kPthreadMutexInit, after, ENOMEM, 1);
    if (net_tls_config_new() != nullptr) {
      Violation("T1: a configuration without its mutexes", "", "");
    }
  }
  system.Fail(net_testing::kPthreadMutexInit, 0, ENOMEM, 1);
  if (net_tls_server_names_new() != nullptr) {
    Violation("T1: a table of names without its mutex", "", "");
  }
}

// The first socket of the process begins to count forks.
inline bool BeginWithoutMemory() {
  BeginWithoutMutexes();
  net_tls_config *config = net_tls_config_new();
  char error[NET_TLS_ERROR_SIZE] = "";
  {
    net_testing::PlayedSystem system([](int, unsigned) { return false; });
    system.Fail(net_testing::kPthreadAtfork, 0, ENOMEM, 1);
    net_tls_config_insecure_no_verify_certificate(config);
    net_tls_config_insecure_no_verify_name(config);
    net_tls_socket *socket =
        net_tls_socket_new_client(config, {}, NET_TRANSPORT_NONBLOCKING, nullptr, error);
    if (socket != nullptr || error[0] == '\0') {
      Violation("T1: a socket that cannot notice forks", "", "");
    }
  }
  net_tls_config_release(config);
  return true;
}

// Everything that is known of a certificate is there.
inline bool IsDescribed(const net_tls_certificate *certificate) {
  size_t num_names = net_tls_certificate_num_names(certificate);
  for (size_t i = 0; i <= num_names; i++) {
    if ((net_tls_certificate_name(certificate, i) != nullptr) != (i < num_names)) {
      return false;
    }
  }
  return strlen(net_tls_certificate_sha256(certificate)) == 64 &&
         strncmp(net_tls_certificate_pem(certificate), "-----BEGIN", 10) == 0 &&
         *net_tls_certificate_subject(certificate) != '\0' &&
         *net_tls_certificate_issuer(certificate) != '\0' &&
         net_tls_certificate_not_before(certificate) < net_tls_certificate_not_after(certificate);
}

inline void LookAtCertificates(net_tls_socket *socket, const SetupLog &log) {
  if (socket == nullptr) {
    return;
  }
  size_t length = 0;
  net_tls_socket_ocsp_response(socket, &length);
  net_tls_socket_scts(socket, &length);
  net_tls_socket_server_name(socket);
  net_tls_certificate_free(net_tls_socket_peer_certificate(socket));
  for (size_t i = 0; i <= net_tls_socket_num_peer_certificates(socket); i++) {
    net_tls_certificate *certificate = net_tls_socket_peer_certificate_at(socket, i);
    log.Require(certificate == nullptr || IsDescribed(certificate),
                "T5: something of a certificate is not there");
    net_tls_certificate_free(certificate);
  }
}

inline void Export(net_tls_socket *socket, uint8_t a, uint8_t b, SetupLog *log) {
  static const size_t kLengths[] = {0, 1, 32, NET_TLS_EXPORT_MAXIMUM, NET_TLS_EXPORT_MAXIMUM + 1};
  static const std::string kLabels[] = {"EXPORTER-fuzz",       "",
                                        std::string(250, 'x'), "client finished",
                                        "key expansion",       "master secret"};
  std::string out(NET_TLS_EXPORT_MAXIMUM + 1, '\0');
  std::string context(b >= 128 ? 65536 : b, 'c');
  if (socket != nullptr) {
    const std::string &label = kLabels[a % 6];
    log->Note("export", std::to_string(net_tls_socket_export(
                            socket, label.data(), label.size(), b == 0 ? nullptr : context.data(),
                            context.size(), &out[0], kLengths[a / 6 % 5])));
  }
}

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_PARTS_H_
