// Out of memory, a part at a time: what each call does where one of its allocations fails, and that
// nothing of it is left behind. tls_memory_test has whole connections.

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "net/tls_config.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"
#include "testing/fail_each.h"

namespace {

// How many more mutexes can be made before one cannot; -1: any number.
int mutexes_left = -1;

}  // namespace

extern "C" {
int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  if (mutexes_left >= 0 && mutexes_left-- == 0) {
    return EAGAIN;
  }
  return __real_pthread_mutex_init(mutex, attributes);
}
}

namespace {

using net_testing::Arm;
using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::FailEach;
using net_testing::IsAboutMemory;
using net_testing::LiveBlocks;
using net_testing::ReadCertificate;

// That a setter did what it says: it works, or says that there was no memory.
bool Expect(const net_tls_config *config, bool is_set) {
  const std::string text = net_tls_config_error(config);
  EXPECT_EQ(is_set, text.empty());
  EXPECT_TRUE(is_set || IsAboutMemory(text)) << text;
  EXPECT_EQ(0u, ERR_peek_error());
  return is_set;
}

TEST(TlsMemoryParts, AConfiguration) {
  EXPECT_GT(FailEach([](const Arm &arm) {
              arm();
              net_tls_config_release(net_tls_config_new());
            }),
            5u);
}

TEST(TlsMemoryParts, AConfigurationWithoutAMutex) {
  net_tls_config_release(net_tls_config_new());
  size_t before = LiveBlocks();
  int count = 0;
  net_tls_config *config = nullptr;
  for (; config == nullptr && count < 10; count++) {
    mutexes_left = count;
    config = net_tls_config_new();
    EXPECT_TRUE(config != nullptr || before == LiveBlocks()) << count;
  }
  mutexes_left = -1;
  EXPECT_EQ(4, count) << "there are three";
  net_tls_config_release(config);
  EXPECT_EQ(before, LiveBlocks());
}

TEST(TlsMemoryParts, ServerNamesWithoutAMutex) {
  size_t before = LiveBlocks();
  mutexes_left = 0;
  EXPECT_EQ(nullptr, net_tls_server_names_new());
  mutexes_left = -1;
  EXPECT_EQ(before, LiveBlocks());
}

// The halves, one after the other: each is there with all that belongs to it, or not at all.
TEST(TlsMemoryParts, HalvesOfAKeypair) {
  const std::string certificate = ReadCertificate("server_chain.pem");
  const std::string key = ReadCertificate("server_chain.key");
  const std::string other = ReadCertificate("client.key");
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    arm();
    bool has_certificate = Expect(
        config, net_tls_config_set_certificate(config, certificate.data(), certificate.size()));
    bool has_key = Expect(config, net_tls_config_set_key(config, key.data(), key.size()));
    net_testing::StopFailing();
    if (has_certificate && has_key) {
      EXPECT_FALSE(net_tls_config_set_key(config, other.data(), other.size()));
      EXPECT_STREQ("private key in memory does not match the certificate",
                   net_tls_config_error(config));
    }
    net_tls_config_release(config);
  });
}

TEST(TlsMemoryParts, FurtherKeypairsAndKeysOfTickets) {
  const std::string certificate = ReadCertificate("server.pem");
  const std::string key = ReadCertificate("server.key");
  const std::string ticket_key(NET_TLS_TICKET_KEY_SIZE, 'k');
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    bool is_added = true;
    arm();
    for (int i = 0; i < 2 && is_added; i++) {
      is_added =
          Expect(config, net_tls_config_add_keypair(config, certificate.data(), certificate.size(),
                                                    key.data(), key.size(), nullptr, 0));
    }
    Expect(config, net_tls_config_add_ticket_key(config, 1, ticket_key.data(), ticket_key.size()));
    net_tls_config_release(config);
  });
}

// Each setter by itself, so that no other one tidies up; what it refuses, it names.
TEST(TlsMemoryParts, HalvesThatDoNotMatch) {
  const std::string certificate = ReadCertificate("server.pem");
  const std::string key = ReadCertificate("client.key");
  auto expect = [](const net_tls_config *config, const std::string &reason) {
    const std::string error = net_tls_config_error(config);
    EXPECT_TRUE(error == reason || IsAboutMemory(error)) << error;
  };
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    arm();
    EXPECT_FALSE(net_tls_config_set_keypair(config, certificate.data(), certificate.size(),
                                            key.data(), key.size()));
    expect(config, "private key in memory does not match the certificate");
    net_tls_config_release(config);
  });
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    EXPECT_TRUE(net_tls_config_set_key(config, key.data(), key.size()));
    arm();
    EXPECT_FALSE(net_tls_config_set_certificate(config, certificate.data(), certificate.size()));
    expect(config, "certificate in memory does not match the private key");
    net_tls_config_release(config);
  });
}

