// Out of memory: each allocation of ours and of BoringSSL fails once, in turn. Whatever it is for,
// the call that needed it returns an error or does without, nothing leaks, nothing is lost
// silently.

#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_config.h"
#include "net/tls_file.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"
#include "testing/fail_each.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::FailEach;
using net_testing::IsAboutMemory;
using net_testing::Pattern;

class TlsMemoryTest : public testing::TestWithParam<Case> {
 protected:
  // One connection from beginning to end; false where something said that it failed.
  void RunConnection(const std::function<void()> &arm) {
    Connection connection(GetParam());
    arm();
    std::string error = connection.TryOpen();
    if (connection.socket() == nullptr) {
      EXPECT_EQ("out of memory", error);
      EXPECT_EQ(0, connection.transport().closes()) << "the transport is still the caller's";
      return;
    }
    const std::string ours = Pattern(100000, 1);
    const std::string theirs = Pattern(50000, 2);
    Done written = connection.Write(ours);
    connection.peer().Run();
    EXPECT_EQ(0,
              ours.compare(0, connection.peer().received().size(), connection.peer().received()));
    EXPECT_GE(written.written, connection.peer().received().size());
    if (written.outcome == NET_TLS_OK) {
      EXPECT_EQ(ours.size(), connection.peer().received().size());
      connection.peer().Write(theirs);
      Done read = connection.ReadAll(theirs.size());
      EXPECT_EQ(0, theirs.compare(0, read.bytes.size(), read.bytes));
      EXPECT_TRUE(read.bytes.size() == theirs.size() || read.outcome == NET_TLS_ERROR);
      ExpectReason(read);
      net_tls_certificate_free(net_tls_socket_peer_certificate(connection.socket()));
      net_tls_session_free(net_tls_socket_session(connection.socket()));
    }
    ExpectReason(written);
    Done closed = connection.Close();
    ExpectReason(closed);
    connection.peer().Run();
    if (written.outcome == NET_TLS_OK && closed.outcome == NET_TLS_OK &&
        net_tls_socket_closed_by(connection.socket()) == NET_TLS_CLOSED_BY_LOCAL &&
        connection.peer().error().empty()) {
      EXPECT_TRUE(connection.peer().SawCloseNotify() || is_dead_);
    }
    EXPECT_EQ(1, connection.transport().closes());
    EXPECT_EQ(0, connection.transport().deadlocks()) << connection.transport().LogText();
    EXPECT_EQ(std::vector<std::string>(), connection.transport().misuses());
  }

  void ExpectReason(const Done &done) {
    EXPECT_NE(NET_TLS_TIMEOUT, done.outcome);
    EXPECT_EQ(done.outcome == NET_TLS_ERROR, !done.error.empty());
    EXPECT_TRUE(done.error.empty() || IsAboutMemory(done.error)) << done.error;
    is_dead_ = is_dead_ || done.outcome == NET_TLS_ERROR;
  }

  bool is_dead_ = false;
};

TEST_P(TlsMemoryTest, OfAConnection) {
  size_t allocations = FailEach([&](const std::function<void()> &arm) {
    is_dead_ = false;
    RunConnection(arm);
  });
  EXPECT_GT(allocations, 30u);
  RecordProperty("allocations", static_cast<int>(allocations));
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsMemoryTest,
                         testing::Values(Case{true, TLS1_2_VERSION, Driver::kNonblocking},
                                         Case{true, TLS1_3_VERSION, Driver::kNonblocking},
                                         Case{false, TLS1_2_VERSION, Driver::kNonblocking},
                                         Case{false, TLS1_3_VERSION, Driver::kNonblocking}),
                         net_testing::CaseParamName);

// What a handshake had no memory for does not stay with the configuration: one allocation fails
// alone, so that the second handshake has all that it needs where the first has failed.
TEST_P(TlsMemoryTest, ConfigurationOutlivesAFailedHandshake) {
  FailEach([&](const std::function<void()> &arm) {
    Connection first(GetParam());
    Connection second(GetParam());
    second.UseConfig(first.config());
    first.Open();
    second.Open();
    arm();
    bool has_failed = first.Handshake().outcome == NET_TLS_ERROR;
    if (has_failed) {
      Done done = second.Handshake();
      EXPECT_EQ(NET_TLS_OK, done.outcome) << done.error;
    }
  });
}

