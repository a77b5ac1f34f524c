#include "fuzz/record_fixtures.h"

#include <stdio.h>
#include <stdlib.h>

#include <map>
#include <tuple>

#include "fuzz/random.h"
#include "testing/certificates.h"

namespace net_fuzz {

namespace {

using net_testing::CertificatePath;
using net_testing::Connection;

// The cheapest one that there is.
constexpr char kGroup[] = "P-256";

// What fixtures differ in.
using Key = std::tuple<bool, uint16_t, bool, int, bool, bool>;

void Check(bool condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "record fixtures: %s\n", what);
    abort();
  }
}

net_tls_config *MakeConfig(const RecordInput &input) {
  net_tls_config *config = net_tls_config_new();
  bool is_set = net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str());
  if (!input.test_case.is_client) {
    is_set =
        is_set && net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                                  CertificatePath("server.key").c_str());
    is_set = is_set &&
             net_tls_config_set_client_certificate(
                 config, static_cast<enum net_tls_client_certificate>(input.client_certificate));
  } else if (!input.verifies) {
    is_set = is_set && net_tls_config_insecure_no_verify_certificate(config) &&
             net_tls_config_insecure_no_verify_name(config);
  }
  is_set = is_set && net_tls_config_set_groups(config, kGroup);
  if (input.allows_truncation) {
    is_set = is_set && net_tls_config_insecure_allow_truncation(config);
  }
  Check(is_set, net_tls_config_error(config));
  return config;
}

#if defined(BORINGSSL_UNSAFE_FUZZER_MODE)
// In this mode every signature is good, also one that costs nothing to make and to look at.
const SSL_PRIVATE_KEY_METHOD *KeyMethod() {
  static const SSL_PRIVATE_KEY_METHOD kMethod = {
      [](SSL *, uint8_t *out, size_t *length, size_t, uint16_t, const uint8_t *, size_t) {
        out[0] = 0;
        *length = 1;
        return ssl_private_key_success;
      },
      nullptr, nullptr};
  return &kMethod;
}
#else
const SSL_PRIVATE_KEY_METHOD *KeyMethod() {
  return nullptr;
}
#endif

void SetPeerOptions(const RecordInput &input, Connection &connection) {
  net_testing::PeerOptions &options = connection.peer_options();
  options.minimum_version = options.maximum_version = input.test_case.version;
  options.method = TLS_with_buffers_method();
  options.groups = kGroup;
  options.identity = input.test_case.is_client    ? "server"
                     : input.peer_has_certificate ? "client"
                                                  : "";
  options.key_method = KeyMethod();
}

// A connection on a perfect network, which leaves the peer's context, and a session.
RecordFixture Make(const RecordInput &input) {
  RecordFixture fixture;
  fixture.config = MakeConfig(input);
  net_testing::Case test_case = input.test_case;
  test_case.driver = net_testing::Driver::kNonblocking;
  Connection connection(test_case, fixture.config);
  SetPeerOptions(input, connection);
  connection.Open();
  // A server that demands what the peer does not have refuses it: then there is no session.
  connection.Exchange(1, 1);
  fixture.peer_context = connection.peer().context();
  SSL_CTX_up_ref(fixture.peer_context);
  fixture.session = net_tls_socket_session(connection.socket());
  fixture.peer_session = connection.peer().session();
  if (fixture.peer_session != nullptr) {
    SSL_SESSION_up_ref(fixture.peer_session);
  }
  connection.Close();
  return fixture;
}

}  // namespace

const RecordFixture &FixtureFor(const RecordInput &input) {
  // Never destroyed: what is in use at exit stays.
  static auto *fixtures = new std::map<Key, RecordFixture>;
  Key key(input.test_case.is_client, input.test_case.version, input.verifies,
          input.client_certificate, input.peer_has_certificate, input.allows_truncation);
  auto found = fixtures->find(key);
  ResetRandom();
  if (found == fixtures->end()) {
    found = fixtures->emplace(key, Make(input)).first;
    ResetRandom();
  }
  return found->second;
}

}  // namespace net_fuzz