TEST(TlsMemoryParts, AStapleThatIsSetIsShown) {
  const std::string staple = ReadCertificate("server_ocsp.der");
  FailEach([&](const Arm &arm) {
    net_tls_config *fresh = net_tls_config_new();
    EXPECT_TRUE(net_tls_config_set_keypair_file(fresh, CertificatePath("server.pem").c_str(),
                                                CertificatePath("server.key").c_str()));
    arm();
    bool is_set =
        Expect(fresh, net_tls_config_set_ocsp_staple(fresh, staple.data(), staple.size()));
    net_testing::StopFailing();
    Connection second(Case{false, TLS1_3_VERSION, Driver::kBlocking});
    second.UseConfig(fresh);
    second.Open();
    SSL_enable_ocsp_stapling(second.peer().ssl());
    EXPECT_EQ(NET_TLS_OK, second.Handshake().outcome);
    const uint8_t *shown = nullptr;
    size_t length = 0;
    second.peer().Run();
    SSL_get0_ocsp_response(second.peer().ssl(), &shown, &length);
    EXPECT_EQ(is_set ? staple.size() : 0, length);
    net_tls_config_release(fresh);
  });
}

TEST(TlsMemoryParts, Staples) {
  const std::string file = CertificatePath("server_ocsp.der");
  const std::string staple = ReadCertificate("server_ocsp.der");
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    arm();
    Expect(config, net_tls_config_set_ocsp_staple_file(config, file.c_str()));
    Expect(config, net_tls_config_set_ocsp_staple(config, staple.data(), staple.size()));
    net_tls_config_release(config);
  });
}

// A configuration that a name chooses tells its groups to a connection that has begun.
TEST(TlsMemoryParts, GroupsOfAName) {
  FailEach([&](const Arm &arm) {
    Connection connection(Case{false, TLS1_3_VERSION, Driver::kBlocking});
    connection.peer_options().server_name = "b.test";
    connection.peer_options().groups = "P-256:P-384";
    connection.Open();
    net_tls_config *policy = net_tls_config_new();
    net_tls_server_names *names = net_tls_server_names_new();
    char error[NET_TLS_ERROR_SIZE] = "";
    EXPECT_TRUE(net_tls_config_set_keypair_file(policy, CertificatePath("server.pem").c_str(),
                                                CertificatePath("server.key").c_str()));
    arm();
    bool has_groups = Expect(policy, net_tls_config_set_groups(policy, "P-384"));
    net_testing::StopFailing();
    EXPECT_TRUE(net_tls_server_names_add(names, "b.test", policy, error)) << error;
    EXPECT_TRUE(net_tls_socket_set_server_names(connection.socket(), names));
    net_tls_config_release(policy);
    net_tls_server_names_release(names);
    ASSERT_EQ(NET_TLS_OK, connection.Handshake().outcome);
    EXPECT_STREQ(has_groups ? "P-384" : "P-256", net_tls_socket_group(connection.socket()));
  });
}

// What is said to be set is what the connection is made by.
TEST(TlsMemoryParts, ListsOfChoices) {
  const std::string ca = ReadCertificate("ca.pem");
  FailEach([&](const Arm &arm) {
    Connection connection(Case{true, TLS1_2_VERSION, Driver::kBlocking});
    net_tls_config *config = net_tls_config_new();
    arm();
    bool has_alpn = Expect(config, net_tls_config_set_alpn(config, "h2,http/1.1")) &&
                    Expect(config, net_tls_config_set_alpn(config, "http/1.1"));
    bool has_groups = Expect(config, net_tls_config_set_groups(config, "X25519:P-256")) &&
                      Expect(config, net_tls_config_set_groups(config, "P-256"));
    bool has_ciphers = Expect(
        config, net_tls_config_set_ciphers(config, "!NOPE:ECDHE-ECDSA-AES256-GCM-SHA384:-NOPE"));
    net_testing::StopFailing();
    EXPECT_TRUE(net_tls_config_set_ca(config, ca.data(), ca.size()));
    connection.UseConfig(config);
    net_tls_config_release(config);
    connection.peer_options().alpn = std::string("\x02h2\x08http/1.1", 12);
    ASSERT_EQ(NET_TLS_OK, connection.Handshake().outcome);
    size_t length = 0;
    const char *alpn = net_tls_socket_alpn(connection.socket(), &length);
    EXPECT_TRUE(!has_alpn || std::string(alpn, length) == "http/1.1");
    EXPECT_TRUE(!has_groups || net_tls_socket_group(connection.socket()) == std::string("P-256"));
    EXPECT_TRUE(!has_ciphers || net_tls_socket_cipher(connection.socket()) ==
                                    std::string("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
  });
}

TEST(TlsMemoryParts, ErrorsThatAreTooLong) {
  const std::string file(3000, 'x');
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    arm();
    EXPECT_FALSE(net_tls_config_set_ca_file(config, file.c_str()));
    net_tls_config_release(config);
  });
}

