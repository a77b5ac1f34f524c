#include "fuzz/shared_configs.h"

#include <stdio.h>
#include <stdlib.h>

#include "testing/certificates.h"

namespace net_fuzz {

namespace {

using net_testing::CertificatePath;
using net_testing::Connection;

struct Shared {
  net_tls_config *config = nullptr;
  SSL_CTX *peer_context = nullptr;
  net_tls_session *session = nullptr;
  SSL_SESSION *peer_session = nullptr;
};

void Check(bool condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "shared configurations: %s\n", what);
    abort();
  }
}

net_tls_config *MakeConfig(const net_testing::Case &test_case) {
  net_tls_config *config = net_tls_config_new();
  auto version = static_cast<enum net_tls_version>(test_case.version);
  bool is_set = net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()) &&
                net_tls_config_set_versions(config, version, version);
  if (!test_case.is_client) {
    is_set =
        is_set && net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                                  CertificatePath("server.key").c_str());
  }
  Check(is_set, net_tls_config_error(config));
  return config;
}

// A connection on a perfect network leaves the peer's context, and a session.
Shared Make(const net_testing::Case &test_case) {
  Shared shared;
  shared.config = MakeConfig(test_case);
  net_testing::Case made = test_case;
  made.driver = net_testing::Driver::kNonblocking;
  Connection connection(made, shared.config);
  net_testing::PeerOptions &options = connection.peer_options();
  options.method = TLS_with_buffers_method();
  options.minimum_version = options.maximum_version = test_case.version;
  options.identity = test_case.is_client ? "server" : "";
  connection.Open();
  Check(connection.Exchange(1, 1), "no connection");
  shared.peer_context = connection.peer().context();
  SSL_CTX_up_ref(shared.peer_context);
  shared.session = net_tls_socket_session(connection.socket());
  shared.peer_session = test_case.is_client ? nullptr : connection.peer().session();
  if (shared.peer_session != nullptr) {
    SSL_SESSION_up_ref(shared.peer_session);
  }
  connection.Close();
  return shared;
}

// Never destroyed: what is in use at exit stays.
const Shared &SharedOf(const net_testing::Case &test_case) {
  static Shared *shared = new Shared[4];
  Shared &found =
      shared[(test_case.is_client ? 2 : 0) + (test_case.version == TLS1_3_VERSION ? 1 : 0)];
  if (found.config == nullptr) {
    found = Make(test_case);
  }
  return found;
}

}  // namespace

net_tls_config *SharedConfig(const net_testing::Case &test_case) {
  return SharedOf(test_case).config;
}

SSL_CTX *SharedPeerContext(const net_testing::Case &test_case) {
  return SharedOf(test_case).peer_context;
}

const net_tls_session *SharedSession(const net_testing::Case &test_case) {
  return SharedOf(test_case).session;
}

SSL_SESSION *SharedPeerSession(const net_testing::Case &test_case) {
  return SharedOf(test_case).peer_session;
}

}  // namespace net_fuzz
