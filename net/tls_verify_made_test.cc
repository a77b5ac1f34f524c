// Whom a client believes, by certificates that the test makes: long chains, names of doubtful
// forms, and bytes that are no certificate.

#include <openssl/err.h>

#include <ctime>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "net/tls_certificate.h"
#include "testing/connection.h"
#include "testing/ocsp.h"

namespace {

using net_testing::Case;
using net_testing::Connection;
using net_testing::Done;
using net_testing::Driver;
using net_testing::kHour;
using net_testing::OcspCertificate;
using net_testing::OcspExtension;
using net_testing::Pem;

constexpr char kFailed[] = "handshake failed: certificate verification failed: ";

OcspCertificate MakeNow(const std::string &name, const OcspCertificate *issuer,
                        const std::vector<OcspExtension> &extensions) {
  int64_t now = time(nullptr);
  return net_testing::Make(name, issuer, extensions, now - kHour, now + kHour);
}

OcspCertificate MakeAuthority(const std::string &name, const OcspCertificate *issuer) {
  return MakeNow(name, issuer, {{NID_basic_constraints, "critical,CA:TRUE"}});
}

class TlsVerifyMadeTest : public testing::TestWithParam<int> {
 protected:
  // Returns "" where a client that trusts `authority` believes a server that shows these bytes, its
  // own certificate first, and otherwise its error.
  std::string Connect(const OcspCertificate &authority, const OcspCertificate &leaf,
                      const std::vector<std::string> &others, const std::string &name = "localhost",
                      int depth = -1) const {
    Connection connection(Case{true, static_cast<uint16_t>(GetParam()), Driver::kBlocking});
    const std::string trusted = Pem(authority.x509.get());
    EXPECT_TRUE(net_tls_config_set_ca(connection.config(), trusted.data(), trusted.size()));
    EXPECT_TRUE(depth < 0 || net_tls_config_set_verify_depth(connection.config(), depth));
    connection.set_server_name(name);
    connection.Open();
    std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> buffers;
    std::vector<CRYPTO_BUFFER *> chain;
    std::vector<std::string> shown{leaf.Der()};
    shown.insert(shown.end(), others.begin(), others.end());
    for (const std::string &each : shown) {
      buffers.emplace_back(
          CRYPTO_BUFFER_new(reinterpret_cast<const uint8_t *>(each.data()), each.size(), nullptr));
      chain.push_back(buffers.back().get());
    }
    EXPECT_TRUE(SSL_set_chain_and_key(connection.peer().ssl(), chain.data(), chain.size(),
                                      leaf.key.get(), nullptr));
    Done done = connection.Handshake();
    EXPECT_EQ(0u, ERR_peek_error());
    if (done.outcome == NET_TLS_OK) {
      return "";
    }
    // What was not believed is not told of.
    EXPECT_EQ(0u, net_tls_socket_num_peer_certificates(connection.socket()));
    return done.error.substr(std::min(done.error.size(), sizeof(kFailed) - 1));
  }

  const OcspCertificate root_ = MakeAuthority("root", nullptr);
  const OcspExtension localhost_{NID_subject_alt_name, "DNS:localhost"};
};

constexpr char kUnknownIssuer[] = "unable to get local issuer certificate (sent alert unknown_ca)";
constexpr char kTooLong[] = "certificate chain too long (sent alert unknown_ca)";

TEST_P(TlsVerifyMadeTest, ChainsOfAnyLength) {
  OcspCertificate one = MakeAuthority("one", &root_);
  OcspCertificate two = MakeAuthority("two", &one);
  OcspCertificate three = MakeAuthority("three", &two);
  OcspCertificate leaf = MakeNow("leaf", &three, {localhost_});
  const std::vector<std::string> chain{three.Der(), two.Der(), one.Der()};
  EXPECT_EQ("", Connect(root_, leaf, chain));
  EXPECT_EQ("", Connect(root_, leaf, chain, "localhost", 3));
  EXPECT_EQ(kTooLong, Connect(root_, leaf, chain, "localhost", 2));
}

// A chain that ends early is not too long, whatever the limit.
TEST_P(TlsVerifyMadeTest, AnIssuerThatIsUnknown) {
  OcspCertificate one = MakeAuthority("one", &root_);
  OcspCertificate two = MakeAuthority("two", &one);
  OcspCertificate leaf = MakeNow("leaf", &two, {localhost_});
  for (int depth : {-1, 0, 1, 2, 5}) {
    EXPECT_EQ(kUnknownIssuer, Connect(root_, leaf, {}, "localhost", depth)) << depth;
  }
  for (int depth : {-1, 1, 2, 5}) {
    EXPECT_EQ(kUnknownIssuer, Connect(root_, leaf, {two.Der()}, "localhost", depth)) << depth;
  }
}

TEST_P(TlsVerifyMadeTest, TheCommonNameIsNoName) {
  EXPECT_EQ("name 'localhost' not present in server certificate (sent alert bad_certificate)",
            Connect(root_, MakeNow("localhost", &root_, {}), {}));
}

TEST_P(TlsVerifyMadeTest, AWildcardIsAWholeLabel) {
  OcspCertificate leaf =
      MakeNow("leaf", &root_, {{NID_subject_alt_name, "DNS:a*.test.org,DNS:*.whole.org"}});
  EXPECT_EQ("", Connect(root_, leaf, {}, "ab.whole.org"));
  for (const char *name : {"ab.test.org", "a.test.org", "whole.org"}) {
    EXPECT_EQ("name '" + std::string(name) +
                  "' not present in server certificate (sent alert bad_certificate)",
              Connect(root_, leaf, {}, name));
  }
}

TEST_P(TlsVerifyMadeTest, BytesThatAreNoCertificate) {
  OcspCertificate leaf = MakeNow("leaf", &root_, {localhost_});
  std::string cut = root_.Der();
  cut.pop_back();
  for (const std::string &bytes : {std::string("junk"), cut, root_.Der() + "x"}) {
    EXPECT_EQ("malformed certificate (sent alert bad_certificate)", Connect(root_, leaf, {bytes}));
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsVerifyMadeTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int> &info) {
                           return info.param == TLS1_3_VERSION ? "Tls13" : "Tls12";
                         });

}  // namespace
