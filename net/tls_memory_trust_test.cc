// Whom a configuration believes where one of its allocations fails: nobody else, and those that it
// says it believes.

#include <openssl/ssl.h>
#include <stdlib.h>

#include <string>

#include "gtest/gtest.h"
#include "net/tls_config.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"
#include "testing/fail_each.h"

namespace {

using net_testing::Arm;
using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Driver;
using net_testing::FailEach;
using net_testing::IsAboutMemory;
using net_testing::ReadCertificate;

// Each certificate is there as a whole or not at all: its extensions, too, without which it would
// not be believed later.
TEST(TlsMemoryTrust, TrustedCertificates) {
  const std::string text = ReadCertificate("other_ca.pem") + ReadCertificate("ca.pem");
  const std::string file = CertificatePath("ca.pem");
  const std::string folder = CertificatePath("ca_path");
  for (int kind = 0; kind < 3; kind++) {
    FailEach([&](const Arm &arm) {
      Connection connection(Case{true, TLS1_2_VERSION, Driver::kBlocking});
      net_tls_config *config = net_tls_config_new();
      arm();
      bool is_set = kind == 0   ? net_tls_config_set_ca(config, text.data(), text.size())
                    : kind == 1 ? net_tls_config_set_ca_file(config, file.c_str())
                                : net_tls_config_set_ca_path(config, folder.c_str());
      net_testing::StopFailing();
      const std::string error = net_tls_config_error(config);
      EXPECT_EQ(is_set, error.empty());
      EXPECT_TRUE(is_set || IsAboutMemory(error)) << error;
      if (is_set) {
        connection.UseConfig(config);
        EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome) << kind;
      }
      net_tls_config_release(config);
    });
  }
}

TEST(TlsMemoryTrust, RevocationLists) {
  const std::string text = ReadCertificate("ca_crl.pem") + ReadCertificate("ca_crl.pem");
  FailEach([&](const Arm &arm) {
    net_tls_config *config = net_tls_config_new();
    arm();
    bool is_set = net_tls_config_set_crl(config, text.data(), text.size());
    const std::string error = net_tls_config_error(config);
    EXPECT_EQ(is_set, error.empty());
    EXPECT_TRUE(is_set || IsAboutMemory(error)) << error;
    net_tls_config_release(config);
  });
}

// A list that is said to be set is there to be asked.
TEST(TlsMemoryTrust, ARevocationListThatIsSet) {
  const std::string text = ReadCertificate("ca_crl.pem");
  FailEach([&](const Arm &arm) {
    Connection connection(Case{true, TLS1_3_VERSION, Driver::kBlocking});
    arm();
    net_tls_config_set_crl(connection.config(), text.data(), text.size());
    net_testing::StopFailing();
    EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome);
  });
}

// The store that the environment names is loaded with the first client.
TEST(TlsMemoryTrust, StoreOfTheEnvironment) {
  unsetenv("SSL_CERT_FILE");
  unsetenv("SSL_CERT_DIR");
  for (const char *variable : {"SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    const bool is_file = std::string(variable) == "SSL_CERT_FILE";
    setenv(variable, CertificatePath(is_file ? "ca.pem" : "ca_path").c_str(), 1);
    FailEach([&](const Arm &arm) {
      Connection connection(Case{true, TLS1_2_VERSION, Driver::kBlocking});
      net_tls_config *config = net_tls_config_new();
      connection.UseConfig(config);
      net_tls_config_release(config);
      arm();
      const std::string error = connection.TryOpen();
      net_testing::StopFailing();
      EXPECT_EQ(connection.socket() == nullptr, !error.empty());
      EXPECT_TRUE(error.empty() || IsAboutMemory(error) ||
                  error.find(variable) != std::string::npos)
          << error;
      if (connection.socket() != nullptr) {
        EXPECT_EQ(NET_TLS_OK, connection.Handshake().outcome) << variable;
      }
    });
    unsetenv(variable);
  }
}

// A lack of memory makes nobody trustworthy.
TEST(TlsMemoryTrust, WhoIsNotBelieved) {
  for (const char *identity : {"self_signed", "wrong_name"}) {
    FailEach([&](const Arm &arm) {
      Connection connection(Case{true, TLS1_3_VERSION, Driver::kNonblocking});
      connection.peer_options().identity = identity;
      connection.Open();
      arm();
      EXPECT_EQ(NET_TLS_ERROR, connection.Handshake().outcome) << identity;
    });
  }
}

}  // namespace
