// Certificate revocation lists, and the depth of chains.

#include <limits.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/cases.h"
#include "testing/certificates.h"

namespace {

using net_testing::Case;
using net_testing::CertificatePath;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::HasOutcome;
using net_testing::ReadCertificate;

constexpr char kFailed[] = "handshake failed: certificate verification failed: ";
constexpr char kRevoked[] = "certificate revoked (sent alert certificate_revoked)";
constexpr char kExpired[] = "CRL has expired (sent alert certificate_expired)";
constexpr char kNotYetValid[] = "CRL is not yet valid (sent alert certificate_expired)";
constexpr char kForged[] = "CRL signature failure (sent alert decrypt_error)";
constexpr char kMissing[] = "unable to get certificate CRL (sent alert unknown_ca)";

class TlsRevocationTest : public testing::TestWithParam<int> {
 protected:
  TlsRevocationTest() {
    connection_.peer_options().identity = "server";
  }

  uint16_t Version() const {
    return static_cast<uint16_t>(GetParam());
  }

  static bool SetCrl(net_tls_config *config, const std::string &name) {
    return net_tls_config_set_crl_file(config, CertificatePath(name + ".pem").c_str());
  }

  // Returns "" where the client believes the server, and otherwise its error.
  std::string Connect(const std::string &identity, const std::vector<std::string> &crls,
                      bool (*set)(net_tls_config *config) = nullptr) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    for (const std::string &crl : crls) {
      EXPECT_TRUE(SetCrl(connection.config(), crl)) << net_tls_config_error(connection.config());
    }
    EXPECT_TRUE(set == nullptr || set(connection.config()));
    connection.peer_options().identity = identity;
    return Result(connection);
  }

  static std::string Result(Connection &connection) {
    Done done = connection.Handshake();
    if (done.outcome == NET_TLS_OK) {
      EXPECT_TRUE(connection.Exchange(1, 10));
      return "";
    }
    EXPECT_TRUE(HasOutcome(NET_TLS_ERROR, done));
    EXPECT_EQ(0u, done.error.find(kFailed)) << done.error;
    return done.error.substr(std::min(done.error.size(), sizeof(kFailed) - 1));
  }

  Connection connection_{Case{true, static_cast<uint16_t>(GetParam()), Driver::kBlocking}};
};

TEST_P(TlsRevocationTest, Leaf) {
  EXPECT_EQ("", Connect("server", {"ca_crl"}));
  EXPECT_EQ(kRevoked, Connect("revoked", {"ca_crl"}));
  EXPECT_EQ("", Connect("revoked", {}));
}

// A list that cannot be read does not turn off what the others ask for.
TEST_P(TlsRevocationTest, AfterAListThatIsRefused) {
  connection_.peer_options().identity = "revoked";
  ASSERT_TRUE(SetCrl(connection_.config(), "ca_crl"));
  EXPECT_FALSE(SetCrl(connection_.config(), "ca"));
  EXPECT_EQ(kRevoked, Result(connection_));
}

TEST_P(TlsRevocationTest, Intermediate) {
  EXPECT_EQ("", Connect("server_chain", {"ca_crl", "intermediate_crl"}));
  EXPECT_EQ(kRevoked, Connect("revoked_chain", {"ca_crl", "revoked_intermediate_crl"}));
}

TEST_P(TlsRevocationTest, ListOfAnIssuerIsMissing) {
  EXPECT_EQ(kMissing, Connect("server_chain", {"ca_crl"}));
  EXPECT_EQ(kMissing, Connect("server", {"intermediate_crl"}));
}

TEST_P(TlsRevocationTest, ListThatIsNoGood) {
  EXPECT_EQ(kExpired, Connect("server", {"expired_crl"}));
  EXPECT_EQ(kNotYetValid, Connect("server", {"future_crl"}));
  EXPECT_EQ(kForged, Connect("server", {"forged_crl"}));
}

// Of several lists the one that is of the present time counts.
TEST_P(TlsRevocationTest, ListThatWasReplaced) {
  EXPECT_EQ("", Connect("server", {"expired_crl", "ca_crl"}));
  EXPECT_EQ(kRevoked, Connect("revoked", {"expired_crl", "ca_crl"}));
}