// A session is taken out, exported, imported and offered: it is there in whole, or it is not there.
TEST(TlsMemory, OfASession) {
  size_t allocations = FailEach([&](const std::function<void()> &arm) {
    Connection first(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
    Connection second(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
    second.UseConfig(first.config());
    ASSERT_TRUE(first.Exchange(1, 10));
    second.Open();
    char error[NET_TLS_ERROR_SIZE] = "";
    size_t length = 0;
    arm();
    net_tls_session *session = net_tls_socket_session(first.socket());
    if (session == nullptr) {
      return;
    }
    uint8_t *bytes = net_tls_session_export(session, &length);
    EXPECT_EQ(bytes == nullptr, length == 0);
    net_tls_session *imported =
        bytes != nullptr ? net_tls_session_import(first.config(), bytes, length, error) : nullptr;
    EXPECT_TRUE(bytes == nullptr || imported != nullptr || IsAboutMemory(error)) << error;
    if (imported != nullptr) {
      EXPECT_TRUE(net_tls_socket_set_session(second.socket(), imported));
    }
    net_tls_session_free_bytes(bytes);
    net_tls_session_free(imported);
    net_tls_session_free(session);
  });
  EXPECT_GT(allocations, 10u);
}

// What a connection offers beside reading and writing: each says that there was no memory, or does
// what it is for.
TEST(TlsMemory, OfWhatElseAConnectionOffers) {
  size_t allocations = FailEach([&](const std::function<void()> &arm) {
    Connection connection(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
    connection.peer_options().identity = "server_chain";
    ASSERT_TRUE(connection.Exchange(1, 10));
    net_tls_socket *socket = connection.socket();
    connection.peer().Write("hello");
    char out[32];
    arm();
    if (net_tls_socket_export(socket, "label", 5, nullptr, 0, out, sizeof(out)) != NET_TLS_OK) {
      EXPECT_TRUE(IsAboutMemory(net_tls_socket_error(socket)));
    }
    for (size_t i = 0; i < net_tls_socket_num_peer_certificates(socket); i++) {
      net_tls_certificate_free(net_tls_socket_peer_certificate_at(socket, i));
    }
    Done peeked = connection.Peek();
    EXPECT_TRUE(peeked.bytes == "hello" || IsAboutMemory(peeked.error)) << peeked.error;
    EXPECT_EQ(peeked.bytes.size(), net_tls_socket_pending(socket));
    Done updated = connection.KeyUpdate(true);
    EXPECT_TRUE(updated.outcome == NET_TLS_OK || IsAboutMemory(updated.error)) << updated.error;
    if (peeked.outcome == NET_TLS_OK && updated.outcome == NET_TLS_OK) {
      EXPECT_EQ("hello", connection.Read().bytes);
    }
  });
  EXPECT_GT(allocations, 10u);
}

// The first connection of a configuration loads and pools what the later ones find there.
TEST(TlsMemory, OfAConfigurationAndItsFirstConnection) {
  const std::string ca = net_testing::ReadCertificate("ca.pem");
  const std::string certificate = net_testing::ReadCertificate("server_chain.pem");
  const std::string key = net_testing::ReadCertificate("server_chain.key");
  const std::string ca_file = net_testing::CertificatePath("ca.pem");
  const std::string ca_path = net_testing::CertificatePath("ca_path");
  const std::string certificate_file = net_testing::CertificatePath("server.pem");
  const std::string key_file = net_testing::CertificatePath("server.key");
  size_t allocations = FailEach([&](const std::function<void()> &arm) {
    arm();
    net_tls_config *config = net_tls_config_new();
    if (config == nullptr) {
      return;
    }
    auto expect = [&](bool is_set) {
      const std::string error = net_tls_config_error(config);
      EXPECT_EQ(is_set, error.empty());
      EXPECT_TRUE(is_set || IsAboutMemory(error)) << error;
    };
    expect(net_tls_config_set_ca(config, ca.data(), ca.size()));
    expect(net_tls_config_set_ca_file(config, ca_file.c_str()));
    expect(net_tls_config_set_ca_path(config, ca_path.c_str()));
    expect(net_tls_config_set_keypair(config, certificate.data(), certificate.size(), key.data(),
                                      key.size()));
    expect(net_tls_config_set_keypair_file(config, certificate_file.c_str(), key_file.c_str()));
    expect(net_tls_config_set_alpn(config, "h2,http/1.1"));
    expect(net_tls_config_set_groups(config, "X25519:P-256"));
    expect(net_tls_config_set_ciphers(config, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    expect(net_tls_config_set_versions(config, NET_TLS_1_2, NET_TLS_1_3));
    expect(net_tls_config_set_session_tickets(config, false));
    net_tls_config_release(config);
  });
  EXPECT_GT(allocations, 30u);
}

// What there was no memory for leaves the configuration as it was.
TEST(TlsMemory, OfKeypairsListsAndNames) {
  const std::string certificate = net_testing::ReadCertificate("server.pem");
  const std::string key = net_testing::ReadCertificate("server.key");
  const std::string crl = net_testing::ReadCertificate("ca_crl.pem");
  const std::string rsa_file = net_testing::CertificatePath("server_rsa.pem");
  const std::string rsa_key_file = net_testing::CertificatePath("server_rsa.key");
  const std::string staple_file = net_testing::CertificatePath("server_ocsp.der");
  const std::string ticket_key(NET_TLS_TICKET_KEY_SIZE, 'k');
  size_t allocations = FailEach([&](const std::function<void()> &arm) {
    arm();
    char error[NET_TLS_ERROR_SIZE] = "";
    net_tls_config *config = net_tls_config_new();
    net_tls_server_names *names = net_tls_server_names_new();
    if (config == nullptr || names == nullptr) {
      net_tls_config_release(config);
      net_tls_server_names_release(names);
      return;
    }
    auto expect = [&](bool is_set) {
      const std::string text = net_tls_config_error(config);
      EXPECT_EQ(is_set, text.empty());
      EXPECT_TRUE(is_set || IsAboutMemory(text)) << text;
      return is_set;
    };
    bool has_certificate =
        expect(net_tls_config_set_certificate(config, certificate.data(), certificate.size()));
    bool has_key = expect(net_tls_config_set_key(config, key.data(), key.size()));
    expect(net_tls_config_add_keypair_file(config, rsa_file.c_str(), rsa_key_file.c_str(),
                                           staple_file.c_str()));
    expect(net_tls_config_set_ocsp_staple_file(config, staple_file.c_str()));
    expect(net_tls_config_set_crl(config, crl.data(), crl.size()));
    expect(net_tls_config_set_ciphers(config, "ECDHE:!aNULL"));
    expect(net_tls_config_add_ticket_key(config, 1, ticket_key.data(), ticket_key.size()));
    // The key stays, whether the certificate could be renewed or not.
    expect(net_tls_config_set_certificate(config, certificate.data(), certificate.size()));
    if (has_certificate && has_key) {
      bool is_added = net_tls_server_names_add(names, "a.test", config, error) &&
                      net_tls_server_names_add(names, "b.test", config, error);
      EXPECT_TRUE(is_added || IsAboutMemory(error)) << error;
    }
    net_tls_server_names_release(names);
    net_tls_config_release(config);
  });
  EXPECT_GT(allocations, 30u);
}

TEST(TlsMemory, OfAFileThatIsDecrypted) {
  const std::string file = net_testing::CertificatePath("server_encrypted.key");
  FailEach([&](const std::function<void()> &arm) {
    char error[NET_TLS_ERROR_SIZE] = "";
    arm();
    net_tls_file *loaded = net_tls_load_file(file.c_str(), "secret", error);
    EXPECT_TRUE(loaded != nullptr || IsAboutMemory(error)) << error;
    net_tls_file_free(loaded);
  });
}

// A handshake with names, several key pairs, lists and a staple.
TEST_P(TlsMemoryTest, OfAHandshakeWithEverything) {
  net_tls_config *other = net_tls_config_new();
  net_tls_server_names *names = net_tls_server_names_new();
  char error[NET_TLS_ERROR_SIZE] = "";
  auto path = [](const char *name) { return net_testing::CertificatePath(name); };
  ASSERT_TRUE(net_tls_config_add_keypair_file(other, path("server_rsa.pem").c_str(),
                                              path("server_rsa.key").c_str(), nullptr));
  ASSERT_TRUE(net_tls_config_add_keypair_file(other, path("wrong_name.pem").c_str(),
                                              path("wrong_name.key").c_str(),
                                              path("server_ocsp.der").c_str()));
  ASSERT_TRUE(net_tls_server_names_add(names, "*.example.test", other, error)) << error;
  const std::string staple = net_testing::ReadCertificate("server_ocsp.der");
  FailEach([&](const std::function<void()> &arm) {
    Connection connection(GetParam());
    if (GetParam().is_client) {
      ASSERT_TRUE(net_tls_config_set_crl_file(connection.config(), path("ca_crl.pem").c_str()));
    }
    connection.peer_options().server_name = "wrong.example.test";
    connection.Open();
    if (GetParam().is_client) {
      ASSERT_TRUE(SSL_set_ocsp_response(connection.peer().ssl(),
                                        reinterpret_cast<const uint8_t *>(staple.data()),
                                        staple.size()));
    } else {
      SSL_enable_ocsp_stapling(connection.peer().ssl());
      ASSERT_TRUE(net_tls_socket_set_server_names(connection.socket(), names));
    }
    arm();
    Done done = connection.Handshake();
    EXPECT_TRUE(done.outcome == NET_TLS_OK || IsAboutMemory(done.error)) << done.error;
  });
  net_tls_server_names_release(names);
  net_tls_config_release(other);
}

}  // namespace