TEST(TlsMemoryParts, Names) {
  Connection one(Case{false, TLS1_3_VERSION, Driver::kBlocking});
  Connection other(Case{false, TLS1_3_VERSION, Driver::kBlocking});
  Connection server(Case{false, TLS1_3_VERSION, Driver::kBlocking});
  server.peer_options().server_name = "b.test";
  FailEach([&](const Arm &arm) {
    arm();
    net_tls_server_names *names = net_tls_server_names_new();
    if (names == nullptr) {
      return;
    }
    struct Added {
      const char *name;
      net_tls_config *config;
    };
    for (const Added &each : {Added{"b.test", one.config()}, Added{"a.test", one.config()},
                              Added{"b.test", other.config()}}) {
      char error[NET_TLS_ERROR_SIZE] = "";
      bool is_added = net_tls_server_names_add(names, each.name, each.config, error);
      EXPECT_STREQ(is_added ? "" : "out of memory", error);
    }
    net_tls_server_names_release(net_tls_server_names_retain(names));
    net_tls_server_names_release(names);
  });
  // Nobody but these tests holds the configurations any more.
  size_t before = LiveBlocks();
  net_tls_config *config = net_tls_config_new();
  net_tls_server_names *names = net_tls_server_names_new();
  char error[NET_TLS_ERROR_SIZE] = "";
  ASSERT_TRUE(net_tls_config_set_keypair_file(config, CertificatePath("server.pem").c_str(),
                                              CertificatePath("server.key").c_str()));
  for (int i = 0; i < 2; i++) {
    ASSERT_TRUE(net_tls_server_names_add(names, "b.test", config, error)) << error;
  }
  {
    Connection connection(Case{false, TLS1_3_VERSION, Driver::kBlocking});
    connection.UseConfig(config);
    connection.peer_options().server_name = "b.test";
    connection.Open();
    EXPECT_TRUE(net_tls_socket_set_server_names(connection.socket(), names));
    EXPECT_TRUE(net_tls_socket_set_server_names(connection.socket(), names));
    EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome);
  }
  net_tls_config_release(config);
  net_tls_server_names_release(names);
  EXPECT_EQ(before, LiveBlocks());
}

// What is told of a certificate is all there, or there is no certificate.
TEST(TlsMemoryParts, WhatACertificateSays) {
  Connection connection((Case()));
  connection.peer_options().identity = "server_chain";
  ASSERT_TRUE(connection.Exchange(1, 10));
  net_tls_socket *socket = connection.socket();
  EXPECT_GT(FailEach([&](const Arm &arm) {
              arm();
              net_tls_certificate *certificate = net_tls_socket_peer_certificate(socket);
              net_testing::StopFailing();
              if (certificate != nullptr) {
                EXPECT_STREQ("CN=localhost", net_tls_certificate_subject(certificate));
                EXPECT_STREQ("CN=Test intermediate CA", net_tls_certificate_issuer(certificate));
                EXPECT_EQ(5u, net_tls_certificate_num_names(certificate));
                const char *names[] = {"DNS:localhost", "DNS:example.test",
                                       "DNS:*.wild.example.test", "IP:127.0.0.1", "IP:::1"};
                for (size_t i = 0; i < net_tls_certificate_num_names(certificate); i++) {
                  EXPECT_STREQ(names[i], net_tls_certificate_name(certificate, i));
                }
                EXPECT_EQ(
                    0u,
                    ReadCertificate("server_chain.pem").find(net_tls_certificate_pem(certificate)));
              }
              net_tls_certificate_free(certificate);
            }),
            10u);
}

TEST(TlsMemoryParts, Sessions) {
  Connection connection((Case()));
  ASSERT_TRUE(connection.Exchange(1, 10));
  net_tls_session *session = net_tls_socket_session(connection.socket());
  ASSERT_NE(nullptr, session);
  size_t whole = 0;
  uint8_t *known = net_tls_session_export(session, &whole);
  FailEach([&](const Arm &arm) {
    size_t length = 1;
    arm();
    uint8_t *bytes = net_tls_session_export(session, &length);
    EXPECT_EQ(bytes != nullptr ? whole : 0, length);
    net_tls_session_free_bytes(bytes);
  });
  FailEach([&](const Arm &arm) {
    char error[NET_TLS_ERROR_SIZE] = "";
    arm();
    net_tls_session *read = net_tls_session_import(connection.config(), known, whole, error);
    EXPECT_STREQ(read != nullptr ? "" : "out of memory", error);
    EXPECT_TRUE(read == nullptr || net_tls_session_server_name(read) != nullptr);
    net_tls_session_free(read);
  });
  net_tls_session_free_bytes(known);
  net_tls_session_free(session);
}

}  // namespace