TEST_P(TlsRevocationTest, WithoutTime) {
  EXPECT_EQ("", Connect("server", {"expired_crl"}, net_tls_config_insecure_no_verify_time));
  EXPECT_EQ(kRevoked, Connect("revoked", {"expired_crl"}, net_tls_config_insecure_no_verify_time));
  EXPECT_EQ(kForged, Connect("server", {"forged_crl"}, net_tls_config_insecure_no_verify_time));
}

TEST_P(TlsRevocationTest, WithoutCertificate) {
  EXPECT_EQ("", Connect("revoked", {"ca_crl"}, net_tls_config_insecure_no_verify_certificate));
}

TEST_P(TlsRevocationTest, InMemory) {
  std::string lists = ReadCertificate("ca_crl.pem") + ReadCertificate("intermediate_crl.pem");
  ASSERT_TRUE(net_tls_config_set_crl(connection_.config(), lists.data(), lists.size()));
  connection_.peer_options().identity = "server_chain";
  EXPECT_EQ("", Result(connection_));
}

TEST_P(TlsRevocationTest, OfClients) {
  for (const char *identity : {"client", "revoked_client"}) {
    Connection connection(Case{false, Version(), Driver::kBlocking});
    net_tls_config *config = connection.config();
    ASSERT_TRUE(net_tls_config_set_ca_file(config, CertificatePath("ca.pem").c_str()));
    ASSERT_TRUE(net_tls_config_set_client_certificate(config, NET_TLS_CLIENT_CERTIFICATE_REQUIRED));
    ASSERT_TRUE(SetCrl(config, "ca_crl"));
    connection.peer_options().identity = identity;
    EXPECT_EQ(identity[0] == 'c' ? "" : kRevoked, Result(connection));
  }
}

TEST_P(TlsRevocationTest, WhatIsNoList) {
  net_tls_config *config = connection_.config();
  const std::string ca = ReadCertificate("ca.pem");
  EXPECT_FALSE(net_tls_config_set_crl_file(config, "/nonexistent"));
  EXPECT_STREQ("failed to open CRL file '/nonexistent': No such file or directory",
               net_tls_config_error(config));
  EXPECT_FALSE(SetCrl(config, "ca"));
  EXPECT_EQ("failed to read CRL file '" + CertificatePath("ca.pem") + "': no CRL found",
            net_tls_config_error(config));
  EXPECT_FALSE(net_tls_config_set_crl(config, ca.data(), ca.size()));
  EXPECT_STREQ("failed to read CRL in memory: no CRL found", net_tls_config_error(config));
  const std::string junk = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
  EXPECT_FALSE(net_tls_config_set_crl(config, junk.data(), junk.size()));
  EXPECT_STREQ("failed to read CRL in memory: malformed CRL", net_tls_config_error(config));
  // Nothing of it counts: no list is asked for.
  EXPECT_EQ("", Result(connection_));
}

TEST_P(TlsRevocationTest, InUse) {
  const std::string list = ReadCertificate("ca_crl.pem");
  connection_.Open();
  EXPECT_FALSE(net_tls_config_set_crl(connection_.config(), list.data(), list.size()));
  EXPECT_STREQ("the configuration is in use and cannot be changed",
               net_tls_config_error(connection_.config()));
}

TEST_P(TlsRevocationTest, Depth) {
  for (int depth : {0, 1, 2}) {
    Connection connection(Case{true, Version(), Driver::kBlocking});
    ASSERT_TRUE(net_tls_config_set_verify_depth(connection.config(), depth));
    connection.peer_options().identity = "server_chain";
    std::string result = Result(connection);
    EXPECT_EQ(depth > 0, result.empty()) << depth << " " << result;
    if (depth == 0) {
      EXPECT_EQ("certificate chain too long (sent alert unknown_ca)", result);
    }
  }
  ASSERT_TRUE(net_tls_config_set_verify_depth(connection_.config(), 0));
  EXPECT_FALSE(net_tls_config_set_verify_depth(connection_.config(), -1));
  EXPECT_STREQ("invalid verify depth -1", net_tls_config_error(connection_.config()));
  EXPECT_FALSE(net_tls_config_set_verify_depth(connection_.config(), INT_MAX));
  EXPECT_EQ("", Result(connection_));
}

std::string VersionName(const testing::TestParamInfo<int> &info) {
  return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsRevocationTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), VersionName);

}  // namespace
